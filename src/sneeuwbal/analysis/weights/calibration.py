"""Totals of a survey, made to agree with totals that are known.

Method page: docs/methods/weights.md.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent
from sneeuwbal.analysis.weights.raking import NotReached

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CALIBRATION_ERROR = 1e-8


class UnusableWeights(ValueError):
    """Calibration asks for a negative weight: the respondents are too unlike everyone."""


def calibrated_weights(base: Floats, *, auxiliary: Floats, totals: Floats) -> Floats:
    """Adjust weights linearly until the totals of the auxiliary variables are reproduced.

    Parameters
    ----------
    base : (n,) float, > 0
    auxiliary : (n, p) float
        Include a column of ones to reproduce the size of the population.
    totals : (p,) float
        Known totals of those columns.

    Returns
    -------
    (n,) float
        `d (1 + x'lambda)`.

    Raises
    ------
    ValueError
        If shapes differ.
    UnusableWeights
        If a weight becomes negative.
    NotReached
        If the columns cannot reproduce the totals.

    Notes
    -----
    Deville & Särndal (1992), doi:10.1080/01621459.1992.10475217, linear distance; the GREG.
    """
    base, auxiliary, totals = (np.asarray(one, float) for one in (base, auxiliary, totals))
    if auxiliary.shape != (len(base), len(totals)):
        raise ValueError("auxiliary needs a row per respondent and a column per total")
    moment = auxiliary.T @ (auxiliary * base[:, None])
    multiplier = np.linalg.pinv(moment, hermitian=True) @ (totals - base @ auxiliary)
    weights = base * (1 + auxiliary @ multiplier)
    error = np.abs(weights @ auxiliary - totals) / np.maximum(np.abs(totals), 1.0)
    if error.size and float(error.max()) > CALIBRATION_ERROR:
        raise NotReached("the respondents cannot reproduce these totals")
    if weights.size and float(weights.min()) < 0:
        raise UnusableWeights("a weight became negative; use fewer totals or raking")
    return np.asarray(weights)


def calibrated_total(
    values: Floats,
    *,
    base: Floats,
    auxiliary: Floats,
    totals: Floats,
    clusters: Ints | None = None,
    clusters_in_population: int | None = None,
) -> Estimate:
    """Estimate a total, calibrated to known totals, with an error that knows it.

    Parameters
    ----------
    values : (n,) float
    base, auxiliary, totals
        As in `calibrated_weights`.
    clusters : (n,) int, optional
        Who was drawn together (a street, a block); each respondent apart if left out.
    clusters_in_population : int, optional
        How many clusters there are, for the finite-population correction.

    Returns
    -------
    Estimate
        In the unit of `values`; n respondents. Silent with fewer than two clusters, or where
        a weight would be negative.

    Raises
    ------
    ValueError, NotReached
        As `calibrated_weights`.

    Notes
    -----
    Residuals of the regression on the auxiliaries, weighted by the calibrated weights, summed
    per cluster; with-replacement variance times 1 - n/N; t quantile. R package survey,
    `calibrate` and `svytotal`. Weak point: too small an error when clusters are few.
    """
    values, auxiliary = np.asarray(values, float), np.asarray(auxiliary, float)
    method, unit = "linear calibration", ""
    if not values.size:
        return silent(Silence.NO_DATA, n=0, method=method, unit=unit)
    try:
        weights = calibrated_weights(base, auxiliary=auxiliary, totals=totals)
    except UnusableWeights:
        return silent(Silence.NOT_DETERMINABLE, n=len(values), method=method, unit=unit)
    groups = (
        np.arange(len(values)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    )
    count = int(groups.max()) + 1
    if count < 2:
        return silent(Silence.TOO_FEW, n=len(values), method=method, unit=unit)
    root = np.sqrt(np.asarray(base, float))
    slope = np.linalg.lstsq(auxiliary * root[:, None], values * root, rcond=None)[0]
    summed = np.bincount(groups, weights * (values - auxiliary @ slope), count)
    left = 1 - count / clusters_in_population if clusters_in_population else 1.0
    error = sqrt(left * count * float(summed.var(ddof=1)))
    value = float(weights @ values)
    half_width = float(t.ppf((1 + LEVEL) / 2, count - 1)) * error
    return Estimate(
        value, value - half_width, value + half_width, n=len(values), method=method, unit=unit
    )
