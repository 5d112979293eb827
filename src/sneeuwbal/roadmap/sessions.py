"""The one writer of Routekaart sessions, their cards and their decisions."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right
from sneeuwbal.accounts.models import User
from sneeuwbal.places.models import Area
from sneeuwbal.roadmap.models import Card, Decision, Programme, RoadmapSession

Status = RoadmapSession.Status


def start_session(
    programme: Programme, *, title: str, held_on: date, place: str, by: User
) -> RoadmapSession:
    """Open a session for cards; who opens it leads it."""
    return RoadmapSession.objects.create(
        programme=programme, title=title, held_on=held_on, place=place, facilitator=by
    )


def change_session(
    session: RoadmapSession, *, title: str, held_on: date, place: str
) -> RoadmapSession:
    """Change what a session is called, and when and where it is held."""
    session.title, session.held_on, session.place = title, held_on, place
    session.save(update_fields=["title", "held_on", "place"])
    return session


def may_write(user: User, session: RoadmapSession, area: Area | None) -> bool:
    """Whether a person may write cards about this neighbourhood, or about the whole town."""
    organisation = session.programme.organisation
    if area is None:
        return (
            access.may(user, Right.WRITE_ROADMAP, organisation)
            and access.area_codes(user, Right.WRITE_ROADMAP, organisation) is None
        )
    return access.may(user, Right.WRITE_ROADMAP, organisation, area)


def _require(user: User, session: RoadmapSession, *areas: Area | None) -> None:
    if session.status == Status.ADOPTED:
        raise ValidationError(_("This roadmap is adopted. Reopen the session to change it."))
    if not all(may_write(user, session, area) for area in areas):
        raise PermissionDenied("outside the neighbourhoods of this person")


@transaction.atomic
def add_card(
    session: RoadmapSession,
    *,
    key: UUID,
    kind: str,
    title: str,
    text: str,
    area: Area | None,
    by: User,
) -> Card:
    """Put a card on the map. The same key again adds nothing."""
    session = _locked(session)
    _require(by, session, area)
    card, _new = Card.objects.get_or_create(
        key=key,
        defaults={
            "session": session,
            "kind": kind,
            "title": title,
            "text": text,
            "area": area,
            "author": by,
        },
    )
    if card.session_id != session.pk:
        raise PermissionDenied("this key belongs to another session")
    return card


@transaction.atomic
def change_card(card: Card, *, by: User, **facts: Any) -> Card:
    """Change what a card says or where it lies."""
    session = _locked(card.session)
    _require(by, session, Card.objects.get(pk=card.pk).area, facts.get("area", card.area))
    for name, value in facts.items():
        setattr(card, name, value)
    card.save(update_fields=[*facts, "changed_at"])
    return card


@transaction.atomic
def withdraw_card(card: Card, *, by: User) -> None:
    """Take a card off the map; it can be put back."""
    _require(by, _locked(card.session), card.area)
    if card.withdrawn_at is None:
        card.withdrawn_at = timezone.now()
        card.save(update_fields=["withdrawn_at", "changed_at"])


@transaction.atomic
def restore_card(card: Card, *, by: User) -> None:
    """Put a withdrawn card back."""
    _require(by, _locked(card.session), card.area)
    card.withdrawn_at = None
    card.save(update_fields=["withdrawn_at", "changed_at"])


@transaction.atomic
def decide_on(card: Card, *, by: User) -> Decision:
    """Make a card an open decision, still without owner and date. Twice makes one."""
    session = _locked(card.session)
    _require(by, session, card.area)
    decision, _new = Decision.objects.get_or_create(
        card=card,
        status=Decision.Status.OPEN,
        defaults={"session": session, "text": card.title},
    )
    return decision


@transaction.atomic
def add_decision(session: RoadmapSession, *, by: User, **facts: Any) -> Decision:
    """Record a decision of the session."""
    session = _locked(session)
    _require_decider(by, session)
    if session.status == Status.ADOPTED:
        raise ValidationError(_("This roadmap is adopted. Reopen the session to change it."))
    twin = session.decisions.filter(status=Decision.Status.OPEN, **facts).first()
    return twin or Decision.objects.create(session=session, **facts)


@transaction.atomic
def change_decision(decision: Decision, *, by: User, **facts: Any) -> Decision:
    """Change a decision, or note that it is done or dropped. An adopted one keeps its text."""
    session = _locked(decision.session)
    _require_decider(by, session, decision)
    if session.status == Status.ADOPTED and facts.get("text", decision.text) != decision.text:
        raise ValidationError({"text": _("This decision is adopted: its text stays as it is.")})
    for name, value in facts.items():
        setattr(decision, name, value)
    if session.status == Status.ADOPTED and not (decision.owner and decision.due_on):
        raise ValidationError(_("An adopted decision keeps an owner and a date."))
    closed = decision.status != Decision.Status.OPEN
    decision.closed_on = (decision.closed_on or timezone.localdate()) if closed else None
    decision.save()
    return decision


def _require_decider(user: User, session: RoadmapSession, decision: Decision | None = None) -> None:
    """Decisions are for who works in the whole town, in the card's area, or owns the decision."""
    organisation = session.programme.organisation
    area = decision.card.area if decision and decision.card else None
    owns = decision is not None and decision.owner_id == user.pk
    allowed = access.may(user, Right.WRITE_ROADMAP, organisation)
    if not (allowed and (owns or may_write(user, session, area))):
        raise PermissionDenied("outside the neighbourhoods of this person")


def unfinished_decisions(session: RoadmapSession) -> list[Decision]:
    """Decisions that lack an owner who still works here, or a date."""
    organisation = session.programme.organisation
    here = User.objects.filter(memberships__organisation=organisation, is_active=True)
    ready = session.decisions.filter(owner__in=here, due_on__isnull=False)
    return list(
        session.decisions.exclude(status=Decision.Status.DROPPED).exclude(pk__in=ready.values("pk"))
    )


@transaction.atomic
def adopt(session: RoadmapSession, *, on: date) -> RoadmapSession:
    """Fix the roadmap. Refused while a decision lacks an owner or a date, or there is none."""
    session = _locked(session)
    if not session.decisions.exclude(status=Decision.Status.DROPPED).exists():
        raise ValidationError(_("Record at least one decision before you adopt the roadmap."))
    if unfinished_decisions(session):
        raise ValidationError(
            _("Give every decision an owner and a date before you adopt the roadmap.")
        )
    session.status, session.adopted_on = Status.ADOPTED, on
    session.save(update_fields=["status", "adopted_on"])
    return session


@transaction.atomic
def reopen(session: RoadmapSession) -> RoadmapSession:
    """Open an adopted roadmap for changes again."""
    session = _locked(session)
    session.status, session.adopted_on = Status.OPEN, None
    session.save(update_fields=["status", "adopted_on"])
    return session


def _locked(session: RoadmapSession) -> RoadmapSession:
    return (
        RoadmapSession.objects.select_for_update(of=("self",))
        .select_related("programme__organisation")
        .get(pk=session.pk)
    )
