"""Who was reached, and does that mirror the people who live there?

Method page: docs/methods/representativeness.md.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, norm

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

MIN_EXPECTED = 5


def reach(reached: int, households: int, *, exact: bool = False) -> Estimate:
    """Estimate which share of the households was reached.

    Parameters
    ----------
    reached, households : int
        Households reached, out of all households in the target group.
    exact : bool
        Clopper-Pearson instead of Wilson: never too narrow, often too wide.

    Returns
    -------
    Estimate
        Share in [0, 1]; silent without households.

    Raises
    ------
    ValueError
        If reached does not lie between 0 and households.

    Notes
    -----
    Wilson (1927), doi:10.1080/01621459.1927.10502953; Clopper & Pearson (1934),
    doi:10.1093/biomet/26.4.404. The interval says how far this reach would vary in a
    second round like this one; as a count of this round it is exact.
    """
    if not 0 <= reached <= households:
        raise ValueError("reached lies between 0 and households")
    method = "Clopper-Pearson" if exact else "Wilson"
    if not households:
        return silent(Silence.NO_DATA, n=0, method=method, unit="share")
    low, high = (_clopper_pearson if exact else _wilson)(reached, households)
    return Estimate(reached / households, low, high, n=households, method=method, unit="share")


def representation(reached: NDArray[np.int64], population: NDArray[np.int64]) -> list[Estimate]:
    """Estimate for each group its share among the reached over its share in the population.

    Parameters
    ----------
    reached : (g,) int
        Households reached per group; the groups exclude each other and cover everyone.
    population : (g,) int
        Households per group in the open statistics.

    Returns
    -------
    list of g Estimate
        1 is proportional, 0.5 half as present as at home. n is the number reached in
        all groups together. Silent when fewer than five would be expected.

    Raises
    ------
    ValueError
        If the arrays differ in length or hold a negative number.

    Notes
    -----
    Wilson interval of the share among the reached over the population share, which is
    taken as known. No one is linked to a register. Weak point: several groups at once,
    so one of twenty intervals misses 1 by chance.
    """
    if reached.shape != population.shape:
        raise ValueError("reached and population differ in length")
    if reached.size and min(int(reached.min()), int(population.min())) < 0:
        raise ValueError("reached and population cannot be negative")
    everyone, people = int(reached.sum()), int(population.sum())
    return [
        _ratio(int(seen), everyone, int(living) / people if people else 0.0)
        for seen, living in zip(reached, population, strict=True)
    ]


def _ratio(seen: int, everyone: int, share: float) -> Estimate:
    method, unit = "share ratio, Wilson", "ratio"
    if everyone * share < MIN_EXPECTED:
        return silent(Silence.TOO_FEW, n=everyone, method=method, unit=unit)
    low, high = _wilson(seen, everyone)
    return Estimate(
        seen / everyone / share, low / share, high / share, n=everyone, method=method, unit=unit
    )


def _wilson(successes: int, trials: int) -> tuple[float, float]:
    z = float(norm.ppf((1 + LEVEL) / 2))
    share = successes / trials
    centre = share + z * z / (2 * trials)
    half_width = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    # At 0 and 1 the bound equals the share; rounding must not put it beyond.
    low = 0.0 if successes == 0 else (centre - half_width) / scale
    high = 1.0 if successes == trials else (centre + half_width) / scale
    return low, high


def _clopper_pearson(successes: int, trials: int) -> tuple[float, float]:
    tail = (1 - LEVEL) / 2
    low = float(beta.ppf(tail, successes, trials - successes + 1)) if successes else 0.0
    misses = trials - successes
    high = float(beta.ppf(1 - tail, successes + 1, misses)) if misses else 1.0
    return low, high
