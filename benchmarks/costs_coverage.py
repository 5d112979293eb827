"""How often the intervals of the cost hold the truth. Run: python benchmarks/costs_coverage.py

Prints the tables of docs/methods/costs.md. About a minute.
"""

import platform

import numpy as np
import scipy

from sneeuwbal.analysis.costs_coverage import fieller_held, intervals_held

RUNS = 1_000
SEED = 2026


def main() -> None:
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    print(f"{RUNS} runs a row, random seed {SEED}\n")
    print(
        "| neighbourhoods | Poisson holds | resampled holds | its width over the truth | spoken |"
    )
    print("| --- | --- | --- | --- | --- |")
    for places in (8, 12, 20, 40):
        one = intervals_held(places, runs=RUNS, rng=np.random.default_rng(SEED))
        print(
            f"| {places} | {one.poisson:.3f} | {one.resampled:.3f} | {one.width:.2f} | "
            f"{one.spoken / RUNS:.3f} |"
        )
    print("\n| error of the denominator | degrees of freedom | Fieller holds | bounded |")
    print("| --- | --- | --- | --- |")
    for relative in (0.1, 0.25, 0.5):
        for freedom in (10, 40):
            rng = np.random.default_rng(SEED)
            held, bounded = fieller_held(relative, runs=RUNS, rng=rng, degrees_of_freedom=freedom)
            print(f"| {relative:.0%} | {freedom} | {held:.3f} | {bounded:.3f} |")


if __name__ == "__main__":
    main()
