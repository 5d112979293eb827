"""How often the intervals of reach, time and pooling hold, and how many names are wrong.

Run: python benchmarks/reached_coverage.py. Prints the tables of docs/methods/ response, weights,
small-areas, channels, survival, pooling and naming.
`python benchmarks/reached_coverage.py 100` runs a hundred draws a row; the default is 1,000.
"""

import platform
import sys

import numpy as np
import scipy

from sneeuwbal.analysis.naming_coverage import Town, effect_names, snowball_names
from sneeuwbal.analysis.reached_coverage import (
    Scenario,
    calibration_scenario,
    channel_scenario,
    coverage,
    pooling_scenario,
    reach_scenario,
    shares_scenario,
    small_area_scenario,
    waiting_scenario,
    weighting_scenario,
)

RUNS = 1_000
SEED = 2026

RESPONSE = [
    *(reach_scenario(-3, n, uneven=u, kind="cv") for n in (600, 2000, 20000) for u in (0, 1)),
    *(reach_scenario(-0.5, n, uneven=u, kind="r") for n in (300, 600, 5000) for u in (0, 1)),
    *(reach_scenario(-3, n, uneven=u, kind="margins") for n in (2000, 20000) for u in (0, 1, 2)),
    *(reach_scenario(-0.5, 2000, uneven=u, kind="margins") for u in (0, 1)),
]
WEIGHTS = [
    *(weighting_scenario(n, skew=s) for n in (60, 200, 1000) for s in (0.5, 2.0)),
    *(calibration_scenario(clusters) for clusters in (12, 30, 100)),
]
SMALL_AREAS = [small_area_scenario(n, spread=s) for n in (10, 15, 40) for s in (0.3, 0.5, 1.0)]
CHANNELS = [channel_scenario(n) for n in (300, 800, 4000)]
SURVIVAL = [waiting_scenario(n, kind=k) for k in ("share", "median") for n in (30, 100, 300)]
POOLING = [
    *(
        pooling_scenario(k, spread=s, kind=kind)
        for kind in ("mean", "next_place")
        for k in (3, 5, 12, 30)
        for s in (0.1, 0.3, 0.8)
    ),
    *(
        pooling_scenario(k, spread=s, kind=kind)
        for kind in ("mean_with_prior", "next_with_prior")
        for k in (2, 3, 5)
        for s in (0.1, 0.3, 0.8)
    ),
]
SHARES = [
    shares_scenario(k, spread=s, kind=kind)
    for kind in ("share", "next_place")
    for k in (3, 6, 15, 40)
    for s in (0.1, 0.5, 1.0)
]
TOWNS = [
    Town("40 places, none stands out", standing_out=0),
    Town("40 places, 5 stand out"),
    Town("40 places, 5 stand out, BY", dependent=True),
    Town("200 places, 5 stand out", places=200),
    Town("12 places, 3 stand out", places=12, standing_out=3),
    Town("40 places, none, shared shock 0.2, BH", standing_out=0, shock_sd=0.2),
    Town("40 places, none, shared shock 0.2, BY", standing_out=0, shock_sd=0.2, dependent=True),
    Town("40 places, 5, shared shock 0.2, BY", shock_sd=0.2, dependent=True),
    Town(
        "40 places, none, shock 0.2 missing from the errors, BY",
        standing_out=0,
        shock_sd=0.2,
        shock_counted=False,
        dependent=True,
    ),
]


def intervals(title: str, scenarios: list[Scenario], *, runs: int) -> None:
    print(f"\n## {title}\n\n| case | truth | mean | covers | median width | silent |")
    print("| --- | --- | --- | --- | --- | --- |")
    for scenario in scenarios:
        row = coverage(scenario, runs=runs, rng=np.random.default_rng(SEED))
        truth = "drawn" if scenario.truth is None else f"{scenario.truth:.4g}"
        print(
            f"| {scenario.name} | {truth} | {row.mean:.4g} | {row.covered:.3f} "
            f"| {row.width:.3g} | {runs - row.spoken} of {runs} |",
            flush=True,
        )


def names(*, runs: int) -> None:
    print("\n## Naming\n\n| towns | names that are wrong | towns with a wrong name | ", end="")
    print("true ones found | empty lists |\n| --- | --- | --- | --- | --- |")
    rows = [effect_names(town, runs=runs, rng=np.random.default_rng(SEED)) for town in TOWNS]
    several = {
        "40 neighbourhoods, R 0.9, 100 people": (np.full(40, 0.9), 100),
        "35 with R 0.7, 5 with R 1.6, 100 people": (np.repeat([0.7, 1.6], [35, 5]), 100),
        "35 with R 1.0, 5 with R 1.6, 300 people": (np.repeat([1.0, 1.6], [35, 5]), 300),
    }
    for name, (r, people) in several.items():
        rng = np.random.default_rng(SEED)
        rows.append(snowball_names(name, r=r, people=people, k=0.5, runs=runs // 5, rng=rng))
    for row in rows:
        found = "-" if np.isnan(row.found) else f"{row.found:.2f}"
        print(f"| {row.town} | {row.false_share:.3f} | {row.any_false:.3f} | {found} ", end="")
        print(f"| {row.empty:.2f} |")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    print(f"{runs} draws a row, seed {SEED}")
    intervals("Who is reached", RESPONSE, runs=runs)
    intervals("Weights", WEIGHTS, runs=runs)
    intervals("Small areas", SMALL_AREAS, runs=runs)
    intervals("Channels", CHANNELS, runs=runs)
    intervals("Time", SURVIVAL, runs=runs)
    intervals("Pooling", POOLING, runs=runs)
    intervals("Pooled shares", SHARES, runs=runs // 5)
    names(runs=runs)


if __name__ == "__main__":
    main()
