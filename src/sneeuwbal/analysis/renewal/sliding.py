"""How R changes: the renewal posterior with two streams, over sliding windows of weeks.

Method page: docs/methods/renewal.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from sneeuwbal.analysis.recruiting import OWN_PRIOR
from sneeuwbal.analysis.renewal.arrivals import EVEN, TAIL, Series, checked, infectivity, series

Floats = NDArray[np.float64]

WINDOW_WEEKS = 26  # about three generations of eight weeks
HALVINGS = 50


@dataclass(frozen=True, slots=True)
class Bounds:
    """Two extremes between which R lies when origins are unknown."""

    lowest: Series
    highest: Series

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """Lower bound of the one, upper bound of the other."""
        return self.lowest.quantile(TAIL), self.highest.quantile(1 - TAIL)


@dataclass(frozen=True, slots=True)
class Mixture:
    """R when the interval between entries is itself uncertain; arrays (n, w)."""

    value: Floats
    sd: Floats
    low: Floats
    high: Floats


def renewal_number(
    referred: Floats,
    campaign: Floats,
    *,
    weights: Floats,
    window: int = WINDOW_WEEKS,
    dispersion: float | Floats = EVEN,
    registered: Floats | None = None,
    prior: tuple[float, float] = OWN_PRIOR,
) -> Series:
    """Estimate R for every neighbourhood and every window of weeks.

    Parameters
    ----------
    referred, campaign : (n, t) float
        Arrivals per neighbourhood and week that came through a participant, and that
        came through the campaign. Campaign arrivals recruit, but are nobody's recruit.
    weights : (m,) float
        Share of recruits that come 0, 1, 2 … weeks after their recruiter; the first is 0.
    window : int, weeks
        Length of the sliding window; the first window ends in week `window`, so that
        the first week, which nobody can have recruited for, is never in one.
    dispersion : float or (n,) float
        Negative binomial k; infinite is Poisson, whose interval is never published.
    registered : (t,) float in (0, 1], optional
        Share of each week's arrivals that is registered by now, see `late`.
    prior : (shape, rate)
        Gamma prior of R; `recruiting.EPIDEMIC_PRIOR` for comparison with EpiEstim.

    Returns
    -------
    Series
        One column per window. No window fits: no columns.

    Raises
    ------
    ValueError
        If the arrays differ in form, hold a negative number, or the window is below 1.

    Notes
    -----
    Cori et al. (2013), doi:10.1093/aje/kwt133, with imported cases as in Thompson et al.
    (2019), doi:10.1016/j.epidem.2019.100356; the interval is widened for uneven recruiting.
    Weak point: it knows arrivals per week, not who brought whom, so a referral that is
    recorded as a campaign arrival lowers R twice.
    """
    local, imported = checked(referred, campaign, weights)
    if window < 1:
        raise ValueError("a window is at least one week")
    seen = np.ones(local.shape[1]) if registered is None else np.asarray(registered, float)
    if seen.shape != (local.shape[1],) or (seen.size and not 0 < seen.min() <= seen.max() <= 1):
        raise ValueError("registered is one share in (0, 1] for each week")
    everyone = (local + imported) / seen
    expected = infectivity(everyone, weights) * seen
    last = np.arange(window, local.shape[1])
    counted = (_summed(local, window), _summed(expected, window), _summed(local + imported, window))
    stretches = (last - window + 1, last)
    return series(stretches, counted, prior=prior, dispersion=dispersion, method="renewal")


def renewal_bounds(
    referred: Floats,
    campaign: Floats,
    *,
    unknown: Floats,
    weights: Floats,
    window: int = WINDOW_WEEKS,
    dispersion: float | Floats = EVEN,
) -> Bounds:
    """Return R if all unknown arrivals came from the campaign, and if all were referred.

    Parameters
    ----------
    unknown : (n, t) float
        Arrivals of unknown origin per neighbourhood and week; the rest as `renewal_number`.

    Notes
    -----
    Needs no assumption about the unknown, so it may be wide. Weak point: an origin that is
    recorded wrongly is not unknown and lies outside these bounds.
    """
    other = np.asarray(unknown, float)
    if other.shape != np.shape(referred) or (other.size and other.min() < 0):
        raise ValueError("unknown has the form of referred and is not negative")
    lowest, highest = (
        renewal_number(
            referred + more, campaign + less, weights=weights, window=window, dispersion=dispersion
        )
        for more, less in ((0.0, other), (other, 0.0))
    )
    return Bounds(lowest, highest)


def renewal_mixture(
    referred: Floats,
    campaign: Floats,
    *,
    weight_draws: Floats,
    window: int = WINDOW_WEEKS,
    prior: tuple[float, float] = OWN_PRIOR,
) -> Mixture:
    """Estimate R when the interval between entries is uncertain; Poisson, few neighbourhoods.

    Parameters
    ----------
    weight_draws : (m, t) float
        Weights of equally likely intervals, see `intervals.interval_draws`.

    Notes
    -----
    Method `uncertain_si` of EpiEstim without its sampling: the quantiles are those of the
    mixture of the gamma posteriors, found by halving. Weak point: time and memory grow
    with the number of draws.
    """
    options = {"window": window, "prior": prior}
    each = [renewal_number(referred, campaign, weights=one, **options) for one in weight_draws]  # type: ignore[arg-type]
    shape = np.array([one.shape for one in each])
    rate = np.array([one.rate for one in each])
    mean = (shape / rate).mean(axis=0)
    variance = (shape * (shape + 1) / rate**2).mean(axis=0) - mean**2
    low, high = (_mixture_quantile(share, shape, rate) for share in (TAIL, 1 - TAIL))
    return Mixture(mean, np.sqrt(variance), low, high)


def _mixture_quantile(share: float, shape: Floats, rate: Floats) -> Floats:
    """Quantile of equally weighted gamma distributions (first axis)."""
    low = np.zeros(shape.shape[1:])
    high = (shape / rate).max(axis=0) * 20 + 20
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = gammaincc(shape, rate * middle).mean(axis=0) > 1 - share
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    found: Floats = (low + high) / 2
    return found


def _summed(weekly: Floats, window: int) -> Floats:
    """Sums over every window that leaves out the first week."""
    running = np.cumsum(weekly, axis=1)
    found: Floats = running[:, window:] - running[:, : max(0, running.shape[1] - window)]
    return found
