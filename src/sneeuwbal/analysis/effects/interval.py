"""From the influence of each cluster to an interval that holds with few clusters too.

Method page: docs/methods/effects.md.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from sneeuwbal.analysis.effects.panel import NEVER
from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def estimate_of(
    value: float | None, influence: Floats, *, cluster_start: Ints, method: str
) -> tuple[Estimate, float | None]:
    """Return the estimate with Welch's interval, and the large-sample standard error.

    Parameters
    ----------
    value : float or None
        None: nothing could be compared.
    influence, cluster_start
        As in `welch`.
    method : str

    Returns
    -------
    (Estimate, standard error or None)
        Silent without a value, or when a cohort of one cluster carries weight.
    """
    n = int(cluster_start.size)
    if value is None:
        return silent(Silence.NOT_DETERMINABLE, n=n, method=method), None
    error, freedom = welch(influence, cluster_start)
    if freedom <= 0:
        return silent(Silence.TOO_FEW, n=n, method=method), None
    half_width = float(student.ppf((1 + LEVEL) / 2, freedom)) * error
    told = Estimate(value, value - half_width, value + half_width, n=n, method=method)
    return told, sqrt(float((influence**2).sum()))


def welch(influence: Floats, cluster_start: Ints) -> tuple[float, float]:
    """Return the small-sample standard error and its degrees of freedom.

    Parameters
    ----------
    influence : (clusters,) float
        Influence of each cluster; the large-sample variance is its sum of squares.
    cluster_start : (clusters,) int
        Cohort of each cluster.

    Returns
    -------
    (standard error, degrees of freedom)
        Degrees of freedom 0 when a cohort of one cluster carries weight.

    Notes
    -----
    Each cohort's part times `n/(n-1)` makes it unbiased for a mean; Welch-Satterthwaite
    then gives the degrees of freedom, as for two means with unequal variances.
    """
    variance, spread = 0.0, 0.0
    for cohort in np.unique(cluster_start):
        own = influence[cluster_start == cohort]
        part = float((own**2).sum())
        if own.size < 2:
            if part > 0 or cohort != NEVER:
                return sqrt(float((influence**2).sum())), 0.0
            continue
        part *= own.size / (own.size - 1)
        variance += part
        spread += part**2 / (own.size - 1)
    return sqrt(variance), variance**2 / spread if spread > 0 else 0.0
