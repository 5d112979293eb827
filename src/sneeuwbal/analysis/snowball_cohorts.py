"""The snowball number of those who joined in the same year, newest year first.

Over the whole history of a closed neighbourhood recruits never outnumber participants, so the
number of everyone together cannot stay above 1; that of an early or of a recent year can.
Part of `snowball`. Method page: docs/methods/renewal.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.estimate import Verdict
from sneeuwbal.analysis.snowball import (
    VIA_NEIGHBOUR_WEIGHT,
    WINDOW_DAYS,
    DelayCdf,
    Gaps,
    SnowballFinding,
    finding,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Participants of one neighbourhood, one entry each.

    joined_day      (n,) whole days on any calendar
    recruits        (n,) recorded recruits, by weight
    via_neighbour   (n,) came via a neighbour, but no card says which
    unknown         (n,) origin unknown
    """

    joined_day: Ints
    recruits: Floats
    via_neighbour: NDArray[np.bool_]
    unknown: NDArray[np.bool_]

    def __post_init__(self) -> None:
        length = self.joined_day.size
        others = (self.recruits, self.via_neighbour, self.unknown)
        if any(array.shape != (length,) for array in others):
            raise ValueError("the arrays of arrivals differ in length")
        if length and self.recruits.min() < 0:
            raise ValueError("recruits cannot be negative")
        if bool((self.via_neighbour & self.unknown).any()):
            raise ValueError("an origin is either a neighbour or unknown")


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who joined from `first_day` to `last_day`, and what became of them."""

    first_day: int
    last_day: int
    finding: SnowballFinding


def snowball_cohorts(
    arrivals: Arrivals,
    as_of_day: int,
    *,
    delay_cdf: DelayCdf,
    programme_dispersion: float | None = None,
    exceeds_comparison: bool | None = None,
    chains: int | None = None,
    window_days: int = WINDOW_DAYS,
) -> tuple[Cohort, ...]:
    """Estimate the snowball number of each year of joining, newest year first.

    Parameters
    ----------
    arrivals : Arrivals
        Nobody joined after `as_of_day`.
    as_of_day : int
        The day up to which everything is known.
    delay_cdf : days -> share in [0, 1]
        As `snowball.snowball_number`.
    programme_dispersion, exceeds_comparison, chains
        As `snowball.snowball_finding`; `chains` are those of the whole neighbourhood.
    window_days : int, days
        Length of a cohort, counted back from `as_of_day`.

    Returns
    -------
    tuple of Cohort
        Empty without arrivals; a year in which nobody joined is silent.

    Raises
    ------
    ValueError
        If someone joined after `as_of_day` or the window is not above 0.

    Notes
    -----
    Recorded referrals belong to their recruiter's cohort. An arrival without a link is divided
    over the cohorts by timing, as Wallinga & Teunis (2004) do, and then counts in the bounds
    as in `snowball.finding`. Weak point: the newest year rests on people followed briefly.
    """
    joined = arrivals.joined_day
    if window_days < 1 or (joined.size and int(joined.max()) > as_of_day):
        raise ValueError("nobody joins after as_of_day, and a cohort is at least a day")
    if not joined.size:
        return ()
    days = np.minimum(as_of_day - joined, WINDOW_DAYS).astype(float)
    seen = np.asarray(delay_cdf(days), float)
    cohort = (as_of_day - joined) // window_days
    count = int(cohort.max()) + 1
    gaps = _gaps(arrivals, cohort, count=count, delay_cdf=delay_cdf)
    made = []
    for number in range(count):
        inside, last = cohort == number, as_of_day - number * window_days
        one = finding(
            arrivals.recruits[inside].astype(float),
            seen[inside],
            gaps=gaps[number],
            programme_dispersion=programme_dispersion,
            exceeds_comparison=exceeds_comparison,
            chains=chains,
        )
        made.append(Cohort(last - window_days + 1, last, one))
    return tuple(made)


def verdict_of(whole: SnowballFinding, cohorts: tuple[Cohort, ...]) -> Verdict:
    """Return the label that looks at everyone and at the newest year (decisions/0012).

    Parameters
    ----------
    whole : SnowballFinding
        Of all participants together.
    cohorts : tuple of Cohort
        As `snowball_cohorts` returns them, newest first.
    """
    if cohorts and cohorts[0].finding.verdict is Verdict.SNOWBALL:
        return Verdict.SNOWBALL
    return whole.verdict


def _gaps(arrivals: Arrivals, cohort: Ints, *, count: int, delay_cdf: DelayCdf) -> tuple[Gaps, ...]:
    """Divide the arrivals without a link over the cohorts that may have brought them in."""
    open_ended = arrivals.via_neighbour | arrivals.unknown
    # By day of joining: whoever joined on one day is equally likely, and days stay few.
    late, of_late = np.unique(arrivals.joined_day[open_ended], return_inverse=True)
    days, of_day = np.unique(arrivals.joined_day, return_inverse=True)
    member = np.zeros((days.size, count))
    np.add.at(member, (of_day, cohort), 1.0)
    steps = np.diff(np.asarray(delay_cdf(np.arange(WINDOW_DAYS + 2).astype(float)), float))
    lag = late[:, None] - days[None, :]
    within = (lag >= 0) & (lag <= WINDOW_DAYS)
    by_cohort = (np.where(within, steps[np.clip(lag, 0, WINDOW_DAYS)], 0.0) @ member)[of_late]
    # Nobody recruited themselves.
    by_cohort[np.arange(of_late.size), cohort[open_ended]] -= steps[0]
    by_cohort = np.maximum(by_cohort, 0.0)
    total = by_cohort.sum(axis=1, keepdims=True)
    share = np.divide(by_cohort, total, out=np.zeros(by_cohort.shape), where=total > 0)
    unknown = arrivals.unknown[open_ended]
    referred = float(arrivals.recruits.sum())
    referred += VIA_NEIGHBOUR_WEIGHT * float(arrivals.via_neighbour.sum())
    known = max(1, arrivals.unknown.size - int(arrivals.unknown.sum()))
    since = [arrivals.unknown[cohort <= number] for number in range(count)]
    return tuple(
        Gaps(
            via_neighbour=float(share[~unknown, number].sum()),
            unknown=float(share[unknown, number].sum()),
            share_unknown=float(since[number].mean()) if since[number].size else 0.0,
            referred_share=min(1.0, referred / known),
        )
        for number in range(count)
    )
