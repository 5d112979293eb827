"""One household: its road, its permission, its details, and erasing it."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts.access import Right, StaffRequest, allowed
from sneeuwbal.outreach import assignments, codes, consents, ledger, stages
from sneeuwbal.outreach.forms import DetailsForm, EraseForm, KeyForm, StageForm
from sneeuwbal.outreach.models import Consent, Event, Household, ReferralCode


def _rows(request: StaffRequest, household: UUID) -> list[Event]:
    """The rows of a household in my neighbourhoods; 404 when there are none."""
    seen = assignments.events(request.user, request.organisation, Right.SEE_PERSONAL)
    rows = list(
        seen.filter(household=household).select_related(
            "channel", "neighbourhood__area", "neighbourhood__programme", "recorded_by"
        )
    )
    if not rows:
        raise Http404
    return rows


@allowed(Right.SEE_PERSONAL)
def household(request: StaffRequest, household: UUID) -> HttpResponse:
    """Show the road of a household and take its next step."""
    rows = _rows(request, household)
    form = StageForm(
        request.POST or None,
        rows=rows,
        initial={"happened_on": timezone.localdate(), "channel": "phone"},
    )
    if form.is_valid():
        data = form.cleaned_data
        try:
            event = ledger.record_conversation(
                rows[-1].neighbourhood,
                by=request.user,
                household=household,
                key=data["key"],
                stage=data["stage"],
                channel=data["channel"],
                basis=data["basis"],
                held_on=data["happened_on"],
            )
        except ledger.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _('Recorded: "%(stage)s".') % {"stage": event.get_stage_display()}
            )
            return redirect("household", request.organisation.slug, household)
    return render(request, "outreach/household.html", _context(household, rows, form))


def _context(key: UUID, rows: list[Event], form: StageForm) -> dict[str, Any]:
    replaced = {row.corrects_id for row in rows}
    given = consents.standing_consents(key)
    return {
        "key": key,
        "rows": [(row, row.pk in replaced) for row in rows],
        "standing": stages.current(rows),
        "details": Household.objects.filter(pk=key).first(),
        # Each withdrawal has a key of its own: two pressed on one page are no replay.
        "consents": [(purpose, given.get(purpose.value), uuid4()) for purpose in Consent.Purpose],
        "asked": bool(given),
        "cards": ReferralCode.objects.filter(household=key).order_by("issued_at"),
        # Whether, not who: the neighbours of its cards are not shown.
        "passed_on": stages.counting(Event.objects.filter(referrer=key)).exists(),
        "form": form,
        "neighbourhood": rows[-1].neighbourhood,
    }


@allowed(Right.SEE_PERSONAL)
def details(request: StaffRequest, household: UUID) -> HttpResponse:
    """Write down permission and contact details, or mend a typing error in them."""
    rows = _rows(request, household)
    if not any(stages.is_entry(row.stage) for row in stages.current(rows)):
        raise Http404
    known = Household.objects.filter(pk=household).first()
    said = consents.standing_consents(household)
    given = {purpose for purpose, row in said.items() if row.given}
    form = DetailsForm(request.POST or None, initial=DetailsForm.answers(known, given))
    if form.is_valid():
        ledger.change_details(
            household,
            neighbourhood=rows[-1].neighbourhood,
            contact=form.details(),
            purposes=form.purposes(),
            key=form.cleaned_data["key"],
            by=request.user,
        )
        messages.success(request, _("The details were saved."))
        return redirect("household", request.organisation.slug, household)
    return render(request, "outreach/details.html", {"key": household, "form": form})


@allowed(Right.SEE_PERSONAL)
@require_POST
def withdraw(request: StaffRequest, household: UUID, purpose: str) -> HttpResponse:
    """Record that a household takes a permission back."""
    _rows(request, household)
    form = KeyForm(request.POST)
    if purpose not in Consent.Purpose.values or not form.is_valid():
        raise Http404
    ledger.withdraw(household, purpose=purpose, key=form.cleaned_data["key"], by=request.user)
    if Household.objects.filter(pk=household).exists():
        messages.success(request, _("The permission was withdrawn. It counts at once."))
    else:
        messages.success(
            request,
            _("The last permission was withdrawn, so the contact details were erased as well."),
        )
    return redirect("household", request.organisation.slug, household)


@allowed(Right.SEE_PERSONAL)
def erase(request: StaffRequest, household: UUID) -> HttpResponse:
    """Erase what leads to people, after the short name was typed; the count stays."""
    _rows(request, household)
    label = codes.household_label(household)
    form = EraseForm(request.POST or None, label=label)
    if form.is_valid():
        ledger.erase(household)
        messages.success(
            request, _("Erased. The steps of %(label)s still count.") % {"label": label}
        )
        return redirect("household", request.organisation.slug, household)
    context = {"key": household, "label": label, "form": form}
    return render(request, "outreach/erase.html", context)
