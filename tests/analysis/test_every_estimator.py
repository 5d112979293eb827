"""One checklist for everything that turns numbers into an Estimate."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analysis.reached_cases import REACHED, WITHOUT_ORDER

from sneeuwbal.analysis.chains import recruits_of
from sneeuwbal.analysis.costs import cost_per_additional_household, cost_per_household
from sneeuwbal.analysis.costs_coverage import TRUTH, draw_places
from sneeuwbal.analysis.delays import PRIOR_DELAY, delay_distribution
from sneeuwbal.analysis.effects.aggregates import Estimand
from sneeuwbal.analysis.effects.attgt import Controls
from sneeuwbal.analysis.effects.coverage import Starts, staggered_panel
from sneeuwbal.analysis.effects.finding import effect_finding
from sneeuwbal.analysis.effects.imputation import imputation
from sneeuwbal.analysis.effects.panel import Panel
from sneeuwbal.analysis.effects.synthetic import synthetic_effect
from sneeuwbal.analysis.estimate import Estimate, Verdict
from sneeuwbal.analysis.labels import exceeds_comparison
from sneeuwbal.analysis.renewal.intervals import discretised_gamma
from sneeuwbal.analysis.renewal.sizes import size_number
from sneeuwbal.analysis.renewal.sliding import renewal_number
from sneeuwbal.analysis.representativeness import reach, representation
from sneeuwbal.analysis.resampling import resampled_cost
from sneeuwbal.analysis.simulation import simulate_town
from sneeuwbal.analysis.snowball import (
    dispersion,
    snowball_finding,
    snowball_number,
)
from sneeuwbal.analysis.snowball_cohorts import Arrivals, snowball_cohorts
from sneeuwbal.analysis.spread_coverage import weekly_runs
from sneeuwbal.analysis.town import ORIGINS, PARTICIPANT, TownSpec

RUNS = 300
CALM = Starts(clusters_per_wave=5, never=5, effect=2.0, noise_sd=0.5)
ALONE = Starts(waves=(4,), clusters_per_wave=1, never=14, effect=2.0, noise_sd=0.5)


@dataclass(frozen=True)
class Case:
    """How to draw data with a known truth, and how to estimate it."""

    name: str
    truth: float | None  # None: the last item of a draw is the truth of that draw
    draw: Callable[[np.random.Generator], tuple[Any, ...]]
    estimate: Callable[..., Estimate]
    empty: tuple[Any, ...]
    bias: float = 0.03
    runs: int = RUNS

    def data(self, rng):
        """A draw without its truth, and the truth."""
        drawn = self.draw(rng)
        return (drawn, self.truth) if self.truth is not None else (drawn[:-1], drawn[-1])


def draw_recruits(rng, *, people=250, r=0.5, k=0.5):
    days = rng.uniform(0, 500, people)
    mean = r * PRIOR_DELAY.cdf(days)
    return rng.negative_binomial(k, k / (k + mean)), days


def draw_groups(rng):
    return rng.multinomial(300, [0.4, 0.6]), np.array([5000, 5000])


def number_with_dispersion(recruits, days):
    return snowball_finding(recruits, days, delay_cdf=PRIOR_DELAY.cdf).estimate


WEEKLY = discretised_gamma(3, 2, steps=60)


def draw_weeks(rng):
    return weekly_runs(0.5, 0.5, runs=1, rng=rng, campaign=dict.fromkeys(range(48), 4))[:2]


def renewal(referred, campaign):
    return renewal_number(referred, campaign, weights=WEEKLY, window=51, dispersion=0.5).estimate(0)


def draw_groups_that_ended(rng, groups=120, r=0.5, k=0.5):
    sizes = np.ones(groups, int)
    newest = np.ones(groups, int)
    while newest.any():
        newest = rng.poisson(rng.gamma(np.maximum(k * newest, 1e-9), r / k) * (newest > 0))
        sizes += newest
    return (sizes,)


def group_sizes(sizes):
    return size_number(sizes, dispersion=0.5)


def newest_year(recruits, days):
    joined = -np.asarray(days).astype(int)
    nobody = np.zeros(joined.size, bool)
    given = Arrivals(joined, np.asarray(recruits, float), nobody, nobody)
    cohorts = snowball_cohorts(given, 0, delay_cdf=PRIOR_DELAY.cdf, window_days=10_000)
    return cohorts[0].finding.estimate if cohorts else newest_year(np.zeros(1), np.zeros(1))


def first_ratio(reached, population):
    return representation(reached, population)[0]


def draw_starts(rng, *, spec=CALM):
    panel = staggered_panel(spec, rng)
    return panel.outcome, panel.start


def effect(outcome, start):
    found = effect_finding(
        Panel(outcome, start),
        controls=Controls.NOT_YET,
        estimand=Estimand.SIMPLE,
        rng=np.random.default_rng(1),
    )
    return found.estimate


def imputed(outcome, start):
    return imputation(Panel(outcome, start)).overall


def synthetic(outcome, start):
    return synthetic_effect(Panel(outcome, start), rng=np.random.default_rng(1)).overall


NO_PANEL = (np.zeros((0, 0)), np.zeros(0, int))
NOTHING = (np.array([], int), np.array([]))
CASES = [
    Case("snowball", 0.5, draw_recruits, number_with_dispersion, NOTHING),
    Case("renewal", 0.5, draw_weeks, renewal, (np.zeros((1, 52)), np.zeros((1, 52)))),
    Case("group sizes", 0.5, draw_groups_that_ended, group_sizes, (np.array([], int),), bias=0.04),
    Case("cohorts", 0.5, draw_recruits, newest_year, NOTHING),
    Case("reach", 0.08, lambda rng: (int(rng.binomial(700, 0.08)), 700), reach, (0, 0)),
    Case("representation", 0.8, draw_groups, first_ratio, (np.zeros(1, int), np.zeros(1, int))),
    Case(
        "cost per household",
        1_000.0,
        lambda rng: (60_000.0, int(rng.poisson(60))),
        cost_per_household,
        (0.0, 0),
        bias=0.05,
    ),
    Case(
        "cost per additional household",
        1_500.0,
        lambda rng: (60_000.0, float(rng.normal(40, 6))),
        lambda cost, extra: cost_per_additional_household(cost, extra, sd_additional=6.0),
        (0.0, 0.0),
        bias=0.05,
    ),
    Case(
        "resampled cost",
        TRUTH,
        partial(draw_places, 40),
        lambda cost, households: resampled_cost(
            cost, households, rng=np.random.default_rng(1), draws=499
        ),
        (np.zeros(0), np.zeros(0, int)),
    ),
    Case("effect", 2.0, draw_starts, effect, NO_PANEL),
    Case("imputed effect", 2.0, draw_starts, imputed, NO_PANEL),
    Case("synthetic effect", 2.0, partial(draw_starts, spec=ALONE), synthetic, NO_PANEL),
    *(
        Case(name, one.truth, one.draw, one.estimate, one.empty, bias, runs)
        for name, one, runs, bias in REACHED
    ),
]
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@every_case
def test_it_recovers_the_truth_and_covers_as_often_as_it_says(case):
    rng = np.random.default_rng(2026)
    drawn = [case.data(rng) for _ in range(case.runs)]
    found = [(case.estimate(*data), truth) for data, truth in drawn]
    spoken = [(one, truth) for one, truth in found if not one.is_silent]
    assert len(spoken) > 0.95 * case.runs
    off = np.mean([one.value - truth for one, truth in spoken])
    assert abs(off) <= case.bias * abs(np.mean([truth for _, truth in spoken]))
    covered = [
        one.low <= truth <= (np.inf if one.high is None else one.high) for one, truth in spoken
    ]
    chance = 2 * np.sqrt(0.95 * 0.05 / case.runs)  # two Monte-Carlo errors: 0.025 at 300 draws
    assert 0.925 - chance <= np.mean(covered) <= 0.955 + chance


@every_case
def test_it_spares_its_inputs_and_repeats_itself(case):
    data, _ = case.data(np.random.default_rng(1))
    kept = [np.array(part, copy=True) for part in data]
    assert case.estimate(*data) == case.estimate(*data)
    for part, before in zip(data, kept, strict=True):
        np.testing.assert_array_equal(part, before)


@every_case
def test_an_empty_table_gives_silence_and_no_error(case):
    assert case.estimate(*case.empty).is_silent


def test_one_row_gives_silence_or_an_interval_but_no_error():
    alone = snowball_number(np.array([1]), np.array([90.0]), delay_cdf=PRIOR_DELAY.cdf)
    assert alone.silence == "too_few"
    assert reach(1, 1).low < 1 == reach(1, 1).high
    assert representation(np.array([9]), np.array([90]))[0].value == 1
    for estimator in (effect, imputed, synthetic):
        assert estimator(np.array([[1.0, 2.0]]), np.array([1])).is_silent
    assert cost_per_household(10.0, 1).low < 10 < cost_per_household(10.0, 1).high


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_row_order_does_not_matter(shuffler):
    recruits, days = draw_recruits(np.random.default_rng(4), people=60)
    order = list(range(60))
    shuffler.shuffle(order)
    before, after = (
        number_with_dispersion(recruits[rows], days[rows]) for rows in (range(60), order)
    )
    for name in ("value", "low", "high"):
        assert getattr(after, name) == pytest.approx(getattr(before, name), rel=1e-6)


@pytest.mark.parametrize("name", WITHOUT_ORDER)
def test_nor_does_it_for_reach_time_and_pooling(name):
    case = next(one for one in CASES if one.name == name)
    data, _ = case.data(np.random.default_rng(4))
    order = np.random.default_rng(5).permutation(len(data[0]))
    before, after = case.estimate(*data), case.estimate(*(part[order] for part in data))
    for one in ("value", "low", "high"):
        assert getattr(after, one) == pytest.approx(getattr(before, one), rel=1e-6)


def findings_of(town):
    """Findings per neighbourhood, from the records alone, as the evidence room makes them."""
    events, end = town.events, town.spec.days
    since = 91 * np.maximum(0, town.neighbourhoods.start_quarter)
    rows = (events.stage == PARTICIPANT) & (events.day >= since[events.neighbourhood])
    household, day, place = events.household[rows], events.day[rows], events.neighbourhood[rows]
    origin, card = events.origin[rows], events.recruiter[rows]
    position = np.full(town.households.neighbourhood.size, -1)
    position[household] = np.arange(household.size)
    recruiter = np.where(card >= 0, position[card], -1)
    linked = np.flatnonzero(recruiter >= 0)
    followed = (end - day).astype(float)
    delays = (day[linked] - day[recruiter[linked]]).astype(float)
    delay = delay_distribution(delays, followed[recruiter[linked]])
    recruits = recruits_of(recruiter)
    programme_k = dispersion(recruits, delay.cdf(followed))
    participants = np.bincount(place, minlength=town.spec.neighbourhoods)
    size, never = town.neighbourhoods.households, town.neighbourhoods.start_quarter < 0
    for one in range(town.spec.neighbourhoods):
        own = place == one
        grew = exceeds_comparison(
            int(participants[one]),
            int(size[one]),
            comparison_participants=participants[never],
            comparison_households=size[never],
        )
        yield snowball_finding(
            recruits[own],
            followed[own],
            delay_cdf=delay.cdf,
            via_neighbour=int((origin[own] == ORIGINS.index("neighbour")).sum()),
            unknown_origin=int((origin[own] == ORIGINS.index("unknown")).sum()),
            programme_dispersion=programme_k,
            exceeds_comparison=grew,
        )


def assess(spec, *, towns, seed):
    """Coverage of the true R, and the labels, over started neighbourhoods of many towns."""
    covered, labels = [], []
    for number in range(towns):
        town = simulate_town(spec, np.random.default_rng([seed, number]))
        for place, finding in enumerate(findings_of(town)):
            if town.neighbourhoods.start_quarter[place] < 0:
                continue
            labels.append(finding.verdict)
            figure = finding.estimate
            if not figure.is_silent:
                covered.append(figure.low <= town.truth.effective_r[place] <= figure.high)
    return float(np.mean(covered)), labels


STARTS = (0, 1, 2, 3, 0, 1, 2, 3, -1, -1)


def test_with_complete_records_the_interval_covers_the_true_number_of_a_town():
    spec = TownSpec(
        r=(0.6,),
        start_quarter=STARTS,
        team_formed=(True,),
        code_redeemed=1.0,
        campaign_unknown=0.0,
        campaign_says_neighbour=0.0,
    )
    covered, _ = assess(spec, towns=3, seed=11)
    assert 0.89 <= covered <= 0.99


@pytest.mark.parametrize("r", [0.3, 0.6])
def test_with_gaps_in_the_records_it_still_covers_often_enough(r):
    spec = TownSpec(r=(r,), start_quarter=STARTS, team_formed=(True,))
    covered, _ = assess(spec, towns=3, seed=12)
    assert covered >= 0.85


def test_a_boost_is_hardly_ever_called_a_snowball_despite_the_price_shock():
    spec = TownSpec(r=(0.3,), start_quarter=STARTS, team_formed=(True,), shock_factor=15.0)
    _, labels = assess(spec, towns=4, seed=13)
    assert len(labels) == 64
    assert np.mean([label == Verdict.SNOWBALL for label in labels]) <= 0.05


def test_a_real_snowball_is_found_while_it_still_grows():
    """Later it is not: once everyone takes part, recruits per participant is below 1."""
    spec = TownSpec(
        neighbourhoods=6,
        households=2_500,
        weeks=104,
        r=(1.8,),
        start_quarter=(4, 4, 4, 4, -1, -1),
        team_formed=(True,),
        saturation=0.0,
        code_redeemed=1.0,
    )
    _, labels = assess(spec, towns=2, seed=15)
    assert np.mean([label == Verdict.SNOWBALL for label in labels]) >= 0.5


def test_where_nothing_spreads_no_spread_is_shown():
    spec = TownSpec(r=(0.0,), start_quarter=STARTS, team_formed=(True,))
    _, labels = assess(spec, towns=2, seed=14)
    assert np.mean([label in (Verdict.BOOST, Verdict.SNOWBALL) for label in labels]) <= 0.05
