"""The writer of roles: who works for an organisation, as what and where."""

from collections.abc import Iterable

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Membership, Organisation, Role, User
from sneeuwbal.places.models import Area

INVITATION = "sneeuwbal.invitation"  # keeps its links apart from other signed texts


class LastManager(Exception):
    """Without a programme manager nobody could give out roles any more."""


class RoleHeld(Exception):
    """Someone has this role already."""


def areas_of(organisation: Organisation) -> QuerySet[Area]:
    """The neighbourhoods of an organisation's municipalities, in the year of each."""
    found = Area.objects.none()
    for unit in organisation.units.select_related("municipality"):
        found = found | Area.objects.filter(
            kind=Area.Kind.NEIGHBOURHOOD,
            municipality_code=unit.municipality.code,
            year=unit.municipality.year,
        )
    return found.order_by("name", "code")


@transaction.atomic
def add(
    organisation: Organisation, *, email: str, name: str, role: str, areas: Iterable[Area]
) -> Membership:
    """Give someone a role; who has no account gets one, without a password yet.

    Another organisation may have made an account under this address and hold its password. The
    role then waits until its owner, logged in, opens the invitation that we hand over.
    """
    user = User.objects.filter(email=email.lower()).first()
    known_here = user is None or access.memberships(user, organisation) != []
    if user is None:
        user = User.objects.create_user(email, None, name=name)
    membership, new = Membership.objects.get_or_create(
        user=user, organisation=organisation, role=role, defaults={"accepted": known_here}
    )
    if not new:
        raise RoleHeld
    membership.areas.set(areas)
    return membership


@transaction.atomic
def change(membership: Membership, *, role: str, areas: Iterable[Area]) -> None:
    """Change a role or the neighbourhoods it is for."""
    held = _others(membership).filter(user=membership.user, role=role)
    if held.exists():
        raise RoleHeld
    if role != Role.PROGRAMME_MANAGER:
        _keep_a_manager(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    membership.areas.set(areas)


@transaction.atomic
def end(membership: Membership) -> None:
    """Take a role away; the account and what was done with it stay."""
    _keep_a_manager(membership)
    membership.delete()


def _others(membership: Membership) -> QuerySet[Membership]:
    return Membership.objects.filter(organisation=membership.organisation_id).exclude(
        pk=membership.pk
    )


def _keep_a_manager(membership: Membership) -> None:
    # Lock the organisation, so that two managers cannot remove each other at the same moment.
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    if membership.role != Role.PROGRAMME_MANAGER:
        return
    managers = _others(membership).filter(role=Role.PROGRAMME_MANAGER, accepted=True)
    if not managers.filter(user__is_active=True).exists():
        raise LastManager


def may_give_link(actor: User, user: User) -> bool:
    """Whether someone may make a link with which this person sets a password.

    Only when that opens nothing that the maker could not open: every organisation where the person
    works is administered by the maker.
    """
    if user.manages_site and not actor.manages_site:
        return False
    places = access.organisations_of(user)
    return all(access.may(actor, access.Right.ADMINISTER, place) for place in places)


def password_link(user: User) -> str:
    """Give the address where someone sets a password: once, and for as long as the token lasts."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return reverse("set_password", kwargs={"uidb64": uid, "token": token})


def invitation_link(membership: Membership) -> str:
    """Give the address where the owner of an account takes up a role."""
    token = signing.dumps(membership.pk, salt=INVITATION)
    return reverse("invitation", kwargs={"token": token})


def invited(token: str, user: User) -> Membership | None:
    """The role that this invitation offers this person; None if it is not, or no longer, valid."""
    try:
        number = signing.loads(token, salt=INVITATION, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature:
        return None
    return Membership.objects.filter(pk=number, user=user).select_related("organisation").first()


def accept(membership: Membership) -> None:
    """Take up a role that was offered."""
    membership.accepted = True
    membership.save(update_fields=["accepted"])
