"""What is left of the effect if trends would have differed anyway?

Method page: docs/methods/effects.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from sneeuwbal.analysis.effects.aggregates import Aggregate, Estimand, aggregate
from sneeuwbal.analysis.effects.attgt import Controls, group_time
from sneeuwbal.analysis.effects.interval import welch
from sneeuwbal.analysis.effects.panel import Panel
from sneeuwbal.analysis.estimate import LEVEL

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

METHOD = "relative magnitudes, union interval"
SHOWN = (0.5, 1.0, 2.0)
FINEST = 0.005


@dataclass(frozen=True, slots=True)
class Bound:
    """What holds when trends may differ `mbar` times as much as before the start.

    `low` and `high` are the 95 % interval; the identified bounds leave out all error.
    """

    mbar: float
    low: float
    high: float
    identified_low: float
    identified_high: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Bounds per Mbar, and the smallest Mbar at which the interval holds 0.

    `sign_lost_at` is 0 when the interval holds 0 even without any difference in trend, None
    when the sign survives the largest Mbar tried or nothing could be bounded.
    """

    bounds: tuple[Bound, ...]
    sign_lost_at: float | None
    method: str = METHOD


def relative_magnitude_bounds(
    panel: Panel, controls: Controls, *, mbars: tuple[float, ...] = SHOWN
) -> Sensitivity:
    """Bound the mean effect over event times when trends may differ by Mbar times the past.

    Parameters
    ----------
    panel : Panel
    controls : Controls
    mbars : floats, >= 0
        1: from one period to the next the difference in trend changes after the start by
        at most the largest such change before it.

    Returns
    -------
    Sensitivity
        In the unit of the outcome. Without bounds when no cohort is seen in two periods
        before its start, or a cohort of one carries weight.

    Raises
    ------
    ValueError
        If an Mbar is negative.

    Notes
    -----
    Restriction of Rambachan & Roth (2023), doi:10.1093/restud/rdad018; interval of our own, see
    `union_bound`. Weak point: it learns from what was seen before, so with one quiet period
    before the start it promises too much.
    """
    if min(mbars, default=0.0) < 0:
        raise ValueError("Mbar cannot be negative")
    effects = group_time(panel, controls, universal=True)
    found = aggregate(effects, Estimand.DYNAMIC)
    starts = effects.panel.cluster_start
    changes = _changes(found)
    if found.overall.is_silent or not changes[0].size:
        return Sensitivity((), None)
    reach = float(np.mean([row.at + 1 for row in found.rows if row.at >= 0]))

    def bound(mbar: float) -> Bound:
        return union_bound(
            float(found.overall.value or 0.0),
            found.influence,
            changes=changes,
            mbar=mbar,
            reach=reach,
            half_width=lambda influence: _half_width(influence, starts),
        )

    return Sensitivity(tuple(bound(mbar) for mbar in mbars), _sign_lost_at(bound, max(mbars)))


def union_bound(
    value: float,
    influence: Floats,
    *,
    changes: tuple[Floats, Floats],
    mbar: float,
    reach: float,
    half_width: Callable[[Floats], float],
) -> Bound:
    """Bound an effect by each earlier change in turn, and take everything together.

    Parameters
    ----------
    value, influence
        The effect and the influence of each cluster on it.
    changes : ((k,), (k, clusters))
        Changes of the difference in trend before the start, and the influence on each.
    mbar : float, >= 0
    reach : float
        How far one change per period can move the effect: for the mean over P periods
        `(P + 1) / 2`, for the effect in the p-th period p.
    half_width : influence -> float
        Of the 95 % interval of an estimate with this influence.

    Returns
    -------
    Bound

    Notes
    -----
    If change j is the largest, the effect lies between `value - mbar reach |d_j|` and `value +
    mbar reach |d_j|`, and each end is a plain estimate with its own interval. Which change is the
    largest is unknown, so the union over all is taken: it covers at least as often as it
    says. R package HonestDiD also uses what the other changes tell and is a tenth narrower.
    """
    sizes, influences = changes
    moved = mbar * reach
    lows, highs = [], []
    for size, own in zip(sizes, influences, strict=True):
        for sign in (-1.0, 1.0):
            end, width = value + sign * moved * size, half_width(influence + sign * moved * own)
            lows.append(end - width)
            highs.append(end + width)
    largest = moved * float(np.abs(sizes).max())
    low, high = float(min(lows)), float(max(highs))
    return Bound(mbar, low, high, value - largest, value + largest)


def _changes(found: Aggregate) -> tuple[Floats, Floats]:
    """First differences of the path before the start; it ends at 0 in the last period."""
    row_of = {line.at: row for row, line in enumerate(found.rows)}
    first = -2
    while first - 1 in row_of:
        first -= 1
    before = [row_of[at] for at in range(first, -1) if at in row_of]
    values = np.array([found.rows[row].estimate.value or 0.0 for row in before] + [0.0])
    clusters = found.influence.size
    influence = np.vstack([found.row_influence[before], np.zeros((1, clusters))])
    return np.diff(values), np.diff(influence, axis=0)


def _half_width(influence: Floats, starts: Ints) -> float:
    error, freedom = welch(influence, starts)
    return float(student.ppf((1 + LEVEL) / 2, freedom)) * error if freedom > 0 else 0.0


def _sign_lost_at(bound: Callable[[float], Bound], most: float) -> float | None:
    def holds_zero(mbar: float) -> bool:
        one = bound(mbar)
        return one.low <= 0 <= one.high

    if holds_zero(0.0):
        return 0.0
    if not holds_zero(most):
        return None
    low, high = 0.0, most
    while high - low > FINEST:
        middle = (low + high) / 2
        low, high = (low, middle) if holds_zero(middle) else (middle, high)
    return round(high, 2)
