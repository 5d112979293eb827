"""The one writer of intervision sessions."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning.models import Advice, Agreement, Attendance, IntervisionSession
from sneeuwbal.learning.numbers import up_to_date


@transaction.atomic
def start(
    *, title: str, held_on: date, organisations: Iterable[Organisation], case_owner: Organisation
) -> IntervisionSession:
    """Plan a session of two or more organisations."""
    taking_part = {organisation.pk for organisation in organisations}
    if case_owner.pk not in taking_part:
        raise ValidationError({"case_owner": _("Who brings the case takes part.")})
    if len(taking_part) < 2:
        raise ValidationError({"organisations": _("Intervision needs at least two organisations.")})
    session = IntervisionSession.objects.create(title=title, held_on=held_on, case_owner=case_owner)
    session.organisations.set(taking_part)
    return session


@transaction.atomic
def change(
    session: IntervisionSession,
    *,
    title: str,
    held_on: date,
    organisations: Iterable[Organisation],
    case_owner: Organisation,
) -> None:
    """Change the plan of a session. Who already contributed cannot be left out."""
    session = _open(session)
    taking_part = {organisation.pk for organisation in organisations}
    contributed = set(session.advice.values_list("organisation_id", flat=True))
    contributed |= set(session.agreements.values_list("organisation_id", flat=True))
    if contributed - taking_part:
        raise ValidationError({"organisations": _("Who already contributed stays in the session.")})
    if case_owner.pk not in taking_part:
        raise ValidationError({"case_owner": _("Who brings the case takes part.")})
    if case_owner.pk != session.case_owner_id:
        session.figures.clear()
    session.title, session.held_on, session.case_owner = title, held_on, case_owner
    session.save()
    session.organisations.set(taking_part)


@transaction.atomic
def bring_case(
    session: IntervisionSession, *, case: str, figures: Collection[Figure], by: Organisation
) -> None:
    """Tell the case, with figures of who brings it and of nobody else."""
    session = _open(session)
    if by.pk != session.case_owner_id:
        raise PermissionDenied("only who brings the case tells it")
    if any(figure.organisation_id != by.pk for figure in figures):
        raise PermissionDenied("figures of another organisation")
    session.case = case
    session.save(update_fields=["case"])
    session.figures.set(figures)


@transaction.atomic
def note(session: IntervisionSession, **texts: str) -> None:
    """Keep the question, the answers or the analysis."""
    session = _open(session)
    unknown = set(texts) - {"question", "answers", "analysis"}
    if unknown:
        raise ValueError(f"not a note: {unknown}")
    for name, text in texts.items():
        setattr(session, name, text)
    session.save(update_fields=list(texts))


@transaction.atomic
def note_attendance(session: IntervisionSession, present: Iterable[Organisation]) -> None:
    """Keep who is there; the others who take part are absent."""
    session = _open(session)
    here = {organisation.pk for organisation in present}
    for organisation in session.organisations.all():
        Attendance.objects.update_or_create(
            session=session,
            organisation=organisation,
            defaults={"present": organisation.pk in here},
        )


@transaction.atomic
def give_advice(
    session: IntervisionSession, *, key: UUID, organisation: Organisation, text: str, by: User
) -> Advice:
    """Add advice of an organisation, also of one that is absent. The same key adds nothing."""
    session = _open(session)
    _require_part(session, organisation)
    advice, _new = Advice.objects.get_or_create(
        key=key,
        defaults={"session": session, "organisation": organisation, "author": by, "text": text},
    )
    if advice.session_id != session.pk or advice.organisation_id != organisation.pk:
        raise PermissionDenied("this key belongs to other advice")
    return advice


@transaction.atomic
def withdraw_advice(advice: Advice, *, back: bool = False) -> None:
    """Take advice back, or put it in again."""
    _open(advice.session)
    advice.withdrawn_at = None if back else advice.withdrawn_at or timezone.now()
    advice.save(update_fields=["withdrawn_at"])


@transaction.atomic
def agree(
    session: IntervisionSession,
    *,
    organisation: Organisation,
    text: str,
    owner: User,
    due_on: date,
) -> Agreement:
    """Record what an organisation will do. Sending the same twice adds nothing."""
    session = _open(session)
    _require_part(session, organisation)
    if not owner.memberships.filter(organisation=organisation).exists():
        raise PermissionDenied("an organisation agrees for its own people only")
    agreement, _new = Agreement.objects.get_or_create(
        session=session, organisation=organisation, text=text, owner=owner, due_on=due_on
    )
    return agreement


def follow_up(agreement: Agreement, status: str) -> None:
    """Note what became of an agreement, also after its session was closed."""
    if status not in Agreement.Status.values:
        raise ValidationError(_("Choose open, done or dropped."))
    agreement.status = status
    agreement.save(update_fields=["status"])


def lacks(session: IntervisionSession) -> list[str]:
    """What a session must still yield before it is closed."""
    found = {
        _("the case"): bool(session.case),
        _("the question"): bool(session.question),
        _("who was there"): session.attendance.exists(),
        _("at least one piece of advice"): session.advice.filter(withdrawn_at=None).exists(),
        _("at least one agreement"): session.agreements.exists(),
    }
    return [name for name, there in found.items() if not there]


@transaction.atomic
def close(session: IntervisionSession, *, on: date) -> None:
    """Close a session; its figures stay as they were shown that day."""
    session = _open(session)
    if missing := lacks(session):
        raise ValidationError(
            _("The session cannot be closed yet. Missing: %(what)s.") % {"what": ", ".join(missing)}
        )
    session.figures.set(up_to_date(session.figures.all()))
    session.closed_on = on
    session.save(update_fields=["closed_on"])


@transaction.atomic
def reopen(session: IntervisionSession) -> None:
    """Open a closed session again."""
    session.closed_on = None
    session.save(update_fields=["closed_on"])


def agreements_before(session: IntervisionSession, reader: Organisation) -> list[Agreement]:
    """Agreements the session opens with, as far as the reader was there when they were made.

    All of the session before, and those still open of any earlier one, of who takes part now.
    """
    earlier = IntervisionSession.objects.filter(
        organisations=reader, held_on__lt=session.held_on
    ).exclude(pk=session.pk)
    last = earlier.order_by("-held_on", "-pk").first()
    known = Agreement.objects.filter(
        session__in=earlier, organisation__in=session.organisations.all()
    ).select_related("organisation", "owner", "session")
    chosen = [
        agreement
        for agreement in known
        if agreement.status == Agreement.Status.OPEN
        or (last is not None and agreement.session_id == last.pk)
    ]
    return sorted(chosen, key=lambda each: (each.status != Agreement.Status.OPEN, each.due_on))


def open_agreements(organisation: Organisation) -> list[Agreement]:
    """What an organisation still has to do, the oldest date first."""
    return list(
        Agreement.objects.filter(
            organisation=organisation, status=Agreement.Status.OPEN
        ).select_related("owner", "session")
    )


def missing_voices(session: IntervisionSession) -> dict[str, list[Organisation]]:
    """Who was absent, and who gave no advice either way."""
    taking_part = list(session.organisations.all())
    absent = set(session.attendance.filter(present=False).values_list("organisation_id", flat=True))
    advised = set(
        session.advice.filter(withdrawn_at=None).values_list("organisation_id", flat=True)
    )
    silent = [
        each for each in taking_part if each.pk not in advised and each.pk != session.case_owner_id
    ]
    return {
        "absent": [each for each in taking_part if each.pk in absent],
        "silent": silent,
    }


def _require_part(session: IntervisionSession, organisation: Organisation) -> None:
    if not session.organisations.filter(pk=organisation.pk).exists():
        raise PermissionDenied("this organisation does not take part")


def _open(session: IntervisionSession) -> IntervisionSession:
    session = IntervisionSession.objects.select_for_update().get(pk=session.pk)
    if session.closed_on is not None:
        raise ValidationError(_("This session is closed. Reopen it to change it."))
    return session
