"""Pages of Routekaart sessions: the list, the board, and what is printed or exported."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.roadmap import board, exports, sessions
from sneeuwbal.roadmap.forms import CardForm, FilterForm, SessionForm
from sneeuwbal.roadmap.models import Card, Decision, RoadmapSession

VIEWS = ("bord", "lijst", "kaart")


def session_of(request: StaffRequest, pk: int) -> RoadmapSession:
    """A session of this organisation, or 404."""
    return get_object_or_404(
        RoadmapSession.objects.select_related("programme__organisation", "facilitator"),
        pk=pk,
        programme__organisation=request.organisation,
    )


@access.allowed(Right.SEE_ROADMAP)
def roadmap(request: StaffRequest) -> HttpResponse:
    """List the sessions, and the decisions of all of them with the overdue ones first."""
    held = RoadmapSession.objects.filter(programme__organisation=request.organisation)
    lie = Q(cards__withdrawn_at=None)
    decisions = Decision.objects.filter(
        session__programme__organisation=request.organisation, status=Decision.Status.OPEN
    )
    context = {
        "sessions": held.select_related("programme").annotate(
            card_count=Count("cards", filter=lie, distinct=True),
            decision_count=Count("decisions", distinct=True),
        ),
        "decisions": list(
            board.with_lateness(board.in_order(decisions), today=timezone.localdate())
        ),
        "has_programme": request.organisation.programmes.exists(),
    }
    return render(request, "roadmap/roadmap.html", context)


@access.allowed(Right.WRITE_ROADMAP)
def session_new(request: StaffRequest) -> HttpResponse:
    """Prepare a session of the newest programme."""
    programme = request.organisation.programmes.first()
    if programme is None:
        messages.info(request, _("First make the programme that the session belongs to."))
        return redirect("programme", request.organisation.slug)
    form = SessionForm(request.POST or None, initial={"held_on": timezone.localdate()})
    if form.is_valid():
        session = sessions.start_session(programme, by=request.user, **form.cleaned_data)
        messages.success(request, _("The session is open. Add the first card."))
        return redirect("roadmap_session", request.organisation.slug, session.pk)
    return render(request, "roadmap/session_form.html", {"form": form})


@access.allowed(Right.WRITE_ROADMAP)
def session_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change title, date and place."""
    session = session_of(request, pk)
    form = SessionForm(request.POST or None, instance=session)
    if form.is_valid():
        sessions.change_session(session, **form.cleaned_data)
        messages.success(request, _("The session is changed."))
        return redirect("roadmap_session", request.organisation.slug, pk)
    return render(request, "roadmap/session_form.html", {"form": form, "session": session})


@access.allowed(Right.SEE_ROADMAP)
def roadmap_session(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the cards as board, list or map, and the decisions."""
    session = session_of(request, pk)
    return render(request, "roadmap/session.html", session_page(request, session))


def session_page(request: StaffRequest, session: RoadmapSession) -> dict[str, Any]:
    """All that the page of a session shows."""
    chosen = FilterForm(request.GET, cards=board.cards_on(session))
    wanted = chosen.cleaned_data if chosen.is_valid() else {}
    cards = list(board.cards_on(session, **wanted))
    view = request.GET.get("beeld", VIEWS[0])
    may_write = access.may(request.user, Right.WRITE_ROADMAP, request.organisation)
    is_open = session.status != RoadmapSession.Status.ADOPTED
    return {
        "session": session,
        "is_open": is_open,
        "may_write": may_write and is_open,
        "may_decide": may_write,
        "whole_town": sessions.may_write(request.user, session, None),
        "view": view if view in VIEWS else VIEWS[0],
        "filter": chosen,
        "filtered": any(wanted.values()),
        "cards": cards,
        "editable": {card.pk for card in cards if _may_change(request, session, card)},
        "columns": board.columns(cards),
        "picture": board.cards_map(request.organisation, session, cards),
        "withdrawn": session.cards.exclude(withdrawn_at=None).select_related("area"),
        "decisions": list(
            board.with_lateness(board.in_order(session.decisions.all()), today=timezone.localdate())
        ),
        "unfinished": len(sessions.unfinished_decisions(session)),
        "card_form": CardForm(session=session, by=request.user) if may_write and is_open else None,
    }


def _may_change(request: StaffRequest, session: RoadmapSession, card: Card) -> bool:
    if session.status == RoadmapSession.Status.ADOPTED:
        return False
    return sessions.may_write(request.user, session, card.area)


@access.allowed(Right.MANAGE_PROGRAMME)
@require_POST
def session_adopt(request: StaffRequest, pk: int) -> HttpResponse:
    """Fix the roadmap of a session."""
    try:
        sessions.adopt(session_of(request, pk), on=timezone.localdate())
        messages.success(request, _("The roadmap is adopted."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("roadmap_session", request.organisation.slug, pk)


@access.allowed(Right.MANAGE_PROGRAMME)
@require_POST
def session_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    """Open an adopted roadmap again."""
    sessions.reopen(session_of(request, pk))
    messages.success(request, _("The session is open for changes again."))
    return redirect("roadmap_session", request.organisation.slug, pk)


@access.allowed(Right.SEE_ROADMAP)
def session_print(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the whole roadmap on one page made for paper."""
    session = session_of(request, pk)
    cards = list(board.cards_on(session))
    context = {
        "session": session,
        "columns": board.columns(cards),
        "picture": board.cards_map(request.organisation, session, cards),
        "decisions": board.in_order(session.decisions.all()),
        "printed_on": timezone.localdate(),
    }
    return render(request, "roadmap/session_print.html", context)


@access.allowed(Right.SEE_ROADMAP)
def cards_csv(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the cards as a table for a spreadsheet."""
    session = session_of(request, pk)
    return exports.table(
        exports.cards_table(session, board.cards_on(session)), name=f"routekaart-{pk}-kaarten"
    )


@access.allowed(Right.SEE_ROADMAP)
def decisions_csv(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the decisions as a table for a spreadsheet."""
    session = session_of(request, pk)
    rows = exports.decisions_table(session, board.in_order(session.decisions.all()))
    return exports.table(rows, name=f"routekaart-{pk}-besluiten")
