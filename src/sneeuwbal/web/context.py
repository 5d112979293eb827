"""What every page gets."""

from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.translation import get_language

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Organisation
from sneeuwbal.web import navigation

OWN_NAMES = {"nl": "Nederlands", "en": "English"}


class Language(NamedTuple):
    """A language, and this page in it."""

    code: str
    name: str
    url: str
    current: bool


def languages(request: HttpRequest) -> list[Language]:
    """Give the address of this page in each language; no cookie remembers the choice."""
    now, path = get_language(), request.get_full_path()
    found = []
    for code, _name in settings.LANGUAGES:
        url = translate_url(path, code)
        if code != now and url == path:  # a page that does not exist
            url = translate_url(reverse("start"), code)
        found.append(Language(code, OWN_NAMES[code], url, code == now))
    return found


def marks(organisation: Organisation | None) -> dict[str, bool]:
    """Say whether what a page shows is made up: of its organisation, else of any on the site."""
    if organisation:
        return {
            "fictional": organisation.fictional,
            "example_figures": organisation.example_figures,
        }
    flags = list(Organisation.objects.order_by().values_list("fictional", "example_figures"))
    return {
        "fictional": any(fictional for fictional, _example in flags),
        "example_figures": any(example for _fictional, example in flags),
    }


def site(request: HttpRequest) -> dict[str, Any]:
    """Give the organisation of the page, what the reader may do there, and the languages."""
    organisation = getattr(request, "organisation", None)
    user = getattr(request, "user", AnonymousUser())
    return {
        "organisation": organisation,
        "rights": access.rights(user, organisation) if organisation else frozenset(),
        "languages": languages(request),
        "footer_links": navigation.of_site(request)[1:],
        **marks(organisation),
    }
