"""Schedules through the worker: within staff, four months, facts first, checked apart."""

import dataclasses
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sneeuwbal.accounts.jobs import JobError
from sneeuwbal.analysis import scheduling
from sneeuwbal.evidence.models import Figure
from sneeuwbal.planning import adoption, board, schedules
from sneeuwbal.planning.expectation import PRIOR_HIGH, PRIOR_LOW, expectation
from sneeuwbal.planning.models import Schedule, ScheduledStart
from sneeuwbal.planning.quarters import quarter_after, quarters_between
from sneeuwbal.roadmap import programmes
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

pytestmark = pytest.mark.django_db


def measure(programme, rows, shares):
    """Let neighbourhoods have recruited for two years with these shares."""
    since = date.today() - timedelta(days=730)
    for row, share in zip(rows, shares, strict=True):
        ProgrammeNeighbourhood.objects.filter(pk=row.pk).update(
            phase="active", startup_on=since - timedelta(days=130), recruitment_on=since
        )
        Figure.objects.create(
            organisation=programme.organisation,
            area=row.area,
            kind=Figure.Kind.FUNNEL,
            as_of=date.today(),
            value=share,
            n=40,
            method="funnel",
        )


def test_the_load_never_exceeds_the_staff_in_any_quarter(staff, candidates, plan):
    made = plan(staff, candidates)
    load, capacity = made.summary["load_fte"], made.parameters["capacity_fte"]
    assert all(asked <= there + 1e-6 for asked, there in zip(load, capacity, strict=True))
    # Added up again from what is stored per neighbourhood.
    again = [sum(column) for column in zip(*stored_fte(made), strict=True)]
    assert again == pytest.approx(load, abs=0.01)
    assert made.starts.filter(quarter__isnull=False).count() > 1


def stored_fte(made):
    rows = made.starts.filter(quarter__isnull=False)
    return [row.fte_by_quarter for row in rows]


def test_no_quarter_has_more_starts_than_fit_in_that_quarter(
    staff, candidates, plan, first_quarter
):
    programmes.set_capacity(
        staff, [(quarter_after(first_quarter, n), 5, 0 if n == 0 else 2) for n in range(16)]
    )
    made = plan(staff, candidates)
    begun = [quarters_between(first_quarter, row.quarter) for row in made.starts.all()]
    assert 0 not in begun
    assert max(begun.count(quarter) for quarter in begun) <= 2


def test_more_staff_never_brings_less(staff, candidates, plan, first_quarter):
    little = plan(staff, candidates).summary["objective"]
    programmes.set_capacity(staff, [(quarter_after(first_quarter, n), 4, 3) for n in range(16)])
    assert plan(staff, candidates).summary["objective"] >= little


def test_what_does_not_fit_names_the_limit_that_keeps_it_out(
    staff, candidates, plan, first_quarter
):
    programmes.set_capacity(staff, [(quarter_after(first_quarter, n), 0.4, 3) for n in range(16)])
    made = plan(staff, candidates, quarters=6)
    waiting = board.waiting(made)
    assert waiting
    assert all(row.binding["rule"] == "capacity" and "fte" in why.lower() for row, why in waiting)


def test_a_neighbourhood_without_known_households_says_so(staff, candidates, plan):
    ProgrammeNeighbourhood.objects.filter(pk=candidates[0].pk).update(households=None)
    made = plan(staff, candidates)
    row = made.starts.get(area=candidates[0].area)
    assert row.quarter is None
    assert row.binding["rule"] == "households"


def test_the_worker_refuses_less_than_four_months_without_a_reason(staff, candidates, plan):
    code = candidates[0].area.code
    with pytest.raises(JobError, match=candidates[0].area.name):
        plan(staff, candidates, startup={code: {"months": 3, "reason": "  "}})
    assert not Schedule.objects.exists()
    made = plan(staff, candidates, startup={code: {"months": 3, "reason": "Team bestaat al"}})
    assert made.starts.get(area__code=code).short_startup_reason == "Team bestaat al"


def test_the_database_refuses_less_than_four_months_without_a_reason(staff, candidates, plan):
    made = plan(staff, candidates[:2])
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledStart.objects.create(
            schedule=made, area=candidates[3].area, startup_months=3, short_startup_reason=""
        )


