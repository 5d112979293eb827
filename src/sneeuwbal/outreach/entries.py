"""Adding rows to the ledger: once per key, in one transaction, never changing one.

Everything else that records an event goes through here. `ledger.py` is the door to this module.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.outreach import stages
from sneeuwbal.outreach.covariates import Snapshots
from sneeuwbal.outreach.models import (
    Basis,
    Channel,
    Event,
    HouseholdKind,
    Origin,
    Outcome,
    Stage,
    Tenure,
)
from sneeuwbal.outreach.refusals import KeyConflict, Refused
from sneeuwbal.outreach.weeks import week_of
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

ADVISORY_LOCK = 20180101  # any fixed number; names our lock among those of PostgreSQL
BATCH = 500
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class NewEvent:
    """What someone wants to record. Origin, week and statistics are added by the writer."""

    key: UUID
    neighbourhood: ProgrammeNeighbourhood
    household: UUID
    stage: int
    channel: str
    happened_on: date
    by: User | None = None
    basis: str = Basis.REPORTED
    referrer: UUID | None = None
    outcome: str = ""
    tenure: str = ""
    household_kind: str = ""
    recorded_at: datetime | None = None

    def digest(self) -> str:
        """A hash of what was sent, to tell a replay from another event under the same key."""
        return digest_of(
            self.neighbourhood.pk,
            self.household,
            int(self.stage),
            self.channel,
            self.happened_on,
            str(self.basis),
            self.referrer,
            str(self.outcome),
            str(self.tenure),
            str(self.household_kind),
        )


def digest_of(*content: object) -> str:
    """Hash content that can be written as JSON."""
    text = json.dumps(content, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def record_events(news: Sequence[NewEvent]) -> list[Event]:
    """Add rows to the ledger, all or none; a key that is already there adds nothing.

    Gives the row of each, in the order asked. Raises `KeyConflict`, `Refused`, `StageError` or
    `PermissionDenied`, and then nothing was added.
    """
    return once(lambda: _record(news))


def once(add: Callable[[], Answer]) -> Answer:
    """Run a writer in a transaction; when another got ahead with the same key, look again."""
    try:
        with transaction.atomic():
            return add()
    except IntegrityError:
        with transaction.atomic():
            return add()


def lock(organisations: Iterable[int]) -> None:
    """Let one writer at a time add for an organisation; SQLite does so by itself."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for number in sorted(set(organisations)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ADVISORY_LOCK, number])


def existing_rows(keys: Collection[UUID]) -> dict[UUID, Event]:
    """The rows that the ledger already holds under these keys."""
    return {row.key: row for part in _parts(keys) for row in Event.objects.filter(key__in=part)}


def rows_of(households: Collection[UUID]) -> dict[UUID, list[Event]]:
    """All rows of these households, those replaced included."""
    found: dict[UUID, list[Event]] = {}
    for part in _parts(households):
        for row in Event.objects.filter(household__in=part):
            found.setdefault(row.household, []).append(row)
    return found


def _parts(items: Collection[UUID]) -> Iterator[list[UUID]]:
    everything = list(items)
    for start in range(0, len(everything), BATCH):
        yield everything[start : start + BATCH]


def _record(news: Sequence[NewEvent]) -> list[Event]:
    wanted: dict[UUID, NewEvent] = {}
    digests: dict[UUID, str] = {}
    for new in news:
        digest = new.digest()
        wanted.setdefault(new.key, new)
        if digests.setdefault(new.key, digest) != digest:
            raise KeyConflict
    places = _Places(news)
    lock(organisation.pk for organisation in places.organisations())
    known = existing_rows(wanted)
    for key, row in known.items():
        if row.digest != digests[key]:
            raise KeyConflict
    fresh = [new for key, new in wanted.items() if key not in known]
    drafts = _drafts(fresh, digests, places)
    known |= {row.key: row for row in Event.objects.bulk_create(drafts, batch_size=BATCH)}
    return [known[new.key] for new in news]


class _Places:
    """The neighbourhoods of a batch with their programme, and who may record there."""

    def __init__(self, news: Sequence[NewEvent]) -> None:
        ids = {new.neighbourhood.pk for new in news}
        self._rows = ProgrammeNeighbourhood.objects.select_related(
            "area", "programme__organisation"
        ).in_bulk(ids)
        self._checked: set[tuple[int, int]] = set()

    def organisations(self) -> set[Organisation]:
        return {row.programme.organisation for row in self._rows.values()}

    def of(self, new: NewEvent) -> ProgrammeNeighbourhood:
        """The neighbourhood of an event, once it is clear that this person may record there."""
        place = self._rows[new.neighbourhood.pk]
        if new.by and (new.by.pk, place.pk) not in self._checked:
            may_record(new.by, place)
            self._checked.add((new.by.pk, place.pk))
        return place


def may_record(person: User, place: ProgrammeNeighbourhood) -> None:
    """Refuse with 403 unless this person may record in this neighbourhood."""
    access.require(person, access.Right.WRITE_OUTREACH, place.programme.organisation, place.area)


