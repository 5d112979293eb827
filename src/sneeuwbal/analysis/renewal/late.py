"""Arrivals that are still to be registered: development factors, and what they complete.

Method page: docs/methods/renewal.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST_SHARE = 0.2  # below this a week says more about registration than about arrivals


@dataclass(frozen=True, slots=True)
class Completion:
    """A completed triangle: `n` origin periods, `m` ages.

    factors          (m-1,) growth from one age to the next
    variance         (m-1,) Mack's sigma squared
    registered       (m,) share known at each age
    ultimate, missing, standard_error   (n,) per origin period
    total_missing, total_standard_error
    """

    factors: Floats
    variance: Floats
    registered: Floats
    ultimate: Floats
    missing: Floats
    standard_error: Floats
    total_missing: float
    total_standard_error: float


def registration_triangle(
    happened_week: Ints, recorded_week: Ints, *, weeks: int, ages: int
) -> Floats:
    """Return how many events of each week were registered within 0, 1, 2 … weeks.

    Parameters
    ----------
    happened_week, recorded_week : (n,) int, weeks from 0 to `weeks` - 1
        When it happened, and when it was registered; not before.
    weeks, ages : int
        Weeks until now; ages to follow. Later registration counts as the last age.

    Returns
    -------
    (weeks, ages) float
        Cumulative; NaN where it is not known yet.

    Raises
    ------
    ValueError
        If something was registered before it happened or after now.
    """
    happened = np.asarray(happened_week, np.int64)
    late = np.asarray(recorded_week, np.int64) - happened
    if happened.size and (happened.min() < 0 or late.min() < 0 or (happened + late).max() >= weeks):
        raise ValueError("registration lies between the event and now")
    counts = np.zeros((weeks, ages))
    np.add.at(counts, (happened, np.minimum(late, ages - 1)), 1.0)
    triangle = np.cumsum(counts, axis=1)
    known = np.arange(ages)[None, :] <= (weeks - 1 - np.arange(weeks))[:, None]
    return np.asarray(np.where(known, triangle, np.nan), float)


def chain_ladder(triangle: Floats) -> Completion:
    """Complete a cumulative triangle, with standard errors.

    Parameters
    ----------
    triangle : (n, m) float
        Cumulative counts, oldest first; NaN to the right of what is known. The oldest is
        complete. What happened before age m is followed no further counts as complete.

    Returns
    -------
    Completion

    Raises
    ------
    ValueError
        If the oldest row is not complete, or a row has gaps.

    Notes
    -----
    Mack (1993), ASTIN Bulletin 23:213. Factor of each age: sum of the next over sum of this,
    over the rows that know both. Weak point: registration is assumed as fast as it was; a
    holiday or a new team breaks it.
    """
    known = np.isfinite(triangle)
    length = known.sum(axis=1)
    ages = triangle.shape[1]
    contiguous = (known == (np.arange(ages)[None, :] < length[:, None])).all()
    if not triangle.size or length[0] != ages or length.min() < 1 or not contiguous:
        raise ValueError("a triangle has a complete oldest row and no gaps")
    factors, variance = _factors(triangle, known)
    ahead = np.concatenate([np.cumprod(factors[::-1])[::-1], [1.0]])
    latest = triangle[np.arange(length.size), length - 1]
    ultimate = latest * ahead[length - 1]
    square, total = _mack_error(triangle, factors, variance, ultimate)
    return Completion(
        factors=factors,
        variance=variance,
        registered=1 / ahead,
        ultimate=ultimate,
        missing=ultimate - latest,
        standard_error=np.sqrt(square),
        total_missing=float((ultimate - latest).sum()),
        total_standard_error=float(np.sqrt(total)),
    )


def registered_share(completion: Completion, *, weeks: int) -> Floats:
    """Return the share registered of each week up to now, for `sliding.renewal_number`.

    Parameters
    ----------
    completion : Completion
        Of the whole programme: one neighbourhood has too few.
    weeks : int
        Number of weeks, the last being the current one.

    Notes
    -----
    Never below 0.2: a week that is known for less than that would be mostly guesswork.
    """
    age = np.minimum(np.arange(weeks)[::-1], completion.registered.size - 1)
    found: Floats = np.clip(completion.registered[age], LEAST_SHARE, 1.0)
    return found


def _factors(triangle: Floats, known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Development factors and Mack's sigma squared; the last by his extrapolation."""
    ages = triangle.shape[1]
    factors, variance = np.ones(ages - 1), np.zeros(ages - 1)
    for age in range(ages - 1):
        rows = known[:, age + 1]
        here, then = triangle[rows, age], triangle[rows, age + 1]
        if here.sum() <= 0:
            continue
        factors[age] = then.sum() / here.sum()
        used = here > 0
        if used.sum() > 1:
            spread = here[used] * (then[used] / here[used] - factors[age]) ** 2
            variance[age] = spread.sum() / (used.sum() - 1)
        elif age > 1 and variance[age - 2] > 0:
            one, other = variance[age - 1], variance[age - 2]
            variance[age] = min(one**2 / other, one, other)
    return factors, variance


def _mack_error(
    triangle: Floats, factors: Floats, variance: Floats, ultimate: Floats
) -> tuple[Floats, float]:
    """Mack's mean squared error per origin period and of their total."""
    known = np.isfinite(triangle)
    length = known.sum(axis=1)
    column = np.array([np.nansum(triangle[known[:, age + 1], age]) for age in range(factors.size)])
    ratio = np.divide(variance, factors**2, out=np.zeros(variance.size), where=factors > 0)
    shared = np.divide(ratio, column, out=np.zeros(ratio.size), where=column > 0)
    filled = triangle.copy()
    for age in range(factors.size):
        gap = ~known[:, age + 1]
        filled[gap, age + 1] = filled[gap, age] * factors[age]
    square, total = np.zeros(length.size), 0.0
    for row, have in enumerate(length):
        ages = slice(have - 1, factors.size)
        own = np.divide(
            ratio[ages],
            filled[row, ages.start : factors.size],
            out=np.zeros(ratio[ages].size),
            where=filled[row, ages.start : factors.size] > 0,
        )
        square[row] = ultimate[row] ** 2 * float((own + shared[ages]).sum())
        later = float(ultimate[row + 1 :].sum())
        total += square[row] + 2 * ultimate[row] * later * float(shared[ages].sum())
    return square, total
