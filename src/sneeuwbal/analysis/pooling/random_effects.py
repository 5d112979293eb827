"""What do several municipalities say together, and what to expect in the next one?

Method page: docs/methods/pooling.md.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import norm, t

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent
from sneeuwbal.analysis.pooling.few import PRIOR_SCALE, few_places

Floats = NDArray[np.float64]

# With so few places their spread is hardly seen; a prior is shown beside REML (assumption).
FEW_PLACES = 5
GRID = 400
METHOD = "REML, Hartung-Knapp"


@dataclass(frozen=True)
class RandomEffects:
    """The fitted model: mean, spread between places, and how much of all spread that is.

    `i2` is the share of the variance that lies between places; `q` Cochran's statistic.
    """

    mean: float
    standard_error: float
    knapp_hartung_error: float
    tau2: float
    q: float
    i2: float
    places: int


@dataclass(frozen=True)
class Pooled:
    """The pooled figure, what to expect next, and each place drawn towards the mean.

    `mean` is silent for one or two places: they are shown themselves. `mean_with_prior` and
    `next_with_prior` stand beside it for two to five places, else None. `fit` None: nothing
    to fit.
    """

    mean: Estimate
    next_place: Estimate
    places: tuple[Estimate, ...]
    mean_with_prior: Estimate | None = None
    next_with_prior: Estimate | None = None
    fit: RandomEffects | None = None


def pooled(
    effects: Floats, variances: Floats, *, prior_scale: float = PRIOR_SCALE, unit: str = ""
) -> Pooled:
    """Estimate the mean over places, the next place, and each place itself.

    Parameters
    ----------
    effects : (k,) float
        One figure per place, on a scale where errors are about normal (log for ratios).
    variances : (k,) float, > 0
        Its sampling variance.
    prior_scale : float, > 0
        Of the half-normal prior on the spread between places; the default is meant for logs,
        so give another for other units.
    unit : str
        Unit of the figures.

    Returns
    -------
    Pooled
        n is the number of places. Nothing is pooled for one place; two are shown without
        a mean.

    Raises
    ------
    ValueError
        If lengths differ, a variance is not positive, or a number is not finite.

    Notes
    -----
    REML; interval the wider of Hartung-Knapp and the normal one. Next place: from the lower to
    the upper end of two prediction intervals, t(k-1) at the estimated spread and the one
    with a prior, since the first alone covers 83 to 90 % where errors are as large as the
    spread. Places by empirical Bayes, as R package metafor. Weak point: sampling variances
    are taken as known, and the places as a sample of all.
    """
    effects, variances = _checked(effects, variances)
    places = len(effects)
    if places < 2:
        reason = Silence.TOO_FEW if places else Silence.NO_DATA
        nothing = silent(reason, n=places, method=METHOD, unit=unit)
        return Pooled(nothing, nothing, _unshrunken(effects, variances, unit))
    prior_mean, prior_next = few_places(effects, variances, scale=prior_scale, unit=unit)
    if places == 2:
        nothing = silent(Silence.TOO_FEW, n=2, method=METHOD, unit=unit)
        own = _unshrunken(effects, variances, unit)
        return Pooled(nothing, nothing, own, prior_mean, prior_next)
    fit = random_effects(effects, variances)
    error = _wider_error(fit)
    few = places <= FEW_PLACES
    return Pooled(
        Estimate(fit.mean, fit.mean - error, fit.mean + error, n=places, method=METHOD, unit=unit),
        _next_place(fit, prior_next, unit),
        shrunken(effects, variances, fit=fit, unit=unit),
        prior_mean if few else None,
        prior_next if few else None,
        fit,
    )


def _next_place(fit: RandomEffects, with_prior: Estimate, unit: str) -> Estimate:
    """Return the widest that two prediction intervals span, around the mean."""
    error = max(fit.standard_error, fit.knapp_hartung_error)
    ahead = float(t.ppf((1 + LEVEL) / 2, fit.places - 1)) * sqrt(fit.tau2 + error**2)
    low, high = with_prior.low or 0.0, with_prior.high or 0.0
    return Estimate(
        fit.mean,
        min(fit.mean - ahead, low),
        max(fit.mean + ahead, high),
        n=fit.places,
        method="prediction, wider of t(k-1) and prior",
        unit=unit,
    )


def random_effects(effects: Floats, variances: Floats) -> RandomEffects:
    """Fit mean and spread of the true figures by restricted maximum likelihood.

    Parameters
    ----------
    effects, variances : (k,) float
        At least two places.

    Returns
    -------
    RandomEffects

    Raises
    ------
    ValueError
        As `pooled`, or with fewer than two places.

    Notes
    -----
    The likelihood is searched on a grid and refined where its slope changes sign, so a second
    top is not missed. I2 from tau2 and the typical variance, as metafor.
    """
    effects, variances = _checked(effects, variances)
    places = len(effects)
    if places < 2:
        raise ValueError("a spread between places needs two of them")
    tau2 = _reml(effects, variances)
    weights = 1 / (variances + tau2)
    mean = float(weights @ effects / weights.sum())
    fixed = 1 / variances
    q = float(fixed @ (effects - fixed @ effects / fixed.sum()) ** 2)
    typical = (places - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum())
    scatter = float(weights @ (effects - mean) ** 2) / (places - 1)
    return RandomEffects(
        mean=mean,
        standard_error=float(weights.sum()) ** -0.5,
        knapp_hartung_error=sqrt(scatter / float(weights.sum())),
        tau2=tau2,
        q=q,
        i2=float(tau2 / (tau2 + typical)),
        places=places,
    )


def shrunken(
    effects: Floats, variances: Floats, *, fit: RandomEffects, unit: str = ""
) -> tuple[Estimate, ...]:
    """Estimate each place, drawn towards the mean by as much as its own figure is unsure.

    Parameters
    ----------
    effects, variances : (k,) float
    fit : RandomEffects

    Returns
    -------
    k Estimate
        With the error of the mean, as `blup` of metafor; not that of tau2.
    """
    z = float(norm.ppf((1 + LEVEL) / 2))
    own = fit.tau2 / (fit.tau2 + variances)
    value = own * effects + (1 - own) * fit.mean
    error = np.sqrt(own * variances + (1 - own) ** 2 * fit.standard_error**2)
    method = "shrunken towards the mean"
    return tuple(
        Estimate(
            float(v), float(v - z * e), float(v + z * e), n=fit.places, method=method, unit=unit
        )
        for v, e in zip(value, error, strict=True)
    )


def _checked(effects: Floats, variances: Floats) -> tuple[Floats, Floats]:
    effects, variances = np.asarray(effects, float), np.asarray(variances, float)
    if effects.ndim != 1 or effects.shape != variances.shape:
        raise ValueError("effects and variances differ in length")
    if not bool(np.isfinite(effects).all() and np.isfinite(variances).all()):
        raise ValueError("effects and variances are finite; leave silent places out")
    if variances.size and float(variances.min()) <= 0:
        raise ValueError("sampling variances are positive")
    return effects, variances


def _wider_error(fit: RandomEffects) -> float:
    """Return half the width: never narrower than the normal interval (modified HKSJ)."""
    level = (1 + LEVEL) / 2
    hartung_knapp = float(t.ppf(level, fit.places - 1)) * fit.knapp_hartung_error
    return max(hartung_knapp, float(norm.ppf(level)) * fit.standard_error)


def _reml(effects: Floats, variances: Floats) -> float:
    most = 10 * (float(effects.var()) + float(variances.max()))
    grid = np.concatenate([[0.0], np.geomspace(most * 1e-8, most, GRID)])
    heights = _log_likelihood(grid, effects, variances)
    best = int(np.argmax(heights))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, GRID)]
    if _slope(low, effects, variances) <= 0:  # the top lies at 0 itself
        return float(low)
    if _slope(high, effects, variances) >= 0:
        return float(high)
    return float(brentq(_slope, low, high, args=(effects, variances), xtol=1e-14, rtol=1e-13))


def _log_likelihood(grid: Floats, effects: Floats, variances: Floats) -> Floats:
    weights = 1 / (variances + grid[:, None])
    total = weights.sum(axis=1)
    mean = weights @ effects / total
    rest = (weights * (effects - mean[:, None]) ** 2).sum(axis=1)
    return np.asarray(-0.5 * (-np.log(weights).sum(axis=1) + np.log(total) + rest))


def _slope(tau2: float, effects: Floats, variances: Floats) -> float:
    weights = 1 / (variances + tau2)
    total = weights.sum()
    squares = weights**2
    mean = weights @ effects / total
    return float(-total + squares.sum() / total + squares @ (effects - mean) ** 2)


def _unshrunken(effects: Floats, variances: Floats, unit: str) -> tuple[Estimate, ...]:
    z = float(norm.ppf((1 + LEVEL) / 2))
    return tuple(
        Estimate(
            float(one),
            float(one) - z * sqrt(var),
            float(one) + z * sqrt(var),
            n=1,
            method="own figure",
            unit=unit,
        )
        for one, var in zip(effects, variances, strict=True)
    )
