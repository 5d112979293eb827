"""The one writer of programmes: neighbourhoods and their phases, staff and budget."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import Organisation, ReportingUnit, User
from sneeuwbal.places.models import Area
from sneeuwbal.roadmap.models import (
    Budget,
    PhaseChange,
    Programme,
    ProgrammeNeighbourhood,
    StaffCapacity,
)

Phase = ProgrammeNeighbourhood.Phase
# Where a neighbourhood can go from each phase. Anything else is a mistake, mended by undoing.
NEXT_PHASES: dict[str, tuple[Phase, ...]] = {
    Phase.CANDIDATE: (Phase.STARTUP, Phase.COMPARISON, Phase.STOPPED),
    Phase.COMPARISON: (Phase.CANDIDATE, Phase.STARTUP, Phase.STOPPED),
    Phase.STARTUP: (Phase.ACTIVE, Phase.STOPPED),
    Phase.ACTIVE: (Phase.AFTERCARE, Phase.STOPPED),
    Phase.AFTERCARE: (Phase.ACTIVE, Phase.STOPPED),
    Phase.STOPPED: (Phase.STARTUP,),
}
FIRST_PHASES = (Phase.CANDIDATE, Phase.COMPARISON)
USUAL_TARGET_SHARE = 0.10  # above this a target needs a written reason


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def startup_is_short(startup_on: date | None, recruitment_on: date | None) -> bool:
    """Whether recruitment begins before the start-up has had its months."""
    if recruitment_on is None:
        return False
    if startup_on is None:
        return True
    return recruitment_on < months_after(startup_on, settings.STARTUP_MONTHS)


def target_is_high(target: int | None, households: int | None) -> bool:
    """Whether a target asks for more of the households than is usual."""
    return bool(target and households and target > USUAL_TARGET_SHARE * households)


def high_target_message() -> str:
    """Why a high target needs a written reason."""
    return _(
        "More than one in ten households is more than campaigns usually reach. "
        "Write down why you expect it here."
    )


def save_programme(organisation: Organisation, programme: Programme) -> Programme:
    """Keep a new or changed programme of an organisation."""
    programme.organisation = organisation
    programme.full_clean()
    programme.save()
    return programme


@transaction.atomic
def add_neighbourhood(
    programme: Programme,
    area: Area,
    *,
    phase: str,
    by: User | None,
    on: date | None = None,
    **facts: Any,
) -> ProgrammeNeighbourhood:
    """Let a neighbourhood take part as a candidate or for comparison, since a day; or today."""
    if phase not in FIRST_PHASES:
        raise ValidationError(_("A neighbourhood begins as a candidate or for comparison."))
    unit = ReportingUnit.objects.filter(
        organisation=programme.organisation,
        municipality__code=area.municipality_code,
        municipality__year=area.year,
    ).first()
    if unit is None:
        raise ValidationError(_("This neighbourhood lies outside your municipality."))
    if programme.neighbourhoods.filter(area=area).exists():
        raise ValidationError(_("This neighbourhood takes part already."))
    since = on or timezone.localdate()
    if since > timezone.localdate():
        raise ValidationError({"on": _("A phase is recorded when it begins, not before.")})
    row = ProgrammeNeighbourhood.objects.create(
        programme=programme, unit=unit, area=area, phase=phase, decided_on=since, **facts
    )
    PhaseChange.objects.create(neighbourhood=row, phase=phase, on=since, by=by)
    return row


@transaction.atomic
def change_phase(
    neighbourhood: ProgrammeNeighbourhood,
    phase: str,
    *,
    on: date,
    by: User | None,
    reason: str = "",
) -> PhaseChange:
    """Take a neighbourhood to its next phase, with a dated row in its history."""
    row = _locked(neighbourhood)
    _refuse_phase(row, phase, on=on, reason=reason)
    change = PhaseChange.objects.create(neighbourhood=row, phase=phase, on=on, by=by, reason=reason)
    before, row.phase = row.phase, phase
    row.stopped_on, row.stop_reason = None, ""
    if phase == Phase.STARTUP:
        row.startup_on, row.recruitment_on, row.short_startup_reason = on, None, ""
    elif phase == Phase.ACTIVE and before == Phase.STARTUP:
        row.recruitment_on = on
        row.short_startup_reason = reason if startup_is_short(row.startup_on, on) else ""
    elif phase == Phase.STOPPED:
        row.stopped_on, row.stop_reason = on, reason
    row.save()
    return change


def _locked(neighbourhood: ProgrammeNeighbourhood) -> ProgrammeNeighbourhood:
    return ProgrammeNeighbourhood.objects.select_for_update().get(pk=neighbourhood.pk)


def _refuse_phase(row: ProgrammeNeighbourhood, phase: str, *, on: date, reason: str) -> None:
    if phase not in NEXT_PHASES[row.phase]:
        raise ValidationError({"phase": _("That phase does not follow the present one.")})
    if on > timezone.localdate():
        raise ValidationError({"on": _("A phase is recorded when it begins, not before.")})
    last = history(row)[-1:]
    if last and on < last[0].on:
        raise ValidationError({"on": _("This is before the phase that came last.")})
    if phase == Phase.STOPPED and not reason:
        raise ValidationError({"reason": _("Say why it stops: the reason stays readable.")})
    first = row.phase == Phase.STARTUP and phase == Phase.ACTIVE
    if first and not reason and startup_is_short(row.startup_on, on):
        raise ValidationError(
            {
                "reason": _(
                    "The start-up took less than %(months)s months. "
                    "Wait, or record why a shorter start-up is justified."
                )
                % {"months": settings.STARTUP_MONTHS}
            }
        )


def history(row: ProgrammeNeighbourhood) -> list[PhaseChange]:
    """The changes that count: without those undone and those that undo."""
    changes = row.phase_changes.select_related("by")
    return list(changes.filter(undoes=None, undone_by=None).order_by("pk"))


@transaction.atomic
def undo_phase(neighbourhood: ProgrammeNeighbourhood, *, by: User | None) -> PhaseChange:
    """Take back the last change of phase by a new row that points at it."""
    row = _locked(neighbourhood)
    kept = history(row)
    if len(kept) < 2:
        raise ValidationError(_("There is no change of phase to undo."))
    wrong, before = kept[-1], kept[-2]
    change = PhaseChange.objects.create(
        neighbourhood=row, phase=before.phase, on=wrong.on, by=by, undoes=wrong
    )
    row.phase = before.phase
    _replay(row, kept[:-1])
    row.save()
    return change


def _replay(row: ProgrammeNeighbourhood, kept: list[PhaseChange]) -> None:
    """Set the dates of a neighbourhood to what its remaining history says."""
    row.startup_on = row.recruitment_on = row.stopped_on = None
    row.stop_reason = row.short_startup_reason = ""
    before = ""
    for change in kept:
        if change.phase == Phase.STARTUP:
            row.startup_on, row.recruitment_on = change.on, None
        elif change.phase == Phase.ACTIVE and before == Phase.STARTUP:
            row.recruitment_on = change.on
            short = startup_is_short(row.startup_on, change.on)
            row.short_startup_reason = change.reason if short else ""
        before = change.phase
    if kept[-1].phase == Phase.STOPPED:
        row.stopped_on, row.stop_reason = kept[-1].on, kept[-1].reason


@transaction.atomic
def save_facts(neighbourhood: ProgrammeNeighbourhood) -> ProgrammeNeighbourhood:
    """Keep changed households, target and planned dates of a neighbourhood."""
    if (
        target_is_high(neighbourhood.target_participants, neighbourhood.households)
        and not neighbourhood.target_reason
    ):
        raise ValidationError({"target_reason": high_target_message()})
    neighbourhood.save(update_fields=["households", "target_participants", "target_reason"])
    return neighbourhood


@transaction.atomic
def set_capacity(programme: Programme, rows: Iterable[tuple[date, Decimal | None, int]]) -> None:
    """Keep the staff per quarter; an empty number of posts means: not filled in."""
    for quarter, fte, kickoffs in rows:
        if fte is None:
            programme.capacity.filter(quarter=quarter).delete()
            continue
        StaffCapacity.objects.update_or_create(
            programme=programme, quarter=quarter, defaults={"fte": fte, "kickoffs": kickoffs}
        )


@transaction.atomic
def set_budgets(programme: Programme, rows: Iterable[tuple[int, str, Decimal]]) -> None:
    """Replace the budget of a programme by these lines of year, funder and amount."""
    programme.budgets.all().delete()
    for year, funder, amount in rows:
        Budget.objects.create(programme=programme, year=year, funder=funder, amount_eur=amount)


def quarters_of(programme: Programme) -> list[date]:
    """First days of the quarters that a programme touches."""
    day = date(programme.starts_on.year, 3 * ((programme.starts_on.month - 1) // 3) + 1, 1)
    found = []
    while day <= programme.ends_on:
        found.append(day)
        day = months_after(day, 3)
    return found


@transaction.atomic
def set_planned_dates(
    neighbourhood: ProgrammeNeighbourhood,
    *,
    decided_on: date | None,
    startup_on: date | None,
    recruitment_on: date | None,
    short_startup_reason: str = "",
) -> ProgrammeNeighbourhood:
    """Keep when a candidate is to start; what has started keeps the dates it really had."""
    row = _locked(neighbourhood)
    if row.phase != Phase.CANDIDATE:
        raise ValidationError(_("Only a candidate can be given planned dates."))
    if startup_is_short(startup_on, recruitment_on) and not short_startup_reason:
        raise ValidationError(
            _("A start-up of less than %(months)s months needs a reason.")
            % {"months": settings.STARTUP_MONTHS}
        )
    row.decided_on, row.startup_on, row.recruitment_on = decided_on, startup_on, recruitment_on
    row.short_startup_reason = short_startup_reason
    row.save()
    return row
