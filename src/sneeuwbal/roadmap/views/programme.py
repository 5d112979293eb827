"""Pages of the programme and the neighbourhoods that take part."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.places.models import Value
from sneeuwbal.roadmap import programmes
from sneeuwbal.roadmap.board import phases_map
from sneeuwbal.roadmap.forms import FactsForm, NeighbourhoodForm, PhaseForm, ProgrammeForm
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood
from sneeuwbal.roadmap.remarks import remarks


@access.allowed(Right.SEE_ROADMAP)
def programme(request: StaffRequest) -> HttpResponse:
    """Show the programme with its neighbourhoods, staff and budget."""
    known = request.organisation.programmes.all()
    asked = request.GET.get("programma", "")
    chosen = next((one for one in known if str(one.pk) == asked), known.first())
    if chosen is None:
        return render(request, "roadmap/programme_empty.html")
    rows = list(chosen.neighbourhoods.select_related("area", "unit__municipality"))
    context = {
        "programme": chosen,
        "others": known.exclude(pk=chosen.pk),
        "neighbourhoods": rows,
        "picture": phases_map(request.organisation, rows),
        "remarks": remarks(chosen, today=timezone.localdate()),
        "capacity": chosen.capacity.all(),
        "budgets": chosen.budgets.all(),
        "budget_total": chosen.budgets.aggregate(total=Sum("amount_eur"))["total"],
    }
    return render(request, "roadmap/programme.html", context)


@access.allowed(Right.MANAGE_PROGRAMME)
def programme_new(request: StaffRequest) -> HttpResponse:
    """Start a programme."""
    form = ProgrammeForm(request.POST or None)
    if form.is_valid():
        fresh = Programme(**form.cleaned_data)
        programmes.save_programme(request.organisation, fresh)
        messages.success(request, _("The programme is made. Now add its first neighbourhood."))
        return redirect("neighbourhood_add", request.organisation.slug, fresh.pk)
    return render(request, "roadmap/programme_form.html", {"form": form})


@access.allowed(Right.MANAGE_PROGRAMME)
def programme_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change name, goal and dates."""
    known = get_object_or_404(request.organisation.programmes, pk=pk)
    facts = {name: getattr(known, name) for name in ProgrammeForm.base_fields}
    form = ProgrammeForm(request.POST or None, initial=facts)
    if form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(known, name, value)
        programmes.save_programme(request.organisation, known)
        messages.success(request, _("The programme is changed."))
        return redirect("programme", request.organisation.slug)
    return render(request, "roadmap/programme_form.html", {"form": form, "programme": known})


@access.allowed(Right.MANAGE_PROGRAMME)
def neighbourhood_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a neighbourhood take part."""
    chosen = get_object_or_404(request.organisation.programmes, pk=pk)
    taken = set(chosen.neighbourhoods.values_list("area_id", flat=True))
    form = NeighbourhoodForm(request.POST or None, organisation=request.organisation, taken=taken)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        area = facts.pop("area")
        facts["households"] = facts["households"] or _official_households(area.pk)
        try:
            row = programmes.add_neighbourhood(chosen, area, by=request.user, **facts)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("%(name)s takes part.") % {"name": area.name})
            return redirect("programme_neighbourhood", request.organisation.slug, row.pk)
    context = {"form": form, "programme": chosen}
    return render(request, "roadmap/neighbourhood_add.html", context)


def _official_households(area_id: int) -> int | None:
    """The newest number of households in the open data; None when it is not known."""
    found = (
        Value.objects.filter(
            area_id=area_id, series__indicator__key="households", value__isnull=False
        )
        .order_by("-series__year")
        .values_list("value", flat=True)
        .first()
    )
    return None if found is None else round(found)


def neighbourhood_of(request: StaffRequest, pk: int) -> ProgrammeNeighbourhood:
    """A neighbourhood of a programme of this organisation, or 404."""
    return get_object_or_404(
        ProgrammeNeighbourhood.objects.select_related("area", "programme__organisation"),
        pk=pk,
        programme__organisation=request.organisation,
    )


@access.allowed(Right.SEE_ROADMAP)
def neighbourhood(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one neighbourhood with its history; managers change its phase here."""
    row = neighbourhood_of(request, pk)
    form = PhaseForm(None, neighbourhood=row)
    return _neighbourhood_page(request, row, form)


@access.allowed(Right.MANAGE_PROGRAMME)
@require_POST
def phase_change(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a neighbourhood to its next phase."""
    row = neighbourhood_of(request, pk)
    form = PhaseForm(request.POST, neighbourhood=row)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            programmes.change_phase(row, facts.pop("phase"), by=request.user, **facts)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    if not form.is_valid():
        return _neighbourhood_page(request, row, form)
    messages.success(request, _("The phase is changed. You can undo this in the history below."))
    return redirect("programme_neighbourhood", request.organisation.slug, row.pk)


@access.allowed(Right.MANAGE_PROGRAMME)
@require_POST
def phase_undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back the last change of phase."""
    row = neighbourhood_of(request, pk)
    try:
        programmes.undo_phase(row, by=request.user)
        messages.success(request, _("The last change of phase is undone."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("programme_neighbourhood", request.organisation.slug, row.pk)


def _neighbourhood_page(
    request: StaffRequest, row: ProgrammeNeighbourhood, form: PhaseForm
) -> HttpResponse:
    changes = list(row.phase_changes.select_related("by", "undoes", "undone_by"))
    context = {
        "neighbourhood": row,
        "form": form,
        "changes": changes[::-1],
        "can_undo": len(programmes.history(row)) > 1,
        "next_phases": programmes.NEXT_PHASES[row.phase],
    }
    return render(request, "roadmap/neighbourhood.html", context)


@access.allowed(Right.MANAGE_PROGRAMME)
def neighbourhood_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change households and target of a neighbourhood."""
    row = neighbourhood_of(request, pk)
    form = FactsForm(request.POST or None, instance=row)
    if form.is_valid():
        programmes.save_facts(form.save(commit=False))
        messages.success(request, _("The facts are changed."))
        return redirect("programme_neighbourhood", request.organisation.slug, row.pk)
    context = {"form": form, "neighbourhood": row}
    return render(request, "roadmap/neighbourhood_edit.html", context)
