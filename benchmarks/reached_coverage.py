"""How often the intervals of reach, time and pooling hold, and how many names are wrong.

Run: python benchmarks/reached_coverage.py (about ten minutes, most of it for pooled shares).
Writes the tables into the pages of docs/methods/; with --show it only prints; with --runs=100
each row is shorter.
"""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from sneeuwbal.analysis.naming_coverage import Town, effect_names, snowball_names
from sneeuwbal.analysis.reached_coverage import (
    Coverage,
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

PAGES = Path(__file__).parents[1] / "docs" / "methods"
RUNS = 600
SEED = 2026

RESPONSE = [
    *(reach_scenario(-3, n, uneven=u, kind="cv") for n in (600, 2000, 20000) for u in (0, 1)),
    *(reach_scenario(-0.5, n, uneven=u, kind="r") for n in (300, 5000) for u in (0, 1)),
    *(reach_scenario(-3, 4000, uneven=u, kind="margins") for u in (0, 1, 2)),
    *(reach_scenario(-0.5, 2000, uneven=u, kind="margins") for u in (0, 1)),
]
WEIGHTS = [
    *(weighting_scenario(n, skew=s) for n in (60, 300) for s in (0.5, 2.0)),
    *(calibration_scenario(clusters) for clusters in (12, 30, 100)),
]
SMALL_AREAS = [small_area_scenario(n, spread=s) for n in (10, 15, 40) for s in (0.3, 0.5, 1.0)]
CHANNELS = [channel_scenario(n) for n in (300, 800, 4000)]
SURVIVAL = [waiting_scenario(n, kind=k) for k in ("share", "median") for n in (30, 100, 300)]
TOWNS = [
    Town("40 places, none stands out", standing_out=0),
    Town("40 places, 5 stand out"),
    Town("40 places, 5 stand out, BY", dependent=True),
    Town("200 places, 5 stand out", places=200),
    Town("12 places, 3 stand out", places=12, standing_out=3),
    Town("40 places, none, shared shock 0.2", standing_out=0, shock_sd=0.2),
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
NEIGHBOURHOODS = {
    "snowball: 40 with R 0.9, 100 people": (np.full(40, 0.9), 100),
    "snowball: 35 with R 0.7, 5 with R 1.6, 100 people": (np.repeat([0.7, 1.6], [35, 5]), 100),
    "snowball: 35 with R 1.0, 5 with R 1.6, 300 people": (np.repeat([1.0, 1.6], [35, 5]), 300),
}


def table(names: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    names = list(names)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def over(scenario: Scenario, runs: int) -> Coverage:
    return coverage(scenario, runs=runs, rng=np.random.default_rng(SEED))


def one_per_row(scenarios: list[Scenario], runs: int) -> str:
    def row(scenario: Scenario) -> list[object]:
        found = over(scenario, runs)
        silent = f"{100 * (runs - found.spoken) / runs:.0f} %"
        if not found.spoken:
            return [scenario.name, "-", "-", "-", silent]
        mean, width = f"{found.mean:.3g}", f"{found.width:.2g}"
        return [scenario.name, f"{found.covered:.3f}", mean, width, silent]

    return table(("case", "covers", "mean", "median width", "silent"), map(row, scenarios))


def pooling(runs: int) -> str:
    kinds = ("mean", "next_place", "mean_with_prior", "next_with_prior")

    def row(places: int, spread: float) -> list[object]:
        found = [over(pooling_scenario(places, spread=spread, kind=one), runs) for one in kinds]
        cells = [f"{one.covered:.3f}" if one.spoken else "-" for one in found]
        return [places, spread, *cells]

    rows = (row(places, sd) for places in (2, 3, 5, 12, 30) for sd in (0.1, 0.3, 0.8))
    return table(
        ("places", "sd", "mean", "next place", "mean, prior alone", "next, prior alone"), rows
    )


def shares(runs: int) -> str:
    def row(places: int, spread: float) -> list[object]:
        kinds = ("share", "next_place")
        found = [over(shares_scenario(places, spread=spread, kind=one), runs) for one in kinds]
        mean = f"{found[0].mean:.3f}"
        return [places, spread, *(f"{one.covered:.3f}" for one in found), mean]

    rows = (row(places, sd) for places in (3, 6, 15, 40) for sd in (0.1, 0.5, 1.0))
    return table(("places", "sd (logit)", "share", "next place", "mean share"), rows)


def naming(runs: int) -> str:
    found = [effect_names(town, runs=runs, rng=np.random.default_rng(SEED)) for town in TOWNS]
    for name, (r, people) in NEIGHBOURHOODS.items():
        rng = np.random.default_rng(SEED)
        found.append(snowball_names(name, r=r, people=people, k=0.5, runs=runs // 5, rng=rng))
    rows = (
        [
            one.town,
            f"{one.false_share:.3f}",
            "-" if np.isnan(one.found) else f"{one.found:.2f}",
            f"{one.empty:.2f}",
        ]
        for one in found
    )
    return table(("towns", "share of names wrong", "true ones found", "empty lists"), rows)


TABLES: list[tuple[str, str, Callable[[int], str]]] = [
    ("response", "response", lambda runs: one_per_row(RESPONSE, runs)),
    ("weights", "weights", lambda runs: one_per_row(WEIGHTS, runs)),
    ("small-areas", "small-areas", lambda runs: one_per_row(SMALL_AREAS, runs)),
    ("channels", "channels", lambda runs: one_per_row(CHANNELS, runs)),
    ("survival", "survival", lambda runs: one_per_row(SURVIVAL, runs)),
    ("pooling", "pooling", pooling),
    ("pooling", "shares", lambda runs: shares(runs // 3)),
    ("naming", "naming", naming),
]


def written(page: str, name: str, text: str) -> str:
    """Return the page with the table between its markers replaced."""
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    before, _, rest = page.partition(start)
    _, marker, after = rest.partition(end)
    if not marker:
        raise SystemExit(f"no markers for the table {name}")
    return f"{before}{start}\n{text}\n{end}{after}"


def main() -> int:
    """Run every table, print it, and write it into its page."""
    chosen = [one.removeprefix("--runs=") for one in sys.argv if one.startswith("--runs=")]
    runs = int(chosen[0]) if chosen else RUNS
    for page, name, rows in TABLES:
        begun = time.perf_counter()
        text = rows(runs)
        print(f"{name}, {time.perf_counter() - begun:.0f} s\n{text}\n", flush=True)
        if "--show" not in sys.argv:
            path = PAGES / f"{page}.md"
            path.write_text(written(path.read_text("utf-8"), name, text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
