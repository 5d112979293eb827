"""What is known about R after counting recruits: one posterior for every way of counting.

Shared by `snowball` (recorded referrals) and `renewal` (arrivals per week).
Method page: docs/methods/renewal.md; why this shape: decisions/0012.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaincc, gammaincinv

Floats = NDArray[np.float64]

# Assumptions, docs/methods/snowball.md: prior mean 0.5 and sd 0.5, mostly below 1.
PRIOR_SHAPE = 1.0
PRIOR_RATE = 2.0
# The prior of Cori et al. (2013) and EpiEstim, mean and sd 5: only for comparison.
EPIDEMIC_PRIOR = (1.0, 0.2)
OWN_PRIOR = (PRIOR_SHAPE, PRIOR_RATE)
MAX_CV = 0.3


def posterior_quantile(share: float, *, shape: Floats, rate: Floats, size: Floats) -> Floats:
    """Return a quantile of R.

    Parameters
    ----------
    share : float in (0, 1)
        Which quantile.
    shape, rate : float arrays of one form
        Recruits counted plus the prior's; participants, by exposure, plus the prior's.
    size : float array of that form
        Evenness of recruiting: dispersion k times `rate`, infinite for Poisson.

    Notes
    -----
    The total of `n` negative binomial counts is negative binomial with size `nk`. Its
    likelihood is that of a beta prime distribution, x = R rate / size with shapes `shape`
    and `size + 1`; the 1 keeps the mean at `shape / rate`. For infinite size this is the
    gamma posterior of Cori et al. (2013). Weak point: one k for everyone, taken as known.
    """
    shape, rate, size = np.broadcast_arrays(shape, rate, size)
    found = np.empty(shape.shape)
    even = np.isinf(size)
    found[even] = gammaincinv(shape[even], share) / rate[even]
    uneven = ~even
    beta = betaincinv(shape[uneven], size[uneven] + 1, share)
    odds = beta / np.maximum(1 - beta, 1e-300)
    found[uneven] = odds * size[uneven] / rate[uneven]
    return found


def probability_above(threshold: float, *, shape: Floats, rate: Floats, size: Floats) -> Floats:
    """Return the probability that R is larger than the threshold; arrays as above."""
    shape, rate, size = np.broadcast_arrays(shape, rate, size)
    scaled = threshold * rate
    beta = np.divide(scaled, scaled + size, out=np.zeros(shape.shape), where=np.isfinite(size))
    safe = np.where(np.isfinite(size), size, 1.0)
    above: Floats = np.where(
        np.isfinite(size), 1 - betainc(shape, safe + 1, beta), gammaincc(shape, scaled)
    )
    return above


def coefficient_of_variation(*, shape: Floats, size: Floats) -> Floats:
    """Return sd over mean of the posterior; infinite when `size` is 1 or less."""
    shape, size = np.broadcast_arrays(shape, size)
    square = np.full(shape.shape, np.inf)
    even, uneven = np.isinf(size), np.isfinite(size) & (size > 1)
    square[even] = 1 / shape[even]
    square[uneven] = (1 / shape[uneven] + 1 / size[uneven]) * size[uneven] / (size[uneven] - 1)
    found: Floats = np.sqrt(square)
    return found
