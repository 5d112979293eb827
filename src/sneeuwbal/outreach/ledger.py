"""The one door to the ledger: everything that records what happened with households.

Rows are only added. A key made by the phone or the form makes sending twice harmless. The
database refuses changes too (migration `ledger_only_grows`). Rules and examples: docs/ledger.md.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import User
from sneeuwbal.outreach import cards, entries, stages
from sneeuwbal.outreach.cards import CardError, TooBusy, issue_code
from sneeuwbal.outreach.consents import (
    Contact,
    change_details,
    erase,
    give_consent,
    keep_contact,
    withdraw,
)
from sneeuwbal.outreach.corrections import correct, void
from sneeuwbal.outreach.costs import NewCost, record_cost, record_costs, reverse_cost
from sneeuwbal.outreach.entries import NewEvent, record_events
from sneeuwbal.outreach.models import Basis, Consent, Event, Household, ReferralCode, Stage
from sneeuwbal.outreach.refusals import KeyConflict, Refused, StageError
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

__all__ = [
    "CardError",
    "Contact",
    "KeyConflict",
    "NewCost",
    "NewEvent",
    "Refused",
    "Stage",
    "StageError",
    "TooBusy",
    "change_details",
    "correct",
    "erase",
    "give_consent",
    "household_of",
    "issue_code",
    "record_conversation",
    "record_cost",
    "record_costs",
    "record_events",
    "redeem",
    "reverse_cost",
    "undo",
    "void",
    "withdraw",
]

NO_CONTACT = Contact()


def household_of(key: UUID) -> UUID:
    """The household of a first conversation; follows from its key, so a replay finds it again."""
    return uuid5(key, "household")


def record_conversation(
    neighbourhood: ProgrammeNeighbourhood,
    *,
    by: User | None,
    key: UUID,
    stage: int,
    channel: str,
    held_on: date,
    household: UUID | None = None,
    basis: str = Basis.REPORTED,
    outcome: str = "",
    tenure: str = "",
    household_kind: str = "",
    code: str = "",
    consents: Collection[str] = (),
    contact: Contact = NO_CONTACT,
    recorded_at: datetime | None = None,
) -> Event:
    """Record what came of a conversation, with the card it came by and what permission was given.

    Everything is kept in one transaction, or nothing. Without permission no contact is kept.
    """
    card = cards.find(code, on=held_on) if code else None
    new = NewEvent(
        key=key,
        neighbourhood=neighbourhood,
        household=household or household_of(key),
        stage=stage,
        channel=channel,
        happened_on=held_on,
        by=by,
        basis=basis,
        referrer=card.household if card else None,
        outcome=outcome,
        tenure=tenure,
        household_kind=household_kind,
        recorded_at=recorded_at,
    )
    if (consents or contact) and not stages.is_entry(stage):
        raise Refused(_("Contact details are kept only of who is interested or takes part."))
    if contact and not consents:
        raise Refused(_("Without permission no contact details are kept."))
    return entries.once(lambda: _converse(new, card, frozenset(consents), contact))


def _converse(
    new: NewEvent, card: ReferralCode | None, consents: frozenset[str], contact: Contact
) -> Event:
    entries.lock([new.neighbourhood.programme.organisation_id])
    replay = bool(entries.existing_rows([new.key]))
    if card and not replay:
        cards.check_not_redeemed(card, new.household)
    event = record_events([new])[0]
    if replay:
        _check_same_contact(new.key, new.household, consents, contact)
    elif consents:
        keep_contact(
            new.household,
            neighbourhood=new.neighbourhood,
            contact=contact,
            purposes=consents,
            key=new.key,
            by=new.by,
            channel=new.channel,
        )
    return event


def _check_same_contact(
    key: UUID, household: UUID, consents: frozenset[str], contact: Contact
) -> None:
    """A replay brings the same permission and details; an erased household is not made anew."""
    given = {
        row.purpose
        for row in Consent.objects.filter(household=household, given=True)
        if row.key == uuid5(key, row.purpose)
    }
    kept = Household.objects.filter(pk=household).first()
    if given != consents or (
        kept and any(getattr(kept, name) != value for name, value in vars(contact).items())
    ):
        raise KeyConflict


def redeem(
    code: str, *, key: UUID, consents: Collection[str] = (), contact: Contact = NO_CONTACT
) -> Event:
    """Record that a neighbour redeemed a card and is interested; sending twice counts once."""
    known = entries.existing_rows([key]).get(key)
    # A replay after midnight, or after the card lapsed, is still a replay.
    day = known.happened_on if known else timezone.localdate()
    card = cards.find(code, on=day)
    if not known:
        cards.check_not_busy(card)
    return record_conversation(
        card.neighbourhood,
        by=None,
        key=key,
        stage=Stage.INTERESTED,
        channel="neighbour",
        held_on=day,
        code=card.code,
        consents=consents,
        contact=contact,
    )


def undo(event: Event, *, by: User | None) -> Event:
    """Cancel a conversation that was a mistake; a household left without events is erased."""
    row = void(event, key=uuid5(event.key, "void"), by=by)
    if not stages.current(Event.objects.filter(household=event.household)):
        erase(event.household)
    return row
