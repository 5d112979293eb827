"""How long after a participant do the people come whom that participant brings in?

Method page: docs/methods/snowball.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import gamma

Floats = NDArray[np.float64]

# Prior of the referral delay: mean eight weeks, shape 2, each known within a factor of two.
PRIOR_DELAY_DAYS = 56.0
PRIOR_DELAY_SHAPE = 2.0
PRIOR_DELAY_LOG_SD = 0.35


@dataclass(frozen=True, slots=True)
class DelayDistribution:
    """Gamma distribution of the days between a participant's own entry and a recruit's."""

    mean_days: float
    shape: float
    n: int
    method: str

    def cdf(self, days: Floats) -> Floats:
        """Return the share of eventual referrals made within so many days of joining."""
        return np.asarray(gamma.cdf(days, self.shape, scale=self.mean_days / self.shape), float)


PRIOR_DELAY = DelayDistribution(PRIOR_DELAY_DAYS, PRIOR_DELAY_SHAPE, 0, "prior")


def delay_distribution(delays_days: Floats, followed_days: Floats) -> DelayDistribution:
    """Estimate the time from a participant's entry to that of a recruit.

    Parameters
    ----------
    delays_days : (m,) float, days, >= 0
        Per recorded pair: the recruit's entry minus the recruiter's.
    followed_days : (m,) float, days
        Per pair: how long the recruiter has been followed. Not below the delay.

    Returns
    -------
    DelayDistribution
        The prior itself when there is no pair.

    Raises
    ------
    ValueError
        If lengths differ, a delay is negative, or a delay exceeds its follow-up.

    Notes
    -----
    Gamma in whole days, posterior mode under a log-normal prior on mean and shape.
    Each pair counts as `f(d) / F(c)`: a delay is only seen if it fits inside the
    follow-up c, so short follow-up favours short delays (right truncation).
    Weak point: one distribution for all channels and neighbourhoods.
    """
    delays, followed = np.asarray(delays_days, float), np.asarray(followed_days, float)
    if delays.shape != followed.shape:
        raise ValueError("delays_days and followed_days differ in length")
    if delays.size and (delays.min() < 0 or bool((followed < delays).any())):
        raise ValueError("a delay lies between 0 and its follow-up")
    if not delays.size:
        return PRIOR_DELAY
    whole, seen_until = np.floor(delays), np.floor(followed) + 1.0
    centre = np.log([PRIOR_DELAY_DAYS, PRIOR_DELAY_SHAPE])

    def minus_log_posterior(logs: Floats) -> float:
        mean, shape = np.exp(np.clip(logs, -3.0, 8.0))
        scale = mean / shape
        seen = gamma.cdf(whole + 1, shape, scale=scale) - gamma.cdf(whole, shape, scale=scale)
        possible = gamma.cdf(seen_until, shape, scale=scale)
        fit = np.log(np.maximum(seen, 1e-300)) - np.log(np.maximum(possible, 1e-300))
        penalty = 0.5 * float((((logs - centre) / PRIOR_DELAY_LOG_SD) ** 2).sum())
        return penalty - float(fit.sum())

    found = minimize(minus_log_posterior, centre, method="Nelder-Mead")
    mean, shape = np.exp(found.x)
    return DelayDistribution(float(mean), float(shape), int(delays.size), "truncated gamma")
