"""The key figures as a spreadsheet with short column names, as CBS publishes them each year."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.reading import Column, Row, Table, read_bytes

CODE_COLUMNS = ("gwb_code_10", "gwb_code10", "gwb_code")
NAME_COLUMNS = ("regio", "gm_naam")
ZIP_START = b"PK"


def read_spreadsheet(path: Path) -> Table:
    """The first sheet with an area code in its header."""
    if not read_bytes(path).startswith(ZIP_START):
        raise ImportProblem(
            _("This is not a spreadsheet in the format xlsx."),
            file=path.name,
            remedy=_("Save it as xlsx, or download it again."),
        )
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, EOFError) as error:
        raise ImportProblem(
            _("The spreadsheet is cut off or damaged."),
            file=path.name,
            remedy=_("Download it again."),
        ) from error
    for sheet in book.worksheets:
        first = next(sheet.iter_rows(values_only=True), ())
        header = [str(cell or "").strip().lower() for cell in first]
        if set(header) & set(CODE_COLUMNS):
            keep = [at for at, name in enumerate(header) if name]
            columns = [Column(header[at]) for at in keep]
            return Table(
                path.name, columns, _rows(sheet, path.name, keep), {}, (sheet.max_row or 1) - 1
            )
    raise ImportProblem(
        _("No sheet has a column with area codes."),
        file=path.name,
        row=1,
        column=CODE_COLUMNS[0],
        remedy=_("Use the spreadsheet as CBS published it, with the short names in the first row."),
    )


def _rows(sheet: "object", file: str, keep: list[int]) -> Iterator[Row]:
    rows = sheet.iter_rows(min_row=2, values_only=True)  # type: ignore[attr-defined]
    for number, cells in enumerate(rows, start=2):
        if any(cell is not None for cell in cells):
            yield file, number, [cells[at] if at < len(cells) else None for at in keep]
