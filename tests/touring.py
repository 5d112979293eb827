"""A tour: open every link from some pages on, and hand each page to who wants to judge it."""

from collections import Counter
from urllib.parse import parse_qsl, urlsplit

from django.urls import resolve
from django.utils.translation import override

ALIKE = 3  # pages that differ only in the place they are about: so many are opened


def _kind(parts):
    """Which page an address is of, in which language, and what it is asked."""
    language = "en" if parts.path.startswith("/en/") else "nl"
    with override(language):
        name = resolve(parts.path).url_name
    return language, name, tuple(name for name, _value in parse_qsl(parts.query))


def tour(walker, *starts, inside="/"):
    """Follow every link that leads inside; of pages that are alike only a few. Gives addresses."""
    seen, alike, waiting = set(), Counter(), list(starts)
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        if address in seen or alike[kind := _kind(parts)] == ALIKE:
            continue
        seen.add(address)
        alike[kind] += 1
        walker.go(address)
        yield address
        if parts.path.endswith(".csv"):
            continue
        for href, _words in walker.page.links:
            target = href.partition("#")[0]
            target = f"{parts.path}{target}" if target.startswith("?") else target
            if target.startswith(inside):
                waiting.append(target)
