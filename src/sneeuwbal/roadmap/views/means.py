"""Pages of the means of a programme: staff per quarter and money per year."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.roadmap import programmes
from sneeuwbal.roadmap.forms import BudgetForms, CapacityForms
from sneeuwbal.roadmap.models import Programme


@access.allowed(Right.MANAGE_PROGRAMME)
def capacity(request: StaffRequest, pk: int) -> HttpResponse:
    """Fill in the staff per quarter."""
    chosen = get_object_or_404(request.organisation.programmes, pk=pk)
    forms = CapacityForms(request.POST or None, initial=_quarters(chosen))
    if forms.is_valid():
        quarters = set(programmes.quarters_of(chosen))
        rows = [form.cleaned_data for form in forms]
        programmes.set_capacity(
            chosen,
            [
                (row["quarter"], row["fte"], row["kickoffs"])
                for row in rows
                if row["quarter"] in quarters
            ],
        )
        messages.success(request, _("The staff per quarter is kept."))
        return redirect("programme", request.organisation.slug)
    context = {"forms": forms, "programme": chosen}
    return render(request, "roadmap/capacity.html", context)


def _quarters(chosen: Programme) -> list[dict[str, object]]:
    known = {row.quarter: row for row in chosen.capacity.all()}
    return [
        {
            "quarter": quarter,
            "fte": known[quarter].fte if quarter in known else None,
            "kickoffs": known[quarter].kickoffs if quarter in known else 2,
        }
        for quarter in programmes.quarters_of(chosen)
    ]


@access.allowed(Right.MANAGE_PROGRAMME)
def budget(request: StaffRequest, pk: int) -> HttpResponse:
    """Fill in the budget per year and funder."""
    chosen = get_object_or_404(request.organisation.programmes, pk=pk)
    lines = list(chosen.budgets.values("year", "funder", "amount_eur"))
    forms = BudgetForms(request.POST or None, initial=lines)
    if forms.is_valid():
        kept = [row for form in forms if (row := form.cleaned_data) and not row.get("DELETE")]
        programmes.set_budgets(
            chosen, [(row["year"], row["funder"], row["amount_eur"]) for row in kept]
        )
        messages.success(request, _("The budget is kept."))
        return redirect("programme", request.organisation.slug)
    context = {"forms": forms, "programme": chosen}
    return render(request, "roadmap/budget.html", context)
