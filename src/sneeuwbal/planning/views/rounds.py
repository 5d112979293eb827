"""Pages of rounds: the list, one round, making and changing it, its criteria."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access, jobs
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.models import Job
from sneeuwbal.planning import offers, results, rounds
from sneeuwbal.planning.forms import CriterionForm, RoundForm, criteria_problem
from sneeuwbal.planning.models import SelectionRound
from sneeuwbal.planning.wording import weighing_text
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood


def round_of(request: StaffRequest, pk: int) -> SelectionRound:
    """A round of this organisation, or 404."""
    return get_object_or_404(
        SelectionRound.objects.select_related("programme__organisation", "made_by"),
        pk=pk,
        programme__organisation=request.organisation,
    )


@access.allowed(Right.SEE_PLANNING)
def rounds_list(request: StaffRequest) -> HttpResponse:
    """List the rounds of choosing."""
    held = SelectionRound.objects.filter(programme__organisation=request.organisation)
    context = {
        "rounds": held.annotate(
            candidate_count=Count("candidates", distinct=True),
            weighing_count=Count("weighings", distinct=True),
        ),
        "has_programme": request.organisation.programmes.exists(),
    }
    return render(request, "planning/rounds.html", context)


@access.allowed(Right.PLAN)
def round_new(request: StaffRequest) -> HttpResponse:
    """Make a round for the newest programme."""
    programme = request.organisation.programmes.first()
    if programme is None:
        messages.info(request, _("First make the programme that the round belongs to."))
        return redirect("programme", request.organisation.slug)
    form = RoundForm(request.POST or None, candidates=rounds.candidate_sets(programme))
    if form.is_valid():
        facts = {**form.cleaned_data}
        facts.pop("source")
        try:
            made = rounds.start_round(programme, by=request.user, **facts)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The round is made. Now choose what counts."))
            return redirect("round_criteria", request.organisation.slug, made.pk)
    return render(request, "planning/round_form.html", {"form": form, "programme": programme})


@access.allowed(Right.PLAN)
def round_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change name, date, number of places, seed or candidates."""
    chosen = round_of(request, pk)
    sets = rounds.candidate_sets(chosen.programme)
    form = RoundForm(request.POST or None, instance=chosen, candidates=sets)
    if form.is_valid():
        facts = {**form.cleaned_data}
        facts.pop("source")
        rounds.change_round(chosen, **facts)
        messages.success(request, _("The round is changed."))
        return redirect("round", request.organisation.slug, pk)
    return render(request, "planning/round_form.html", {"form": form, "round": chosen})


@access.allowed(Right.PLAN)
def round_remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask whether to throw a round away, and do it."""
    chosen = round_of(request, pk)
    if request.method == "POST":
        try:
            rounds.remove_round(chosen)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect("round", request.organisation.slug, pk)
        messages.success(request, _("The round is thrown away."))
        return redirect("rounds", request.organisation.slug)
    return render(request, "planning/round_remove.html", {"round": chosen})


@access.allowed(Right.PLAN)
def round_criteria(request: StaffRequest, pk: int) -> HttpResponse:
    """Choose which indicators count, on which axis and which way."""
    chosen = round_of(request, pk)
    offered = offers.offers(list(chosen.candidates.all()))
    known = {row.indicator_id: row for row in chosen.criteria.all()}
    forms = [
        CriterionForm(request.POST or None, offer=offer, chosen=known.get(offer.indicator.pk))
        for offer in offered
    ]
    problem = ""
    if request.method == "POST" and all(form.is_valid() for form in forms):
        used = [form for form in forms if form.cleaned_data["use"]]
        problem = criteria_problem(len(used))
        if not problem:
            rounds.set_criteria(
                chosen,
                [
                    (form.offer.indicator, form.cleaned_data | {"year": form.offer.year})
                    for form in used
                ],
            )
            messages.success(request, _("The criteria are kept. Now everyone can weigh them."))
            return redirect("round", request.organisation.slug, pk)
    context = {"round": chosen, "forms": forms, "problem": problem, "axes": _by_axis(forms)}
    return render(request, "planning/round_criteria.html", context)


def _by_axis(forms: list[CriterionForm]) -> list[tuple[str, list[CriterionForm]]]:
    labels = dict(CriterionForm.base_fields["axis"].choices)  # type: ignore[attr-defined]
    return [
        (str(label), [form for form in forms if form.initial["axis"] == key])
        for key, label in labels.items()
    ]


@access.allowed(Right.SEE_PLANNING)
def round_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a round: what counts, who weighed, and the result."""
    chosen = round_of(request, pk)
    return render(request, "planning/round.html", round_context(request, chosen))


