"""A smooth line of R that uses later weeks as well: forward and backward over a grid.

Method page: docs/methods/renewal.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.recruiting import PRIOR_RATE
from sneeuwbal.analysis.renewal.arrivals import TAIL, checked, infectivity

Floats = NDArray[np.float64]

DRIFT = 0.1  # how far R may wander in a week, in square roots of R; EpiFilter's default
GRID = (0.01, 4.0, 60)
CHUNK = 64  # neighbourhoods at a time: stays in the processor's own memory
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Smooth:
    """Smoothed R per neighbourhood and week, with 95% bounds; arrays (n, t)."""

    value: Floats
    low: Floats
    high: Floats


def smoothed_number(
    referred: Floats,
    campaign: Floats,
    *,
    weights: Floats,
    overdispersion: float | Floats = 1.0,
    drift: float = DRIFT,
    grid: tuple[float, float, int] = GRID,
) -> Smooth:
    """Estimate R of every week from all weeks, earlier and later.

    Parameters
    ----------
    referred, campaign, weights
        As `sliding.renewal_number`.
    overdispersion : float or (n,) float, >= 1
        Variance of the counts over their mean; 1 + R/k. The likelihood is flattened by it.
    drift : float, > 0
        Standard deviation of the weekly change of R, over the root of R.
    grid : (lowest, highest, points)
        Values of R that are considered, evenly spaced in the root of R.

    Returns
    -------
    Smooth
        For a picture beside the numbers of `sliding`, never a headline.

    Raises
    ------
    ValueError
        As `sliding.renewal_number`, or if an overdispersion is below 1.

    Notes
    -----
    EpiFilter of Parag (2021), doi:10.1371/journal.pcbi.1009347: a random walk of R, Poisson
    arrivals, forward filter and backward smoother. Changed here: the steps are weighted to
    add up to 1, the start is our prior, and the likelihood is flattened for uneven
    recruiting. Weak point: the interval depends on `drift`, which is chosen, not estimated.
    """
    local, imported = checked(referred, campaign, weights)
    wide = np.broadcast_to(np.asarray(overdispersion, float), (local.shape[0],))
    if wide.size and wide.min() < 1:
        raise ValueError("overdispersion is at least 1")
    expected = infectivity(local + imported, weights)
    values = np.linspace(np.sqrt(grid[0]), np.sqrt(grid[1]), grid[2]) ** 2
    steps = _steps(values, drift)
    made = np.empty((3, *local.shape))
    for start in range(0, local.shape[0], CHUNK):
        rows = slice(start, start + CHUNK)
        like = _likelihood(local[rows], expected[rows], values=values, wide=wide[rows])
        made[:, rows] = _both_ways(like, steps, values)
    return Smooth(*made)


def _steps(values: Floats, drift: float) -> Floats:
    """Chance to move from one value of R (row) to another in a week; rows add up to 1."""
    distance = (values[None, :] - values[:, None]) / (drift * np.sqrt(values)[:, None])
    chance = np.exp(-(distance**2) / 2) * np.sqrt(values)  # points lie wider apart higher up
    found: Floats = chance / chance.sum(axis=1, keepdims=True)
    return found


def _likelihood(local: Floats, expected: Floats, *, values: Floats, wide: Floats) -> Floats:
    """Flattened Poisson likelihood (t, n, grid), at most 1; a week that can say nothing is 1."""
    count = np.where(expected > 0, local, 0.0) / wide[:, None]
    log = count.T[:, :, None] * np.log(values)
    log -= (expected / wide[:, None]).T[:, :, None] * values
    log -= log.max(axis=2, keepdims=True)
    return np.asarray(np.exp(log, out=log), float)


def _both_ways(like: Floats, steps: Floats, values: Floats) -> Floats:
    """Mean and bounds (3, n, t): filtered forward in place, then smoothed backward."""
    weeks, rows, _ = like.shape
    start = np.exp(-PRIOR_RATE * values) * np.sqrt(values)
    before = np.empty_like(like)
    before[0] = start / start.sum()
    for week in range(weeks):
        like[week] *= before[week]
        like[week] /= like[week].sum(axis=1, keepdims=True)
        if week + 1 < weeks:
            np.matmul(like[week], steps, out=before[week + 1])
    made = np.empty((3, rows, weeks))
    for week in range(weeks - 1, -1, -1):
        if week + 1 < weeks:
            ahead = like[week + 1] / np.maximum(before[week + 1], TINY)
            like[week] *= ahead @ steps.T
            like[week] /= like[week].sum(axis=1, keepdims=True)
        made[0, :, week] = like[week] @ values
        below = np.cumsum(like[week], axis=1)
        for place, share in ((1, TAIL), (2, 1 - TAIL)):
            point = np.minimum((below < share).sum(axis=1), values.size - 1)
            made[place, :, week] = values[point]
    return made
