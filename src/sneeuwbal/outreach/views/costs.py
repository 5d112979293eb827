"""What the work costs: book hours and euros, see totals, take a mistake back."""

from decimal import Decimal
from typing import Any
from uuid import uuid5

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest, allowed
from sneeuwbal.outreach import assignments, ledger
from sneeuwbal.outreach.models import CostLine
from sneeuwbal.outreach.work_forms import CostForm

PER_PAGE = 50


def _lines(request: StaffRequest) -> Any:
    """The lines of my neighbourhoods; the overhead only for who may see all of them."""
    rows = CostLine.objects.filter(organisation=request.organisation)
    codes = access.area_codes(request.user, Right.MANAGE_TEAMS, request.organisation)
    return rows if codes is None else rows.filter(neighbourhood__area__code__in=codes)


@allowed(Right.MANAGE_TEAMS)
def costs(request: StaffRequest) -> HttpResponse:
    """Show totals per neighbourhood and the lines behind them."""
    rows = _lines(request)
    page = Paginator(
        rows.select_related("neighbourhood__area", "recorded_by").order_by("-on", "-pk"), PER_PAGE
    ).get_page(request.GET.get("pagina"))
    taken_back = set(
        CostLine.objects.filter(corrects__in=[line.pk for line in page]).values_list(
            "corrects", flat=True
        )
    )
    context = {
        "page": page,
        "lines": [(line, line.pk in taken_back) for line in page],
        "totals": totals(rows),
    }
    return render(request, "outreach/costs.html", context)


def totals(rows: Any) -> list[dict[str, Any]]:
    """Hours and euros per neighbourhood; overhead under its own line, and the sum of all."""
    names: dict[int | None, dict[str, Any]] = {}
    summed = (
        rows.order_by("neighbourhood__area__name")
        .values_list("neighbourhood", "neighbourhood__area__name", "kind")
        .annotate(hours=Sum("hours"), euros=Sum("amount_eur"))
    )
    everything = _empty(_("All together"))
    for place, name, kind, hours, euros in summed:
        row = names.setdefault(place, _empty(name or _("the programme as a whole")))
        for total in (row, everything):
            if kind in {CostLine.Kind.HOURS, CostLine.Kind.VOLUNTEER}:
                total[kind] += hours or 0
            if euros is not None:  # hours without an amount cost something, not nothing
                total["euros"] = (total["euros"] or 0) + euros
    return [*names.values(), everything] if names else []


def _empty(name: str) -> dict[str, Any]:
    return {"name": name, "hours": Decimal(0), "volunteer": Decimal(0), "euros": None}


@allowed(Right.MANAGE_TEAMS)
def cost_new(request: StaffRequest) -> HttpResponse:
    """Book one line."""
    mine = assignments.neighbourhoods(request.user, request.organisation, Right.MANAGE_TEAMS)
    form = CostForm(
        request.POST or None,
        places=list(mine.order_by("area__name")),
        whole=access.area_codes(request.user, Right.MANAGE_TEAMS, request.organisation) is None,
        initial={"on": timezone.localdate()},
    )
    if form.is_valid():
        data = form.cleaned_data
        place = form.places.get(data.pop("neighbourhood"))
        try:
            ledger.record_cost(
                ledger.NewCost(
                    organisation=request.organisation, neighbourhood=place, by=request.user, **data
                )
            )
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The cost was booked."))
            return redirect("costs", request.organisation.slug)
    return render(request, "outreach/cost_form.html", {"form": form})


@allowed(Right.MANAGE_TEAMS)
@require_POST
def cost_reverse(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a line back by booking its opposite."""
    line = get_object_or_404(_lines(request).select_related("organisation"), pk=pk)
    try:
        ledger.reverse_cost(line, key=uuid5(line.key, "reverse"), by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back: the opposite line was added."))
    return redirect("costs", request.organisation.slug)