def test_a_plan_over_capacity_is_never_stored(staff, candidates, plan, monkeypatch):
    right = scheduling.schedule

    def crooked(inputs):
        found = right(inputs)
        return dataclasses.replace(found, start=tuple(0 for _ in found.start))

    monkeypatch.setattr(schedules.scheduling, "schedule", crooked)
    with pytest.raises(RuntimeError, match=r"FTE|kick-offs"):
        plan(staff, candidates)
    assert not Schedule.objects.exists()


def test_a_plan_that_claims_too_much_is_never_stored(staff, candidates, plan, monkeypatch):
    right = scheduling.schedule

    def boastful(inputs):
        found = right(inputs)
        return dataclasses.replace(found, objective=found.objective * 1.01)

    monkeypatch.setattr(schedules.scheduling, "schedule", boastful)
    with pytest.raises(RuntimeError, match="worth"):
        plan(staff, candidates)
    assert not Schedule.objects.exists()


def test_what_runs_already_keeps_its_staff_and_is_never_cut(
    staff, candidates, plan, running, first_quarter
):
    running(candidates[0], quarter_after(first_quarter, -2))
    made = plan(staff, candidates)
    [line] = [line for line in board.lines(made) if line.runs_already]
    assert line.name == candidates[0].area.name
    assert all(cell.fte > 0 for cell in line.cells)
    assert not made.starts.filter(area=candidates[0].area).exists()
    total = [sum(column) for column in zip(*stored_fte(made), strict=True)]
    with_running = [part + cell.fte for part, cell in zip(total, line.cells, strict=True)]
    assert with_running == pytest.approx(made.summary["load_fte"], abs=0.02)


def test_running_neighbourhoods_that_ask_too_much_give_a_clear_message(
    staff, candidates, plan, running, first_quarter
):
    programmes.set_capacity(staff, [(quarter_after(first_quarter, n), 0.5, 2) for n in range(16)])
    for row in candidates[:2]:
        running(row, quarter_after(first_quarter, -1))
    with pytest.raises(JobError) as refusal:
        plan(staff, candidates)
    said = str(refusal.value)
    assert "0" in said and "50" in said and str(first_quarter.year) in said
    assert not Schedule.objects.exists()


def test_starts_that_already_took_place_are_facts_even_above_the_limit(
    staff, candidates, plan, running, first_quarter
):
    for row in candidates[:2]:
        running(row, first_quarter)
    made = plan(staff, candidates)
    assert made.parameters["kickoffs"][0] == 2
    assert not made.starts.filter(quarter=first_quarter).exists()


def test_missing_staff_names_the_quarter(staff, candidates, plan, first_quarter):
    staff.capacity.filter(quarter=quarter_after(first_quarter, 3)).delete()
    with pytest.raises(JobError, match=str(quarter_after(first_quarter, 3).year)):
        plan(staff, candidates)


def test_nothing_to_plan_is_refused_in_words(staff, candidates, plan, english):
    with pytest.raises(JobError, match="no candidate"):
        plan(staff, [])


def test_without_measurements_the_assumption_gives_the_band(staff, candidates, plan):
    made = plan(staff, candidates)
    seen = board.outlook(made)
    assert seen.measured_in == 0
    assert (seen.percent_low, seen.percent_high) in [("0.3", "14"), ("0,3", "14")]
    whole = sum(row.expected_households for row in made.starts.all())
    assert made.summary["households_low"] == pytest.approx(whole * PRIOR_LOW * 450 / 15)
    assert made.summary["households_high"] == pytest.approx(whole * PRIOR_HIGH * 450 / 15)
    assert seen.low < whole < seen.high


def test_measured_shares_replace_the_assumption_and_call_older_schedules_out_of_date(
    staff, candidates, plan
):
    old = plan(staff, candidates)
    assert not board.outlook(old).outdated
    measure(staff, candidates[:3], [0.02, 0.05, 0.08])
    now = expectation(staff)
    assert (now.share, now.measured) == (0.05, 3)
    assert (now.low, now.high) == pytest.approx((0.026, 0.074))
    assert board.outlook(old).outdated
    fresh = plan(staff, candidates)
    assert fresh.parameters["measured_in"] == 3
    assert not board.outlook(fresh).outdated


