"""How long until a household takes the next step, and how long do people stay?

Method page: docs/methods/survival.md.
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MIN_EVENTS = 5
# Beyond the day on which fewer than this many are still followed the curve says nothing.
MIN_AT_RISK = 5
METHOD = "Kaplan-Meier, log-log interval"


@dataclass(frozen=True)
class SurvivalCurve:
    """The share that has not yet had the event, at each day on which one happened.

    `low` and `high` are NaN where the share is 1 or 0 and so has no interval.
    """

    days: Floats
    at_risk: Ints
    events: Ints
    share: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    n: int
    followed_until: float


def survival_curve(days: Floats, happened: NDArray[np.bool_]) -> SurvivalCurve:
    """Estimate the share that has not yet taken the step, allowing for unequal follow-up.

    Parameters
    ----------
    days : (n,) float, >= 0
        Days from the first stage to the step, or to the last day followed.
    happened : (n,) bool
        Whether the step was taken on that day; else the household was still waiting.

    Returns
    -------
    SurvivalCurve
        Followed as long as five households are.

    Raises
    ------
    ValueError
        If lengths differ or a day is negative.

    Notes
    -----
    Kaplan & Meier (1958); Greenwood's error; log-log interval (Kalbfleisch & Prentice 1980).
    A household that left for good can no longer take the step: give it the last day of
    follow-up and no event, not the day it left, or the curve promises too much. Weak point:
    assumes that who is followed shortly is like who is followed long.
    """
    days, happened = np.asarray(days, float), np.asarray(happened, bool)
    if days.shape != happened.shape:
        raise ValueError("days and happened differ in length")
    if days.size and float(days.min()) < 0:
        raise ValueError("days cannot be negative")
    moments = np.unique(days[happened])
    ordered = np.sort(days)
    at_risk = len(days) - np.searchsorted(ordered, moments, side="left")
    events = np.array([int((happened & (days == one)).sum()) for one in moments], np.int64)
    share = np.asarray(np.cumprod(1 - events / np.maximum(at_risk, 1)), np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.asarray(
            np.cumsum(events / (at_risk * (at_risk - events)).astype(float)), np.float64
        )
        error = np.asarray(np.where(share > 0, share * np.sqrt(hazard), 0.0), np.float64)
    low, high = _log_log(share, hazard)
    until = float(ordered[-MIN_AT_RISK]) if len(days) >= MIN_AT_RISK else 0.0
    return SurvivalCurve(
        moments, at_risk.astype(np.int64), events, share, error, low, high, len(days), until
    )


def share_by(curve: SurvivalCurve, day: float) -> Estimate:
    """Estimate which share has taken the step within so many days.

    Parameters
    ----------
    curve : SurvivalCurve
    day : float, >= 0

    Returns
    -------
    Estimate
        Share in [0, 1]; n households. Silent with fewer than five steps taken, or when
        fewer than five households were followed that long.
    """
    left = share_left(curve, day)
    if left.value is None:
        return left
    low, high = left.low, left.high
    return Estimate(
        1 - left.value,
        None if high is None else 1 - high,
        None if low is None else 1 - low,
        n=curve.n,
        method=METHOD,
        unit="share",
    )


def share_left(curve: SurvivalCurve, day: float) -> Estimate:
    """Estimate which share has not taken the step, or is still with us, after so many days.

    Parameters
    ----------
    curve : SurvivalCurve
        For retention: the event is leaving the team or stopping.
    day : float, >= 0

    Returns
    -------
    Estimate
        Share in [0, 1]; silent as `share_by`.
    """
    silence = _silence(curve)
    if silence is None and day > curve.followed_until:
        silence = Silence.NOT_DETERMINABLE
    if silence is not None:
        return silent(silence, n=curve.n, method=METHOD, unit="share")
    index = int(np.searchsorted(curve.days, day, side="right")) - 1
    if index < 0:
        return Estimate(1.0, _none_yet(curve.n), 1.0, n=curve.n, method=METHOD, unit="share")
    value = float(curve.share[index])
    low, high = float(curve.low[index]), float(curve.high[index])
    if not np.isfinite(low):  # everyone took the step: bounded by the day before
        low, high = 0.0, float(curve.high[index - 1]) if index else 1.0
    return Estimate(value, low, high, n=curve.n, method=METHOD, unit="share")


def median_days(curve: SurvivalCurve) -> Estimate:
    """Estimate after how many days half of the households have taken the step.

    Parameters
    ----------
    curve : SurvivalCurve

    Returns
    -------
    Estimate
        Days; n households. `high` is None where the upper end was not reached. When half
        have not taken the step there is no value: `not_determinable`, with `low` standing
        where the interval does begin.

    Notes
    -----
    Interval of Brookmeyer & Crowley (1982) on the log-log scale: the days at which the
    interval of the curve holds one half.
    """
    method, unit = "median of the Kaplan-Meier curve", "days"
    silence = _silence(curve)
    if silence is not None:
        return silent(silence, n=curve.n, method=method, unit=unit)
    value = _first_day(curve, curve.share)
    low, high = _first_day(curve, curve.low), _first_day(curve, curve.high)
    if value is None:
        reason = Silence.NOT_DETERMINABLE
        return silent(reason, n=curve.n, method=method, low=low, unit=unit)
    return Estimate(value, low, high, n=curve.n, method=method, unit=unit)


def _silence(curve: SurvivalCurve) -> Silence | None:
    if not curve.n:
        return Silence.NO_DATA
    return Silence.TOO_FEW if int(curve.events.sum()) < MIN_EVENTS else None


def _log_log(share: Floats, hazard: Floats) -> tuple[Floats, Floats]:
    z = float(norm.ppf((1 + LEVEL) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(share)
        width = z * np.sqrt(hazard) / np.abs(logs)
        low, high = share ** np.exp(width), share ** np.exp(-width)
    inside = (share > 0) & (share < 1)
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _none_yet(households: int) -> float:
    """Return the lower end when nobody has taken the step yet (Clopper-Pearson)."""
    return exp(log((1 - LEVEL) / 2) / households)


def _first_day(curve: SurvivalCurve, line: Floats) -> float | None:
    """Return the first day on which the line lies at or below one half."""
    below = np.flatnonzero(np.nan_to_num(line, nan=0.0) <= 0.5 + 1e-12)
    return float(curve.days[below[0]]) if below.size else None
