"""What does a survey say of a place with few respondents, helped by places like it?

Method page: docs/methods/small-areas.md.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

Floats = NDArray[np.float64]

MAX_ROUNDS = 200
CONVERGED = 1e-12
# Places needed beyond the coefficients before their spread can be estimated (assumption).
SPARE_PLACES = 5
METHOD = "Fay-Herriot, REML"


@dataclass(frozen=True)
class SmallAreas:
    """Estimates per place, the model behind them, and how much each rests on its own survey.

    `own_weight` 1: its own survey alone; 0: the model alone. `tau2` None: no model was fitted.
    """

    estimates: tuple[Estimate, ...]
    tau2: float | None
    coefficients: Floats
    standard_errors: Floats
    own_weight: Floats
    mean_squared_error: Floats


def fay_herriot(direct: Floats, variances: Floats, *, covariates: Floats) -> SmallAreas:
    """Estimate a figure per place from its own survey and what is known of all places.

    Parameters
    ----------
    direct : (m,) float
        Direct estimate per place, from its own survey.
    variances : (m,) float, > 0
        Sampling variance of each, taken as known.
    covariates : (m, p) float
        From open statistics; include a column of ones.

    Returns
    -------
    SmallAreas
        Estimates in the unit of `direct`; n is the number of places. Silent with fewer
        than five places beyond the coefficients.

    Raises
    ------
    ValueError
        If shapes differ, a variance is not positive, or the columns depend on each other.

    Notes
    -----
    Fay & Herriot (1979); tau2 by REML with Fisher scoring; MSE g1 + g2 + 2 g3 (Prasad & Rao
    1990; Datta & Lahiri 2000), as `mseFH` of R package sae. Weak point: sampling variances of
    very small surveys are themselves guesses; smooth them first.
    """
    direct, variances, covariates = (
        np.asarray(one, float) for one in (direct, variances, covariates)
    )
    places = len(direct)
    if variances.shape != (places,) or covariates.ndim != 2 or len(covariates) != places:
        raise ValueError("direct, variances and covariates differ in length")
    if places and variances.min() <= 0:
        raise ValueError("sampling variances are positive")
    columns = covariates.shape[1]
    if places < columns + SPARE_PLACES:
        return _no_model(places, columns)
    if np.linalg.matrix_rank(covariates) < columns:
        raise ValueError("the covariates depend on each other")
    tau2 = _reml(direct, variances, covariates)
    return _fitted(direct, variances, covariates, tau2)


def _no_model(places: int, columns: int) -> SmallAreas:
    figure = silent(Silence.TOO_FEW if places else Silence.NO_DATA, n=places, method=METHOD)
    nothing = np.zeros(0)
    return SmallAreas((figure,) * places, None, np.zeros(columns), nothing, nothing, nothing)


def _reml(direct: Floats, variances: Floats, covariates: Floats) -> float:
    """Return the variance between places; negative steps end at 0."""
    tau2 = float(np.median(variances))
    for _ in range(MAX_ROUNDS):
        inverse = 1 / (tau2 + variances)
        weighted = covariates * inverse[:, None]
        middle = np.linalg.inv(covariates.T @ weighted)
        projection = np.diag(inverse) - weighted @ middle @ weighted.T
        residual = projection @ direct
        score = -0.5 * float(np.trace(projection)) + 0.5 * float(residual @ residual)
        step = score / (0.5 * float((projection * projection).sum()))
        after = max(0.0, tau2 + step)
        if abs(after - tau2) <= CONVERGED * (tau2 + float(variances.mean())):
            break
        tau2 = after
    return after


def _fitted(direct: Floats, variances: Floats, covariates: Floats, tau2: float) -> SmallAreas:
    inverse = 1 / (tau2 + variances)
    middle = np.linalg.inv(covariates.T @ (covariates * inverse[:, None]))
    coefficients = middle @ covariates.T @ (inverse * direct)
    from_model = covariates @ coefficients
    own = tau2 * inverse
    value = own * direct + (1 - own) * from_model
    rest = (1 - own) ** 2
    of_tau2 = 2 / float((inverse**2).sum())
    known = own * variances
    coefficient_part = rest * np.einsum("ij,jk,ik->i", covariates, middle, covariates)
    error2 = known + coefficient_part + 2 * rest * inverse * of_tau2
    z = float(norm.ppf((1 + LEVEL) / 2))
    estimates = tuple(
        Estimate(
            float(one),
            float(one) - z * sqrt(mse),
            float(one) + z * sqrt(mse),
            n=len(direct),
            method=METHOD,
        )
        for one, mse in zip(value, error2, strict=True)
    )
    return SmallAreas(estimates, tau2, coefficients, np.sqrt(np.diag(middle)), own, error2)
