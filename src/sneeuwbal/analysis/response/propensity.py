"""How likely is each kind of household to be reached? A logistic model of the response.

Method page: docs/methods/response.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_ROUNDS = 50
CONVERGED = 1e-10
# Beyond this a propensity is 0 or 1 to every digit shown; a group without any contact ends here.
LARGEST_LOGIT = 30.0


class NoConvergence(ValueError):
    """The propensity model did not settle; no indicator may be drawn from it."""


@dataclass(frozen=True)
class ResponseModel:
    """Fitted propensities per row, with what their uncertainty needs.

    `gradient` is how each propensity moves with the coefficients, (c, p).
    """

    factors: Ints
    households: Floats
    reached: Floats
    propensity: Floats
    gradient: Floats
    covariance: Floats

    @property
    def population(self) -> float:
        """Return the number of households in the frame."""
        return float(self.households.sum())

    @property
    def responses(self) -> int:
        """Return the number of households reached."""
        return int(self.reached.sum())

    @property
    def rate(self) -> float:
        """Return the share of the households reached."""
        return float(self.reached.sum() / max(self.population, 1.0))


def response_model(households: Ints, reached: Ints, *, factors: Ints) -> ResponseModel:
    """Estimate the propensity of being reached from what is known of every household.

    Parameters
    ----------
    households, reached : (c,) int
        Households per row and how many of them were reached. A row is one household or
        all households with the same values: both give the same answer.
    factors : (c, v) int
        Category of each of v variables. Variables add up on the logit scale; for an
        interaction pass the combination as one variable.

    Returns
    -------
    ResponseModel

    Raises
    ------
    ValueError
        If shapes differ, or more were reached than there are, or fewer than none.
    NoConvergence
        If the fit does not settle in 50 rounds.

    Notes
    -----
    Maximum likelihood by iteratively reweighted least squares (Nelder & Wedderburn 1972),
    as R's glm. A group that nobody was reached in gets propensity 0. Weak point: additive.
    """
    factors = np.asarray(factors, np.int64)
    size, seen = np.asarray(households, float), np.asarray(reached, float)
    if factors.ndim != 2 or size.shape != seen.shape or len(factors) != len(size):
        raise ValueError("households, reached and factors differ in length")
    if seen.size and (seen.min() < 0 or bool((seen > size).any())):
        raise ValueError("reached lies between 0 and households")
    design = design_rows(factors)
    if not seen.sum():
        nothing = np.zeros(design.shape[1:] * 2)
        return ResponseModel(factors, size, seen, 0 * seen, 0 * design, nothing)
    logit = _fitted_logits(design, size, seen)
    propensity = 1 / (1 + np.exp(-logit))
    slope = propensity * (1 - propensity)
    information = design.T @ (design * (size * slope)[:, None])
    covariance = np.asarray(np.linalg.pinv(information, hermitian=True), np.float64)
    return ResponseModel(factors, size, seen, propensity, slope[:, None] * design, covariance)


def design_rows(factors: Ints) -> Floats:
    """Return one column of ones and a 0/1 column per category but the first of each variable.

    Parameters
    ----------
    factors : (c, v) int

    Returns
    -------
    (c, p) float
    """
    columns = [np.ones(len(factors))]
    for variable in factors.T:
        columns += [(variable == one).astype(float) for one in np.unique(variable)[1:]]
    return np.column_stack(columns)


def _fitted_logits(design: Floats, size: Floats, seen: Floats) -> Floats:
    start = (seen + 0.5) / (size + 1)
    logit = np.log(start / (1 - start))
    before = np.inf
    for _ in range(MAX_ROUNDS):
        mean = 1 / (1 + np.exp(-logit))
        weight = np.maximum(size * mean * (1 - mean), 1e-12)
        target = logit + (seen - size * mean) / weight
        root = np.sqrt(weight)
        coefficients = np.linalg.lstsq(design * root[:, None], target * root, rcond=None)[0]
        logit = np.clip(design @ coefficients, -LARGEST_LOGIT, LARGEST_LOGIT)
        fit = float((seen * logit - size * np.logaddexp(0, logit)).sum())
        if abs(fit - before) <= CONVERGED * (abs(fit) + 0.1):
            return np.asarray(logit)
        before = fit
    raise NoConvergence("the response model did not settle; use fewer or larger categories")
