"""Who works for an organisation, as what and where; only for who may administer it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext

from sneeuwbal.accounts import access
from sneeuwbal.accounts import people as roles
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.forms import PersonForm, RoleForm
from sneeuwbal.accounts.models import Membership, User


def _membership(request: StaffRequest, pk: int) -> Membership:
    found = Membership.objects.filter(organisation=request.organisation)
    return get_object_or_404(found.select_related("user", "organisation"), pk=pk)


@access.allowed(Right.ADMINISTER)
def people(request: StaffRequest) -> HttpResponse:
    """List who works for the organisation."""
    found = Membership.objects.filter(organisation=request.organisation)
    rows = found.select_related("user").prefetch_related("areas").order_by("user__name", "pk")
    assert isinstance(request.user, User)
    people = [(row, roles.may_give_link(request.user, row.user)) for row in rows]
    return render(request, "accounts/people.html", {"people": people})


@access.allowed(Right.ADMINISTER)
def person_new(request: StaffRequest) -> HttpResponse:
    """Add someone; who has no password yet gets a link to set one."""
    form = PersonForm(request.POST or None, areas=roles.areas_of(request.organisation))
    if form.is_valid():
        try:
            membership = roles.add(request.organisation, **form.cleaned_data)
        except roles.RoleHeld:
            form.add_error("role", gettext("This person has this role already."))
        else:
            messages.success(
                request,
                gettext("%(name)s was added.") % {"name": membership.user.name},
            )
            if membership.accepted and membership.user.has_usable_password():
                return redirect("people", organisation=request.organisation.slug)
            return redirect("person_link", organisation=request.organisation.slug, pk=membership.pk)
    return render(request, "accounts/person_new.html", {"form": form})


@access.allowed(Right.ADMINISTER)
def person_edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change the role of someone, or the neighbourhoods it is for."""
    membership = _membership(request, pk)
    initial = {"role": membership.role, "areas": membership.areas.all()}
    areas = roles.areas_of(request.organisation)
    form = RoleForm(request.POST or None, initial=initial, areas=areas)
    if form.is_valid():
        try:
            roles.change(membership, **form.cleaned_data)
        except roles.RoleHeld:
            form.add_error("role", gettext("This person has this role already."))
        except roles.LastManager:
            form.add_error("role", _last_manager())
        else:
            messages.success(request, gettext("The role was changed."))
            return redirect("people", organisation=request.organisation.slug)
    return render(request, "accounts/person_edit.html", {"form": form, "membership": membership})


@access.allowed(Right.ADMINISTER)
def person_end(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask whether a role must end, and end it."""
    membership = _membership(request, pk)
    if request.method != "POST":
        return render(request, "accounts/person_end.html", {"membership": membership})
    try:
        roles.end(membership)
    except roles.LastManager:
        messages.error(request, _last_manager())
    else:
        text = gettext("%(name)s no longer works here as %(role)s.")
        about = {"name": membership.user.name, "role": membership.get_role_display()}
        messages.success(request, text % about)
    return redirect("people", organisation=request.organisation.slug)


def _last_manager() -> str:
    return gettext("This is the last programme manager. First make someone else programme manager.")


@access.allowed(Right.ADMINISTER)
def person_link(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a link with which someone sets a password, to hand over in person."""
    membership = _membership(request, pk)
    assert isinstance(request.user, User)
    if not membership.accepted:
        link = request.build_absolute_uri(roles.invitation_link(membership))
        return render(request, "accounts/person_link.html", _link(membership, link))
    if not roles.may_give_link(request.user, membership.user):
        raise PermissionDenied("this person works for another organisation as well")
    link = request.build_absolute_uri(roles.password_link(membership.user))
    return render(request, "accounts/person_link.html", _link(membership, link))


def _link(membership: Membership, link: str) -> dict[str, Any]:
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
    return {"membership": membership, "link": link, "days": days}


@access.signed_in
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let the owner of an account take up a role in another organisation."""
    assert isinstance(request.user, User)
    membership = roles.invited(token, request.user)
    if membership is None:
        return render(request, "accounts/invitation.html", status=404)
    if request.method == "POST":
        roles.accept(membership)
        messages.success(request, gettext("You can start."))
        return redirect("organisation", organisation=membership.organisation.slug)
    return render(request, "accounts/invitation.html", {"membership": membership})
