"""Referrals that left no link: correct for them if they were measured, else say "at least".

Method page: docs/methods/renewal.md.
"""

from dataclasses import replace

import numpy as np
from scipy.stats import beta

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

MIN_CALLED = 20
UNIT = "share of referrals with a link"
AT_LEAST = "at least"


def link_capture(with_link: int, called_back: int) -> Estimate:
    """Estimate which share of the referrals left a link, from a sample that was called back.

    Parameters
    ----------
    with_link, called_back : int
        People who, called back, said that a participant brought them in; and how many of
        them had been recorded so. A random sample, or it measures something else.

    Returns
    -------
    Estimate
        Share in [0, 1] with Jeffreys' interval. Silent below 20 people called back, or
        when none had a link.

    Raises
    ------
    ValueError
        If a count is negative or there are more links than people.
    """
    if not 0 <= with_link <= called_back:
        raise ValueError("links are at least 0 and at most the people called back")
    method = "call-back sample"
    if called_back < MIN_CALLED or not with_link:
        reason = Silence.TOO_FEW if called_back else Silence.NO_DATA
        return silent(reason, n=called_back, method=method, unit=UNIT)
    share, tail = with_link / called_back, (1 - LEVEL) / 2
    shapes = with_link + 0.5, called_back - with_link + 0.5
    low, high = (float(beta.ppf(at, *shapes)) for at in (tail, 1 - tail))
    high = 1.0 if with_link == called_back else high
    return Estimate(share, low, high, n=called_back, method=method, unit=UNIT)


def per_capture(number: Estimate, capture: Estimate | None) -> Estimate:
    """Return R corrected for referrals without a link, or as "at least" if that is unknown.

    Parameters
    ----------
    number : Estimate
        R from recorded links.
    capture : Estimate or None
        Share of referrals with a link, see `link_capture`; None or silent is "not measured".

    Returns
    -------
    Estimate
        R divided by the share, with the errors of both; or the same R without an upper
        bound, and "at least" in its method.

    Raises
    ------
    ValueError
        If the share does not lie in (0, 1].

    Notes
    -----
    Interval of a ratio by the method of variance estimates recovery on the log scale (Zou &
    Donner 2008, doi:10.1002/sim.3095). Weak point: whoever answers the call may have linked
    more often than the rest.
    """
    if number.value is None or number.low is None or number.high is None:
        return number
    if capture is None or capture.value is None or capture.low is None or capture.high is None:
        return replace(number, high=None, method=f"{number.method}, {AT_LEAST}")
    if not 0 < capture.low <= capture.high <= 1:
        raise ValueError("the share with a link lies in (0, 1]")
    ratio = number.value / capture.value
    down = np.hypot(_log(number.value, number.low), _log(capture.high, capture.value))
    up = np.hypot(_log(number.high, number.value), _log(capture.value, capture.low))
    low, high = ratio * float(np.exp(-down)), ratio * float(np.exp(up))
    method = f"{number.method}, per link"
    return replace(number, value=ratio, low=low, high=high, method=method)


def _log(upper: float, lower: float) -> float:
    """Distance on the log scale; infinite down to 0."""
    return float(np.log(upper / lower)) if lower > 0 else np.inf
