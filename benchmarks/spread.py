"""All figures about spread of every Dutch neighbourhood, timed. Run: python benchmarks/spread.py

The pure part: from arrays to numbers, on made-up arrivals; reading the ledger is
benchmarks/reduction.py. Target: 60 s on two idle cores; on a busy machine look at the processor
time, which is that of all processes together.
"""

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.delays import PRIOR_DELAY
from sneeuwbal.analysis.renewal.cohorts import cohort_number
from sneeuwbal.analysis.renewal.intervals import weekly_weights
from sneeuwbal.analysis.renewal.late import chain_ladder, registered_share, registration_triangle
from sneeuwbal.analysis.renewal.sliding import renewal_bounds, renewal_number
from sneeuwbal.analysis.renewal.smoothing import smoothed_number
from sneeuwbal.analysis.snowball import snowball_finding
from sneeuwbal.analysis.snowball_cohorts import Arrivals, snowball_cohorts

NEIGHBOURHOODS, WEEKS, PARTS = 14_500, 156, 58
TARGET_S = 60.0
Floats = NDArray[np.float64]


def arrivals(part: int) -> tuple[Floats, Floats, Floats, np.random.Generator]:
    """Referred, campaign and unknown arrivals per week: 70 people a neighbourhood."""
    rng = np.random.default_rng(part)
    form = (NEIGHBOURHOODS // PARTS, WEEKS)
    referred, campaign, unknown = (
        rng.poisson(mean, form).astype(float) for mean in (0.12, 0.28, 0.05)
    )
    return referred, campaign, unknown, rng


def by_week(part: int) -> None:
    """Sliding windows, bounds for unknown origin, cohorts by timing, the smoothed line."""
    referred, campaign, unknown, _ = arrivals(part)
    weights = weekly_weights(56, 2, weeks=WEEKS)
    share = np.clip(np.arange(WEEKS, 0, -1) / 4, 0.2, 1.0)
    found = renewal_number(
        referred, campaign + unknown, weights=weights, dispersion=0.5, registered=share
    )
    assert all(len(f) for f in (found.interval, found.sayable, found.probability_above(1.0)))
    bounds = renewal_bounds(referred, campaign, unknown=unknown, weights=weights, dispersion=0.5)
    assert len(bounds.interval[0])
    cohorts = cohort_number(referred, campaign + unknown, weights=weights, dispersion=0.5)
    assert cohorts.interval[0].size
    smoothed_number(referred, campaign + unknown, weights=weights, overdispersion=1.6)


def by_person(part: int) -> None:
    """Snowball number, label and yearly cohorts of every neighbourhood, from single people."""
    *weekly, rng = arrivals(part)
    today = 7 * WEEKS
    for row in range(weekly[0].shape[0]):
        counts = [stream[row].astype(int) for stream in weekly]
        joined = np.concatenate([np.repeat(7 * np.arange(WEEKS), many) for many in counts])
        unknown = np.repeat([False, False, True], [many.sum() for many in counts])
        shares = np.full(joined.size, 1 / joined.size)
        recruits = rng.multinomial(counts[0].sum(), shares).astype(float)
        cdf = PRIOR_DELAY.cdf
        snowball_finding(
            recruits,
            (today - joined).astype(float),
            delay_cdf=cdf,
            unknown_origin=int(unknown.sum()),
        )
        given = Arrivals(joined, recruits, np.zeros(joined.size, bool), unknown)
        snowball_cohorts(given, today, delay_cdf=cdf)


def late() -> None:
    """Registration of a million participants, once for the whole programme."""
    rng = np.random.default_rng(0)
    happened = rng.integers(0, WEEKS, 1_000_000)
    recorded = happened + rng.geometric(0.5, happened.size) - 1
    known = recorded < WEEKS
    triangle = registration_triangle(happened[known], recorded[known], weeks=WEEKS, ages=26)
    registered_share(chain_ladder(triangle), weeks=WEEKS)


def both(part: int) -> None:
    """Everything about one part of the neighbourhoods."""
    by_week(part)
    by_person(part)


def main() -> int:
    """Print the times; fail when everything takes longer than the target."""
    for name, piece in (("by week", by_week), ("by person", by_person)):
        before = time.process_time()
        piece(0)
        print(f"{name}, one part in {PARTS}: {time.process_time() - before:.2f} s of processor")
    begun, before_all = time.perf_counter(), os.times()
    late()
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(both, range(PARTS)))
    wall, after = time.perf_counter() - begun, os.times()
    busy = sum(after[:4]) - sum(before_all[:4])
    print(f"all of {NEIGHBOURHOODS:,} x {WEEKS} weeks: {wall:.1f} s, {busy:.1f} s of processor")
    fits = busy / 2 <= TARGET_S
    print(f"target {TARGET_S:.0f} s on two idle cores: {'ok' if fits else 'TOO SLOW'}")
    return int(not fits)


if __name__ == "__main__":
    sys.exit(main())
