from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sneeuwbal.analysis.scheduling import (
    Place,
    ScheduleError,
    ScheduleInputs,
    ShortStartUp,
    check_schedule,
    effort_profile,
    greedy_start,
    reach_curve,
    schedule,
)

HORIZON = 6
EFFORT = effort_profile(HORIZON, peak_fte=1.0, floor_fte=0.2)


def town(seed, places=5, *, capacity=2.0, kickoffs=2, budget=None, reward=0.0):
    rng = np.random.default_rng(seed)
    chosen = tuple(
        Place(
            key=f"BU{number}",
            households=float(rng.integers(5, 60)),
            effort_fte=effort_profile(
                HORIZON, peak_fte=float(rng.choice([0.6, 1.0])), floor_fte=0.2
            ),
            cost_eur=(10_000.0, 10_000.0, 4_000.0),
            earliest=int(rng.integers(0, 2)),
        )
        for number in range(places)
    )
    return ScheduleInputs(
        places=chosen,
        capacity_fte=(capacity,) * HORIZON,
        kickoffs_per_quarter=kickoffs,
        budget_per_year=budget,
        adjacent=tuple((one, one + 1) for one in range(places - 1)),
        adjacency_reward=reward,
    )


def value_of(inputs, start):
    """The objective written out once more, as the model page states it."""
    curve = reach_curve(HORIZON)
    reached = sum(
        place.households * curve[HORIZON - begin]
        for place, begin in zip(inputs.places, start, strict=True)
        if begin is not None
    )
    pairs = [(start[a], start[b]) for a, b in inputs.adjacent]
    together = sum(HORIZON - max(pair) for pair in pairs if None not in pair)
    return reached + inputs.adjacency_reward * together


def brute_force(inputs):
    choices = [None, *range(HORIZON)]
    plans = product(choices, repeat=len(inputs.places))
    return max(value_of(inputs, plan) for plan in plans if check_schedule(inputs, plan) is None)


@pytest.mark.parametrize(("seed", "reward"), [(1, 0.0), (2, 3.0), (3, 3.0)])
def test_a_small_plan_is_as_good_as_any(seed, reward):
    inputs = town(seed, places=4, capacity=1.7, budget=(30_000.0, 50_000.0), reward=reward)
    best = brute_force(inputs)
    found = schedule(inputs)
    assert found.objective >= 0.995 * best - 1e-9
    assert found.bound >= best - 1e-6
    assert found.objective == pytest.approx(value_of(inputs, found.start))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 999), st.floats(0.3, 4.0), st.integers(0, 3))
def test_every_plan_passes_the_checker_and_stays_within_its_bound(seed, capacity, kickoffs):
    inputs = town(seed, capacity=capacity, kickoffs=kickoffs, reward=1.0)
    found = schedule(inputs, node_limit=20, time_limit_s=0.4)
    assert check_schedule(inputs, found.start, objective=found.objective) is None
    assert found.objective <= found.bound + 1e-9
    assert max(found.load_fte) <= capacity + 1e-6
    assert found.objective >= value_of(inputs, greedy_start(inputs)) - 1e-9


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 999))
def test_more_capacity_never_lowers_what_is_possible(seed):
    tight, wide = town(seed, capacity=1.2), town(seed, capacity=2.4)
    assert schedule(wide).objective >= 0.995 * schedule(tight).objective


def test_a_short_start_up_is_refused_without_a_reason():
    with pytest.raises(ShortStartUp, match="BU7: a start-up of 3 months"):
        Place("BU7", 10, EFFORT, startup_months=3)
    with pytest.raises(ShortStartUp):
        Place("BU7", 10, EFFORT, startup_months=3, reason="  ")
    assert Place("BU7", 10, EFFORT, startup_months=3, reason="Team works already.").reason


def test_effort_peaks_for_two_quarters_and_presence_never_ends():
    assert EFFORT[:2] == (1.0, 1.0)
    assert EFFORT[3] == pytest.approx(0.2 + 0.8 / 2)
    assert all(now > later for now, later in pairwise(EFFORT[1:]))
    assert effort_profile(200, peak_fte=1.0, floor_fte=0.2)[-1] == pytest.approx(0.2)
    with pytest.raises(ValueError, match="BU1: presence lasts"):
        Place("BU1", 10, (1.0, 1.0, 0.0))
    with pytest.raises(ValueError, match="BU1: effort stays at its peak"):
        Place("BU1", 10, (1.0, 0.4))


def test_nothing_is_reached_during_start_up():
    curve = reach_curve(12)
    assert curve[:3] == (0, 0, 0) and curve[8] == curve[12] == 1


