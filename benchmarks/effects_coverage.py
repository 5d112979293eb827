"""How often the intervals of the effect hold the truth. Run: python benchmarks/effects_coverage.py

Prints the tables of docs/methods/effects.md and docs/methods/design.md. About a minute.
"""

import platform

import numpy as np
import scipy

from sneeuwbal.analysis.design.simulated import simulated_wedge_power
from sneeuwbal.analysis.design.wedge import (
    Variation,
    power,
    share_sd,
    stepped_wedge,
    wedge_power,
    wedge_variance,
)
from sneeuwbal.analysis.effects.aggregates import Estimand
from sneeuwbal.analysis.effects.coverage import Starts, assess

RUNS = 600
SEED = 2026
TOWNS = {
    "12 places, 2 waves": Starts(waves=(2, 4), clusters_per_wave=4, never=4),
    "15 places, 3 waves, nobody waits": Starts(clusters_per_wave=5, never=0),
    "16 places, 3 waves": Starts(clusters_per_wave=4, never=4),
    "32 places, 3 waves": Starts(),
    "32 places, effect grows": Starts(effect=0.3, growth=0.3),
    "32 places, effects differ": Starts(effect_sd=1.0),
    "32 places, price shock": Starts(shock=-5.0, shock_sd=1.0),
    "32 places, no effect": Starts(effect=0.0),
    "32 places, no effect, price shock": Starts(effect=0.0, shock=-5.0, shock_sd=1.0),
}


def effects() -> None:
    print(
        "| town | average | bias | covers | reference covers | imputation covers | "
        "pre-trend rejected | lottery p <= 0.05 |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, spec in TOWNS.items():
        for estimand in (Estimand.SIMPLE, Estimand.DYNAMIC):
            rng = np.random.default_rng(SEED)
            one = assess(spec, estimand=estimand, runs=RUNS, rng=rng)
            print(
                f"| {name} | {estimand} | {one.bias:+.3f} | {one.covered:.3f} | "
                f"{one.covered_reference:.3f} | {one.covered_imputation:.3f} | "
                f"{one.pre_trend_rejected:.3f} | {one.randomisation_rejected:.3f} |"
            )


def share_power(clusters: int, effect: float, households: int) -> float:
    variation = Variation(share_sd(0.05, effect), households, 0.02)
    return wedge_power(clusters, effect, variation=variation, waves=4)


def designs() -> None:
    print("\n| clusters | 100 households: +1, +2, +3 points | 300 households |")
    print("| --- | --- | --- |")
    for clusters in (8, 12, 24, 40):
        cells = [
            " ".join(f"{share_power(clusters, d, households):.2f}" for d in (0.01, 0.02, 0.03))
            for households in (100, 300)
        ]
        print(f"| {clusters} | {cells[0]} | {cells[1]} |")
    print("\n| 24 places, 4 waves, 300 households, +1 point | formula | simulated |")
    print("| --- | --- | --- |")
    variation = Variation(share_sd(0.05, 0.01), 300, 0.02)
    rng = np.random.default_rng(SEED)
    for name, design, build_up in (
        ("full effect at once", stepped_wedge((6,) * 4), ()),
        ("30 %, 60 %, then full", stepped_wedge((6,) * 4), (0.3, 0.6)),
        (
            "same, 2 periods left out, 2 added",
            stepped_wedge((6,) * 4, after=2, transition=2),
            (0.3, 0.6),
        ),
    ):
        drawn = simulated_wedge_power(
            design, 0.01, variation=variation, rng=rng, baseline=0.05, build_up=build_up
        )
        told = power(0.01, wedge_variance(design, variation))
        print(f"| {name} | {told:.2f} | {drawn.value:.2f} ({drawn.low:.2f} to {drawn.high:.2f}) |")


if __name__ == "__main__":
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"seed {SEED}, {RUNS} runs a row\n"
    )
    effects()
    designs()
