"""Cards: a household gets one to hand on, a neighbour redeems it. Nobody names anybody."""

from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import User
from sneeuwbal.outreach import codes, entries, stages
from sneeuwbal.outreach.models import Event, ReferralCode
from sneeuwbal.outreach.refusals import KeyConflict, Refused
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

VALID_DAYS = 183
# More answers to one card within an hour are no neighbours but a machine or a joke.
PER_HOUR = 10


class CardError(Refused):
    """A code that cannot be used; the text says why, for the screen."""


class UnknownCard(CardError):
    """A code without a typing error that is on no card: perhaps someone is guessing."""


class TooBusy(CardError):
    """A card that was used too often within the hour."""


def find(typed: str, *, on: date | None = None) -> ReferralCode:
    """The card with this code; tells a typing error from an unknown and from an old card."""
    code = codes.clean(typed)
    if code is None:
        raise CardError(
            _(
                "This code has a typing error. It has eight letters and digits, for example "
                "%(example)s. Please look at the card again."
            )
            % {"example": "C4H7-KM9X"}
        )
    card = ReferralCode.objects.filter(code=code).select_related("organisation").first()
    if card is None:
        raise UnknownCard(_("We do not know this code. Please look at the card again."))
    if card.expires_on < (on or timezone.localdate()):
        raise CardError(
            _("This card was valid until %(day)s. You are still welcome: contact the municipality.")
            % {"day": date_format(card.expires_on)}
        )
    return card


def issue_code(
    household: UUID, *, key: UUID, neighbourhood: ProgrammeNeighbourhood, by: User | None
) -> ReferralCode:
    """Make a card for a household that is interested or takes part; once per key."""
    return entries.once(lambda: _issue(household, key, neighbourhood, by))


def _issue(
    household: UUID, key: UUID, neighbourhood: ProgrammeNeighbourhood, by: User | None
) -> ReferralCode:
    entries.lock([neighbourhood.programme.organisation_id])
    if known := ReferralCode.objects.filter(key=key).first():
        if known.household != household:
            raise KeyConflict
        return known
    if by:
        entries.may_record(by, neighbourhood)
    counting = stages.current(Event.objects.filter(household=household))
    if not any(stages.is_entry(row.stage) for row in counting) or (
        counting[-1].stage in stages.FINAL
    ):
        raise CardError(_("Only a household that is interested or takes part hands on a card."))
    code = codes.new_code()
    while ReferralCode.objects.filter(code=code).exists():
        code = codes.new_code()
    return ReferralCode.objects.create(
        key=key,
        code=code,
        organisation_id=neighbourhood.programme.organisation_id,
        neighbourhood=neighbourhood,
        household=household,
        expires_on=timezone.localdate() + timedelta(days=VALID_DAYS),
    )


def check_not_redeemed(card: ReferralCode, household: UUID) -> None:
    """Refuse a card that this household redeemed before."""
    rows = stages.current(Event.objects.filter(household=household))
    if any(row.referrer == card.household for row in rows):
        raise CardError(_("This household redeemed this card before. That counts once."))


def check_not_busy(card: ReferralCode) -> None:
    """Refuse when a card is used too often within an hour."""
    since = timezone.now() - timedelta(hours=1)
    if Event.objects.filter(referrer=card.household, recorded_at__gte=since).count() >= PER_HOUR:
        raise TooBusy(_("This card was used often in the last hour. Please try again later today."))


def close(household: UUID) -> None:
    """Let the cards of an erased household lapse."""
    yesterday = timezone.localdate() - timedelta(days=1)
    ReferralCode.objects.filter(household=household, expires_on__gt=yesterday).update(
        expires_on=yesterday
    )
