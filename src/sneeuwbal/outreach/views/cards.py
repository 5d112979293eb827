"""Cards on paper, and the page where a neighbour redeems one without an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from sneeuwbal.accounts import throttle
from sneeuwbal.accounts.access import Right, StaffRequest, allowed, public
from sneeuwbal.outreach import assignments, cards, ledger
from sneeuwbal.outreach.forms import UNKNOWN, CardForm, CodeForm
from sneeuwbal.outreach.models import ReferralCode


@allowed(Right.WRITE_OUTREACH)
def card(request: StaffRequest, code: str) -> HttpResponse:
    """Show a card to print or to read out."""
    mine = assignments.neighbourhoods(request.user, request.organisation)
    found = get_object_or_404(
        ReferralCode.objects.filter(neighbourhood__in=mine).select_related("neighbourhood__area"),
        code=code,
    )
    with override("nl"):  # the address without a language in it is the shortest
        address = f"{request.get_host()}{reverse('card_code')}"
    context = {"card": found, "address": address, "neighbourhood": found.neighbourhood}
    return render(request, "outreach/card.html", context)


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response


def _wait(request: HttpRequest) -> HttpResponse:
    """Slow down who tries one code after another."""
    text = _("Too many codes were tried that are on no card. Wait 15 minutes, then try again.")
    context = {"trouble": text, "form": CodeForm()}
    return _unlisted(render(request, "outreach/card_code.html", context, status=429))


@public
def card_code(request: HttpRequest) -> HttpResponse:
    """Ask a resident for the code on the card."""
    if throttle.guesses_cards(request):
        return _wait(request)
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return _unlisted(redirect("redeem", code=form.cleaned_data["code"]))
    if form.has_error("code", UNKNOWN):
        throttle.record_unknown_card(request)
    return _unlisted(render(request, "outreach/card_code.html", {"form": form}))


# Exempt: nobody is signed in to whom a forged form could do harm, and so no cookie is set.
@public
@csrf_exempt
def redeem(request: HttpRequest, code: str) -> HttpResponse:
    """Tell a resident what the card is for; record interest, with permission or without."""
    if throttle.guesses_cards(request):
        return _wait(request)
    try:
        found = cards.find(code)
    except cards.CardError as error:
        if isinstance(error, cards.UnknownCard):
            throttle.record_unknown_card(request)
        context = {"trouble": str(error), "form": CodeForm()}
        return _unlisted(render(request, "outreach/card_code.html", context, status=404))
    form = CardForm(request.POST or None)
    if form.is_valid():
        try:
            ledger.redeem(
                found.code,
                key=form.cleaned_data["key"],
                consents=form.purposes(),
                contact=form.details(),
            )
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _unlisted(redirect("thanks", code=found.code))
    return _unlisted(render(request, "outreach/redeem.html", _about(found) | {"form": form}))


@public
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    """Thank a resident and tell what happens next."""
    if throttle.guesses_cards(request):
        return _wait(request)
    try:
        found = cards.find(code)
    except cards.CardError as error:
        if isinstance(error, cards.UnknownCard):
            throttle.record_unknown_card(request)
        return _unlisted(redirect("card_code"))
    return _unlisted(render(request, "outreach/thanks.html", _about(found)))


def _about(found: ReferralCode) -> dict[str, object]:
    organisation = found.organisation
    return {
        "card": found,
        "sender": organisation,
        "neighbourhood": found.neighbourhood,
        "fictional": organisation.fictional,
        "example_figures": organisation.example_figures,
    }
