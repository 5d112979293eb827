"""Pooling shares of small numbers: a binomial model with a chance effect per place.

Method page: docs/methods/pooling.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import norm

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NODES = 7  # as metafor and lme4 in the published comparison
MODE_ROUNDS = 40
CLOSE: Any = {"xatol": 1e-8, "fatol": 1e-10, "maxiter": 2000}
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
    with 7 nodes, Wald interval (Stijnen et al. 2010, doi:10.1002/sim.4040; `rma.glmm` of
    metafor). Next place: normal, tau added. Weak point: with few places tau is too small.
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
    return PooledShare(
        _on_share_scale(centre, error, len(hits), METHOD),
        _on_share_scale(centre, sqrt(error**2 + spread**2), len(hits), f"{METHOD}, next place"),
        centre,
        error,
        spread**2,
    )


def _fit(hits: Floats, size: Floats) -> tuple[float, float, float]:
    """Return the mean logit, the spread between places, and the error of the mean."""
    crude = float(np.log(hits.sum() / (size.sum() - hits.sum())))
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)

    def minus(parameters: Floats) -> float:
        return -_log_likelihood(parameters[0], abs(parameters[1]), hits, size, (nodes, weights))

    starts = [
        minimize(minus, np.array([crude, one]), method="Nelder-Mead", options=CLOSE)
        for one in (0.2, 1.0)
    ]
    best = min(starts, key=lambda one: float(one.fun))
    centre, spread = float(best.x[0]), abs(float(best.x[1]))
    return centre, spread, _error(centre, spread, minus)


def _log_likelihood(
    centre: float, spread: float, hits: Floats, size: Floats, rule: tuple[Floats, Floats]
) -> float:
    constant = gammaln(size + 1) - gammaln(hits + 1) - gammaln(size - hits + 1)
    spread = max(spread, 1e-6)
    mode, width = _mode(centre, spread, hits, size)
    nodes, weights = rule
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


def _on_share_scale(centre: float, error: float, places: int, method: str) -> Estimate:
    z = float(norm.ppf((1 + LEVEL) / 2))
    low, value, high = (
        1 / (1 + exp(-one)) for one in (centre - z * error, centre, centre + z * error)
    )
    return Estimate(value, low, high, n=places, method=method, unit="share")
