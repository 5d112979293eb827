"""Does who was reached mirror the open statistics? Without any register of households.

Method page: docs/methods/response.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.estimate import Estimate, Silence, silent
from sneeuwbal.analysis.response.indicators import MIN_EXPECTED, MIN_RATE_FOR_R, signed_partial
from sneeuwbal.analysis.response.propensity import design_rows
from sneeuwbal.analysis.response.spread import spread

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# How variables hang together need not be known to the last digit.
MAX_ROUNDS = 500
MARGIN_ERROR = 1e-6
CV_METHOD = "CV from margins, type 2"
R_METHOD = "R-indicator from margins, type 2"


@dataclass(frozen=True)
class MarginsComparison:
    """CV, R and signed partials per category, from the reached and open statistics alone.

    `partials[variable][category]`: below 0 is less present than at home.
    """

    cv: Estimate
    r_indicator: Estimate
    partials: tuple[tuple[Estimate, ...], ...]


def margins_comparison(
    factors: Ints, *, margins: Sequence[NDArray[np.float64]], households: int
) -> MarginsComparison:
    """Estimate how evenly all kinds of households were reached, from margins only.

    Parameters
    ----------
    factors : (m, v) int
        Category of each of v variables for every household reached.
    margins : v arrays of float
        Households per category in the open statistics; category codes count from 0.
        Their totals may differ a little: only the shares are used.
    households : int
        Households in the area.

    Returns
    -------
    MarginsComparison
        n is the number reached. R is refused below a reach of one fifth. Silent where
        fewer than five were reached per coefficient, or the reached leave so many
        combinations out that they cannot be raked to the margins.

    Raises
    ------
    ValueError
        If a code falls outside its margin, a margin is empty, or fewer households live
        there than were reached.

    Notes
    -----
    The type 2 setting of Bianchi, Shlomo, Schouten, Da Silva & Skinner (2019), Survey
    Methodology 45:217: linear propensities, so CV2 is the Mahalanobis distance between the
    means of the reached and of the population. Where they take the cross-products from the
    reached as they are, ours come from the reached raked to the margins: exact for a single
    variable. Bias and interval as for the model with a frame; where a jackknife finds more
    variance, because how variables hang together is estimated too, it takes that. Weak point:
    linear propensities.
    """
    factors = np.asarray(factors, np.int64)
    shares = [np.asarray(one, float) / float(np.sum(one) or 1) for one in margins]
    _check(factors, shares, households)
    reached = len(factors)
    present = tuple(
        tuple(_partial(factors[:, variable], category, share) for category, share in enumerate(one))
        for variable, one in enumerate(shares)
    )
    columns = 1 + sum(int((one > 0).sum()) - 1 for one in shares)
    if reached < MIN_EXPECTED * columns:
        few = silent(Silence.TOO_FEW, n=reached, method=CV_METHOD)
        return MarginsComparison(few, silent(Silence.TOO_FEW, n=reached, method=R_METHOD), present)
    found = _distance(factors, shares, reached / households)
    if found is None:
        unclear = silent(Silence.NOT_DETERMINABLE, n=reached, method=CV_METHOD)
        return MarginsComparison(unclear, _r_indicator(unclear, 0.0), present)
    cv = Estimate(*found, n=reached, method=CV_METHOD)
    return MarginsComparison(cv, _r_indicator(cv, reached / households), present)


def _check(factors: Ints, shares: Sequence[Floats], households: int) -> None:
    if factors.ndim != 2 or factors.shape[1] != len(shares) or not shares:
        raise ValueError("factors needs one column per margin")
    if households < len(factors):
        raise ValueError("fewer households than were reached")
    for column, share in zip(factors.T, shares, strict=True):
        if share.sum() <= 0 or share.min() < 0:
            raise ValueError("a margin is empty or negative")
        if column.size and (column.min() < 0 or column.max() >= len(share)):
            raise ValueError("a category code falls outside its margin")
        if column.size and bool((share[column] == 0).any()):
            raise ValueError("someone was reached in a category nobody lives in")


def _partial(column: Ints, category: int, share: float) -> Estimate:
    return signed_partial(int((column == category).sum()), len(column), share=float(share))


def _distance(
    factors: Ints, shares: Sequence[Floats], rate: float
) -> tuple[float, float, float] | None:
    """Return the adjusted CV and its interval; None where the margins cannot be met."""
    combinations, counts = np.unique(factors, axis=0, return_counts=True)
    # A category where nobody was reached needs a row to be seen; it weighs next to nothing.
    rows = np.vstack([combinations, _unseen_rows(factors, shares)])
    seen = np.concatenate([counts, np.zeros(len(rows) - len(counts))]) / len(factors)
    raked = _raked(rows, np.where(seen > 0, seen, 0.5 / len(factors)), shares)
    if raked is None:
        return None
    design = design_rows(rows)[:, 1:]
    deviation, leverage = _linear(design, seen, raked)
    around = design - seen @ design
    noise = around.T @ (around * seen[:, None])
    found = spread(
        deviation,
        leverage,
        weights=raked,
        covariance=noise * (1 - rate) / len(factors),
        least_variance=(1 - rate) * _jackknife(rows, counts, shares, design),
    )
    low, high = found.interval()
    return found.adjusted, min(low, found.adjusted), max(high, found.adjusted)


def _linear(design: Floats, seen: Floats, raked: Floats) -> tuple[Floats, Floats]:
    """Return per combination how far its relative propensity lies from 1, and its leverage."""
    centred = design - raked @ design
    at_home = centred.T @ (centred * raked[:, None])
    leverage = centred @ np.linalg.pinv(at_home, hermitian=True)
    return leverage @ (seen @ centred), leverage


def _jackknife(rows: Ints, counts: Ints, shares: Sequence[Floats], design: Floats) -> float:
    """Return the variance of CV2 with how variables hang together estimated from the reached.

    Leaves out one household at a time; those alike need only be done once.
    """
    reached = int(counts.sum())
    squares = np.full(len(counts), np.nan)
    for place in range(len(counts)):
        left = np.concatenate([counts, np.zeros(len(rows) - len(counts))])
        left[place] -= 1
        raked = _raked(rows, np.where(left > 0, left, 0.5) / reached, shares)
        if raked is not None:
            deviation, _ = _linear(design, left / (reached - 1), raked)
            squares[place] = raked @ deviation**2
    done = np.isfinite(squares)
    if not done.any():
        return 0.0
    centre = np.average(squares[done], weights=counts[done])
    return float(counts[done] @ (squares[done] - centre) ** 2) * (reached - 1) / reached


def _unseen_rows(factors: Ints, shares: Sequence[Floats]) -> Ints:
    usual = [int(np.argmax(share)) for share in shares]
    rows = []
    for variable, share in enumerate(shares):
        for category in np.flatnonzero(share > 0):
            if not bool((factors[:, variable] == category).any()):
                rows.append([*usual[:variable], int(category), *usual[variable + 1 :]])
    return np.array(rows, np.int64).reshape(-1, len(shares))


def _raked(rows: Ints, start: Floats, shares: Sequence[Floats]) -> Floats | None:
    weights = start / start.sum()
    for _ in range(MAX_ROUNDS):
        for column, share in zip(rows.T, shares, strict=True):
            found = np.bincount(column, weights=weights, minlength=len(share))
            weights = weights * (share / np.where(found > 0, found, 1.0))[column]
        error = max(
            float(np.abs(np.bincount(column, weights, len(share)) - share).max())
            for column, share in zip(rows.T, shares, strict=True)
        )
        if error <= MARGIN_ERROR:
            return np.asarray(weights, np.float64)
    return None


def _r_indicator(cv: Estimate, rate: float) -> Estimate:
    if cv.value is None or rate < MIN_RATE_FOR_R:
        return silent(Silence.NOT_DETERMINABLE, n=cv.n, method=R_METHOD)
    low, high = cv.low or 0.0, cv.high or 0.0
    worst = sqrt(rate * (1 - rate))  # S cannot exceed this
    return Estimate(
        1 - 2 * min(rate * cv.value, worst),
        1 - 2 * min(rate * high, worst),
        1 - 2 * min(rate * low, worst),
        n=cv.n,
        method=R_METHOD,
    )
