"""Pages of intervision: the list, the session by its seven steps, and the minutes."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
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
    PlanForm,
)
from sneeuwbal.learning.grades import finding_of
from sneeuwbal.learning.models import Advice, IntervisionSession, Lesson
from sneeuwbal.learning.numbers import number_of, up_to_date
from sneeuwbal.learning.steps import MINUTES, STEPS

NOTES = ("question", "answers", "analysis")


def session_of(request: StaffRequest, pk: int) -> IntervisionSession:
    """A session in which this organisation takes part, or 404."""
    return get_object_or_404(request.organisation.intervisions.select_related("case_owner"), pk=pk)


@access.allowed(Right.LEARN)
def intervisions(request: StaffRequest) -> HttpResponse:
    """List the sessions of this organisation, and its open agreements."""
    held = request.organisation.intervisions.select_related("case_owner").prefetch_related(
        "organisations"
    )
    today = timezone.localdate()
    own = request.organisation
    lessons = Lesson.objects.filter(organisation=own).prefetch_related(
        "supporting", "contradicting"
    )
    context = {
        "coming": [each for each in held if each.closed_on is None][::-1],
        "held": [each for each in held if each.closed_on is not None],
        "agreements": sessions.open_agreements(own),
        "lessons": [(lesson, finding_of(lesson)) for lesson in lessons],
        "today": today,
        "minutes": MINUTES,
    }
    return render(request, "learning/intervisions.html", context)


@access.allowed(Right.LEARN)
def intervision_new(request: StaffRequest) -> HttpResponse:
    """Plan a session."""
    own = request.organisation
    form = PlanForm(
        request.POST or None,
        organisation=own,
        initial={"organisations": [own.pk], "case_owner": own.pk},
    )
    if form.is_valid():
        try:
            session = sessions.start(**form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The session is planned."))
            return redirect("intervision", own.slug, session.pk)
    return render(request, "learning/plan_form.html", {"form": form})


@access.allowed(Right.LEARN)
def intervision_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change when a session is and who takes part."""
    session = session_of(request, pk)
    form = PlanForm(request.POST or None, instance=session, organisation=request.organisation)
    if form.is_valid():
        try:
            sessions.change(session_of(request, pk), **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The session is changed."))
            return redirect("intervision", request.organisation.slug, pk)
    return render(request, "learning/plan_form.html", {"form": form, "session": session})


@access.allowed(Right.LEARN)
def intervision(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a session by the seven steps of the incident method."""
    return page(request, session_of(request, pk))


def page(request: StaffRequest, session: IntervisionSession, **bound: BaseForm) -> HttpResponse:
    """The page of a session; a form that was refused comes back with its errors."""
    own = request.organisation
    context = _content(session, request) | {
        "steps": STEPS,
        "minutes": MINUTES,
        "is_open": session.closed_on is None,
        "brings_case": session.case_owner_id == own.pk,
        "withdrawn": session.advice.exclude(withdrawn_at=None).filter(organisation=own),
        "lacks": sessions.lacks(session),
        "attendance_form": AttendanceForm(session=session),
        "case_form": CaseForm(session=session),
        "advice_form": AdviceForm(),
        "agreement_form": AgreementForm(organisation=own),
        **{f"{note}_form": NoteForm(session=session, note=note) for note in NOTES},
        **bound,
        "form": next(iter(bound.values()), None),
    }
    return render(request, "learning/session.html", context)


def _content(session: IntervisionSession, request: StaffRequest) -> dict[str, Any]:
    """What is known of a session, for its page and its minutes."""
    figures = list(session.figures.select_related("area", "organisation"))
    if session.closed_on is None:
        figures = up_to_date(figures)
    return {
        "session": session,
        "organisations": session.organisations.all(),
        "before": sessions.agreements_before(session, request.organisation),
        "numbers": [number_of(figure) for figure in figures],
        "advice": _advice(session),
        "agreements": session.agreements.select_related("organisation", "owner"),
        "missing": sessions.missing_voices(session),
        "attendance": session.attendance.select_related("organisation"),
        "lessons": session.lessons.filter(withdrawn_at=None),
        "today": timezone.localdate(),
        "fictional": any(figure.organisation.fictional for figure in figures),
    }


def _advice(session: IntervisionSession) -> list[tuple[Advice, bool]]:
    """Each piece of advice, and whether it came in writing from who was absent."""
    absent = set(session.attendance.filter(present=False).values_list("organisation_id", flat=True))
    given = session.advice.filter(withdrawn_at=None).select_related("organisation", "author")
    return [(each, each.organisation_id in absent) for each in given]


@access.allowed(Right.LEARN)
def intervision_minutes(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the minutes on one page made for paper."""
    session = session_of(request, pk)
    return render(request, "learning/minutes.html", _content(session, request))


@access.allowed(Right.LEARN)
@require_POST
def intervision_close(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a session, or say what it still lacks."""
    try:
        sessions.close(session_of(request, pk), on=timezone.localdate())
        messages.success(request, _("The session is closed. The minutes are ready."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return back_to(request, pk)


@access.allowed(Right.LEARN)
@require_POST
def intervision_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Open a closed session again."""
    sessions.reopen(session_of(request, pk))
    messages.success(request, _("The session is open again."))
    return back_to(request, pk)


def back_to(request: StaffRequest, pk: int, *, step: str = "") -> HttpResponse:
    """Go back to the page of a session, at a step."""
    address = reverse("intervision", args=[request.organisation.slug, pk])
    return redirect(f"{address}#{step}" if step else address)
