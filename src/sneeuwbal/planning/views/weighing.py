"""Pages where people say what counts, and where a neighbourhood is left out for a while."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.planning import offers, rounds
from sneeuwbal.planning.forms import ExclusionForm, OrderForm, RangesForm
from sneeuwbal.planning.models import Exclusion, SelectionRound, Weighing
from sneeuwbal.planning.views.rounds import round_of

WAYS = ("volgorde", "grenzen")


@access.allowed(Right.WEIGH)
def weighings(request: StaffRequest) -> HttpResponse:
    """List the rounds one can weigh in; partners see this and not the result."""
    rows = SelectionRound.objects.filter(programme__organisation=request.organisation)
    ready = rows.annotate(criterion_count=Count("criteria")).filter(criterion_count__gt=1)
    own = Weighing.objects.filter(participant=request.user, round__in=ready)
    context = {"rounds": ready, "answered": set(own.values_list("round_id", flat=True))}
    return render(request, "planning/weighings.html", context)


def _onwards(request: StaffRequest, chosen: SelectionRound) -> HttpResponse:
    """To the round for who may see it, else to the list of what to weigh."""
    if access.may(request.user, Right.SEE_PLANNING, request.organisation):
        return redirect("round", request.organisation.slug, chosen.pk)
    return redirect("weighings", request.organisation.slug)


@access.allowed(Right.WEIGH)
def weigh(request: StaffRequest, pk: int) -> HttpResponse:
    """Give one's own order of the criteria, or ranges in whole percents."""
    chosen = round_of(request, pk)
    criteria = list(chosen.criteria.select_related("indicator"))
    if len(criteria) < 2:
        messages.info(request, _("There are no criteria to weigh yet."))
        return _onwards(request, chosen)
    own = chosen.weighings.filter(participant=request.user).first()
    way = _way(request, own)
    kind = RangesForm if way == "grenzen" else OrderForm
    form = kind(request.POST or None, criteria=criteria, own=own)
    if form.is_valid():
        try:
            _keep(request, chosen, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _said(chosen))
            return _onwards(request, chosen)
    sources = offers.sources((row.indicator_id, row.year) for row in criteria)
    context = {
        "round": chosen,
        "form": form,
        "way": way,
        "own": own,
        "criteria": [(row, sources.get((row.indicator_id, row.year))) for row in criteria],
        "others": chosen.weighings.exclude(participant=request.user).count(),
    }
    return render(request, "planning/weigh.html", context)


def _way(request: StaffRequest, own: Weighing | None) -> str:
    asked = request.POST.get("way") or request.GET.get("manier", "")
    if asked in WAYS:
        return asked
    return "grenzen" if own and own.ranges else "volgorde"


def _keep(request: StaffRequest, chosen: SelectionRound, form: OrderForm | RangesForm) -> None:
    if isinstance(form, RangesForm):
        rounds.give_ranges(chosen, by=request.user, ranges=form.ranges())
    else:
        places = form.places(form.cleaned_data)
        rounds.give_order(chosen, by=request.user, places=places)


def _said(chosen: SelectionRound) -> str:
    if chosen.evaluated_at is None:
        return _("What you find important is kept. You can change it until the result is made.")
    return _("What you find important is kept. The result is out of date until it is made again.")


@access.allowed(Right.WEIGH)
@require_POST
def weigh_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back what one said."""
    chosen = round_of(request, pk)
    if rounds.withdraw_weighing(chosen, by=request.user):
        messages.success(request, _("Your weights are taken back."))
    return _onwards(request, chosen)


@access.allowed(Right.PLAN)
def exclusion_new(request: StaffRequest, pk: int) -> HttpResponse:
    """Leave a neighbourhood out of a round until a day."""
    chosen = round_of(request, pk)
    form = ExclusionForm(request.POST or None, chosen=chosen, by=request.user)
    if form.is_valid():
        facts = form.cleaned_data
        area = facts.pop("area")
        rounds.exclude(chosen, area, **facts)
        messages.success(request, _("%(name)s is left out of this round.") % {"name": area.name})
        return redirect("round", request.organisation.slug, pk)
    return render(request, "planning/exclusion_form.html", {"form": form, "round": chosen})


@access.allowed(Right.PLAN)
@require_POST
def exclusion_end(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a neighbourhood take part in the choice again."""
    exclusion = get_object_or_404(
        Exclusion.objects.select_related("area", "round"),
        pk=pk,
        round__programme__organisation=request.organisation,
    )
    rounds.include(exclusion)
    messages.success(
        request, _("%(name)s takes part in the choice again.") % {"name": exclusion.area.name}
    )
    return redirect("round", request.organisation.slug, exclusion.round_id)