def test_a_neighbourhood_that_began_last_month_says_nothing_about_a_year(staff, candidates):
    measure(staff, candidates[:3], [0.0, 0.0, 0.0])
    staff.neighbourhoods.filter(phase="active").update(
        recruitment_on=date.today() - timedelta(days=30)
    )
    assert expectation(staff).measured == 0


def test_adopting_writes_the_dates_and_undoing_brings_back_the_earlier_ones(
    staff, candidates, plan, manager
):
    made = plan(staff, candidates[:2])
    before = {row.pk: row.decided_on for row in staff.neighbourhoods.all()}
    adoption.adopt(made, on=date(2026, 1, 5), by=manager)
    for start in made.starts.filter(quarter__isnull=False):
        row = staff.neighbourhoods.get(area=start.area)
        assert row.startup_on == start.quarter
        assert row.recruitment_on == programmes.months_after(start.quarter, 4)
        assert row.decided_on == date(2026, 1, 5)
        assert row.phase == "candidate"
    adoption.undo(made)
    made.refresh_from_db()
    assert made.adopted_on is None
    for row in staff.neighbourhoods.all():
        assert (row.decided_on, row.startup_on, row.recruitment_on) == (before[row.pk], None, None)


def test_adopting_twice_changes_nothing(staff, candidates, plan, manager):
    made = plan(staff, candidates[:2])
    adoption.adopt(made, on=date(2026, 1, 5), by=manager)
    adoption.adopt(made, on=date(2026, 2, 5), by=manager)
    made.refresh_from_db()
    assert made.adopted_on == date(2026, 1, 5)
    adoption.undo(made)
    assert not staff.neighbourhoods.filter(startup_on__isnull=False).exists()


def test_what_has_started_cannot_be_undone(staff, candidates, plan, manager, running):
    made = plan(staff, candidates[:2])
    adoption.adopt(made, on=date.today(), by=manager)
    running(candidates[0], date.today())
    assert not adoption.may_undo(made)
    with pytest.raises(ValidationError):
        adoption.undo(made)


def test_a_later_schedule_takes_over_and_only_that_one_can_be_undone(
    staff, candidates, plan, manager
):
    first, second = plan(staff, candidates[:3]), plan(staff, candidates[:1])
    adoption.adopt(first, on=date.today(), by=manager)
    adoption.adopt(second, on=date.today(), by=manager)
    assert not adoption.may_undo(first)
    assert adoption.may_undo(second)
    adoption.undo(second)
    assert adoption.may_undo(first)


def test_a_schedule_with_a_neighbourhood_that_started_meanwhile_is_not_adopted(
    staff, candidates, plan, manager, running
):
    made = plan(staff, candidates[:2])
    running(candidates[0], date.today())
    with pytest.raises(ValidationError, match=candidates[0].area.name):
        adoption.adopt(made, on=date.today(), by=manager)
    made.refresh_from_db()
    assert made.adopted_on is None


def test_only_candidates_get_planned_dates(candidates, running):
    running(candidates[0], date.today())
    dates = {"decided_on": None, "startup_on": None, "recruitment_on": None}
    with pytest.raises(ValidationError):
        programmes.set_planned_dates(candidates[0], **dates)
    short = {
        "decided_on": None, "startup_on": date(2026, 1, 1), "recruitment_on": date(2026, 3, 1)
    }  # fmt: skip
    with pytest.raises(ValidationError):
        programmes.set_planned_dates(candidates[1], **short)


def test_the_planner_says_how_much_better_is_possible_for_new_starts_only(
    staff, candidates, plan, running, first_quarter
):
    alone = plan(staff, candidates[1:])
    running(candidates[0], quarter_after(first_quarter, -12))
    programmes.set_capacity(staff, [(quarter_after(first_quarter, n), 2, 1) for n in range(16)])
    beside = plan(staff, candidates[1:])
    # What runs already brings nothing new, so it cannot make the plan look closer to the bound.
    new = sum(row.expected_households for row in beside.starts.all())
    assert beside.summary["households"] == pytest.approx(new)
    assert alone.summary["possible_gain"] >= 0
