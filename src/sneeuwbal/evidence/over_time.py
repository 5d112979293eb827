"""The snowball number through time: per half year that slides along, and per year of joining."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.delays import DelayDistribution
from sneeuwbal.analysis.disclosure import count_band
from sneeuwbal.analysis.estimate import Estimate, Silence, Verdict, silent
from sneeuwbal.analysis.labels import MIN_PARTICIPANTS
from sneeuwbal.analysis.renewal.intervals import weekly_weights
from sneeuwbal.analysis.renewal.sliding import WINDOW_WEEKS, renewal_bounds, renewal_number
from sneeuwbal.analysis.snowball import (
    MAX_UNKNOWN_SHARE,
    VIA_NEIGHBOUR_WEIGHT,
    SnowballFinding,
)
from sneeuwbal.analysis.snowball_cohorts import Arrivals, snowball_cohorts
from sneeuwbal.evidence.results import shown
from sneeuwbal.evidence.tables import CAMPAIGN, CARD, NEIGHBOUR, UNKNOWN

FIRST_MONDAY = np.datetime64("2018-01-01", "D")  # week 0 of the ledger
EPOCH = date(1970, 1, 1)
STEP_WEEKS = 4
DIGITS = 6
PARAMETERS = {"over_time_window_weeks": WINDOW_WEEKS, "over_time_step_weeks": STEP_WEEKS}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Joined:
    """Participants of one part of the programme: day of joining, source, recruits."""

    day: NDArray[np.datetime64]
    week: NDArray[np.int64]
    source: NDArray[np.int64]
    recruits: Floats

    def per_week(self, code: int, *, first: int, length: int) -> Floats:
        """Arrivals of one source per week, as one row."""
        since = self.week[self.source == code] - first
        counted = np.bincount(since[since < length], minlength=length)
        return counted.astype(float)[None, :]


def sayable(finding: SnowballFinding, *, people: int) -> Estimate:
    """No number below the participants that any label needs, however tight its interval."""
    estimate = finding.estimate
    if estimate.is_silent or finding.verdict is not Verdict.TOO_FEW:
        return estimate
    return silent(
        Silence.TOO_FEW,
        n=people,
        method=estimate.method,
        unit=estimate.unit,
        band=count_band(people),
    )


def half_years(
    joined: Joined, as_of: date, *, delay: DelayDistribution, dispersion: float
) -> dict[str, Any]:
    """The number in every half year of the past, one point each four weeks, with its bounds.

    A point is empty where the number says too little; `why` tells it when all are empty.
    """
    told = {"window_weeks": WINDOW_WEEKS, "step_weeks": STEP_WEEKS, "mean_days": delay.mean_days}
    empty: dict[str, Any] = {"last_weeks": [], "values": [], "low": [], "high": [], "people": []}
    if not joined.week.size:
        return told | empty | {"why": "no_data"}
    first = int(joined.week.min())
    # Only weeks that are over: half a week looks like a fall.
    today = int((np.datetime64(as_of, "D") - FIRST_MONDAY).astype(int))
    length = (today + 1) // 7 - first
    if length <= WINDOW_WEEKS:
        return told | empty | {"why": "short"}
    try:
        weights = weekly_weights(delay.mean_days, delay.shape, weeks=length)
    except ValueError:  # recruits follow within a week: weeks cannot tell who came first
        return told | empty | {"why": "fast"}
    return told | _points(joined, (first, length), weights=weights, dispersion=dispersion)


def _points(
    joined: Joined, weeks: tuple[int, int], *, weights: Floats, dispersion: float
) -> dict[str, Any]:
    first, length = weeks
    card, neighbour, campaign, unknown = (
        joined.per_week(code, first=first, length=length)
        for code in (CARD, NEIGHBOUR, CAMPAIGN, UNKNOWN)
    )
    known = max(1.0, float((card + neighbour + campaign).sum()))
    # As for the number of everyone: half of the neighbours, and the unknown as the known.
    share = float((card + VIA_NEIGHBOUR_WEIGHT * neighbour).sum()) / known
    likely = card + VIA_NEIGHBOUR_WEIGHT * neighbour + share * unknown
    everyone = card + neighbour + campaign + unknown
    line = renewal_number(likely, everyone - likely, weights=weights, dispersion=dispersion)
    bounds = renewal_bounds(
        card, campaign, unknown=neighbour + unknown, weights=weights, dispersion=dispersion
    )
    until = np.cumsum(everyone[0])[line.last]
    in_window = np.cumsum(np.append(0.0, unknown[0]))
    lost = in_window[line.last + 1] - in_window[line.first]
    enough = line.sayable[0] & (until >= MIN_PARTICIPANTS)
    clear = lost <= MAX_UNKNOWN_SHARE * line.people[0]
    chosen = np.arange(line.last.size)[::-1][::STEP_WEEKS][::-1]
    given = (enough & clear)[chosen]
    low, high = bounds.interval
    silence = "origin_unknown" if enough[chosen].any() else "too_few"
    return {
        "last_weeks": (line.last[chosen] + first).tolist(),
        "values": _written(line.value[0, chosen], given),
        "low": _written(low[0, chosen], given),
        "high": _written(high[0, chosen], given),
        "people": [round(float(count)) for count in line.people[0, chosen]],
        "why": "" if given.any() else silence,
    }


def _written(values: Floats, given: NDArray[np.bool_]) -> list[float | None]:
    pairs = zip(values, given, strict=True)
    return [round(float(value), DIGITS) if there else None for value, there in pairs]


def years(
    joined: Joined, as_of: date, *, delay: DelayDistribution, **known: Any
) -> list[dict[str, Any]]:
    """The number of those who joined in each of the past years, newest first."""
    arrivals = Arrivals(
        joined_day=joined.day.astype("datetime64[D]").astype(np.int64),
        recruits=joined.recruits,
        via_neighbour=joined.source == NEIGHBOUR,
        unknown=joined.source == UNKNOWN,
    )
    today = (as_of - EPOCH).days
    return [
        {
            "first_day": (EPOCH + timedelta(days=one.first_day)).isoformat(),
            "last_day": (EPOCH + timedelta(days=one.last_day)).isoformat(),
            **shown(sayable(one.finding, people=one.finding.estimate.n)),
        }
        for one in snowball_cohorts(arrivals, today, delay_cdf=delay.cdf, **known)
    ]
