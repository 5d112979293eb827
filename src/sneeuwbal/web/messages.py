"""Texts on screen: found in code and templates, kept per room in a .po file, compiled to .mo.

Django's own command needs the gettext programs; Babel does the same with Python alone.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLURALS = "nplurals=2; plural=(n != 1);"


def rooms() -> list[Path]:
    """The folders that keep texts."""
    return sorted(path.parent for path in settings.ROOMS.glob("*/locale"))


def _python_source(path: Path) -> bytes:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return source.encode()
    # templatize turns a template into lines of calls, with the rest blanked out by X and dots.
    return templatize(source, origin=str(path)).encode()


def found_in(room: Path) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """Give (file, message or plural forms, context) for each text in a room."""
    for path in sorted([*room.rglob("*.py"), *room.rglob("*.html"), *room.rglob("*.txt")]):
        if "migrations" in path.parts:
            continue
        name = str(path.relative_to(room))
        for call in _calls(_python_source(path), is_python=path.suffix == ".py"):
            yield (name, *call)


def _calls(source: bytes, *, is_python: bool) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    if is_python:
        for _line, message, _comments, context in extract("python", BytesIO(source), KEYWORDS):
            yield message, context
        return
    for line in _only_calls(source.decode()):
        found = extract("python", BytesIO(line.encode()), KEYWORDS)
        for _line, message, _comments, context in found:
            yield message, context


def _only_calls(source: str) -> Iterator[str]:
    """Cut each gettext call out of a templatized text, which is not valid Python as a whole."""
    position = 0
    while position < len(source):
        starts = [at for word in ("gettext(", "_(") if (at := source.find(word, position)) >= 0]
        if not starts:
            return
        start = min(starts)
        begin = start
        while begin > 0 and (source[begin - 1].isalpha() and source[begin - 1].islower()):
            begin -= 1
        end = _closing(source, source.index("(", start))
        yield source[begin : end + 1]
        position = end + 1


def _closing(source: str, opening: int) -> int:
    depth, quote, position = 0, "", opening
    while position < len(source):
        sign = source[position]
        if quote:
            if sign == "\\":
                position += 1
            elif source.startswith(quote, position):
                position += len(quote) - 1
                quote = ""
        elif sign in "\"'":
            quote = sign * 3 if source.startswith(sign * 3, position) else sign
            position += len(quote) - 1
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    raise ValueError("a translated text is not closed")


def catalogue(room: Path) -> Catalog:
    """The Dutch texts of a room as they stand."""
    path = room / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(locale="nl", project="sneeuwbal", domain="django")
    with path.open("rb") as file:
        return read_po(file, locale="nl", domain="django")


def update(room: Path) -> list[str]:
    """Bring a room's .po in line with its code; give the texts that have no Dutch yet."""
    old, new = catalogue(room), Catalog(locale="nl", project="sneeuwbal", domain="django")
    for name, message, context in found_in(room):
        known = old.get(message if isinstance(message, str) else message[0], context)
        new.add(
            message,
            string=known.string if known else None,
            locations=[(name, 0)],
            context=context,
            flags={"python-brace-format"} if known and "python-brace-format" in known.flags else (),
        )
    target = room / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        write_po(file, new, width=99, sort_output=True, omit_header=False, include_lineno=False)
    compile_room(room)
    return missing(room)


def missing(room: Path) -> list[str]:
    """Texts of a room without Dutch."""
    known = catalogue(room)
    result = []
    for name, message, context in found_in(room):
        entry = known.get(message if isinstance(message, str) else message[0], context)
        strings = (
            entry.string
            if entry and isinstance(entry.string, tuple)
            else ((entry.string,) if entry else ("",))
        )
        if not entry or entry.fuzzy or not all(strings):
            result.append(f"{name}: {message}")
    return result


def compile_room(room: Path) -> None:
    """Write the .mo that Django reads."""
    target = room / "locale" / "nl" / "LC_MESSAGES" / "django.mo"
    with target.open("wb") as file:
        write_mo(file, catalogue(room))
