"""What does a household cost, if other neighbourhoods like these were to take part?

Method page: docs/methods/costs.md.
"""

from math import exp

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

UNIT = "EUR per household"
# Fewer neighbourhoods say too little of how neighbourhoods differ: docs/methods/costs.md.
MIN_PLACES = 8
DRAWS = 1_999

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def resampled_cost(
    cost_eur: Floats,
    households: Counts,
    *,
    rng: np.random.Generator,
    shared_eur: float = 0.0,
    draws: int = DRAWS,
) -> Estimate:
    """Estimate the cost per household, with an interval over neighbourhoods.

    Parameters
    ----------
    cost_eur : (n,) float, >= 0
        Everything booked on each neighbourhood, teams that stopped included.
    households : (n,) int, >= 0
        Households reached, taking part or with a measure in each.
    rng : Generator
        Draws the neighbourhoods.
    shared_eur : float, >= 0
        Cost of the programme as a whole, which would be the same in other neighbourhoods.
    draws : int
        Number of times that n neighbourhoods are drawn with replacement.

    Returns
    -------
    Estimate
        Sum over sum. Too few below eight neighbourhoods; not determinable when a draw without
        any household is not rare.

    Raises
    ------
    ValueError
        If the arrays differ in length or hold a negative number.

    Notes
    -----
    Bootstrap-t of the logarithm of the ratio (Efron & Tibshirani 1993, chapter 12). Chosen over the
    percentile and BCa intervals, which cover less often with so few neighbourhoods. Weak point:
    it covers a little less often than it says, see docs/methods/costs.md.
    """
    if cost_eur.shape != households.shape:
        raise ValueError("cost and households differ in length")
    if cost_eur.size and min(cost_eur.min(), households.min(), shared_eur) < 0:
        raise ValueError("cost and households cannot be negative")
    n, total = int(households.sum()), float(cost_eur.sum()) + shared_eur
    method = "ratio of sums, bootstrap over neighbourhoods"
    if not total:
        return silent(Silence.NO_DATA, n=n, method=method, unit=UNIT)
    if cost_eur.size < MIN_PLACES:
        return silent(Silence.TOO_FEW, n=n, method=method, unit=UNIT)
    interval = _bootstrap_t(cost_eur, households, shared_eur, rng, draws)
    if interval is None:
        return silent(Silence.NOT_DETERMINABLE, n=n, method=method, unit=UNIT)
    return Estimate(total / n, *interval, n=n, method=method, unit=UNIT)


def _bootstrap_t(
    cost: Floats, households: Counts, shared: float, rng: np.random.Generator, draws: int
) -> tuple[float, float] | None:
    # In a fixed order, so that the draws do not depend on the order of the rows.
    order = np.lexsort((households, cost))
    cost, count = cost[order], households[order].astype(float)
    places = cost.size
    times = rng.multinomial(places, np.full(places, 1 / places), draws).astype(float)
    # A draw without households lies beyond any bound; a few of those only make the bound wider.
    times = times[times @ count > 0]
    missing = 1 - len(times) / draws
    tail = (1 - LEVEL) / 2
    ratio, error = _log_ratio(cost, count, shared, np.ones((1, places)))
    if not count.any() or missing >= tail or not error[0]:
        return None
    drawn, errors = _log_ratio(cost, count, shared, times)
    with np.errstate(divide="ignore", invalid="ignore"):
        pivot = np.nan_to_num((drawn - ratio) / errors, nan=0.0)
    low, high = np.quantile(pivot, [tail / (1 - missing), (1 - tail) / (1 - missing)])
    return exp(float(ratio[0] - high * error[0])), exp(float(ratio[0] - low * error[0]))


def _log_ratio(cost: Floats, count: Floats, shared: float, times: Floats) -> tuple[Floats, Floats]:
    """Logarithm of sum over sum per draw, and its standard error by the delta method."""
    places = cost.size
    total, households = times @ cost + shared, np.maximum(times @ count, 1e-300)
    # Influence of a neighbourhood on the logarithm: its share of the cost less that of the count.
    own = times @ cost**2 / total**2 + times @ count**2 / households**2
    both = times @ (cost * count) / (total * households)
    mean = ((times @ cost) / total - 1.0) ** 2 / places
    spread = np.maximum(own - 2 * both - mean, 0.0) * places / max(places - 1, 1)
    return np.log(total / households), np.sqrt(spread)
