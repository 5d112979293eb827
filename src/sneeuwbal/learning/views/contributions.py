"""What people add to a session, step by step."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.learning import sessions
from sneeuwbal.learning.forms import (
    AdviceForm,
    AgreementForm,
    AttendanceForm,
    CaseForm,
    NoteForm,
)
from sneeuwbal.learning.models import Agreement, IntervisionSession
from sneeuwbal.learning.views.sessions import NOTES, back_to, page, session_of

STEP_OF_NOTE = {"question": "choice", "answers": "questions", "analysis": "analysis"}


def _take(
    request: StaffRequest,
    session: IntervisionSession,
    form: forms.BaseForm,
    *,
    name: str,
    keep: Callable[[dict[str, Any]], object],
    step: str,
    said: str,
) -> HttpResponse:
    """Keep what a form says, or show the page with its errors."""
    if form.is_valid():
        try:
            keep(form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    if not form.is_valid():
        return page(request, session, **{name: form})
    messages.success(request, said)
    return back_to(request, session.pk, step=step)


@access.allowed(Right.LEARN)
@require_POST
def case(request: StaffRequest, pk: int) -> HttpResponse:
    """Tell the case, with its figures."""
    session = session_of(request, pk)
    return _take(
        request,
        session,
        CaseForm(request.POST, session=session),
        name="case_form",
        keep=lambda told: sessions.bring_case(session, by=request.organisation, **told),
        step="case",
        said=_("The case is kept."),
    )


@access.allowed(Right.LEARN)
@require_POST
def note(request: StaffRequest, pk: int, note: str) -> HttpResponse:
    """Keep the question, the answers or the analysis."""
    session = session_of(request, pk)
    if note not in NOTES:
        raise Http404
    return _take(
        request,
        session,
        NoteForm(request.POST, session=session, note=note),
        name=f"{note}_form",
        keep=lambda told: sessions.note(session, **{note: told["text"]}),
        step=STEP_OF_NOTE[note],
        said=_("The text is kept."),
    )


@access.allowed(Right.LEARN)
@require_POST
def attendance(request: StaffRequest, pk: int) -> HttpResponse:
    """Note who is there."""
    session = session_of(request, pk)
    return _take(
        request,
        session,
        AttendanceForm(request.POST, session=session),
        name="attendance_form",
        keep=lambda told: sessions.note_attendance(session, told["present"]),
        step="back",
        said=_("Who is here is noted."),
    )


@access.allowed(Right.LEARN)
@require_POST
def advice(request: StaffRequest, pk: int) -> HttpResponse:
    """Give advice for one's own organisation."""
    session = session_of(request, pk)
    return _take(
        request,
        session,
        AdviceForm(request.POST),
        name="advice_form",
        keep=lambda told: sessions.give_advice(
            session, organisation=request.organisation, by=request.user, **told
        ),
        step="advice",
        said=_("Your advice is kept."),
    )


@access.allowed(Right.LEARN)
@require_POST
def agreement(request: StaffRequest, pk: int) -> HttpResponse:
    """Record an agreement of one's own organisation."""
    session = session_of(request, pk)
    return _take(
        request,
        session,
        AgreementForm(request.POST, organisation=request.organisation),
        name="agreement_form",
        keep=lambda told: sessions.agree(session, organisation=request.organisation, **told),
        step="agreements",
        said=_("The agreement is kept."),
    )


@access.allowed(Right.LEARN)
@require_POST
def advice_withdraw(request: StaffRequest, pk: int, advice: int) -> HttpResponse:
    """Take one's own advice back, or put it in again."""
    session = session_of(request, pk)
    found = get_object_or_404(session.advice, pk=advice, organisation=request.organisation)
    back = "back" in request.POST
    try:
        sessions.withdraw_advice(found, back=back)
        said = _("The advice is there again.") if back else _("The advice is withdrawn.")
        messages.success(request, said)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return back_to(request, pk, step="advice")


@access.allowed(Right.LEARN)
@require_POST
def agreement_status(request: StaffRequest, pk: int, agreement: int) -> HttpResponse:
    """Note what became of an agreement of a session in which one takes part."""
    session = session_of(request, pk)
    found = get_object_or_404(Agreement, pk=agreement, session__organisations=request.organisation)
    try:
        sessions.follow_up(found, request.POST.get("status", ""))
        messages.success(
            request,
            _("“%(agreement)s” is now: %(status)s.")
            % {"agreement": found.text, "status": found.get_status_display()},
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    step = "agreements" if found.session_id == session.pk else "back"
    return back_to(request, session.pk, step=step)
