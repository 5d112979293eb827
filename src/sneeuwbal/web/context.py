"""What every page gets."""

from typing import Any

from django.http import HttpRequest

from sneeuwbal.accounts import access


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the organisation of the page, what the reader may do there, and where they work."""
    organisation = getattr(request, "organisation", None)
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "organisation": organisation,
        "rights": access.rights(user, organisation) if organisation and signed_in else frozenset(),
        "own_organisations": access.organisations_of(user) if signed_in else [],
    }
