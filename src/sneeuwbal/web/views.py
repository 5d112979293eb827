"""The start page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sneeuwbal.accounts import access


@access.public
def start(request: HttpRequest) -> HttpResponse:
    """Tell what the product does, with the real pages behind it."""
    return render(request, "web/start.html")
