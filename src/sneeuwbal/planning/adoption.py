"""The one writer of adopted schedules: the dates go to the programme, and can be taken back."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import User
from sneeuwbal.planning.models import Schedule, ScheduledStart
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood
from sneeuwbal.roadmap.programmes import months_after, set_planned_dates

Phase = ProgrammeNeighbourhood.Phase
ADOPTION = ["adopted_on", "adopted_at", "adopted_by"]
DATES = ("decided_on", "startup_on", "recruitment_on")


@transaction.atomic
def adopt(schedule: Schedule, *, on: date, by: User) -> None:
    """Write the planned dates of every candidate in a schedule to the programme."""
    locked = Schedule.objects.select_for_update().get(pk=schedule.pk)
    if locked.adopted_on is not None:
        return
    rows = _candidates(schedule)
    starts = list(schedule.starts.select_related("area"))
    if gone := [start.area.name for start in starts if start.area_id not in rows]:
        raise ValidationError(
            _("Not a candidate any more: %(names)s. Make the schedule again.")
            % {"names": ", ".join(gone)}
        )
    for start in starts:
        row = rows[start.area_id]
        start.before = _dates_of(row)
        start.save(update_fields=["before"])
        set_planned_dates(row, **_planned(start, on=on, row=row))
    schedule.adopted_on, schedule.adopted_at, schedule.adopted_by = on, timezone.now(), by
    schedule.save(update_fields=ADOPTION)


def _candidates(schedule: Schedule) -> dict[int, ProgrammeNeighbourhood]:
    rows = schedule.programme.neighbourhoods.filter(phase=Phase.CANDIDATE)
    return {row.area_id: row for row in rows}


def _dates_of(row: ProgrammeNeighbourhood) -> dict[str, str]:
    known = {name: getattr(row, name) for name in DATES}
    dates = {name: day.isoformat() for name, day in known.items() if day}
    return dates | {"short_startup_reason": row.short_startup_reason}


def _planned(start: ScheduledStart, *, on: date, row: ProgrammeNeighbourhood) -> dict[str, Any]:
    if start.quarter is None:
        return {"decided_on": row.decided_on, "startup_on": None, "recruitment_on": None}
    return {
        "decided_on": on,
        "startup_on": start.quarter,
        "recruitment_on": months_after(start.quarter, start.startup_months),
        "short_startup_reason": start.short_startup_reason,
    }


def in_force(schedule: Schedule) -> bool:
    """Whether this is the schedule that was adopted last."""
    adopted = schedule.programme.schedules.filter(adopted_on__isnull=False)
    newest = adopted.order_by("-adopted_at", "-pk").first()
    return newest is not None and newest.pk == schedule.pk


def may_undo(schedule: Schedule) -> bool:
    """Whether an adopted schedule can be taken back: it is in force and nothing has started."""
    if schedule.adopted_on is None or not in_force(schedule):
        return False
    waiting = _candidates(schedule)
    return all(start.area_id in waiting for start in schedule.starts.all())


@transaction.atomic
def undo(schedule: Schedule) -> None:
    """Give every neighbourhood the dates it had before the schedule was adopted."""
    if not may_undo(schedule):
        raise ValidationError(
            _("This cannot be undone: a neighbourhood has started, or a later schedule holds.")
        )
    rows = _candidates(schedule)
    for start in schedule.starts.all():
        kept = start.before
        dates = {name: date.fromisoformat(kept[name]) if kept.get(name) else None for name in DATES}
        set_planned_dates(
            rows[start.area_id],
            decided_on=dates["decided_on"],
            startup_on=dates["startup_on"],
            recruitment_on=dates["recruitment_on"],
            short_startup_reason=kept.get("short_startup_reason", ""),
        )
    schedule.starts.update(before={})
    schedule.adopted_on = schedule.adopted_at = schedule.adopted_by = None
    schedule.save(update_fields=ADOPTION)
