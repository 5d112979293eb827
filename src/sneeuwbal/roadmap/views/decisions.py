"""Recording decisions and following what became of them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.roadmap import sessions
from sneeuwbal.roadmap.forms import DecisionForm
from sneeuwbal.roadmap.models import Decision
from sneeuwbal.roadmap.views.sessions import session_of


def _decision_of(request: StaffRequest, pk: int) -> Decision:
    return get_object_or_404(
        Decision.objects.select_related("session__programme__organisation", "card__area", "owner"),
        pk=pk,
        session__programme__organisation=request.organisation,
    )


@access.allowed(Right.WRITE_ROADMAP)
def decision_add(request: StaffRequest, pk: int) -> HttpResponse:
    """Record a decision that comes from no card."""
    session = session_of(request, pk)
    form = DecisionForm(request.POST or None, session=session)
    if form.is_valid():
        try:
            sessions.add_decision(session, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The decision is recorded."))
            return redirect("roadmap_session", request.organisation.slug, pk)
    return render(request, "roadmap/decision_form.html", {"form": form, "session": session})


@access.allowed(Right.WRITE_ROADMAP)
def decision_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a decision its owner, date and status."""
    decision = _decision_of(request, pk)
    form = DecisionForm(request.POST or None, instance=decision, session=decision.session)
    if form.is_valid():
        try:
            sessions.change_decision(
                _decision_of(request, pk), by=request.user, **form.cleaned_data
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The decision is changed."))
            return redirect("roadmap_session", request.organisation.slug, decision.session_id)
    context = {"form": form, "decision": decision, "session": decision.session}
    return render(request, "roadmap/decision_form.html", context)


@access.allowed(Right.WRITE_ROADMAP)
@require_POST
def decision_status(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that a decision is done, dropped or open again."""
    decision = _decision_of(request, pk)
    status = request.POST.get("status", "")
    try:
        if status not in Decision.Status.values:
            raise ValidationError(_("Choose open, done or dropped."))
        sessions.change_decision(decision, by=request.user, status=status)
        messages.success(
            request,
            _("“%(decision)s” is now: %(status)s.")
            % {"decision": decision.text, "status": Decision.Status(status).label},
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    back = "roadmap" if request.POST.get("back") == "roadmap" else "roadmap_session"
    own = [] if back == "roadmap" else [decision.session_id]
    return redirect(back, request.organisation.slug, *own)
