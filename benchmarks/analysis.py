"""How long the analysis takes, against its targets. Run: python benchmarks/analysis.py"""

import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy

from sneeuwbal.analysis.delays import PRIOR_DELAY
from sneeuwbal.analysis.scheduling import (
    Place,
    ScheduleInputs,
    check_schedule,
    effort_profile,
    schedule,
)
from sneeuwbal.analysis.selection import rank_acceptability
from sneeuwbal.analysis.simulation import simulate_town
from sneeuwbal.analysis.snowball import snowball_finding
from sneeuwbal.analysis.town import TownSpec
from sneeuwbal.analysis.weighting import weight_draws

RUNS = 5
HORIZON = 12


@dataclass(frozen=True)
class Task:
    """Something timed, and the seconds it may take on two idle cores."""

    name: str
    target_s: float
    do: Callable[[], object]


def schedule_inputs(places: int) -> ScheduleInputs:
    rng = np.random.default_rng(1)
    peaks = rng.choice([0.5, 0.8, 1.1], places)
    chosen = tuple(
        Place(
            key=str(number),
            households=float(rng.gamma(3, 10)),
            effort_fte=effort_profile(HORIZON, peak_fte=float(peaks[number]), floor_fte=0.1),
            cost_eur=(14_000.0, 14_000.0, 4_000.0),
        )
        for number in range(places)
    )
    side = int(np.ceil(np.sqrt(places)))
    beside = [(one, one + 1) for one in range(places - 1) if (one + 1) % side]
    below = [(one, one + side) for one in range(places - side)]
    return ScheduleInputs(
        places=chosen,
        capacity_fte=(places / 16,) * HORIZON,
        kickoffs_per_quarter=6,
        budget_per_year=(400_000.0,) * 3,
        adjacent=tuple(beside + below),
        adjacency_reward=0.5,
    )


def tasks() -> list[Task]:
    rng = np.random.default_rng(1)
    values, sd = rng.random((200, 12)), np.full((200, 12), 0.05)
    weights = weight_draws(12, 20_000, rng=rng)
    recruits, days = rng.poisson(0.3, (1_000, 60)), rng.uniform(0, 365, (1_000, 60))
    inputs = schedule_inputs(313)
    plan = schedule(inputs)

    def numbers() -> None:
        for one in range(1_000):
            snowball_finding(recruits[one], days[one], delay_cdf=PRIOR_DELAY.cdf)

    def ranks() -> object:
        return rank_acceptability(values, weights, rng=np.random.default_rng(2), top=20, data_sd=sd)

    return [
        Task("a town, 20 x 800 households, 156 weeks", 2.0, lambda: simulate_town(TownSpec(), rng)),
        Task("rank acceptability, 200 x 12 x 20,000, data error", 2.0, ranks),
        Task("snowball number, 1,000 neighbourhoods", 2.0, numbers),
        Task("schedule, 313 places x 12 quarters", 5.0, lambda: schedule(inputs)),
        Task("checker, 313 places", 0.05, lambda: check_schedule(inputs, plan.start)),
    ]


def seconds(do: Callable[[], object]) -> float:
    before = time.perf_counter()
    do()
    return time.perf_counter() - before


def main() -> int:
    print(f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}")
    failed = 0
    for task in tasks():
        median = statistics.median(seconds(task.do) for _ in range(RUNS))
        verdict = "ok" if median <= task.target_s else "TOO SLOW"
        failed += verdict != "ok"
        print(f"{task.name:<52} {median:8.3f} s  target {task.target_s:5.2f} s  {verdict}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
