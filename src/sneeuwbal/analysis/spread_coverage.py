"""How often the intervals of `snowball` and `renewal` hold the truth: simulated, as tables.

Run by benchmarks/coverage.py, which writes the tables into docs/methods/renewal.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.estimate import Estimate
from sneeuwbal.analysis.recruiting import EPIDEMIC_PRIOR, OWN_PRIOR
from sneeuwbal.analysis.renewal.arrivals import EVEN
from sneeuwbal.analysis.renewal.cohorts import cohort_number
from sneeuwbal.analysis.renewal.intervals import discretised_gamma
from sneeuwbal.analysis.renewal.links import link_capture, per_capture
from sneeuwbal.analysis.renewal.sliding import renewal_bounds, renewal_number
from sneeuwbal.analysis.snowball import (
    DelayCdf,
    SnowballFinding,
    dispersion,
    snowball_finding,
)
from sneeuwbal.analysis.snowball_cohorts import Arrivals, snowball_cohorts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WEEKS = 52
MEAN_WEEKS, SD_WEEKS = 3.0, 2.0
# Campaign arrivals by week: 50 in six pushes, one long letter campaign, one big start.
PATTERNS = {
    "pushes": {0: 9, 8: 9, 16: 8, 24: 8, 32: 8, 40: 8},
    "steady": dict.fromkeys(range(50), 1),
    "start": {0: 30, 1: 20},
}
TRUTHS = tuple((r, k) for r in (0.3, 0.8, 1.1) for k in (EVEN, 1.0, 0.5, 0.2))
SHOCK = dict.fromkeys(range(30, 38), 12)
CALLED_BACK = 80
HALF = 0.5


@dataclass(frozen=True)
class Row:
    """One line of a table: what was simulated, and the shares that were found."""

    truth: tuple[str, ...]
    found: tuple[float, ...]

    def text(self) -> str:
        """Return the line as markdown."""
        cells = [*self.truth, *(f"{number:.3f}" for number in self.found)]
        return "| " + " | ".join(cells) + " |"


def weekly_runs(
    r: float, k: float, *, runs: int, rng: np.random.Generator, campaign: dict[int, int]
) -> tuple[Floats, Floats, Floats]:
    """Simulate arrivals per week: referred and campaign (runs, weeks), and the weights.

    All who arrive in a week share one gamma draw of how much they will recruit, which is the
    sum of theirs: their counts are then negative binomial with dispersion k each.
    """
    weights = discretised_gamma(MEAN_WEEKS, SD_WEEKS, steps=WEEKS)
    imported = np.zeros((runs, WEEKS))
    for week, many in campaign.items():
        imported[:, week] = many
    referred, rate = np.zeros((runs, WEEKS)), np.zeros((runs, WEEKS))
    for week in range(WEEKS):
        referred[:, week] = rng.poisson(rate[:, week])
        people = referred[:, week] + imported[:, week]
        drawn = r * people if np.isinf(k) else rng.gamma(np.maximum(k * people, 1e-9), r / k)
        rate[:, week:] += np.where(people > 0, drawn, 0.0)[:, None] * weights[: WEEKS - week]
    return referred, imported, weights


def renewal_rows(*, runs: int, seed: int) -> Iterator[Row]:
    """First table: the whole-year renewal posterior, with our prior and with EpiEstim's."""
    for number, (r, k) in enumerate(TRUTHS):
        rng = np.random.default_rng([seed, number])
        referred, imported, weights = weekly_runs(
            r, k, runs=runs, rng=rng, campaign=PATTERNS["pushes"]
        )
        covered = []
        for prior, even in ((OWN_PRIOR, EVEN), (OWN_PRIOR, k), (EPIDEMIC_PRIOR, EVEN)):
            found = renewal_number(
                referred, imported, weights=weights, window=WEEKS - 1, dispersion=even, prior=prior
            )
            covered.append(_covered(found.interval, r))
        epidemic = renewal_number(
            *(referred, imported),
            weights=weights,
            window=WEEKS - 1,
            dispersion=k,
            prior=EPIDEMIC_PRIOR,
        )
        both = renewal_number(
            referred + imported,
            np.zeros_like(imported),
            weights=weights,
            window=WEEKS - 1,
            prior=EPIDEMIC_PRIOR,
        )
        own = renewal_number(referred, imported, weights=weights, window=WEEKS - 1)
        yield Row(
            (f"{r}", _named(k)),
            (*covered, _covered(epidemic.interval, r), own.value.mean(), both.value.mean()),
        )


def pattern_rows(*, runs: int, seed: int) -> Iterator[Row]:
    """Second table: other campaigns, an outside shock, shorter windows, cohorts by timing."""
    cases: list[tuple[str, dict[int, int]]] = [*PATTERNS.items()]
    cases.append(("pushes and a price shock", PATTERNS["pushes"] | SHOCK))
    for name, campaign in cases:
        for r, k in ((0.3, EVEN), (0.3, 0.2), (0.8, 0.2), (1.1, EVEN), (1.1, 0.2)):
            rng = np.random.default_rng([seed, len(name), int(100 * r), int(min(k, 9) * 10)])
            given = weekly_runs(r, k, runs=runs, rng=rng, campaign=campaign)
            referred, imported, weights = given
            each = [
                renewal_number(referred, imported, weights=weights, window=window, dispersion=k)
                for window in (WEEKS - 1, 26)
            ]
            each.append(cohort_number(referred, imported, weights=weights, length=26, dispersion=k))
            last = [
                _covered((low[:, -1:], high[:, -1:]), r)
                for low, high in (one.interval for one in each)
            ]
            yield Row((name, f"{r}", _named(k)), (*last, _half_unknown(given, r, k, rng)))


