"""Figures about spread: the snowball number, and growth beside comparison neighbourhoods."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.chains import chains_of_three
from sneeuwbal.analysis.delays import DelayDistribution, delay_distribution
from sneeuwbal.analysis.estimate import Estimate, Silence, silent
from sneeuwbal.analysis.labels import MIN_PARTICIPANTS, exceeds_comparison
from sneeuwbal.analysis.recruiting import MAX_CV, PRIOR_RATE, PRIOR_SHAPE
from sneeuwbal.analysis.representativeness import reach
from sneeuwbal.analysis.snowball import (
    DEFAULT_DISPERSION,
    MAX_UNKNOWN_SHARE,
    RECRUITS_FOR_DISPERSION,
    VIA_NEIGHBOUR_WEIGHT,
    WINDOW_DAYS,
    dispersion,
    snowball_finding,
)
from sneeuwbal.evidence import over_time
from sneeuwbal.evidence.over_time import Joined
from sneeuwbal.evidence.results import Kind, Result
from sneeuwbal.evidence.scopes import Member, Scope
from sneeuwbal.evidence.tables import CAMPAIGN, CARD, NEIGHBOUR, UNKNOWN, Ledger

QUARTER_DAYS = 365.25 / 4
MIN_COMPARED = 10  # participants on both sides together; below it a ratio says nothing
SOURCES = {"referred": CARD, "neighbour": NEIGHBOUR, "campaign": CAMPAIGN, "unknown": UNKNOWN}
PARAMETERS = {
    "prior_shape": PRIOR_SHAPE,
    "prior_rate": PRIOR_RATE,
    "max_cv": MAX_CV,
    "max_unknown_share": MAX_UNKNOWN_SHARE,
    "min_participants": MIN_PARTICIPANTS,
    "neighbour_weight": VIA_NEIGHBOUR_WEIGHT,
    "window_days": WINDOW_DAYS,
    **over_time.PARAMETERS,
}


@dataclass(frozen=True)
class Spread:
    """Participants of an organisation with their recruits, ready for any part of it."""

    ledger: Ledger
    as_of: date

    @cached_property
    def days_followed(self) -> NDArray[np.float64]:
        """Days since each participant joined, at most the window."""
        today = np.datetime64(self.as_of, "D")
        days: NDArray[np.float64] = (today - self.ledger.participants["entered_on"]).astype(float)
        return np.minimum(days, float(WINDOW_DAYS))

    @cached_property
    def links(self) -> dict[str, NDArray[Any]]:
        """Referrals inside the window: places of recruiter and recruit, weight, delay."""
        rows = self.ledger.referrals
        delay = (rows["recruit_on"] - rows["recruiter_on"]).astype(int)
        kept = delay <= WINDOW_DAYS
        known = self.ledger.participants["participant"]
        return {
            "recruiter": np.searchsorted(known, rows["recruiter"][kept]),
            "recruit": np.searchsorted(known, rows["recruit"][kept]),
            "weight": 1.0 / rows["claims"][kept],
            "delay": delay[kept].astype(float),
        }

    @cached_property
    def recruits(self) -> NDArray[np.float64]:
        """Recruits per participant; claimed by two, a recruit counts half for each."""
        counted = np.zeros(self.ledger.participants["participant"].size)
        np.add.at(counted, self.links["recruiter"], self.links["weight"])
        return counted

    @cached_property
    def recruiter(self) -> NDArray[np.int64]:
        """Place of each participant's (first) recruiter, or -1."""
        found = np.full(self.recruits.size, -1, np.int64)
        found[self.links["recruit"][::-1]] = self.links["recruiter"][::-1]
        return found

    @cached_property
    def delay(self) -> DelayDistribution:
        """How long a referral takes, from all recorded pairs of the organisation."""
        return delay_distribution(self.links["delay"], self.days_followed[self.links["recruiter"]])

    @cached_property
    def programme_dispersion(self) -> float | None:
        """How unevenly recruiting is spread over the whole organisation, if that is known."""
        if self.recruits.sum() < RECRUITS_FOR_DISPERSION:
            return None
        return dispersion(self.recruits, self.delay.cdf(self.days_followed))

    def chains(self, inside: NDArray[np.bool_]) -> int:
        """Campaign arrivals of this part with a recruit of a recruit in it."""
        place = np.cumsum(inside) - 1
        recruiter = self.recruiter[inside]
        within = (recruiter >= 0) & inside[np.maximum(recruiter, 0)] if recruiter.size else None
        if within is None:
            return 0
        return chains_of_three(np.where(within, place[np.maximum(recruiter, 0)], -1))


