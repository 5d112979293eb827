"""R from the sizes of closed groups alone: "this group grew to seven".

Method page: docs/methods/renewal.md.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaln
from scipy.stats import chi2

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

UNIT = "recruits per participant"
METHOD = "group sizes"
LARGEST_R = 0.999
SMALLEST_R = 1e-6
MIN_RECRUITS = 11  # as for the other estimators: sd at most 0.3 of the mean
BAND_WIDTH = 5


def size_log_likelihood(sizes: Ints, *, r: float, dispersion: float) -> Floats:
    """Return the log probability of each group size.

    Parameters
    ----------
    sizes : (n,) int, >= 1
        Everyone in the group, the starter included.
    r, dispersion : float, > 0
        Mean recruits and negative binomial k.

    Notes
    -----
    Blumberg & Lloyd-Smith (2013), doi:10.1371/journal.pcbi.1002993, equation 8.
    """
    size = np.asarray(sizes, float)
    tries = dispersion * size + size - 1
    found: Floats = (
        gammaln(tries)
        - gammaln(dispersion * size)
        - gammaln(size + 1)
        + (size - 1) * np.log(r / dispersion)
        - tries * np.log1p(r / dispersion)
    )
    return found


def size_number(sizes: Ints, *, dispersion: float, growing: Bools | None = None) -> Estimate:
    """Estimate R from the sizes of separate groups.

    Parameters
    ----------
    sizes : (n,) int, >= 1
        Everyone in each group, its one starter included.
    dispersion : float, > 0
        Negative binomial k, for instance that of the programme.
    growing : (n,) bool, optional
        Groups that may still grow: their size counts as "at least".

    Returns
    -------
    Estimate
        Silent below 11 recruits, and when R may lie at 1 or above: such groups need not end.

    Raises
    ------
    ValueError
        If a size is below 1, the arrays differ in length, or dispersion is not above 0.

    Notes
    -----
    Maximum likelihood with likelihood-ratio interval. Without growing groups the estimate is
    1 - 1/mean size, whatever k. Weak point: needs to know which groups are separate and
    complete; a group that merged with another looks like strong recruiting.
    """
    size = np.asarray(sizes, np.int64)
    open_ended = np.zeros(size.shape, bool) if growing is None else np.asarray(growing, bool)
    if open_ended.shape != size.shape or (size.size and size.min() < 1) or dispersion <= 0:
        raise ValueError("sizes are at least 1, one flag for each, and dispersion above 0")
    recruits, people = int((size - 1).sum()), int(size.sum())
    if recruits < MIN_RECRUITS:
        reason = Silence.TOO_FEW if people else Silence.NO_DATA
        low = recruits // BAND_WIDTH * BAND_WIDTH
        band = (low, low + BAND_WIDTH - 1) if people else None
        return silent(reason, n=people, method=METHOD, unit=UNIT, band=band)

    def below(r: float) -> float:
        return -_log_likelihood(size, open_ended, r=r, dispersion=dispersion)

    found = minimize_scalar(below, bounds=(SMALLEST_R, LARGEST_R), method="bounded")
    limit = float(found.fun) + float(chi2.ppf(LEVEL, 1)) / 2

    def beyond(r: float) -> float:
        return below(r) - limit

    best = float(found.x)
    low_r = float(brentq(beyond, SMALLEST_R, best))
    if beyond(LARGEST_R) <= 0:
        reason = Silence.NOT_DETERMINABLE
        return silent(reason, n=people, method=METHOD, unit=UNIT, low=low_r)
    high_r = float(brentq(beyond, best, LARGEST_R))
    return Estimate(best, low_r, high_r, n=people, method=METHOD, unit=UNIT)


def _log_likelihood(size: Ints, growing: Bools, *, r: float, dispersion: float) -> float:
    """Log likelihood of finished groups, and of "at least so large" for the growing ones."""
    total = float(size_log_likelihood(size[~growing], r=r, dispersion=dispersion).sum())
    if not growing.any():
        return total
    steps = np.arange(1, int(size[growing].max()) + 1)
    chance = np.exp(size_log_likelihood(steps, r=r, dispersion=dispersion))
    smaller = np.concatenate([[0.0], np.cumsum(chance)])[size[growing] - 1]
    return total + float(np.log(np.maximum(1 - smaller, 1e-300)).sum())
