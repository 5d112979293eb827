"""Pages of the site itself: the start, about, and the work of who logged in."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from sneeuwbal.accounts import access, examples
from sneeuwbal.accounts.models import Membership, Organisation, User
from sneeuwbal.web import overview, story


@access.public
def start(request: HttpRequest) -> HttpResponse:
    """Tell what the product does, with the real pages behind it."""
    place = access.organisations_of(request.user).first()
    releases = story.newest_releases()
    context = {
        "road": story.road(releases, place),
        "place": place,
        "questions": story.QUESTIONS,
        "evidence_url": story.public_examples(releases)["municipality"],
        "news": story.news(releases),
        "examples": examples.accounts(),
        "demo_password": settings.DEMO_PASSWORD,
    }
    return render(request, "web/start.html", context)


@access.public
def about(request: HttpRequest) -> HttpResponse:
    """Say what this is, who may use it and where the code is."""
    return render(request, "web/about.html")


@access.public
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say what was tested with what result, and how to report a barrier."""
    return render(request, "web/accessibility.html")


@access.public
def health(request: HttpRequest) -> HttpResponse:
    """Answer whether the site and its database work; for monitoring."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@access.signed_in
def workplace(request: HttpRequest) -> HttpResponse:
    """Show where someone works and what waits for them."""
    assert isinstance(request.user, User)
    roles = Membership.objects.filter(user=request.user).select_related("organisation")
    places: dict[Organisation, list[str]] = {}
    for membership in roles.order_by("organisation__name", "pk"):
        places.setdefault(membership.organisation, []).append(membership.get_role_display())
    context = overview.waiting_for(request.user) | {"places": list(places.items())}
    return render(request, "web/workplace.html", context)


@access.allowed(access.Right.SEE_WORK)
def organisation(request: access.StaffRequest) -> HttpResponse:
    """Show an organisation's six steps, how far each is, and what to do next."""
    held = access.rights(request.user, request.organisation)
    context = {
        "steps": overview.steps(request.organisation, held),
        "actions": overview.actions(request.organisation, held),
        "units": request.organisation.units.select_related("municipality"),
        "decisions": overview.open_decisions(request.organisation)
        if access.Right.SEE_ROADMAP in held
        else [],
    }
    return render(request, "web/organisation.html", context)


@access.public
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that we could not read what was sent."""
    return render(request, "400.html", status=400)


@access.public
def server_error(request: HttpRequest) -> HttpResponse:
    """Say that we failed, without asking the database for anything."""
    return HttpResponse(render_to_string("500.html"), status=500)
