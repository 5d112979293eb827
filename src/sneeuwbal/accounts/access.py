"""Who may see and write what: the one place that decides.

A view states the right it needs with `@allowed(Right.X)` or says `@public`. The table `MAY`
is the whole policy. Rights are held per organisation, and may be limited to neighbourhoods.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from sneeuwbal.accounts.models import Membership, Organisation, Role, User
from sneeuwbal.places.models import Area


class Right(StrEnum):
    """What can be done in an organisation."""

    SEE_WORK = "see_work"  # its start page and lists
    SEE_ROADMAP = "see_roadmap"
    WRITE_ROADMAP = "write_roadmap"
    MANAGE_PROGRAMME = "manage_programme"  # neighbourhoods, phases, budget, staff
    SEE_PLANNING = "see_planning"
    WEIGH = "weigh"  # give one's own order of criteria
    PLAN = "plan"  # make rounds and schedules
    WRITE_OUTREACH = "write_outreach"  # doorstep conversations, cards, stages
    SEE_PERSONAL = "see_personal"  # contact details given with consent
    MANAGE_TEAMS = "manage_teams"
    SEE_EVIDENCE = "see_evidence"
    UPDATE_EVIDENCE = "update_evidence"
    LEARN = "learn"  # take part in intervision
    PUBLISH = "publish"
    IMPORT = "import"  # open data
    ADMINISTER = "administer"  # people and roles


_SEE = {Right.SEE_WORK, Right.SEE_ROADMAP, Right.SEE_PLANNING, Right.SEE_EVIDENCE}
MAY: dict[str, frozenset[Right]] = {
    Role.PROGRAMME_MANAGER: frozenset(Right),
    Role.POLICY_ADVISER: frozenset(
        _SEE | {Right.WRITE_ROADMAP, Right.WEIGH, Right.LEARN, Right.UPDATE_EVIDENCE}
    ),
    Role.DISTRICT_MANAGER: frozenset(
        _SEE | {Right.WRITE_ROADMAP, Right.WEIGH, Right.LEARN, Right.MANAGE_TEAMS}
    ),
    Role.NEIGHBOURHOOD_WORKER: frozenset(
        _SEE
        | {
            Right.WRITE_ROADMAP,
            Right.WRITE_OUTREACH,
            Right.SEE_PERSONAL,
            Right.MANAGE_TEAMS,
            Right.LEARN,
        }
    ),
    Role.TEAM_VOLUNTEER: frozenset({Right.SEE_WORK, Right.WRITE_OUTREACH}),
    Role.PARTNER: frozenset({Right.SEE_WORK, Right.SEE_ROADMAP, Right.WRITE_ROADMAP, Right.WEIGH}),
    Role.RESEARCHER: frozenset(
        {Right.SEE_WORK, Right.SEE_EVIDENCE, Right.SEE_PLANNING, Right.LEARN}
    ),
    Role.AUDITOR: frozenset(_SEE),
}


class StaffRequest(HttpRequest):
    """A request by someone who logged in, for one organisation."""

    user: User
    organisation: Organisation
    htmx: Any


def memberships(user: User | AnonymousUser, organisation: Organisation) -> list[Membership]:
    """The roles a person has in an organisation."""
    if not isinstance(user, User) or not user.is_active:
        return []
    return list(Membership.objects.filter(user=user, organisation=organisation, accepted=True))


def rights(user: User | AnonymousUser, organisation: Organisation) -> frozenset[Right]:
    """All a person may do somewhere in an organisation."""
    held = [MAY[membership.role] for membership in memberships(user, organisation)]
    return frozenset(right for right in frozenset().union(*held) if not _kept_from(user, right))


def _kept_from(user: User | AnonymousUser, right: Right) -> bool:
    """Whether only who manages the site has this right.

    Open data is shared: with several organisations, none may change the maps of the others.
    """
    if right is not Right.IMPORT or (isinstance(user, User) and user.manages_site):
        return False
    return Organisation.objects.count() > 1


def may(
    user: User | AnonymousUser, right: Right, organisation: Organisation, area: Area | None = None
) -> bool:
    """Whether a person may do this in an organisation, and in this area if one is named."""
    if _kept_from(user, right):
        return False
    for membership in memberships(user, organisation):
        if right not in MAY[membership.role]:
            continue
        if area is None:
            return True
        codes = set(membership.areas.values_list("code", flat=True))
        if not codes or area.code in codes:
            return True
    return False


def require(
    user: User | AnonymousUser, right: Right, organisation: Organisation, area: Area | None = None
) -> None:
    """Refuse with 403 unless the person may."""
    if not may(user, right, organisation, area):
        raise PermissionDenied(f"needs {right}")


def area_codes(user: User, right: Right, organisation: Organisation) -> set[str] | None:
    """Codes of the areas a right is limited to; None means every area."""
    codes: set[str] = set()
    for membership in memberships(user, organisation):
        if right in MAY[membership.role]:
            own = set(membership.areas.values_list("code", flat=True))
            if not own:
                return None
            codes |= own
    return codes


def organisations_of(user: User | AnonymousUser) -> QuerySet[Organisation]:
    """The organisations a person works for."""
    if not isinstance(user, User):
        return Organisation.objects.none()
    return Organisation.objects.filter(
        memberships__user=user, memberships__accepted=True
    ).distinct()


type_view = Callable[Concatenate[Any, ...], HttpResponseBase]


def allowed(right: Right) -> Callable[[type_view], type_view]:
    """Let a view be used only by who holds this right in the organisation of its URL.

    The URL names the organisation by slug in `organisation`. Who is not logged in is asked to;
    who works elsewhere gets 404, so that nobody learns what exists; who lacks the right 403.
    """

    def decorate(view: type_view) -> type_view:
        @wraps(view)
        def checked(request: Any, *, organisation: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            place = Organisation.objects.filter(slug=organisation).first()
            if place is None or not memberships(request.user, place):
                raise Http404
            require(request.user, right, place)
            request.organisation = place
            return view(request, **kwargs)

        checked.right = right  # type: ignore[attr-defined]
        return checked

    return decorate


def public(view: type_view) -> type_view:
    """Mark a view that anyone may open; the test of all URLs asks for a mark on each."""
    view.right = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: type_view) -> type_view:
    """Let a view be used by anyone with an account, whatever the organisation."""

    @wraps(view)
    def checked(request: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, **kwargs)

    checked.right = "signed_in"  # type: ignore[attr-defined]
    return checked
