"""The links at the top of pages: of the site, and of an organisation's work."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Organisation

Entry = tuple[Promise, tuple[str, ...]]  # text, names of addresses: the first that may be opened

SITE: list[Entry] = [
    (_("Start"), ("start",)),
    (_("Map"), ("map_index",)),
    (_("Public figures"), ("public_index",)),
    (_("Lessons"), ("lessons",)),
    (_("Sources"), ("datasets",)),
]
ORGANISATION: list[Entry] = [
    (_("Overview"), ("organisation",)),
    (_("Programme"), ("programme",)),
    (_("Roadmap"), ("roadmap",)),
    (_("Choose"), ("rounds", "weighings")),
    (_("Schedule"), ("schedules",)),
    (_("Reach"), ("outreach",)),
    (_("Evidence"), ("evidence",)),
    (_("Learn"), ("intervisions",)),
    (_("Publish"), ("releases",)),
    (_("Administration"), ("people", "open_data", "jobs")),
]


class Link(NamedTuple):
    """A link, and how it relates to the page that shows it."""

    text: str
    url: str
    here: str  # value of aria-current: "page", "true" (a page below it) or nothing


def address(name: str, **arguments: Any) -> str:
    """Give the address of a page, or nothing when there is none of that name."""
    try:
        return reverse(name, kwargs=arguments)
    except NoReverseMatch:
        return ""


def may_open(url: str, held: frozenset[access.Right]) -> bool:
    """Whether the view at an address asks nothing, or a right that is held."""
    right = getattr(resolve(url).func, "right", None) if url else None
    return right == "public" or right in held


def _openable(urls: Iterable[str], held: frozenset[access.Right]) -> list[str]:
    return [url for url in urls if may_open(url, held)]


def _links(entries: list[tuple[Promise, list[str]]], path: str) -> list[Link]:
    """Mark the entry with the longest address above this page."""
    above = [url for _text, urls in entries for url in urls if path.startswith(url)]
    nearest = max(above, key=len, default="")
    links = []
    for text, urls in entries:
        here = "" if nearest not in urls else "page" if path == nearest else "true"
        links.append(Link(str(text), urls[0], here))
    return links


def of_site(request: HttpRequest) -> list[Link]:
    """Links that everyone may follow."""
    entries = [(text, _openable(map(address, names), frozenset())) for text, names in SITE]
    start = address("start")
    links = _links([entry for entry in entries if entry[1]], request.path)
    # Every page lies below the start page; only the start page itself is "here".
    return [link._replace(here="") if link.url == start != request.path else link for link in links]


def of_organisation(
    request: HttpRequest, organisation: Organisation, held: frozenset[access.Right]
) -> list[Link]:
    """The steps of an organisation's work, as far as the reader may open them."""
    entries = []
    for text, names in ORGANISATION:
        urls = [address(name, organisation=organisation.slug) for name in names]
        if opened := _openable(urls, held):
            entries.append((text, opened))
    return _links(entries, request.path)
