"""The spread between few places is hardly seen, so a prior on it takes part."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from sneeuwbal.analysis.estimate import LEVEL, Estimate

Floats = NDArray[np.float64]

# Half-normal scale of the spread on the log scale: 0.5 allows places to differ by a factor
# of e in a minority of cases (assumption, methods/evidence.md section 5).
PRIOR_SCALE = 0.5
GRID_POINTS = 401
METHOD = "half-normal prior on the spread"


def few_places(
    effects: Floats, variances: Floats, *, scale: float = PRIOR_SCALE, unit: str = ""
) -> tuple[Estimate, Estimate]:
    """Estimate the mean and the next place from few places, with a prior on their spread.

    Parameters
    ----------
    effects : (k,) float
        On the log scale, or divide `scale` accordingly.
    variances : (k,) float, > 0
    scale : float, > 0
        Of the half-normal prior on tau; 0.5 is an assumption made for the log scale.
    unit : str

    Returns
    -------
    (mean, next place) : two Estimate
        Posterior mean and central 95 % interval.

    Raises
    ------
    ValueError
        If scale is not positive or there are fewer than two places.

    Notes
    -----
    Flat prior on the mean; tau integrated by the trapezium rule on 401 points up to six
    scales, so the answer is a mixture of normals whose quantiles are exact. R package
    bayesmeta (Röver 2020, doi:10.18637/jss.v093.i06) does the same. Weak point: with so few
    places the answer leans on the prior.
    """
    if scale <= 0 or len(effects) < 2:
        raise ValueError("the prior needs a positive scale and two places")
    tau = np.linspace(0.0, 6 * scale, GRID_POINTS)
    weights = 1 / (np.asarray(variances, float) + tau[:, None] ** 2)
    total = weights.sum(axis=1)
    mean = weights @ np.asarray(effects, float) / total
    rest = (weights * (np.asarray(effects) - mean[:, None]) ** 2).sum(axis=1)
    log_density = 0.5 * (np.log(weights).sum(axis=1) - np.log(total) - rest)
    log_density -= 0.5 * (tau / scale) ** 2
    density = np.exp(log_density - log_density.max())
    density[[0, -1]] /= 2
    share = density / density.sum()
    around_mean, around_next = np.sqrt(1 / total), np.sqrt(1 / total + tau**2)
    count, following = len(effects), f"{METHOD}, next place"
    return (
        mixture(mean, around_mean, share, n=count, method=METHOD, unit=unit),
        mixture(mean, around_next, share, n=count, method=following, unit=unit),
    )


def mixture(
    centre: Floats, spread: Floats, share: Floats, *, n: int, method: str, unit: str
) -> Estimate:
    """Return mean and central interval of a mixture of normals with these shares."""
    low, high = (
        _quantile(part, centre, spread, share) for part in ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    )
    value = float(share @ centre)
    return Estimate(value, min(low, value), max(high, value), n=n, method=method, unit=unit)


def _quantile(part: float, centre: Floats, spread: Floats, share: Floats) -> float:
    low, high = float((centre - 12 * spread).min()), float((centre + 12 * spread).max())
    return float(
        brentq(lambda point: float(share @ ndtr((point - centre) / spread)) - part, low, high)
    )