def test_a_longer_start_up_delays_what_a_place_brings():
    usual = Place("BU1", 30.0, EFFORT)
    slow_effort = effort_profile(HORIZON, peak_fte=1.0, floor_fte=0.2, startup_months=9)
    slow = Place("BU2", 30.0, slow_effort, startup_months=9)
    found = schedule(ScheduleInputs((usual, slow), (9.0,) * HORIZON, 2))
    assert found.start == (0, 0)
    curve = reach_curve(HORIZON)
    assert found.expected_households == pytest.approx((30 * curve[6], 30 * curve[5]))


def test_running_neighbourhoods_keep_their_start_and_use_up_capacity():
    inputs = town(4, capacity=1.4)
    running = replace(inputs.places[0], fixed_start=-3, effort_fte=EFFORT)
    with_running = replace(inputs, places=(running, *inputs.places[1:]))
    found = schedule(with_running)
    assert found.start[0] == -3
    assert found.load_fte[0] >= EFFORT[3]


def test_fixed_starts_that_break_a_rule_are_named():
    inputs = town(4, capacity=1.0)
    fixed = tuple(replace(one, fixed_start=0, effort_fte=EFFORT) for one in inputs.places[:2])
    with pytest.raises(ScheduleError, match=r"quarter 0 takes 2\.00 FTE of 1\.00"):
        schedule(replace(inputs, places=(*fixed, *inputs.places[2:])))


def test_every_place_left_out_names_the_rule_that_keeps_it_out():
    by_staff = schedule(town(5, capacity=0.7))
    assert {one.rule for one in by_staff.not_scheduled} == {"capacity"}
    by_kickoffs = schedule(town(5, capacity=99.0, kickoffs=0))
    assert {one.rule for one in by_kickoffs.not_scheduled} == {"kickoffs"}
    by_budget = schedule(town(5, capacity=99.0, budget=(15_000.0, 0.0)))
    assert {one.rule for one in by_budget.not_scheduled} == {"budget"}
    assert all(one.shortfall > 0 for one in by_staff.not_scheduled + by_budget.not_scheduled)
    late = replace(town(5).places[0], earliest=HORIZON - 1)
    waiting = schedule(replace(town(5), places=(late,), adjacent=()))
    assert waiting.not_scheduled[0].rule == "window"


@pytest.mark.parametrize(
    ("start", "changed", "rule"),
    [
        ((0, 0, 0, None, None), {"capacity_fte": (1.0,) * HORIZON}, "capacity"),
        ((1, 1, 1, None, None), {}, "kickoffs"),
        ((1, None, None, None, None), {"budget_per_year": (9_000.0, 9_000.0)}, "budget"),
        ((9, None, None, None, None), {}, "window"),
        ((HORIZON - 1, None, None, None, None), {}, "no_gain"),
        ((0,), {}, "length"),
    ],
)
def test_the_checker_names_each_kind_of_broken_rule(start, changed, rule):
    inputs = replace(town(6, capacity=9.0, kickoffs=2), **changed)
    free = tuple(replace(place, earliest=0) for place in inputs.places)
    broken = check_schedule(replace(inputs, places=free), start)
    assert broken is not None and broken.rule == rule and broken.text


def test_the_checker_refuses_a_claimed_value_and_a_broken_promise():
    inputs = town(6, capacity=9.0)
    plan = schedule(inputs)
    wrong = check_schedule(inputs, plan.start, objective=plan.objective * 1.001)
    assert wrong is not None and wrong.rule == "objective"
    promised = replace(inputs.places[0], fixed_start=2)
    moved = check_schedule(replace(inputs, places=(promised, *inputs.places[1:])), (1,) * 5)
    assert moved is not None and moved.rule == "promise"


def test_neighbours_start_together_when_that_is_rewarded():
    alike = tuple(Place(f"BU{number}", 20.0, EFFORT) for number in range(4))
    inputs = ScheduleInputs(alike, (2.0,) * HORIZON, 2, adjacent=((0, 3),), adjacency_reward=5.0)
    found = schedule(inputs)
    assert found.start[0] == found.start[3] == 0


def test_the_budget_year_may_start_halfway():
    inputs = replace(town(1), quarters_in_first_year=2)
    assert [inputs.year(quarter) for quarter in range(HORIZON)] == [0, 0, 1, 1, 1, 1]


def test_the_same_inputs_give_the_same_plan():
    inputs = town(8, reward=1.0)
    assert schedule(inputs) == schedule(inputs)


def test_without_places_there_is_an_empty_plan():
    found = schedule(replace(town(1), places=(), adjacent=()))
    assert found.start == () and found.objective == 0 and found.possible_gain == 0
