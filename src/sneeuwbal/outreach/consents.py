"""Permission, contact details, and erasing: what is kept of a household, and how it goes."""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from uuid import UUID, uuid4, uuid5

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import User
from sneeuwbal.outreach import cards, entries
from sneeuwbal.outreach.models import Channel, Consent, Household
from sneeuwbal.outreach.refusals import KeyConflict, Refused
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

# Raise this when the wording of a tick changes; docs/ledger.md keeps every wording.
TEXT_VERSION = "2026-11"


@dataclass(frozen=True)
class Contact:
    """How to reach a household; kept only with permission."""

    street: str = ""
    house_number: str = ""
    contact_name: str = ""
    phone: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        return any(astuple(self))

    @property
    def reachable(self) -> bool:
        """Whether someone could reach the household with this."""
        return bool(self.phone or self.email or (self.street and self.house_number))


def standing_consents(household: UUID) -> dict[str, Consent]:
    """The last word of a household per purpose."""
    return {row.purpose: row for row in Consent.objects.filter(household=household)}


def contactable(households: Sequence[UUID]) -> set[UUID]:
    """Those of these households that said, last, that they may be contacted."""
    said: dict[UUID, bool] = {}
    for start in range(0, len(households), entries.BATCH):
        part = households[start : start + entries.BATCH]
        rows = Consent.objects.filter(household__in=part, purpose=Consent.Purpose.CONTACT)
        said |= {row.household: row.given for row in rows}
    return {household for household, given in said.items() if given}


def give_consent(
    household: UUID, *, purpose: str, key: UUID, by: User | None, channel: str | None = None
) -> Consent:
    """Add a permission; the same key adds nothing."""
    return entries.once(lambda: _say(household, purpose, key, by, channel, given=True))


def withdraw(household: UUID, *, purpose: str, key: UUID, by: User | None) -> Consent:
    """Add a withdrawal; when no permission is left, the contact details go as well."""

    def _withdraw() -> Consent:
        row = _say(household, purpose, key, by, None, given=False)
        if not any(last.given for last in standing_consents(household).values()):
            erase(household)
        return row

    return entries.once(_withdraw)


def _say(
    household: UUID, purpose: str, key: UUID, by: User | None, channel: str | None, *, given: bool
) -> Consent:
    known = Consent.objects.filter(key=key).first()
    if known:
        if (known.household, known.purpose, known.given) != (household, purpose, given):
            raise KeyConflict
        return known
    return Consent.objects.create(
        key=key,
        household=household,
        purpose=purpose,
        given=given,
        text_version=TEXT_VERSION,
        channel=Channel.objects.filter(slug=channel).first() if channel else None,
        witness=by,
        at=timezone.now(),
    )


def keep_contact(
    household: UUID,
    *,
    neighbourhood: ProgrammeNeighbourhood,
    contact: Contact,
    purposes: Collection[str],
    key: UUID,
    by: User | None,
    channel: str,
) -> None:
    """Keep contact details with the permission they came with, in one go."""
    if not purposes:
        raise Refused(_("Without permission no contact details are kept."))
    _keep(household, neighbourhood, contact)
    for purpose in purposes:
        give_consent(household, purpose=purpose, key=uuid5(key, purpose), by=by, channel=channel)


def change_details(
    household: UUID,
    *,
    neighbourhood: ProgrammeNeighbourhood,
    contact: Contact,
    purposes: Collection[str],
    key: UUID,
    by: User | None,
) -> None:
    """Bring permission and contact details in line with what a household says now."""
    if not purposes:
        raise Refused(_("Without permission no contact details are kept."))

    def change() -> None:
        said = standing_consents(household)
        for purpose in Consent.Purpose.values:
            given = purpose in said and said[purpose].given
            if given != (purpose in purposes):
                _say(household, purpose, uuid5(key, purpose), by, None, given=not given)
        _keep(household, neighbourhood, contact)

    entries.once(change)


def _keep(household: UUID, neighbourhood: ProgrammeNeighbourhood, contact: Contact) -> None:
    Household.objects.update_or_create(
        key=household,
        defaults={
            "organisation_id": neighbourhood.programme.organisation_id,
            "neighbourhood": neighbourhood,
            **vars(contact),
        },
    )


def erase(household: UUID) -> None:
    """Remove all that can lead to people; the events of the random key stay and count.

    Nothing of the text stays in an SQLite file: freed pages are overwritten (`secure_delete`) and
    the journal is emptied. PostgreSQL frees the space at its next vacuum. Back-ups: docs/ledger.md.
    """
    with transaction.atomic():
        for purpose, last in standing_consents(household).items():
            if last.given:
                _say(household, purpose, uuid4(), None, None, given=False)
        cards.close(household)
        Household.objects.filter(pk=household).delete()
        transaction.on_commit(_forget_old_pages)


def _forget_old_pages() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