def round_context(request: StaffRequest, chosen: SelectionRound) -> dict[str, Any]:
    """All that the page of a round shows."""
    criteria = list(chosen.criteria.select_related("indicator"))
    weighings = list(chosen.weighings.select_related("participant").order_by("given_at"))
    areas = list(chosen.candidates.order_by("name"))
    known = offers.known_by_criterion(criteria, areas)
    sources = offers.sources((row.indicator_id, row.year) for row in criteria)
    return {
        "round": chosen,
        "candidates": areas,
        "criteria": [
            {
                "row": row,
                "source": sources.get((row.indicator_id, row.year)),
                "missing": len(areas) - len(known[row.pk]),
            }
            for row in criteria
        ],
        "weighings": [
            # What others said stays closed until the result: nobody copies a neighbour.
            {"row": one, "text": weighing_text(one, criteria) if chosen.evaluated_at else ""}
            for one in weighings
        ],
        "own": next((one for one in weighings if one.participant_id == request.user.pk), None),
        "exclusions": chosen.exclusions.select_related("area", "owner").order_by("area__name"),
        "ready": len(criteria) > 1 and len(areas) > chosen.places,
        **_latest_job(chosen),
        **(_result(request, chosen) if chosen.evaluated_at else {}),
    }


def _latest_job(chosen: SelectionRound) -> dict[str, Any]:
    asked = Job.objects.filter(
        organisation=chosen.programme.organisation,
        name="evaluate_round",
        arguments__round_id=chosen.pk,
    ).order_by("-pk")
    job = asked.first()
    if job is None:
        return {}
    if job.state in jobs.OPEN:
        return {"job": job}
    failed = job.state == Job.State.FAILED
    return {"failure": job.message or _("Something went wrong on our side.")} if failed else {}


def _result(request: StaffRequest, chosen: SelectionRound) -> dict[str, Any]:
    order = request.GET.get("volgorde", "")
    order = order if order in results.ORDERS else "aandeel"
    rows = results.rows_of(chosen, order)
    taking_part = set(chosen.programme.neighbourhoods.values_list("area_id", flat=True))
    return {
        "order": order,
        "rows": rows,
        "picture": results.picture_of(chosen, rows),
        "equity": results.equity_rows(chosen),
        "without_energy": results.without_energy_rows(chosen),
        "takeable": [row for row in rows if row.area.pk not in taking_part],
        "counts": {
            key: sum(row.result.label == key for row in rows)
            for key in ("nearly_certain", "depends_on_choice", "nearly_certainly_not")
        },
        "candidates_in_programme": chosen.programme.neighbourhoods.filter(
            phase=ProgrammeNeighbourhood.Phase.CANDIDATE
        ).exists(),
    }


@access.allowed(Right.PLAN)
@require_POST
def round_evaluate(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the worker to weigh the neighbourhoods."""
    round_of(request, pk)
    job = jobs.request(
        "evaluate_round",
        organisation=request.organisation,
        by=request.user,
        return_path=reverse("round", args=[request.organisation.slug, pk]),
        round_id=pk,
    )
    return redirect("job", job.pk)
