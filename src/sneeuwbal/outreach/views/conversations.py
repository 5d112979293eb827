"""At the door: record, undo, correct, and the list of what was recorded."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts.access import Right, StaffRequest, allowed, may
from sneeuwbal.outreach import assignments, corrections, ledger, stages
from sneeuwbal.outreach.forms import ConversationForm, CorrectionForm, ListForm
from sneeuwbal.outreach.models import Channel, Event, Household
from sneeuwbal.outreach.weeks import monday_of, week_of

PER_PAGE = 50
WEEKS_OFFERED = 16


@allowed(Right.WRITE_OUTREACH)
def conversation(request: StaffRequest, code: str) -> HttpResponse:
    """Show the doorstep form; record what comes back."""
    place = assignments.working_in(request.user, request.organisation, code)
    via = Channel.objects.filter(slug=request.GET.get("via", ""), at_the_door=True).first()
    form = ConversationForm(
        request.POST or None,
        initial={"held_on": timezone.localdate(), "channel": via.slug if via else "door"},
    )
    if form.is_valid():
        try:
            event = ledger.record_conversation(place, by=request.user, **form.conversation())
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("recorded", request.organisation.slug, event.key)
    context = {"neighbourhood": place, "form": form}
    return render(request, "outreach/conversation.html", context)


def _mine(request: StaffRequest, key: UUID) -> Event:
    rows = assignments.events(request.user, request.organisation)
    return get_object_or_404(
        rows.select_related("neighbourhood__area", "neighbourhood__programme", "channel"), key=key
    )


@allowed(Right.WRITE_OUTREACH)
def recorded(request: StaffRequest, key: UUID) -> HttpResponse:
    """Confirm what was recorded, with the way back and the way on."""
    event = _mine(request, key)
    newer = Event.objects.filter(corrects=event).first()
    context = {
        "event": event,
        "newer": newer,
        "entry": stages.is_entry(event.stage),
        "kept": may(
            request.user, Right.SEE_PERSONAL, request.organisation, event.neighbourhood.area
        )
        and Household.objects.filter(pk=event.household).exists(),
    }
    return render(request, "outreach/recorded.html", context)


@allowed(Right.WRITE_OUTREACH)
@require_POST
def undo(request: StaffRequest, key: UUID) -> HttpResponse:
    """Cancel what was a mistake; the row stays and counts no more."""
    event = _mine(request, key)
    try:
        ledger.undo(event, by=request.user)
    except ledger.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Cancelled. The row stays visible and counts no more."))
    return redirect("recorded", request.organisation.slug, key)


@allowed(Right.WRITE_OUTREACH)
def correct(request: StaffRequest, key: UUID) -> HttpResponse:
    """Replace a row by what it should have said."""
    event = _mine(request, key)
    facts = vars(corrections.facts_of(event))
    form = CorrectionForm(request.POST or None, initial=facts)
    if form.is_valid():
        try:
            row = ledger.correct(
                event, key=form.cleaned_data["key"], by=request.user, **form.changes()
            )
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Corrected. Both versions stay visible."))
            return redirect("recorded", request.organisation.slug, row.key)
    return render(request, "outreach/correct.html", {"event": event, "form": form})


@allowed(Right.WRITE_OUTREACH)
@require_POST
def hand_on(request: StaffRequest, key: UUID) -> HttpResponse:
    """Make a card for the household of this conversation; asking twice gives the same card."""
    event = _mine(request, key)
    try:
        card = ledger.issue_code(
            event.household,
            key=uuid5(event.key, "card"),
            neighbourhood=event.neighbourhood,
            by=request.user,
        )
    except ledger.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("recorded", request.organisation.slug, key)
    return redirect("card", request.organisation.slug, card.code)


@allowed(Right.WRITE_OUTREACH)
def conversations(request: StaffRequest) -> HttpResponse:
    """List what was recorded, corrections and cancelled rows included."""
    rows = assignments.events(request.user, request.organisation)
    form = _list_form(request)
    chosen = form.cleaned_data if form.is_valid() else {}
    if chosen.get("buurt"):
        rows = rows.filter(neighbourhood__area__code=chosen["buurt"])
    if chosen.get("week") is not None:
        rows = rows.filter(happened_week=chosen["week"])
    if chosen.get("wie"):
        rows = rows.filter(recorded_by=chosen["wie"])
    page = Paginator(
        rows.select_related("neighbourhood__area", "channel", "recorded_by").order_by(
            "-happened_on", "-pk"
        ),
        PER_PAGE,
    ).get_page(request.GET.get("pagina"))
    shown = [row.pk for row in page]
    newer = {row.corrects_id: row.void for row in Event.objects.filter(corrects__in=shown)}
    query = request.GET.copy()
    query.pop("pagina", None)
    context = {
        "form": form,
        "page": page,
        "rows": [(row, _fate(row, newer)) for row in page],
        "query": query.urlencode(),
        "filtered": any(value for value in chosen.values() if value is not None),
        "standing": stages.counting(rows).count(),
        "personal": may(request.user, Right.SEE_PERSONAL, request.organisation),
    }
    return render(request, "outreach/conversations.html", context)


def _fate(row: Event, newer: dict[int | None, bool]) -> str:
    """What became of a row: stands, is a correction, was replaced, or cancelled."""
    if row.pk in newer:
        return "cancelled" if newer[row.pk] else "replaced"
    if row.void:
        return "cancelling"
    return "correction" if row.corrects_id else "stands"


def _list_form(request: StaffRequest) -> ListForm:
    places = assignments.neighbourhoods(request.user, request.organisation)
    rows = assignments.events(request.user, request.organisation).order_by()
    people = rows.filter(recorded_by__isnull=False).values_list("recorded_by", "recorded_by__name")
    latest = week_of(timezone.localdate())
    weeks: list[tuple[int, str]] = []
    for week in range(latest, latest - WEEKS_OFFERED, -1):
        monday = monday_of(week)
        span = {"first": date_format(monday), "last": date_format(monday + timedelta(days=6))}
        weeks.append((week, _("%(first)s to %(last)s") % span))
    areas = {place.area.code: place.area.name for place in places}
    given: Any = request.GET if request.GET else None
    return ListForm(
        given,
        areas=sorted(areas.items(), key=lambda item: item[1]),
        weeks=weeks,
        people=sorted(set(people), key=lambda person: person[1]),
    )
