"""Does who was reached mirror who lives there? One figure, and which group pulls it down.

Method page: docs/methods/response.md.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent
from sneeuwbal.analysis.response.propensity import ResponseModel
from sneeuwbal.analysis.response.spread import Spread, spread

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Below this share of the households R says nothing: it cannot fall far (assumption).
MIN_RATE_FOR_R = 0.2
MIN_EXPECTED = 5


@dataclass(frozen=True)
class Representativeness:
    """R-indicator and coefficient of variation, adjusted for bias, with the raw values.

    `r_standard_error` is None where R is refused; `lowest_possible_r` is what R would be if
    this many households were reached in the most uneven way.
    """

    r_indicator: Estimate
    r_standard_error: float | None
    r_unadjusted: float
    lowest_possible_r: float
    cv: Estimate
    cv_unadjusted: float


@dataclass(frozen=True)
class Partial:
    """How much one variable, or one category of it, adds to the spread of propensities.

    Both in units of the mean propensity (partial CV). Unconditional for a category carries
    a sign: below 0 it is less present than at home. `category` is None for the whole variable.
    """

    variable: int
    category: int | None
    unconditional: Estimate
    conditional: Estimate


def representativeness(model: ResponseModel) -> Representativeness:
    """Estimate how evenly all kinds of households were reached.

    Parameters
    ----------
    model : ResponseModel

    Returns
    -------
    Representativeness
        R in [0, 1], 1 for everyone equally likely, refused below a reach of one fifth;
        CV, 0 for everyone equally likely. n is the number of households reached. Both
        silent where fewer than five reached households stand behind a coefficient.

    Notes
    -----
    R = 1 - 2 S, CV = S / mean (Schouten et al. 2009; bias and variance of S2 from Shlomo et
    al. 2012, doi:10.1016/j.jspi.2011.07.008, for a full frame: no sampling term). Intervals
    from a scaled non-central chi-square, so they hold at perfect evenness too; the CV's own
    interval lets mean and spread move together. Weak point: only what the variables measure.
    """
    if not model.responses:
        return _nobody(model)
    weights, rate = model.households / model.population, model.rate
    deviation = model.propensity - weights @ model.propensity
    gradient = model.gradient - weights @ model.gradient
    absolute = spread(deviation, gradient, weights=weights, covariance=model.covariance)
    raw = sqrt(absolute.square * model.population / max(model.population - 1, 1))
    spoken = rate >= MIN_RATE_FOR_R and raw > 0
    return Representativeness(
        r_indicator=_r_indicator(model, absolute),
        r_standard_error=sqrt(absolute.variance) / raw if spoken else None,
        r_unadjusted=1 - 2 * raw,
        lowest_possible_r=1 - 2 * sqrt(rate * (1 - rate)),
        cv=_cv(model),
        cv_unadjusted=raw / rate if rate else 0.0,
    )


def partials(model: ResponseModel) -> list[Partial]:
    """Estimate which variables, and which categories, make the reach uneven.

    Parameters
    ----------
    model : ResponseModel

    Returns
    -------
    list of Partial
        Per variable first the whole, then each category. Conditional is what remains
        within the cells of the other variables. Silent for a category of whom fewer than
        five would be expected among the reached, or (conditional) nobody was.

    Notes
    -----
    RISQ manual 2.1 (2015), divided by the mean propensity. Unconditional category:
    sqrt(N_k/N) (mean rho_k / mean rho - 1), interval from Wilson's for its share among the
    reached. Adjusted for bias each by its own trace, where RISQ scales all by one factor.
    Weak point: several at once, one interval in twenty misses by chance.
    """
    if not model.responses:
        return []
    rows, found = _relative(model), list[Partial]()
    centre = (model.households / model.population) @ rows
    for variable in range(model.factors.shape[1]):
        own, others = model.factors[:, variable], np.delete(model.factors, variable, axis=1)
        groups = np.unique(own, return_inverse=True)[1].reshape(-1)
        cells = _cells(others)
        between = _cell_means(rows, model.households, groups) - centre
        within = rows - _cell_means(rows, model.households, cells)
        whole = _root(model, between, "partial CV, unconditional")
        rest = _root(model, within, "partial CV, conditional")
        found.append(Partial(variable, None, whole, rest))
        found += [_of_category(model, variable, int(one), within) for one in np.unique(own)]
    return found


def quiet_group(found: list[Partial]) -> Partial | None:
    """Return the group to approach next: the least present one that chance does not explain.

    Parameters
    ----------
    found : list of Partial

    Returns
    -------
    Partial or None
        The category with the lowest signed partial CV whose interval, widened for the
        number of categories looked at (Bonferroni), stays below 0. None: no group stands
        out. Weak point: a group that open statistics do not know is never found.
    """
    spoken = [one for one in found if one.category is not None and not one.unconditional.is_silent]
    normal = NormalDist()
    tail = (1 - LEVEL) / 2
    wider = normal.inv_cdf(1 - tail / max(len(spoken), 1)) / normal.inv_cdf(1 - tail)
    below = [one for one in spoken if _upper_end(one.unconditional, wider) < 0]
    return min(below, key=lambda one: one.unconditional.value or 0.0, default=None)


def signed_partial(reached: int, everyone: int, *, share: float) -> Estimate:
    """Estimate how much less or more present one group is among the reached than at home.

    Parameters
    ----------
    reached, everyone : int
        Reached in the group, and in all groups together.
    share : float
        The group's share of the population, in [0, 1].

    Returns
    -------
    Estimate
        sqrt(share) (share among the reached / share - 1): the unconditional partial CV of
        the category. Silent when fewer than five would be expected.

    Notes
    -----
    Needs margins only, no register of persons. The share at home is taken as known.
    """
    method = "partial CV, Wilson"
    if everyone * share < MIN_EXPECTED:
        return silent(Silence.TOO_FEW, n=everyone, method=method)
    bounds = binomtest(reached, everyone).proportion_ci(LEVEL, "wilson")
    low, value, high = (
        sqrt(share) * (one / share - 1) for one in (bounds.low, reached / everyone, bounds.high)
    )
    return Estimate(value, min(low, value), max(high, value), n=everyone, method=method)


def _nobody(model: ResponseModel) -> Representativeness:
    reason = Silence.TOO_FEW if model.population else Silence.NO_DATA
    nothing = silent(reason, n=0, method="representativeness")
    return Representativeness(nothing, None, 1.0, 1.0, nothing, 0.0)


def _r_indicator(model: ResponseModel, absolute: Spread) -> Estimate:
    method = "R-indicator, bias-adjusted"
    if _too_few(model):
        return silent(Silence.TOO_FEW, n=model.responses, method=method)
    if model.rate < MIN_RATE_FOR_R:
        return silent(Silence.NOT_DETERMINABLE, n=model.responses, method=method)
    low, high = absolute.interval()
    value = absolute.adjusted
    return Estimate(
        1 - 2 * value,
        1 - 2 * max(high, value),
        1 - 2 * min(low, value),
        n=model.responses,
        method=method,
    )


def _cv(model: ResponseModel) -> Estimate:
    method = "CV of propensities, bias-adjusted"
    if _too_few(model):
        return silent(Silence.TOO_FEW, n=model.responses, method=method)
    rows = _relative(model)
    return _root(model, rows - (model.households / model.population) @ rows, method)


def _of_category(model: ResponseModel, variable: int, category: int, within: Floats) -> Partial:
    member = model.factors[:, variable] == category
    share = float(model.households[member].sum()) / model.population
    seen = int(model.reached[member].sum())
    signed = signed_partial(seen, model.responses, share=share)
    method = "partial CV, conditional"
    # Where nobody was reached the model is falsely sure; the unconditional one is not.
    if signed.is_silent or not seen:
        rest = silent(Silence.TOO_FEW, n=model.responses, method=method)
    else:
        rest = _root(model, within * member[:, None], method)
    return Partial(variable, category, signed, rest)


def _relative(model: ResponseModel) -> Floats:
    """Return per row the propensity over its mean, then how that moves with each coefficient."""
    weights = model.households / model.population
    mean, moving = float(weights @ model.propensity), weights @ model.gradient
    gradient = model.gradient / mean - np.outer(model.propensity, moving) / mean**2
    return np.column_stack([model.propensity / mean, gradient])


def _cells(factors: Ints) -> Ints:
    """Return the number of the cell each row lies in; one cell without any variable."""
    if not factors.shape[1]:
        return np.zeros(len(factors), np.int64)
    return np.asarray(np.unique(factors, axis=0, return_inverse=True)[1].reshape(-1), np.int64)


def _cell_means(rows: Floats, households: Floats, cells: Ints) -> Floats:
    totals = np.zeros((int(cells.max()) + 1, rows.shape[1]))
    np.add.at(totals, cells, rows * households[:, None])
    size = np.bincount(cells, weights=households)
    return np.asarray((totals / np.maximum(size, 1e-300)[:, None])[cells])


def _root(model: ResponseModel, rows: Floats, method: str) -> Estimate:
    """Return the root of the adjusted mean square of the first column, with its interval."""
    if _too_few(model):
        return silent(Silence.TOO_FEW, n=model.responses, method=method)
    found = spread(
        rows[:, 0],
        rows[:, 1:],
        weights=model.households / model.population,
        covariance=model.covariance,
    )
    low, high = found.interval()
    value = found.adjusted
    return Estimate(value, min(low, value), max(high, value), n=model.responses, method=method)


def _too_few(model: ResponseModel) -> bool:
    return model.responses < MIN_EXPECTED * int(model.gradient.shape[1])


def _upper_end(figure: Estimate, wider: float) -> float:
    value, high = figure.value or 0.0, figure.high or 0.0
    return value + wider * (high - value)
