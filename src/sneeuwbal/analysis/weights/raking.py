"""What would the answers be if the respondents mirrored the neighbourhood?

Method page: docs/methods/weights.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MARGIN_ERROR = 1e-8
MAX_ROUNDS = 200
# A weight above five times the median is cut off there (assumption).
TRIM_AT = 5.0
TRIM_ROUNDS = 20


class NotReached(ValueError):
    """The weights cannot be made to reproduce the margins."""


@dataclass(frozen=True)
class Raking:
    """Weights that reproduce the margins, and what that costs in precision.

    `design_effect` 2 means: as imprecise as half as many respondents. `trimmed` counts the
    weights cut off.
    """

    weights: Floats
    rounds: int
    margin_error: float
    design_effect: float
    trimmed: int = 0


def raked_weights(base: Floats, *, factors: Ints, margins: Sequence[Floats]) -> Raking:
    """Adjust weights until every margin of the population is reproduced.

    Parameters
    ----------
    base : (n,) float, > 0
        Weight per respondent before raking; ones if all were approached alike.
    factors : (n, v) int
        Category of each of v variables, counted from 0.
    margins : v arrays of float, >= 0
        Number of people or households per category, each with the same total.

    Returns
    -------
    Raking
        Relative margin error at most 1e-8.

    Raises
    ------
    ValueError
        If shapes or totals differ, or someone answered in a category of nobody.
    NotReached
        If a category with people has no respondent, or 200 rounds do not suffice.

    Notes
    -----
    Iterative proportional fitting (Deming & Stephan 1940). Weak point: corrects only for
    what the margins show.
    """
    weights = np.array(base, float)
    targets = [np.asarray(one, float) for one in margins]
    factors = np.asarray(factors, np.int64)
    _check(weights, factors, targets)
    for rounds in range(1, MAX_ROUNDS + 1):
        for column, target in zip(factors.T, targets, strict=True):
            found = np.bincount(column, weights, len(target))
            weights = weights * (target / np.where(found > 0, found, 1.0))[column]
        error = _margin_error(weights, factors, targets)
        if error <= MARGIN_ERROR:
            return Raking(weights, rounds, error, design_effect(weights))
    raise NotReached(f"margins are off by {error:.1e} after {MAX_ROUNDS} rounds")


def trimmed_raking(
    base: Floats, *, factors: Ints, margins: Sequence[Floats], at: float = TRIM_AT
) -> Raking:
    """Rake, cut off weights above a multiple of the median, and rake again until both hold.

    Parameters
    ----------
    base, factors, margins
        As in `raked_weights`.
    at : float, > 1
        Largest weight over the median.

    Returns
    -------
    Raking

    Raises
    ------
    ValueError, NotReached
        As `raked_weights`; also when no weights obey the margins and the limit together.

    Notes
    -----
    After the last raking a weight may pass the limit by 1 %. Trimming trades a little bias
    for less variance; the factor five is an assumption.
    """
    if at <= 1:
        raise ValueError("the limit lies above the median itself")
    raking = raked_weights(base, factors=factors, margins=margins)
    rounds, cut = raking.rounds, np.zeros(len(raking.weights), bool)
    for _ in range(TRIM_ROUNDS):
        limit = at * float(np.median(raking.weights)) if raking.weights.size else 0.0
        above = raking.weights > limit * 1.01
        if not above.any():
            return Raking(
                raking.weights, rounds, raking.margin_error, raking.design_effect, int(cut.sum())
            )
        cut |= above
        raking = raked_weights(np.minimum(raking.weights, limit), factors=factors, margins=margins)
        rounds += raking.rounds
    raise NotReached("no weights obey the margins and the limit together; merge categories")


def design_effect(weights: Floats) -> float:
    """Return by which factor unequal weights inflate a variance: 1 + CV2 (Kish 1965).

    Parameters
    ----------
    weights : (n,) float

    Returns
    -------
    float
        1 for equal weights; 1 too without any.
    """
    weights = np.asarray(weights, float)
    if not weights.size or not weights.any():
        return 1.0
    return float((weights**2).mean() / weights.mean() ** 2)


def weighted_share(chosen: NDArray[np.bool_], weights: Floats) -> Estimate:
    """Estimate a share among everyone from weighted answers.

    Parameters
    ----------
    chosen : (n,) bool
    weights : (n,) float, >= 0

    Returns
    -------
    Estimate
        Share in [0, 1]; n respondents. Silent with fewer than five effective respondents.

    Notes
    -----
    Wilson interval at the effective number n / (1 + CV2). Weak point: raking explains part of
    the variance, which this ignores, so it errs on the wide side.
    """
    chosen, weights = np.asarray(chosen, bool), np.asarray(weights, float)
    if chosen.shape != weights.shape:
        raise ValueError("chosen and weights differ in length")
    method, unit = "weighted share, Wilson", "share"
    if not weights.size or weights.sum() <= 0:
        return silent(Silence.NO_DATA, n=len(weights), method=method, unit=unit)
    effective = len(weights) / design_effect(weights)
    if effective < 5:
        return silent(Silence.TOO_FEW, n=len(weights), method=method, unit=unit)
    share = float(weights[chosen].sum() / weights.sum())
    z = float(norm.ppf((1 + LEVEL) / 2))
    centre = (share + z * z / (2 * effective)) / (1 + z * z / effective)
    half = z * sqrt(share * (1 - share) / effective + (z / (2 * effective)) ** 2)
    half /= 1 + z * z / effective
    low, high = max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))
    return Estimate(share, low, high, n=len(weights), method=method, unit=unit)


def _check(weights: Floats, factors: Ints, targets: Sequence[Floats]) -> None:
    if factors.ndim != 2 or factors.shape != (len(weights), len(targets)):
        raise ValueError("factors needs a row per respondent and a column per margin")
    if weights.size and weights.min() <= 0:
        raise ValueError("base weights are positive")
    totals = [float(one.sum()) for one in targets]
    if totals and max(totals) - min(totals) > 1e-6 * max(max(totals), 1.0):
        raise ValueError("the margins have different totals")
    for column, target in zip(factors.T, targets, strict=True):
        if column.size and (column.min() < 0 or column.max() >= len(target)):
            raise ValueError("a category code falls outside its margin")
        answered = np.bincount(column, minlength=len(target)) > 0
        if bool((answered & (target <= 0)).any()):
            raise ValueError("someone answered in a category of nobody")
        if bool((~answered & (target > 0)).any()):
            raise NotReached("a category with people has no respondent; merge categories")


def _margin_error(weights: Floats, factors: Ints, targets: Sequence[Floats]) -> float:
    worst = 0.0
    for column, target in zip(factors.T, targets, strict=True):
        found = np.bincount(column, weights, len(target))
        worst = max(worst, float((np.abs(found - target) / np.where(target > 0, target, 1)).max()))
    return worst
