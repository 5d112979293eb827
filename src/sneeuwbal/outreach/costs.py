"""Recording what the work costs: hours and euros, once per key, taken back by an opposite line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.outreach import entries
from sneeuwbal.outreach.models import CostLine
from sneeuwbal.outreach.refusals import KeyConflict, Refused
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

IN_HOURS = frozenset({CostLine.Kind.HOURS, CostLine.Kind.VOLUNTEER})


@dataclass(frozen=True)
class NewCost:
    """What someone wants to book; without neighbourhood it is overhead of the programme."""

    key: UUID
    organisation: Organisation
    on: date
    kind: str
    neighbourhood: ProgrammeNeighbourhood | None = None
    role: str = ""
    hours: Decimal | None = None
    amount_eur: Decimal | None = None
    note: str = ""
    by: User | None = None
    recorded_at: datetime | None = None

    def matches(self, line: CostLine) -> bool:
        """Whether a line is this cost, booked before."""
        place = self.neighbourhood.pk if self.neighbourhood else None
        return (
            line.organisation_id == self.organisation.pk
            and line.neighbourhood_id == place
            and (line.on, line.kind, line.role, line.note)
            == (self.on, self.kind, self.role, self.note)
            and (line.hours, line.amount_eur) == (self.hours, self.amount_eur)
            and line.corrects_id is None
        )


def record_cost(new: NewCost) -> CostLine:
    """Book one line; the same key adds nothing."""
    return record_costs([new])[0]


def record_costs(news: Sequence[NewCost]) -> list[CostLine]:
    """Book lines, all or none; a key that is already there adds nothing."""
    return entries.once(lambda: _record(news))


def _record(news: Sequence[NewCost]) -> list[CostLine]:
    entries.lock(new.organisation.pk for new in news)
    keys = [new.key for new in news]
    known: dict[UUID, CostLine] = {}
    for start in range(0, len(keys), entries.BATCH):
        part = keys[start : start + entries.BATCH]
        known |= {line.key: line for line in CostLine.objects.filter(key__in=part)}
    drafts: dict[UUID, CostLine] = {}
    for new in news:
        line = known.get(new.key) or drafts.get(new.key)
        if line is None:
            drafts[new.key] = _line(new)
        elif not new.matches(line):
            raise KeyConflict
    CostLine.objects.bulk_create(drafts.values(), batch_size=entries.BATCH)
    known |= drafts
    return [known[new.key] for new in news]


def _line(new: NewCost) -> CostLine:
    _check(new)
    return CostLine(
        key=new.key,
        organisation=new.organisation,
        neighbourhood=new.neighbourhood,
        on=new.on,
        kind=new.kind,
        role=new.role,
        hours=new.hours,
        amount_eur=new.amount_eur,
        note=new.note,
        recorded_at=new.recorded_at or timezone.now(),
        recorded_by=new.by,
    )


def _check(new: NewCost) -> None:
    place = new.neighbourhood
    if place and place.programme.organisation_id != new.organisation.pk:
        raise Refused(_("This neighbourhood belongs to another organisation."))
    if new.by:
        _require(new.by, new.organisation, place)
    if new.on > timezone.localdate():
        raise Refused(_("The date lies in the future."))
    if new.kind not in CostLine.Kind.values:
        raise Refused(_("The ledger does not know this answer."))
    needed = new.hours if new.kind in IN_HOURS else new.amount_eur
    if needed is None or needed <= 0 or (new.amount_eur or 0) < 0:
        raise Refused(
            _("Give a number of hours above zero.")
            if new.kind in IN_HOURS
            else _("Give an amount above zero.")
        )


def _require(by: User, organisation: Organisation, place: ProgrammeNeighbourhood | None) -> None:
    """Refuse with 403; what is for the whole programme is for who works in all of it."""
    right = access.Right.MANAGE_TEAMS
    if place is None and access.area_codes(by, right, organisation) is not None:
        raise PermissionDenied(f"needs {right} in every neighbourhood")
    access.require(by, right, organisation, place.area if place else None)


def reverse_cost(line: CostLine, *, key: UUID, by: User | None) -> CostLine:
    """Take a line back by booking its opposite; once per line."""
    return entries.once(lambda: _reverse(line, key, by))


def _reverse(line: CostLine, key: UUID, by: User | None) -> CostLine:
    entries.lock([line.organisation_id])
    if by:
        _require(by, line.organisation, line.neighbourhood)
    if known := CostLine.objects.filter(key=key).first():
        if known.corrects_id != line.pk:
            raise KeyConflict
        return known
    if line.corrects_id or CostLine.objects.filter(corrects=line).exists():
        raise Refused(_("This line was taken back before."))
    return CostLine.objects.create(
        key=key,
        organisation_id=line.organisation_id,
        neighbourhood_id=line.neighbourhood_id,
        on=line.on,
        kind=line.kind,
        role=line.role,
        hours=None if line.hours is None else -line.hours,
        amount_eur=None if line.amount_eur is None else -line.amount_eur,
        note=line.note,
        recorded_by=by,
        corrects=line,
    )
