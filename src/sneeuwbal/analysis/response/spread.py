"""The spread of estimated propensities: what noise adds to it, and how sure we are of it."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chndtr

from sneeuwbal.analysis.estimate import LEVEL

Floats = NDArray[np.float64]

FAR = 2_000.0


@dataclass(frozen=True)
class Spread:
    """A mean square of estimated deviations, which noise alone makes larger than 0.

    `bias` is what noise adds on average; `scale` and `freedom` describe its distribution.
    """

    square: float
    bias: float
    variance: float
    scale: float
    freedom: float

    @property
    def adjusted(self) -> float:
        """Return the root of the mean square without the part that noise adds, 0 at least."""
        return sqrt(max(0.0, self.square - self.bias))

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Return the interval of the true root mean square; its lower end may be 0."""
        if self.scale <= 0:
            return sqrt(self.square), sqrt(self.square)
        if self.square > FAR * self.scale:
            return self._far_from_zero(level)
        tail = (1 - level) / 2
        low = _noncentrality(self.square / self.scale, self.freedom, 1 - tail)
        high = _noncentrality(self.square / self.scale, self.freedom, tail)
        return sqrt(low * self.scale), sqrt(high * self.scale)

    def _far_from_zero(self, level: float) -> tuple[float, float]:
        """Return the normal interval: the chi-square is one by then, and overflows."""
        half_width = NormalDist().inv_cdf((1 + level) / 2) * sqrt(self.variance)
        signal = self.square - self.bias
        return sqrt(max(0.0, signal - half_width)), sqrt(signal + half_width)


def spread(
    deviation: Floats,
    gradient: Floats,
    *,
    weights: Floats,
    covariance: Floats,
    least_variance: float = 0.0,
) -> Spread:
    """Return the weighted mean square of deviations that depend on estimated coefficients.

    Parameters
    ----------
    deviation : (c,) float
        For instance each propensity minus the mean.
    gradient : (c, p) float
        How each deviation moves with the coefficients.
    weights : (c,) float
        Share of the households per row.
    covariance : (p, p) float
        Covariance of the coefficients.
    least_variance : float
        Variance of the mean square when more than the coefficients was estimated.

    Returns
    -------
    Spread

    Notes
    -----
    With B = D'WD, A = D'Wd and Sigma the covariance: bias tr(B Sigma), variance
    4 A'Sigma A + 2 tr(B Sigma B Sigma) (Shlomo et al. 2012), and a non-central chi-square
    with Satterthwaite's scale at small spread, A'Sigma A over the square at large.
    """
    square = float((weights * deviation**2).sum())
    weighted = gradient * weights[:, None]
    noise = weighted.T @ gradient @ covariance
    slope = weighted.T @ deviation
    bias, second = float(np.trace(noise)), float(np.trace(noise @ noise))
    first = max(float(slope @ covariance @ slope), (least_variance - 2 * second) / 4)
    if bias <= 0 or square <= 0:
        return Spread(square, max(bias, 0.0), 0.0, 0.0, 1.0)
    signal = max(0.0, square - bias)
    # Near 0 the noise sets the scale; far from 0 the groups that stand out do.
    scale = (second + signal * first / square) / (bias + signal)
    return Spread(square, bias, 4 * first + 2 * second, scale, bias / scale)


def _noncentrality(point: float, freedom: float, share: float) -> float:
    """Return the non-centrality at which so large a share lies below the point, 0 at least."""
    if chndtr(point, freedom, 0.0) <= share:
        return 0.0
    far = point + 10 * sqrt(point + 1) + 20
    return float(
        brentq(lambda centre: float(chndtr(point, freedom, centre)) - share, 0.0, far, xtol=1e-10)
    )
