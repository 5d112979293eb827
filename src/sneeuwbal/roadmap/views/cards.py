"""Adding, changing and withdrawing cards, and turning them into decisions."""

from collections.abc import Callable
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.roadmap import sessions
from sneeuwbal.roadmap.forms import CardChangeForm, CardForm
from sneeuwbal.roadmap.models import Card
from sneeuwbal.roadmap.views.sessions import session_of, session_page


def _card_of(request: StaffRequest, pk: int) -> Card:
    return get_object_or_404(
        Card.objects.select_related("session__programme__organisation", "area"),
        pk=pk,
        session__programme__organisation=request.organisation,
    )


def _act(request: StaffRequest, card: Card, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
        messages.success(request, said)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("roadmap_session", request.organisation.slug, card.session_id)


@access.allowed(Right.WRITE_ROADMAP)
@require_POST
def card_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a card on the map; the form stays ready for the next one."""
    session = session_of(request, pk)
    form = CardForm(request.POST, session=session, by=request.user)
    if form.is_valid():
        try:
            card = sessions.add_card(session, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    if not form.is_valid():
        context = session_page(request, session) | {"card_form": form, "adding": True}
        page = "roadmap/session.html"
        return render(request, f"{page}#work" if request.htmx else page, context)
    said = _("The card “%(title)s” lies on the map.") % {"title": card.title}
    if not request.htmx:
        messages.success(request, said)
        return redirect("roadmap_session", request.organisation.slug, pk)
    fresh = CardForm(
        session=session,
        by=request.user,
        initial={"key": uuid4(), "kind": card.kind, "area": card.area_id},
    )
    fresh.fields["title"].widget.attrs["autofocus"] = True
    context = session_page(request, session) | {"card_form": fresh, "adding": True, "said": said}
    return render(request, "roadmap/session.html#work", context)


@access.allowed(Right.WRITE_ROADMAP)
def card_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a card."""
    card = _card_of(request, pk)
    access.require(request.user, Right.WRITE_ROADMAP, request.organisation, card.area)
    form = CardChangeForm(
        request.POST or None, instance=card, session=card.session, by=request.user
    )
    if form.is_valid():
        try:
            sessions.change_card(card, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The card is changed."))
            return redirect("roadmap_session", request.organisation.slug, card.session_id)
    return render(request, "roadmap/card_form.html", {"form": form, "card": card})


@access.allowed(Right.WRITE_ROADMAP)
@require_POST
def card_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a card off the map."""
    card = _card_of(request, pk)
    return _act(
        request,
        card,
        lambda: sessions.withdraw_card(card, by=request.user),
        _("The card is withdrawn. Under “Withdrawn cards” you can put it back."),
    )


@access.allowed(Right.WRITE_ROADMAP)
@require_POST
def card_restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a withdrawn card back."""
    card = _card_of(request, pk)
    return _act(
        request,
        card,
        lambda: sessions.restore_card(card, by=request.user),
        _("The card lies on the map again."),
    )


@access.allowed(Right.WRITE_ROADMAP)
@require_POST
def card_decide(request: StaffRequest, pk: int) -> HttpResponse:
    """Make a card a decision, to which an owner and a date are added next."""
    card = _card_of(request, pk)
    try:
        decision = sessions.decide_on(card, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("roadmap_session", request.organisation.slug, card.session_id)
    messages.success(request, _("The decision is recorded. Who does it, and by when?"))
    return redirect("decision_edit", request.organisation.slug, decision.pk)