def _half_unknown(
    given: tuple[Floats, Floats, Floats], r: float, k: float, rng: np.random.Generator
) -> float:
    """Coverage of the bounds when half of the referred arrivals are of unknown origin."""
    referred, imported, weights = given
    lost = rng.binomial(referred.astype(np.int64), HALF).astype(float)
    bounds = renewal_bounds(
        referred - lost, imported, unknown=lost, weights=weights, window=WEEKS - 1, dispersion=k
    )
    return _covered(bounds.interval, r)


@dataclass(frozen=True)
class People:
    """Simulated participants: day of joining, and place of the recruiter or -1."""

    joined_day: Ints
    recruiter: Ints

    @property
    def recruits(self) -> Floats:
        """Recruits of each that have arrived."""
        linked = self.recruiter[self.recruiter >= 0]
        return np.bincount(linked, minlength=self.recruiter.size).astype(float)


def simulated_people(
    r: float, k: float, *, rng: np.random.Generator, campaign: dict[int, int], delay: "Delay"
) -> People:
    """Simulate who brought in whom over a year, by generation."""
    days = np.concatenate([np.full(many, 7 * week) for week, many in campaign.items()])
    joined, recruiter = [days.astype(np.int64)], [np.full(days.size, -1, np.int64)]
    first, newest = 0, joined[0]
    while newest.size:
        mean = np.full(newest.size, r)
        count = rng.poisson(mean if np.isinf(k) else rng.gamma(k, r / k, newest.size))
        parent = np.repeat(np.arange(newest.size), count)
        arrives = newest[parent] + delay.draw(parent.size, rng)
        kept = arrives < 7 * WEEKS
        joined.append(arrives[kept])
        recruiter.append(first + parent[kept])
        first, newest = first + newest.size, arrives[kept]
    return People(np.concatenate(joined), np.concatenate(recruiter))


@dataclass(frozen=True)
class Delay:
    """Days between two entries: gamma of shape 2, in whole days."""

    mean_days: float = 7 * MEAN_WEEKS

    def draw(self, many: int, rng: np.random.Generator) -> Ints:
        """Draw so many delays."""
        return rng.gamma(2.0, self.mean_days / 2, many).astype(np.int64)

    def cdf(self, days: Floats) -> Floats:
        """Share that came within so many days; closed form of shape 2, the only one used here."""
        scaled = np.asarray(days, float) * 2 / self.mean_days
        return np.asarray(1 - np.exp(-scaled) * (1 + scaled), float)


def people_rows(*, runs: int, seed: int) -> Iterator[Row]:
    """Third table: recorded referrals, complete and with gaps, and the newest half year.

    Coverage over all runs, also where the number itself would be silent; the last two columns
    are the share of runs in which it speaks, and the coverage of those alone.
    """
    delay = Delay()
    for number, (r, k) in enumerate(TRUTHS):
        inside: dict[str, list[bool]] = {}
        spoken: list[bool] = []
        for run in range(runs):
            rng = np.random.default_rng([seed, number, run])
            people = simulated_people(r, k, rng=rng, campaign=PATTERNS["pushes"], delay=delay)
            found = _intervals(people, rng, delay)
            for name, (low, high) in found.items():
                inside.setdefault(name, []).append(low <= r <= high)
            spoken.append("spoken" in found)
        shares = [float(np.mean(found)) for name, found in inside.items() if name != "spoken"]
        alone = float(np.mean(inside.get("spoken", [False])))
        yield Row((f"{r}", _named(k)), (*shares, float(np.mean(spoken)), alone))


def _intervals(
    people: People, rng: np.random.Generator, delay: Delay
) -> dict[str, tuple[float, float]]:
    """Intervals of one simulated neighbourhood under each kind of gap."""
    followed, cdf = (7 * WEEKS - 1 - people.joined_day).astype(float), delay.cdf
    complete = snowball_finding(people.recruits, followed, delay_cdf=cdf)
    found = {"complete": (complete.low, complete.high)}
    referred = np.flatnonzero(people.recruiter >= 0)
    lost = referred[rng.random(referred.size) < HALF]
    fewer = replace(people, recruiter=people.recruiter.copy())
    fewer.recruiter[lost] = -1
    for gap in ("via_neighbour", "unknown_origin"):
        many = {gap: int(lost.size)}
        one = snowball_finding(fewer.recruits, followed, delay_cdf=cdf, **many)  # type: ignore[arg-type]
        found[gap] = (one.low, one.high)
    linked = snowball_finding(fewer.recruits, followed, delay_cdf=cdf)
    capture = link_capture(int(rng.binomial(CALLED_BACK, HALF)), CALLED_BACK)
    middle = (linked.low + linked.high) / 2
    number = Estimate(middle, linked.low, linked.high, n=followed.size, method="referrals")
    called = per_capture(number, capture)
    found["called"] = (called.low or 0.0, called.high or np.inf)
    newest = _newest(people, followed, cdf)
    found["newest"] = (newest.low, newest.high)
    if not complete.estimate.is_silent:
        found["spoken"] = found["complete"]
    return found


def _newest(people: People, followed: Floats, cdf: DelayCdf) -> SnowballFinding:
    nobody = np.zeros(followed.size, bool)
    cohorts = snowball_cohorts(
        Arrivals(people.joined_day, people.recruits, nobody, nobody),
        7 * WEEKS - 1,
        delay_cdf=cdf,
        programme_dispersion=dispersion(people.recruits, cdf(followed)),
        window_days=182,
    )
    return cohorts[0].finding


def _covered(interval: tuple[Floats, Floats], truth: float) -> float:
    low, high = interval
    return float(((low <= truth) & (truth <= high)).mean())


def _named(k: float) -> str:
    return "Poisson" if np.isinf(k) else f"{k:g}"
