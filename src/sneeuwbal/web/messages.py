"""Texts on screen: found in code and templates, kept per room in a .po file, compiled to .mo.

Django's own command needs the gettext programs; Babel does the same with Python alone.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
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
# Fixed: a file that changes only because a day has passed says nothing.
HEADER = """\
# Dutch texts of the room {room}. Update with: sneeuwbal update_messages {room}
msgid ""
msgstr ""
"Project-Id-Version: sneeuwbal\\n"
"Language: nl\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")


class Text(NamedTuple):
    """A text in the code: its file, its English (singular and plural), its context."""

    file: str
    forms: tuple[str, ...]
    context: str | None


def rooms() -> list[Path]:
    """The folders of the rooms that are apps."""
    apps = [app for app in settings.INSTALLED_APPS if app.startswith("sneeuwbal.")]
    return sorted(settings.ROOMS / app.rpartition(".")[2] for app in apps)


def file_of(room: Path) -> Path:
    """The file with the Dutch of a room."""
    return room / "locale" / "nl" / "LC_MESSAGES" / "django.po"


def found_in(room: Path) -> Iterator[Text]:
    """Give each text in the code and templates of a room."""
    for path in sorted([*room.rglob("*.py"), *room.rglob("*.html"), *room.rglob("*.txt")]):
        if "migrations" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        # templatize turns a template into calls, with all the rest blanked out.
        parts = [source] if path.suffix == ".py" else _calls(templatize(source, origin=str(path)))
        for part in parts:
            for _, message, _, context in extract("python", BytesIO(part.encode()), KEYWORDS):
                forms = (message,) if isinstance(message, str) else tuple(message)
                yield Text(str(path.relative_to(room)), forms, context)


def _calls(source: str) -> Iterator[str]:
    """Cut each gettext call out of a templatized text, which is not valid Python as a whole."""
    position = 0
    while call := re.compile(r"[a-z]*gettext\(|_\(").search(source, position):
        position = _closing(source, call.end() - 1) + 1
        yield source[call.start() : position]


def _closing(source: str, opening: int) -> int:
    """Find where a call ends, past the texts in it."""
    depth, position = 0, opening
    while position < len(source):
        sign = source[position]
        if sign in "\"'":
            position = _end_of_text(source, position)
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    raise ValueError("a translated text is not closed")


def _end_of_text(source: str, start: int) -> int:
    """Give the place of the last sign of a Python string."""
    quote = source[start] * 3 if source.startswith(source[start] * 3, start) else source[start]
    position = start + len(quote)
    while not source.startswith(quote, position):
        if position >= len(source):
            raise ValueError("a translated text is not closed")
        position += 2 if source[position] == "\\" else 1
    return position + len(quote) - 1


def catalogue(room: Path) -> Catalog:
    """The Dutch texts of a room as they stand."""
    if not file_of(room).exists():
        return Catalog(locale="nl", domain="django")
    with file_of(room).open("rb") as file:
        return read_po(file, locale="nl", domain="django")


def update(room: Path) -> list[str]:
    """Bring a room's .po in line with its code; give the texts that have no Dutch yet."""
    old, new = catalogue(room), Catalog(locale="nl", domain="django")
    for text in found_in(room):
        known = old.get(text.forms[0], text.context)
        keep = known is not None and _forms(known.id) == text.forms
        new.add(
            text.forms if len(text.forms) > 1 else text.forms[0],
            string=known.string if known and keep else None,
            locations=[(text.file, 0)],
            context=text.context,
        )
    _write(room, new)
    compile_room(room)
    return missing(room)


def _write(room: Path, texts: Catalog) -> None:
    target = file_of(room)
    if not len(texts):
        target.unlink(missing_ok=True)
        return
    body = BytesIO()
    write_po(body, texts, width=99, sort_output=True, omit_header=True, include_lineno=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    content = HEADER.format(room=room.name).encode() + body.getvalue().rstrip(b"\n") + b"\n"
    if not target.exists() or target.read_bytes() != content:
        target.write_bytes(content)


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def missing(room: Path) -> list[str]:
    """Texts of a room without Dutch."""
    known = catalogue(room)
    return [
        f"{text.file}: {text.forms[0]}"
        for text in found_in(room)
        if not _translated(known.get(text.forms[0], text.context), text)
    ]


def _translated(entry: Message | None, text: Text) -> bool:
    if entry is None or entry.fuzzy or _forms(entry.id) != text.forms:
        return False
    return all(_forms(entry.string)) and len(_forms(entry.string)) == len(text.forms)


def wrong_placeholders(room: Path) -> list[str]:
    """Texts whose Dutch names other placeholders than the English."""
    wrong = []
    for entry in catalogue(room):
        english = {name for form in _forms(entry.id) for name in PLACEHOLDER.findall(form)}
        for form in _forms(entry.string):
            dutch = set(PLACEHOLDER.findall(form))
            # A singular may leave out the number: "one neighbourhood".
            loose = isinstance(entry.id, tuple)
            if form and (dutch - english or (english - dutch and not loose)):
                wrong.append(f"{room.name}: {form}")
    return wrong


def compile_room(room: Path) -> None:
    """Write the .mo that Django reads."""
    if file_of(room).exists():
        with file_of(room).with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue(room))