def snowball(scope: Scope, spread: Spread) -> Result:
    """The snowball number of a part of the programme, or why it cannot be given."""
    people = spread.ledger.participants
    inside = np.isin(people["neighbourhood"], scope.keys)
    source = people["source"][inside]
    counts = {name: int((source == code).sum()) for name, code in SOURCES.items()}
    exceeds, _ = growth_inputs(scope, spread)
    given: dict[str, Any] = {
        "via_neighbour": counts["neighbour"],
        "unknown_origin": counts["unknown"],
        "programme_dispersion": spread.programme_dispersion,
        "exceeds_comparison": exceeds,
        "chains": spread.chains(inside),
    }
    recruits, followed = spread.recruits[inside], spread.days_followed[inside]
    joined = Joined(people["entered_on"][inside], people["week"][inside], source, recruits)
    finding = snowball_finding(recruits, followed, delay_cdf=spread.delay.cdf, **given)
    estimate = over_time.sayable(finding, people=int(recruits.size))
    delay = spread.delay
    told = {"mean_days": delay.mean_days, "shape": delay.shape, "pairs": delay.n}
    return Result(
        Kind.SNOWBALL,
        estimate,
        inputs={"recruits": recruits, "followed": followed, "delay": told, **given}
        | {"weeks": joined.week, "source": source, "joined": joined.day},
        n=int(recruits.size),
        parameters=PARAMETERS,
        details={
            **counts,
            "label": finding.verdict.value,
            "share_unknown": finding.share_unknown,
            "referrals": float(recruits.sum()),
            "needed": _needed(finding.overdispersion),
            "needed_participants": MIN_PARTICIPANTS,
            "band": list(estimate.band) if estimate.band else None,
            "probability_above_one": finding.probability_above_one,
            "dispersion": finding.dispersion,
            "overdispersion": finding.overdispersion,
            "exposure": finding.exposure,
            "chains": given["chains"],
            "exceeds_comparison": exceeds,
            "delay": told | {"method": delay.method},
            "weekly": _weekly(joined.week, source),
            "over_time": _over_time(joined, spread, given),
        },
    )


def _over_time(joined: Joined, spread: Spread, given: dict[str, Any]) -> dict[str, Any]:
    """The number through time; unevenness is that of the programme, a window has too few."""
    known = {name: given[name] for name in ("programme_dispersion", "exceeds_comparison", "chains")}
    k = spread.programme_dispersion or DEFAULT_DISPERSION
    series = over_time.half_years(joined, spread.as_of, delay=spread.delay, dispersion=k)
    return series | {"cohorts": over_time.years(joined, spread.as_of, delay=spread.delay, **known)}


def _needed(overdispersion: float) -> int:
    """Referred arrivals at which the number becomes sayable, at this unevenness."""
    return max(1, ceil(overdispersion / MAX_CV**2 - PRIOR_SHAPE))


def _weekly(weeks: NDArray[np.int64], source: NDArray[np.int64]) -> dict[str, Any]:
    """New participants per week by what brought them in."""
    if not weeks.size:
        return {"first_week": None}
    first, length = int(weeks.min()), int(weeks.max() - weeks.min()) + 1
    series = {
        name: np.bincount(weeks[source == code] - first, minlength=length).tolist()
        for name, code in SOURCES.items()
    }
    return {"first_week": first, **series}


