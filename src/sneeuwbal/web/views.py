"""Pages of the site itself: the start, about, and the work of who logged in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sneeuwbal.accounts import access


@access.public
def start(request: HttpRequest) -> HttpResponse:
    """Tell what the product does, with the real pages behind it."""
    return render(request, "web/start.html")


@access.public
def about(request: HttpRequest) -> HttpResponse:
    """Say what this is, who may use it and where the code is."""
    return render(request, "web/about.html")


@access.public
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say what was tested with what result, and how to report a barrier."""
    return render(request, "web/accessibility.html")


@access.signed_in
def workplace(request: HttpRequest) -> HttpResponse:
    """Show where someone works and what waits for them."""
    return render(request, "web/workplace.html")


@access.allowed(access.Right.SEE_WORK)
def organisation(request: access.StaffRequest) -> HttpResponse:
    """Show an organisation's six steps, how far each is, and what to do next."""
    return render(request, "web/organisation.html")
