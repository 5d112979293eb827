"""Phases of a neighbourhood: their order, the start-up rule, and undoing."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from sneeuwbal.roadmap import programmes
from sneeuwbal.roadmap.models import PhaseChange, ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase
FIRST = date(2024, 1, 31)


@pytest.fixture
def row(programme, areas, manager):
    made = programmes.add_neighbourhood(programme, areas[0], phase=Phase.CANDIDATE, by=manager)
    PhaseChange.objects.all().delete()  # it joined long ago
    PhaseChange.objects.create(neighbourhood=made, phase=Phase.CANDIDATE, on=date(2024, 1, 1))
    return made


def go(row, phase, on, manager, reason=""):
    change = programmes.change_phase(row, phase, on=on, by=manager, reason=reason)
    row.refresh_from_db()
    return change


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 1, 31), 4, date(2024, 5, 31)),
        (date(2023, 10, 31), 4, date(2024, 2, 29)),
        (date(2024, 12, 1), 1, date(2025, 1, 1)),
        (date(2024, 11, 15), 14, date(2026, 1, 15)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(start, months, end):
    assert programmes.months_after(start, months) == end


def test_recruiting_within_four_months_is_refused_without_a_reason(row, manager):
    go(row, Phase.STARTUP, FIRST, manager)
    with pytest.raises(ValidationError) as refusal:
        go(row, Phase.ACTIVE, date(2024, 5, 30), manager)
    assert "reason" in refusal.value.message_dict
    row.refresh_from_db()
    assert row.phase == Phase.STARTUP and row.recruitment_on is None


def test_recruiting_within_four_months_with_a_reason_keeps_the_reason(row, manager):
    go(row, Phase.STARTUP, FIRST, manager)
    go(row, Phase.ACTIVE, date(2024, 3, 1), manager, "team stond er al")
    assert row.short_startup_reason == "team stond er al"


def test_recruiting_after_exactly_four_months_needs_no_reason(row, manager):
    go(row, Phase.STARTUP, FIRST, manager)
    go(row, Phase.ACTIVE, date(2024, 5, 31), manager)
    assert row.phase == Phase.ACTIVE
    assert row.recruitment_on == date(2024, 5, 31)


def test_returning_from_aftercare_keeps_the_first_day_of_recruitment(row, manager):
    go(row, Phase.STARTUP, FIRST, manager)
    go(row, Phase.ACTIVE, date(2024, 6, 1), manager)
    go(row, Phase.AFTERCARE, date(2025, 1, 1), manager)
    go(row, Phase.ACTIVE, date(2025, 3, 1), manager)
    assert row.recruitment_on == date(2024, 6, 1)


@pytest.mark.parametrize(("before", "after"), list(product(Phase, Phase)))
def test_only_the_named_phases_follow_each_phase(row, manager, before, after):
    facts = {"phase": before}
    if before == Phase.STOPPED:
        facts |= {"stopped_on": FIRST, "stop_reason": "geen team"}
    ProgrammeNeighbourhood.objects.filter(pk=row.pk).update(**facts)
    row.refresh_from_db()
    allowed = {
        Phase.CANDIDATE: {Phase.STARTUP, Phase.COMPARISON, Phase.STOPPED},
        Phase.COMPARISON: {Phase.STARTUP, Phase.CANDIDATE, Phase.STOPPED},
        Phase.STARTUP: {Phase.ACTIVE, Phase.STOPPED},
        Phase.ACTIVE: {Phase.AFTERCARE, Phase.STOPPED},
        Phase.AFTERCARE: {Phase.ACTIVE, Phase.STOPPED},
        Phase.STOPPED: {Phase.STARTUP},
    }
    if after in allowed[before]:
        go(row, after, FIRST, manager, "met reden")
        assert row.phase == after
    else:
        with pytest.raises(ValidationError):
            go(row, after, FIRST, manager, "met reden")


def test_stopping_needs_a_reason_and_the_neighbourhood_stays_listed(
    row, manager, as_user, programme
):
    with pytest.raises(ValidationError):
        go(row, Phase.STOPPED, FIRST, manager)
    go(row, Phase.STOPPED, FIRST, manager, "geen trekker gevonden")
    page = as_user(manager).get("/werk/proefstad/programma/").content.decode()
    assert "Havenbuurt" in page and "geen trekker gevonden" in page


def test_the_database_refuses_a_stopped_neighbourhood_without_reason(row):
    with pytest.raises(DatabaseError), transaction.atomic():
        ProgrammeNeighbourhood.objects.filter(pk=row.pk).update(phase=Phase.STOPPED)


def test_a_phase_is_not_recorded_before_it_begins(row, manager):
    with pytest.raises(ValidationError):
        go(row, Phase.STARTUP, timezone.localdate() + timedelta(days=1), manager)


def test_a_phase_cannot_lie_before_the_last_one(row, manager):
    go(row, Phase.STARTUP, FIRST, manager)
    with pytest.raises(ValidationError):
        go(row, Phase.STOPPED, date(2024, 1, 30), manager, "reden")


def test_undoing_adds_a_row_and_gives_back_the_earlier_dates(row, manager):
    go(row, Phase.STARTUP, FIRST, manager)
    go(row, Phase.ACTIVE, date(2024, 3, 1), manager, "vroeg begonnen")
    rows_before = row.phase_changes.count()
    programmes.undo_phase(row, by=manager)
    row.refresh_from_db()
    assert row.phase == Phase.STARTUP and row.startup_on == FIRST
    assert row.recruitment_on is None and row.short_startup_reason == ""
    assert row.phase_changes.count() == rows_before + 1


def test_undoing_twice_goes_back_two_phases_and_then_stops(row, manager):
    go(row, Phase.STARTUP, FIRST, manager)
    go(row, Phase.STOPPED, date(2024, 3, 1), manager, "reden")
    programmes.undo_phase(row, by=manager)
    programmes.undo_phase(row, by=manager)
    row.refresh_from_db()
    assert row.phase == Phase.CANDIDATE
    with pytest.raises(ValidationError):
        programmes.undo_phase(row, by=manager)


def test_after_undoing_one_can_go_on(row, manager):
    go(row, Phase.STARTUP, date(2024, 2, 10), manager)
    programmes.undo_phase(row, by=manager)
    row.refresh_from_db()
    go(row, Phase.STARTUP, date(2024, 2, 3), manager)
    assert row.startup_on == date(2024, 2, 3)


def test_the_history_of_phases_cannot_be_rewritten(row):
    with pytest.raises(DatabaseError), transaction.atomic():
        row.phase_changes.update(on=date(2020, 1, 1))


def test_the_author_of_a_phase_can_be_forgotten(row, manager):
    go(row, Phase.STARTUP, FIRST, manager)
    row.phase_changes.update(by=None)
    assert row.phase_changes.filter(phase=Phase.STARTUP, on=FIRST).exists()