@dataclass(frozen=True)
class Compared:
    """Participants and household-quarters of one group of neighbourhoods."""

    participants: NDArray[np.int64]
    quarters: NDArray[np.float64]  # household-quarters

    @property
    def rate(self) -> float | None:
        """Participants per 1000 households per quarter."""
        total = float(self.quarters.sum())
        return 1000 * int(self.participants.sum()) / total if total > 0 else None


def growth_inputs(scope: Scope, spread: Spread) -> tuple[bool | None, tuple[Compared, Compared]]:
    """Both sides of the comparison, and whether the growth here was clearly larger."""
    started = [member for member in scope.members if member.recruited and member.start]
    since = min((member.start for member in started if member.start), default=None)
    own = _compared(started, spread, since=None)
    other = _compared(list(scope.comparison) if since else [], spread, since=since)
    usable = own.quarters.size and other.quarters.size
    exceeds = (
        exceeds_comparison(
            int(own.participants.sum()),
            round(float(own.quarters.sum())),
            comparison_participants=other.participants,
            comparison_households=np.rint(other.quarters).astype(np.int64),
        )
        if usable
        else None
    )
    return exceeds, (own, other)


def _compared(members: list[Member], spread: Spread, *, since: date | None) -> Compared:
    people, counts, quarters = spread.ledger.participants, [], []
    for member in members:
        start = since or member.start
        if not member.households or start is None:
            continue
        here = people["neighbourhood"] == member.key
        after = people["entered_on"] >= np.datetime64(start, "D")
        counts.append(int((here & after).sum()))
        days = max(0, (spread.as_of - start).days)
        quarters.append(member.households * days / QUARTER_DAYS)
    return Compared(np.array(counts, np.int64), np.array(quarters, float))


def growth(scope: Scope, spread: Spread) -> Result:
    """New participants per household beside comparison neighbourhoods: described, not explained."""
    exceeds, (own, other) = growth_inputs(scope, spread)
    people = int(own.participants.sum())
    return Result(
        Kind.GROWTH,
        rate_ratio(own, other),
        inputs={"own": vars(own), "other": vars(other)},
        n=people,
        parameters={"min_compared": MIN_COMPARED},
        details={
            "own_rate": own.rate,
            "comparison_rate": other.rate,
            "comparison_participants": int(other.participants.sum()),
            "comparison_areas": int(other.participants.size),
            "quarters": float(own.quarters.sum()),
            "comparison_quarters": float(other.quarters.sum()),
            "exceeds": exceeds,
            "label": "descriptive",
        },
    )


def rate_ratio(own: Compared, other: Compared) -> Estimate:
    """Ratio of two rates with the exact interval that holds given their total."""
    method, unit = "rate ratio, exact conditional", "ratio"
    here, there = int(own.participants.sum()), int(other.participants.sum())
    own_time, other_time = float(own.quarters.sum()), float(other.quarters.sum())
    if own_time <= 0 or other_time <= 0:
        return silent(Silence.NOT_DETERMINABLE, n=here, method=method, unit=unit)
    share = reach(here, here + there, exact=True) if here + there else None
    if share is None or here + there < MIN_COMPARED:
        return silent(Silence.TOO_FEW, n=here, method=method, unit=unit)
    # Of all participants a share p is ours: the ratio of rates is p/(1-p) times other/own time.
    scale = other_time / own_time
    low = scale * (share.low or 0.0) / (1 - (share.low or 0.0))
    if not there:
        return silent(Silence.NOT_DETERMINABLE, n=here, method=method, unit=unit, low=low)
    high = scale * (share.high or 0.0) / (1 - (share.high or 0.0))
    return Estimate(scale * here / there, low, high, n=here, method=method, unit=unit)
