"""Lessons: the public list and page, and how an organisation writes and tests them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning import lessons as writing
from sneeuwbal.learning.forms import EvidenceForm, LessonForm, LowerForm
from sneeuwbal.learning.grades import finding_of
from sneeuwbal.learning.models import Grade, Lesson
from sneeuwbal.learning.numbers import number_of, organisations_behind


@access.public
def lessons(request: HttpRequest) -> HttpResponse:
    """List all lessons with their grade, the strongest first."""
    known = Lesson.objects.filter(withdrawn_at=None).select_related("organisation")
    rows = [
        (lesson, finding_of(lesson))
        for lesson in known.prefetch_related("supporting", "contradicting")
    ]
    chosen = request.GET.get("graad", "")
    shown = [row for row in rows if chosen in ("", row[1].grade)]
    named = [lesson.organisation for lesson, _finding in shown if lesson.organisation]
    order = [grade.value for grade in Grade]
    context = {
        "lessons": sorted(shown, key=lambda row: (order.index(row[1].grade), row[0].shown_claim)),
        "grades": [
            (grade, sum(finding.grade == grade for _lesson, finding in rows)) for grade in Grade
        ],
        "chosen": chosen,
        "total": len(rows),
        "minimum": settings.LABEL_MINIMUM,
        **_marks(named),
    }
    return render(request, "learning/lessons.html", context)


@access.public
def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a lesson with what speaks for and against it."""
    found = get_object_or_404(Lesson, slug=slug, withdrawn_at=None)
    return render(request, "learning/lesson.html", _content(found))


def _content(found: Lesson) -> dict[str, Any]:
    supporting = list(found.supporting.select_related("area", "organisation"))
    contradicting = list(found.contradicting.select_related("area", "organisation"))
    behind = organisations_behind([*supporting, *contradicting])
    if found.organisation:
        behind.append(found.organisation)
    return {
        "lesson": found,
        "finding": finding_of(found),
        "supporting": [number_of(figure) for figure in supporting],
        "contradicting": [number_of(figure) for figure in contradicting],
        "minimum": settings.LABEL_MINIMUM,
        **_marks(behind),
    }


def _marks(behind: list[Organisation]) -> dict[str, bool]:
    """Whether what is told is made up; with nobody behind it, what holds for the whole site."""
    if not behind:
        return {}
    return {
        "fictional": any(organisation.fictional for organisation in behind),
        "example_figures": any(organisation.example_figures for organisation in behind),
    }


@access.allowed(Right.LEARN)
def lesson_new(request: StaffRequest, pk: int) -> HttpResponse:
    """Write a lesson that came of a session."""
    session = get_object_or_404(request.organisation.intervisions, pk=pk)
    form = LessonForm(request.POST or None)
    if form.is_valid():
        found = writing.write(request.organisation, session=session, **form.cleaned_data)
        messages.success(
            request, _("The lesson is public. Now link figures for it and against it.")
        )
        return redirect("lesson_evidence", request.organisation.slug, found.slug)
    context = {"form": form, "session": session}
    return render(request, "learning/lesson_form.html", context)


def _own(request: StaffRequest, slug: str) -> Lesson:
    return get_object_or_404(Lesson, slug=slug, organisation=request.organisation)


@access.allowed(Right.LEARN)
def lesson_edit(request: StaffRequest, slug: str) -> HttpResponse:
    """Change the texts of a lesson of this organisation."""
    found = _own(request, slug)
    form = LessonForm(request.POST or None, instance=found)
    if form.is_valid():
        writing.change(_own(request, slug), by=request.organisation, **form.cleaned_data)
        messages.success(request, _("The lesson is changed."))
        return redirect("lesson_evidence", request.organisation.slug, slug)
    return render(request, "learning/lesson_form.html", {"form": form, "lesson": found})


@access.allowed(Right.LEARN)
def lesson_evidence(request: StaffRequest, slug: str) -> HttpResponse:
    """Link figures of this organisation to any lesson; lower or withdraw one's own."""
    found = get_object_or_404(Lesson, slug=slug)
    own = found.organisation_id == request.organisation.pk
    if found.withdrawn_at is not None and not own:
        raise PermissionDenied("a withdrawn lesson of another organisation")
    form = EvidenceForm(request.POST or None, organisation=request.organisation)
    if form.is_valid():
        told = form.cleaned_data
        writing.link_figure(found, told["figure"], by=request.organisation, side=told["side"])
        return _say_grade(request, found)
    return _evidence_page(request, found, form=form)


def _say_grade(request: StaffRequest, found: Lesson) -> HttpResponse:
    messages.success(
        request, _("The grade is now %(grade)s.") % {"grade": finding_of(found).grade.value}
    )
    return redirect("lesson_evidence", request.organisation.slug, found.slug)


@access.allowed(Right.LEARN)
@require_POST
def lesson_unlink(request: StaffRequest, slug: str, figure: int) -> HttpResponse:
    """Take back a link to a figure of this organisation."""
    found = get_object_or_404(Lesson, slug=slug)
    own = get_object_or_404(Figure, pk=figure, organisation=request.organisation)
    writing.unlink_figure(found, own, by=request.organisation)
    return _say_grade(request, found)


def _evidence_page(request: StaffRequest, found: Lesson, **forms: Any) -> HttpResponse:
    own = found.organisation_id == request.organisation.pk
    linked = [
        number_of(figure)
        for links in (found.supporting, found.contradicting)
        for figure in links.filter(organisation=request.organisation).select_related("area")
    ]
    context = _content(found) | {
        "linked": linked,
        "form": EvidenceForm(organisation=request.organisation),
        "lower_form": LowerForm(lesson=found) if own else None,
        "own": own,
        **forms,
    }
    return render(request, "learning/evidence.html", context)


@access.allowed(Right.LEARN)
@require_POST
def lesson_lower(request: StaffRequest, slug: str) -> HttpResponse:
    """Lower the grade of one's own lesson by hand."""
    found = _own(request, slug)
    form = LowerForm(request.POST, lesson=found)
    if form.is_valid():
        told = form.cleaned_data
        try:
            writing.lower(
                found,
                by=request.organisation,
                to=told["lowered_to"],
                reason=told["lowered_reason"],
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
    if not form.is_valid():
        return _evidence_page(request, found, lower_form=form)
    messages.success(request, _("The grade is kept."))
    return redirect("lesson_evidence", request.organisation.slug, slug)


@access.allowed(Right.LEARN)
@require_POST
def lesson_withdraw(request: StaffRequest, slug: str) -> HttpResponse:
    """Take one's own lesson off the public list, or put it back."""
    found = _own(request, slug)
    back = "back" in request.POST
    writing.withdraw(found, by=request.organisation, back=back)
    said = (
        _("The lesson is public again.")
        if back
        else _("The lesson is withdrawn. You can put it back here.")
    )
    messages.success(request, said)
    return redirect("lesson_evidence", request.organisation.slug, slug)
