"""Pages of effects: agree a plan, lock it, compute what it asks, read the verdict."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access, jobs
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence import analysis_plans as plans
from sneeuwbal.evidence import effect_wording as wording
from sneeuwbal.evidence.models import AnalysisPlan
from sneeuwbal.evidence.plan_forms import PlanForm


def told(plan: AnalysisPlan) -> dict[str, Any]:
    """A plan with its newest figure in words."""
    figure = plan.figures.first()
    return {
        "plan": plan,
        "figure": figure,
        "headline": wording.headline(figure, plan) if figure else "",
        "state": wording.state(figure) if figure else "unknown",
    }


def current(organisation: Organisation) -> list[dict[str, Any]]:
    """The newest version of each plan."""
    rows = organisation.analysis_plans.filter(followed_by__isnull=True)
    return [told(plan) for plan in rows.select_related("outcome")]


def _plan_of(request: StaffRequest, pk: int) -> AnalysisPlan:
    rows = AnalysisPlan.objects.select_related("outcome", "follows", "locked_by")
    return get_object_or_404(rows, pk=pk, organisation=request.organisation)


@access.allowed(Right.SEE_EVIDENCE)
def effects(request: StaffRequest) -> HttpResponse:
    """List the plans with their verdicts."""
    return render(request, "evidence/effects.html", {"plans": current(request.organisation)})


@access.allowed(Right.SEE_EVIDENCE)
def effect(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one plan: the verdict, the picture, what was agreed and what changed since."""
    plan = _plan_of(request, pk)
    context = told(plan) | {
        "agreed": wording.agreed(plan),
        "intact": plans.is_intact(plan),
        "versions": [(one, wording.changes(one)) for one in wording.versions(plan)],
        "later": AnalysisPlan.objects.filter(follows=plan).first(),
        "started": plans.first_start(request.organisation),
        "job": request.organisation.jobs.filter(
            name="estimate_effect", arguments__plan=plan.pk, state__in=jobs.OPEN
        ).first(),
    }
    if figure := context["figure"]:
        context |= {
            "reasons": wording.reasons(figure),
            "beside": wording.beside(figure, plan),
            "chart": wording.chart(figure, plan),
        }
    return render(request, "evidence/effect.html", context)


@access.allowed(Right.UPDATE_EVIDENCE)
def new(request: StaffRequest) -> HttpResponse:
    """Draft a plan."""
    form = PlanForm(request.POST or None, organisation=request.organisation, revision=False)
    if form.is_valid():
        plan = plans.draft(request.organisation, form.cleaned_data, by=request.user)
        messages.success(request, _("The plan is kept as a draft. Lock it before the start."))
        return redirect("effect", request.organisation.slug, plan.pk)
    return render(request, "evidence/plan_form.html", {"form": form})


@access.allowed(Right.UPDATE_EVIDENCE)
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a draft."""
    plan = _plan_of(request, pk)
    if plan.locked_at:
        messages.error(request, _("This plan is locked. Make a new version of it instead."))
        return redirect("effect", request.organisation.slug, pk)
    form = PlanForm(
        request.POST or None,
        instance=plan,
        organisation=request.organisation,
        revision=plan.follows is not None,
    )
    if form.is_valid():
        plan.reason = form.cleaned_data.get("reason", plan.reason)
        plans.change(plan, form.cleaned_data)
        messages.success(request, _("The plan is changed."))
        return redirect("effect", request.organisation.slug, pk)
    return render(request, "evidence/plan_form.html", {"form": form, "plan": plan})


@access.allowed(Right.UPDATE_EVIDENCE)
def revise(request: StaffRequest, pk: int) -> HttpResponse:
    """Follow a locked plan by a new version."""
    plan = _plan_of(request, pk)
    initial = {name: getattr(plan, name) for name in plans.CHOSEN} | {"outcome": plan.outcome_id}
    form = PlanForm(
        request.POST or None, initial=initial, organisation=request.organisation, revision=True
    )
    if form.is_valid():
        facts = form.cleaned_data
        try:
            made = plans.revise(plan, facts, reason=facts["reason"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The new version is a draft. The old one stays readable."))
            return redirect("effect", request.organisation.slug, made.pk)
    context = {"form": form, "plan": plan, "revision": True}
    return render(request, "evidence/plan_form.html", context)


@require_POST
@access.allowed(Right.UPDATE_EVIDENCE)
def lock(request: StaffRequest, pk: int) -> HttpResponse:
    """Lock a plan for good."""
    plan = _plan_of(request, pk)
    try:
        plans.lock(plan, by=request.user)
        messages.success(request, _("The plan is locked. Its fingerprint stands on this page."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("effect", request.organisation.slug, pk)


@require_POST
@access.allowed(Right.UPDATE_EVIDENCE)
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    try:
        plans.remove(_plan_of(request, pk))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("effect", request.organisation.slug, pk)
    messages.success(request, _("The draft is thrown away."))
    return redirect("effects", request.organisation.slug)


@require_POST
@access.allowed(Right.UPDATE_EVIDENCE)
def compute(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the worker for the effect that this plan describes."""
    plan = _plan_of(request, pk)
    if not plan.locked_at:
        messages.error(request, _("Lock the plan first: an effect is only computed as agreed."))
        return redirect("effect", request.organisation.slug, pk)
    jobs.request(
        "estimate_effect",
        organisation=request.organisation,
        by=request.user,
        return_path=reverse("effect", args=[request.organisation.slug, pk]),
        plan=plan.pk,
    )
    messages.success(request, _("The effect is being computed. You may leave this page."))
    return redirect("effect", request.organisation.slug, pk)
