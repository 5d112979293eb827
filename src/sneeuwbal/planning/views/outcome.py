"""What a round leads to: a table, a card about how it was computed, candidates."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.planning import exports, results
from sneeuwbal.planning.candidacy import take_over
from sneeuwbal.planning.views.rounds import round_context, round_of
from sneeuwbal.roadmap.exports import table


@access.allowed(Right.SEE_PLANNING)
def round_csv(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the result as a table for a spreadsheet."""
    chosen = round_of(request, pk)
    rows = exports.round_table(chosen, results.rows_of(chosen))
    return table(rows, name=f"kiesronde-{pk}")


@access.allowed(Right.SEE_PLANNING)
def round_card(request: StaffRequest, pk: int) -> HttpResponse:
    """Say on one page what was computed, from what, by whose weights, and what it cannot do."""
    chosen = round_of(request, pk)
    context = round_context(request, chosen) | {"printed_on": timezone.localdate()}
    return render(request, "planning/round_card.html", context)


@access.allowed(Right.MANAGE_PROGRAMME)
@require_POST
def round_take_over(request: StaffRequest, pk: int) -> HttpResponse:
    """Make the chosen neighbourhoods candidates of the programme."""
    chosen = round_of(request, pk)
    ticked = set(request.POST.getlist("area"))
    asked = [one for one in chosen.results.values_list("area", flat=True) if str(one) in ticked]
    try:
        count = take_over(chosen, asked, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("round", request.organisation.slug, pk)
    if not count:
        messages.info(request, _("Tick at least one neighbourhood."))
        return redirect("round", request.organisation.slug, pk)
    said = ngettext(
        "%(count)s neighbourhood is now a candidate of the programme.",
        "%(count)s neighbourhoods are now candidates of the programme.",
        count,
    )
    messages.success(request, said % {"count": count})
    return redirect("round", request.organisation.slug, pk)
