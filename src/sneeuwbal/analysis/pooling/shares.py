"""Pooling shares of small numbers: a binomial model with a chance effect per place.

Method page: docs/methods/pooling.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import exp, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, minimize_scalar
from scipy.special import gammaln
from scipy.stats import t

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent
from sneeuwbal.analysis.pooling.few import PRIOR_SCALE, mixture

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NODES = np.polynomial.hermite_e.hermegauss(7)  # as metafor and lme4 in the published example
PRIOR_POINTS = 25
MODE_ROUNDS = 40
CLOSE: Any = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000}
MIN_PLACES = 3
METHOD = "binomial mixed model"


@dataclass(frozen=True)
class PooledShare:
    """The share in a typical place, and in the next one; `tau2` on the logit scale.

    `logit` and `standard_error` are None where nothing was fitted.
    """

    share: Estimate
    next_place: Estimate
    logit: float | None = None
    standard_error: float | None = None
    tau2: float | None = None


def pooled_share(successes: Ints, trials: Ints) -> PooledShare:
    """Estimate a share over places without adding a half to the zeros.

    Parameters
    ----------
    successes, trials : (k,) int
        Per place; places without trials are left out.

    Returns
    -------
    PooledShare
        Share in [0, 1] of a typical place (median over places); n is the number of places.
        Silent with fewer than three places, or when nobody or everybody succeeded.

    Raises
    ------
    ValueError
        If lengths differ or successes lie outside 0 to trials.

    Notes
    -----
    Binomial with a normal intercept on the logit scale; likelihood by adaptive Gauss-Hermite
    with 7 nodes (Stijnen et al. 2010, doi:10.1002/sim.4040; `rma.glmm` of metafor, which
    takes a normal where ours takes t(k-1)). Next place: the widest that two intervals span,
    tau at its estimate and tau integrated over a half-normal prior of scale 0.5. Weak point: with
    few places the largest likelihood puts tau too low.
    """
    hits, size = np.asarray(successes, float), np.asarray(trials, float)
    if hits.shape != size.shape:
        raise ValueError("successes and trials differ in length")
    if hits.size and (hits.min() < 0 or bool((hits > size).any())):
        raise ValueError("successes lie between 0 and trials")
    hits, size = hits[size > 0], size[size > 0]
    if len(hits) < MIN_PLACES or not 0 < hits.sum() < size.sum():
        reason = Silence.TOO_FEW if len(hits) else Silence.NO_DATA
        nothing = silent(reason, n=len(hits), method=METHOD, unit="share")
        return PooledShare(nothing, nothing)
    centre, spread, error = _fit(hits, size)
    low, high = _next_with_prior(hits, size)
    wide = float(t.ppf((1 + LEVEL) / 2, len(hits) - 1))
    ahead = wide * sqrt(error**2 + spread**2)
    ends = min(low, centre - ahead), max(high, centre + ahead)
    return PooledShare(
        _as_share(centre, (centre - wide * error, centre + wide * error), len(hits), METHOD),
        _as_share(centre, ends, len(hits), f"{METHOD}, next place"),
        centre,
        error,
        spread**2,
    )


def _next_with_prior(hits: Floats, size: Floats) -> tuple[float, float]:
    """Return the prediction interval of a logit, the spread integrated over its prior."""
    spreads = np.linspace(0.0, 4 * PRIOR_SCALE, PRIOR_POINTS)
    crude = float(np.log(hits.sum() / (size.sum() - hits.sum())))
    centre, error, height = np.zeros((3, PRIOR_POINTS))
    for place, spread in enumerate(spreads):
        minus = partial(_minus_log_likelihood, spread=float(spread), hits=hits, size=size)
        best = minimize_scalar(minus, bounds=(crude - 4, crude + 4), method="bounded")
        centre[place], step = float(best.x), 1e-2
        curve = (minus(best.x + step) + minus(best.x - step) - 2 * best.fun) / step**2
        error[place] = 1 / sqrt(max(float(curve), 1e-12))
        height[place] = np.log(error[place]) - best.fun - 0.5 * (spread / PRIOR_SCALE) ** 2
    share = np.exp(height - height.max())
    share[[0, -1]] /= 2
    both = np.sqrt(error**2 + spreads**2)
    found = mixture(centre, both, share / share.sum(), n=len(hits), method=METHOD, unit="logit")
    return found.low or 0.0, found.high or 0.0


def _minus_log_likelihood(centre: float, *, spread: float, hits: Floats, size: Floats) -> float:
    return -_log_likelihood(float(centre), spread, hits, size)


def _fit(hits: Floats, size: Floats) -> tuple[float, float, float]:
    """Return the mean logit, the spread between places, and the error of the mean."""
    crude = float(np.log(hits.sum() / (size.sum() - hits.sum())))

    def minus(parameters: Floats) -> float:
        return -_log_likelihood(float(parameters[0]), abs(float(parameters[1])), hits, size)

    best = minimize(minus, np.array([crude, 0.5]), method="Nelder-Mead", options=CLOSE)
    centre, spread = float(best.x[0]), abs(float(best.x[1]))
    return centre, spread, _error(centre, spread, minus)


def _log_likelihood(centre: float, spread: float, hits: Floats, size: Floats) -> float:
    constant = gammaln(size + 1) - gammaln(hits + 1) - gammaln(size - hits + 1)
    spread = max(spread, 1e-6)
    mode, width = _mode(centre, spread, hits, size)
    nodes, weights = NODES
    at = mode[:, None] + width[:, None] * nodes
    logit = centre + spread * at
    inside = hits[:, None] * logit - size[:, None] * np.logaddexp(0, logit) - 0.5 * at**2
    inside += 0.5 * nodes**2 + np.log(weights)
    peak = inside.max(axis=1)
    summed = peak + np.log(np.exp(inside - peak[:, None]).sum(axis=1))
    return float((constant + summed + np.log(width) - 0.5 * np.log(2 * np.pi)).sum())


def _mode(centre: float, spread: float, hits: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Return per place the likeliest chance effect and its width, by Newton's method."""
    at = np.zeros(len(hits))
    for _ in range(MODE_ROUNDS):
        chance = 1 / (1 + np.exp(-(centre + spread * at)))
        curve = 1 + spread**2 * size * chance * (1 - chance)
        step = (spread * (hits - size * chance) - at) / curve
        at = at + np.clip(step, -2.0, 2.0)
        if float(np.abs(step).max()) < 1e-10:
            break
    chance = 1 / (1 + np.exp(-(centre + spread * at)))
    return at, 1 / np.sqrt(1 + spread**2 * size * chance * (1 - chance))


def _error(centre: float, spread: float, minus: Callable[[Floats], float]) -> float:
    """Return the error of the mean from the curvature, with the spread estimated beside it."""
    step = np.array([1e-3, 1e-3])
    second = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            one, other = np.eye(2)[i] * step[i], np.eye(2)[j] * step[j]
            here = np.array([centre, spread])
            second[i, j] = (
                minus(here + one + other)
                - minus(here + one - other)
                - minus(here - one + other)
                + minus(here - one - other)
            ) / (4 * step[i] * step[j])
    if spread < 0.01:  # at the edge only the mean has a curvature
        return 1 / sqrt(float(second[0, 0]))
    return sqrt(float(np.linalg.inv(second)[0, 0]))


def _as_share(centre: float, ends: tuple[float, float], places: int, method: str) -> Estimate:
    low, value, high = (1 / (1 + exp(-one)) for one in (ends[0], centre, ends[1]))
    return Estimate(value, low, high, n=places, method=method, unit="share")
