"""Open a file, or say plainly what is wrong with it: empty, cut off, a web page, another code."""

import csv
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from sneeuwbal.places.models import Missing
from sneeuwbal.places.problems import ImportProblem

# A cell is text, a number, nothing, or the publisher's own reason why there is nothing.
Cell = str | float | int | Missing | None
Row = tuple[str, int, Sequence[Cell]]  # file, number in that file, cells

LARGEST_FILE = 600_000_000
CHUNK = 1 << 20
DELIMITERS = ",;\t|"


@dataclass
class Column:
    """One column: its key, and title, topic groups and unit where the publisher gives them."""

    key: str
    title: str = ""
    parents: tuple[str, ...] = ()
    unit: str = ""


@dataclass
class Table:
    """A table as it was published, whatever the format."""

    file: str
    columns: list[Column]
    rows: Iterable[Row]
    names: dict[str, str] = field(default_factory=dict)
    expected: int = 0

    def index(self, *keys: str) -> int | None:
        """Where the first of these columns stands."""
        wanted = [key.lower() for key in keys]
        found = {column.key.lower(): at for at, column in reversed(list(enumerate(self.columns)))}
        return next((found[key] for key in wanted if key in found), None)


def read_bytes(path: Path) -> bytes:
    """The content, unpacked if it is gzip; a cut or empty file is a problem."""
    try:
        packed = path.open("rb").read(2) == b"\x1f\x8b"
        data = _unpacked(path) if packed else path.read_bytes()
    except OSError as error:
        raise unreadable(path.name, error) from error
    if not data.strip():
        raise ImportProblem(_("The file is empty."), file=path.name, remedy=_("Download it again."))
    if len(data) > LARGEST_FILE:
        raise ImportProblem(
            _("The file is larger than %(megabytes)s MB.") % {"megabytes": LARGEST_FILE // 10**6},
            file=path.name,
            remedy=_("Split it, for example by year or by municipality."),
        )
    _refuse_web_page(data, path.name)
    return data


def unreadable(name: str, error: OSError) -> ImportProblem:
    """Say that a file is not there or may not be read."""
    return ImportProblem(
        _("The file cannot be read (%(error)s).") % {"error": error.strerror or error},
        file=name,
        remedy=_("Check that it exists and that you may read it."),
    )


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The content as text; a byte order mark is accepted, another encoding is a problem."""
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig" if encoding.lower() in {"utf-8", "utf8"} else encoding)
    except UnicodeDecodeError as error:
        raise ImportProblem(
            _("The text is not %(encoding)s.") % {"encoding": encoding.upper()},
            file=path.name,
            row=data.count(b"\n", 0, error.start) + 1,
            remedy=_("Save it as UTF-8, or name its encoding in a mapping."),
        ) from error
    except LookupError as error:
        raise ImportProblem(
            _("There is no encoding called %(encoding)s.") % {"encoding": encoding},
            file=path.name,
            remedy=_("Use for example utf-8 or cp1252."),
        ) from error


def read_json(path: Path) -> Any:
    """The content as JSON; says on which line it breaks off."""
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) - 1 or "Unterminated" in error.msg
        what = _("The JSON is cut off.") if cut else _("This is not valid JSON.")
        raise ImportProblem(
            what, file=path.name, row=error.lineno, remedy=_("Download it again.")
        ) from error


def read_rows(
    path: Path, *, delimiter: str = "", encoding: str = "utf-8"
) -> tuple[list[str], Iterator[Row], int]:
    """Header, rows and their number of a delimited text; each row must be as long as the header."""
    text = read_text(path, encoding)
    lines = text.splitlines() if '"' not in text else text.splitlines(keepends=True)
    used = delimiter or likely_delimiter(lines[0])
    header = [name.strip() for name in next(csv.reader(lines, delimiter=used))]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise ImportProblem(
            _("The column occurs more than once."),
            file=path.name,
            row=1,
            column=doubled[0],
            remedy=_("Rename or remove one of them."),
        )
    return header, _rows(lines, path.name, used, len(header)), len(lines) - 1


def likely_delimiter(header: str) -> str:
    """The sign that occurs most in the header."""
    return max(DELIMITERS, key=header.count)


def _rows(lines: list[str], file: str, delimiter: str, width: int) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    next(reader)
    try:
        for cells in reader:
            if len(cells) != width:
                if not any(cell.strip() for cell in cells):
                    continue
                raise _uneven(file, reader.line_num, len(cells), width)
            yield file, reader.line_num, cells
    except csv.Error as error:
        raise ImportProblem(
            _("The row cannot be read (%(error)s).") % {"error": error},
            file=file,
            row=reader.line_num,
            remedy=_("Look for a quotation mark that is not closed."),
        ) from error


def _uneven(file: str, row: int, found: int, width: int) -> ImportProblem:
    return ImportProblem(
        _("The row has %(found)s cells, the header %(width)s.") % {"found": found, "width": width},
        file=file,
        row=row,
        remedy=_(
            "The file may be cut off, or the separator also stands inside a text. "
            "Download it again, or put such texts between quotation marks."
        ),
    )


def _unpacked(path: Path) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.open(path, "rb") as stream:
            while chunk := stream.read(CHUNK):
                parts.append(chunk)
                size += len(chunk)
                if size > LARGEST_FILE:
                    break
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImportProblem(
            _("The compressed file is cut off or damaged."),
            file=path.name,
            row=sum(part.count(b"\n") for part in parts) + 1,
            remedy=_("Download it again."),
        ) from error
    return b"".join(parts)


def _refuse_web_page(data: bytes, file: str) -> None:
    start = data[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise ImportProblem(
            _("This is a web page (HTML), not data: probably an error page of the publisher."),
            file=file,
            row=1,
            remedy=_("Open the address in a browser to see what it says, then download it again."),
        )
