"""Pages of the question how many neighbourhoods are needed: ask it, read the answer."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sneeuwbal.accounts import access, jobs
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.models import Job
from sneeuwbal.evidence import design_wording as wording
from sneeuwbal.evidence.design_forms import DesignForm, ask, defaults_of
from sneeuwbal.evidence.models import DesignQuestion

EARLIER = 10


@access.allowed(Right.SEE_EVIDENCE)
def design(request: StaffRequest) -> HttpResponse:
    """Ask how many neighbourhoods a plan needs."""
    defaults = defaults_of(request.organisation)
    form = DesignForm(request.POST or None, initial=defaults.values)
    if form.is_valid():
        question = ask(request.organisation, form.cleaned_data, by=request.user)
        if not question.result:
            _compute(request, question)
        return redirect("design_answer", request.organisation.slug, question.pk)
    context = {"form": form, "own": defaults.own_labels, "earlier": _earlier(request)}
    return render(request, "evidence/design.html", context)


@access.allowed(Right.SEE_EVIDENCE)
def answer(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the answer: the verdict, the number needed, the curve; and the question to change."""
    question = get_object_or_404(DesignQuestion, pk=pk, organisation=request.organisation)
    if request.method == "POST" and not question.result:
        _compute(request, question)
        return redirect("design_answer", request.organisation.slug, question.pk)
    context: dict[str, Any] = {
        "question": question,
        "form": DesignForm(initial=question.inputs),
        "earlier": _earlier(request),
    }
    if question.result:
        context |= {
            "headline": wording.headline(question),
            "state": wording.COLOURS[wording.state(question)],
            "advice": wording.advice(question),
            "chart": wording.curve(question),
        }
    else:
        context["job"] = _running(question)
    return render(request, "evidence/design_answer.html", context)


def _running(question: DesignQuestion) -> Job | None:
    return question.organisation.jobs.filter(
        name="design_power", arguments__question=question.pk, state__in=jobs.OPEN
    ).first()


def _compute(request: StaffRequest, question: DesignQuestion) -> Job:
    return jobs.request(
        "design_power",
        organisation=request.organisation,
        by=request.user,
        return_path=reverse("design_answer", args=[request.organisation.slug, question.pk]),
        question=question.pk,
    )


def _earlier(request: StaffRequest) -> list[tuple[DesignQuestion, str]]:
    rows = DesignQuestion.objects.filter(organisation=request.organisation).exclude(result={})
    return [(row, wording.headline(row)) for row in rows[:EARLIER]]


@access.public
def method(request: HttpRequest) -> HttpResponse:
    """Explain how the number of neighbourhoods is computed."""
    return render(request, "evidence/methods/design.html", {"slug": "ontwerp"})
