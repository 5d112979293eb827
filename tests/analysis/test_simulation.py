from dataclasses import fields, replace

import numpy as np
import pytest

from sneeuwbal.analysis.simulation import simulate_town
from sneeuwbal.analysis.town import (
    BASES,
    CHANNELS,
    COST_KINDS,
    ORIGINS,
    PARTICIPANT,
    TownSpec,
)

SMALL = TownSpec(
    neighbourhoods=6, households=300, weeks=130, r=(0.6, 0.3), start_quarter=(0, 2, -1)
)


@pytest.fixture(scope="module")
def town():
    return simulate_town(TownSpec(), np.random.default_rng(7))


def test_the_same_seed_gives_the_same_town():
    once, again = (simulate_town(SMALL, np.random.default_rng(3)) for _ in range(2))
    for part in ("events", "attempts", "costs", "households", "truth"):
        for one in fields(getattr(once, part)):
            left, right = (getattr(getattr(made, part), one.name) for made in (once, again))
            np.testing.assert_array_equal(left, right)
    other = simulate_town(SMALL, np.random.default_rng(4))
    assert other.events.day.size != once.events.day.size


def test_events_come_in_order_and_each_household_reaches_a_stage_once(town):
    events = town.events
    assert (np.diff(events.day) >= 0).all()
    assert (events.recorded_day >= events.day).all()
    assert events.recorded_day.max() < town.spec.days
    pairs = np.column_stack([events.household, events.stage])
    assert len(np.unique(pairs, axis=0)) == len(pairs)
    np.testing.assert_array_equal(
        events.neighbourhood, town.households.neighbourhood[events.household]
    )


def test_codes_lie_within_their_lists(town):
    events = town.events
    assert events.channel.max() < len(CHANNELS) and events.origin.max() < len(ORIGINS)
    assert events.basis.max() < len(BASES) and town.costs.kind.max() < len(COST_KINDS)
    assert set(np.unique(events.stage)) <= {1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 14}


def test_a_recruiter_is_an_earlier_participant_of_the_same_neighbourhood(town):
    truth, place = town.truth, town.households.neighbourhood
    recruited = np.flatnonzero(truth.recruiter >= 0)
    recruiter = truth.recruiter[recruited]
    assert recruited.size > 100
    assert (place[recruited] == place[recruiter]).all()
    assert (truth.joined_day[recruiter] >= 0).all()
    assert (truth.joined_day[recruiter] <= truth.joined_day[recruited]).all()


def test_a_card_names_the_true_recruiter_and_nothing_else_names_anyone(town):
    events = town.events
    by_card = events.origin == ORIGINS.index("referral")
    assert (events.recruiter[by_card] == town.truth.recruiter[events.household[by_card]]).all()
    assert (events.recruiter[~by_card] == -1).all()


def test_comparison_neighbourhoods_are_left_alone_but_feel_the_shock(town):
    spec, events = town.spec, town.events
    never = town.neighbourhoods.start_quarter < 0
    assert not never[town.attempts.neighbourhood].any()
    joined = (events.stage == PARTICIPANT) & never[events.neighbourhood]
    shock = slice(spec.shock_week, spec.shock_week + spec.shock_weeks)
    weekly = np.bincount(events.week[joined], minlength=spec.weeks)
    assert weekly[shock].mean() > 2 * np.delete(weekly, np.r_[shock]).mean()
    assert (town.truth.additional[never] == 0).all()


def test_no_one_is_approached_during_start_up(town):
    start = 13 * town.neighbourhoods.start_quarter[town.attempts.neighbourhood]
    assert (town.attempts.week - start).min() >= 17


def test_the_true_number_of_recruits_lies_near_r():
    spec = TownSpec(neighbourhoods=12, r=(0.5,), start_quarter=(0,), saturation=0.0)
    town = simulate_town(spec, np.random.default_rng(5))
    early = (town.truth.joined_day >= 0) & (town.truth.joined_day < spec.days - 400)
    recruiters = town.truth.recruiter[town.truth.recruiter >= 0]
    recruits = np.bincount(recruiters, minlength=early.size)
    assert recruits[early].mean() == pytest.approx(0.5, abs=0.07)


def test_staff_hours_peak_at_the_start_and_never_end_while_a_team_lives(town):
    costs = town.costs
    mine = (costs.neighbourhood == 1) & (costs.kind == 0) & (costs.role == 0)
    hours = costs.hours[mine]
    assert (hours[:4] == hours.max()).all()
    assert hours.size == costs.month.max() + 1 and hours.min() >= 9
    volunteers = costs.kind == COST_KINDS.index("volunteer")
    assert costs.amount_eur[volunteers].sum() == 0 < costs.hours[volunteers].sum()


def test_a_town_without_a_programme_has_only_overhead():
    spec = replace(SMALL, start_quarter=(-1,))
    town = simulate_town(spec, np.random.default_rng(1))
    assert town.attempts.week.size == 0
    assert set(town.costs.neighbourhood) == {-1}