def check_date(day: date, place: ProgrammeNeighbourhood) -> None:
    """Refuse a day that has not come, or that lies before the programme."""
    if day > timezone.localdate():
        raise Refused(_("The date lies in the future."))
    if day < place.programme.starts_on:
        raise Refused(
            _("The date lies before the first day of the programme, %(day)s.")
            % {"day": date_format(place.programme.starts_on)}
        )


ALLOWED: dict[str, frozenset[str]] = {
    "basis": frozenset(Basis.values),
    "outcome": frozenset({"", *Outcome.values}),
    "tenure": frozenset({"", *Tenure.values}),
    "household_kind": frozenset({"", *HouseholdKind.values}),
}


def check_words(row: Any) -> None:
    """Refuse a word that is not on its list: no field of the ledger takes free text."""
    for name, allowed in ALLOWED.items():
        if getattr(row, name) not in allowed:
            raise Refused(_("The ledger does not know this answer."))


def _drafts(fresh: Sequence[NewEvent], digests: Mapping[UUID, str], places: _Places) -> list[Event]:
    """Rows to add, checked against what the ledger holds and against each other."""
    channels = {channel.slug: channel for channel in Channel.objects.all()}
    involved = {new.household for new in fresh} | {new.referrer for new in fresh if new.referrer}
    pasts = {key: _Past(rows) for key, rows in rows_of(involved).items()}
    snapshots, now = Snapshots(), timezone.now()
    drafts = []
    for new in sorted(fresh, key=lambda new: new.happened_on):
        place = places.of(new)
        check_date(new.happened_on, place)
        check_words(new)
        if new.channel not in channels:
            raise Refused(_("This channel is not in the catalogue."))
        past = pasts.setdefault(new.household, _Past([]))
        if new.referrer:
            _check_referral(new, past, pasts.get(new.referrer))
        origin, referrer = past.origin(new, channels[new.channel])
        past.add(new, origin, referrer)
        draft = _draft(new, place, channel=channels[new.channel], digest=digests[new.key])
        draft.origin, draft.referrer = origin, referrer
        draft.covariates = snapshots.of(place.area_id, new.happened_on)
        draft.recorded_at = new.recorded_at or now
        drafts.append(draft)
    for household in {new.household for new in fresh}:
        pasts[household].check()
    return drafts


def _draft(new: NewEvent, place: ProgrammeNeighbourhood, *, channel: Channel, digest: str) -> Event:
    return Event(
        key=new.key,
        digest=digest,
        organisation=place.programme.organisation,
        neighbourhood=place,
        household=new.household,
        stage=Stage(new.stage),
        channel=channel,
        basis=new.basis,
        happened_on=new.happened_on,
        happened_week=week_of(new.happened_on),
        recorded_by=new.by,
        outcome=new.outcome,
        tenure=new.tenure,
        household_kind=new.household_kind,
    )


def _check_referral(new: NewEvent, past: "_Past", past_of_referrer: "_Past | None") -> None:
    if new.referrer == new.household:
        raise Refused(_("A household cannot redeem its own card."))
    if past_of_referrer and new.household in past_of_referrer.referrers:
        raise Refused(_("This household handed its own card to the household of this card."))
    if past.referrers - {new.referrer}:
        raise Refused(_("This household came in with another card before."))


class _Past:
    """What a household went through, with what is about to be added."""

    def __init__(self, rows: Iterable[Event]) -> None:
        rows = list(rows)
        counting = stages.effective(rows)
        self._steps = [stages.Step(r.happened_on, order, r.stage) for r, order in counting]
        # What follows is younger than all that is known, also than what was cancelled.
        self._next = max((row.pk for row in rows), default=0) + 1
        self._entries = [
            (step, row.origin, row.referrer)
            for step, (row, _order) in zip(self._steps, counting, strict=True)
            if stages.is_entry(row.stage)
        ]
        self.referrers = {row.referrer for row, _order in counting if row.referrer}

    def origin(self, new: NewEvent, channel: Channel) -> tuple[str, UUID | None]:
        """How the household came in: by this event, or else as it did at its first steps."""
        if new.referrer:
            return Origin.REFERRAL, new.referrer
        earlier = [entry for entry in self._entries if entry[0].on <= new.happened_on]
        if stages.is_entry(new.stage) and earlier:
            _step, origin, referrer = max(earlier, key=lambda entry: entry[0])
            return origin, referrer
        return channel.origin, None

    def add(self, new: NewEvent, origin: str, referrer: UUID | None) -> None:
        """Take an event up in the past of the ones after it."""
        step = stages.Step(new.happened_on, self._next, new.stage)
        self._next += 1
        self._steps.append(step)
        if stages.is_entry(new.stage):
            self._entries.append((step, origin, referrer))
        if referrer:
            self.referrers.add(referrer)

    def check(self) -> None:
        """Refuse a road that no household can walk."""
        stages.check_path(self._steps)
