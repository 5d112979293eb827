"""Lists of area codes and names of one year, without figures."""

import re
from pathlib import Path

from django.utils.translation import gettext as _

from sneeuwbal.places import catalogue, codes, odata
from sneeuwbal.places.batch import Batch, DatasetData
from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.reading import read_rows

# The header of the lists that CBS gives with its postcode file: Buurt2025;buurtnaam2025
HEADER = re.compile(r"^(Gemeente|Wijk|Buurt)(\d{4})$", re.IGNORECASE)
PREFIXES = {"gemeente": "GM", "wijk": "WK", "buurt": "BU"}


def register_header(header: list[str]) -> tuple[str, int] | None:
    """The prefix of the codes and the year, if this is the header of such a list."""
    found = HEADER.match(header[0].strip()) if len(header) == len(("code", "name")) else None
    return (PREFIXES[found[1].lower()], int(found[2])) if found else None


def read_register(path: Path) -> Batch:
    """One list as CSV; its codes come without their prefix."""
    header, rows, _expected = read_rows(path)
    told = register_header(header)
    if told is None:
        raise ImportProblem(
            _("This is no list of area codes and names."),
            file=path.name,
            row=1,
            remedy=_("The first column must be called for example Buurt2025."),
        )
    prefix, year = told
    batch = Batch(_dataset(f"cbs-codes-{prefix.lower()}-{year}", "", year), file=path.name)
    seen: dict[str, int] = {}
    for file, number, cells in rows:
        batch.report.rows_read += 1
        code = codes.clean(f"{prefix}{str(cells[0]).strip()}")
        if code in seen:
            raise ImportProblem(
                _("Area %(code)s already stands in row %(earlier)s.")
                % {"code": code, "earlier": seen[code]},
                file=file,
                row=number,
                column=header[0],
                remedy=_("Remove the double row, or download the list again."),
            )
        seen[code] = number
        _take(batch, code, str(cells[1]).strip(), year)
    return batch


def read_code_list(parts: odata.Parts, year: int) -> Batch:
    """The code list of an official table of which the figures did not come along."""
    batch = Batch(
        _dataset(f"cbs-codes-{parts.table.lower()}", parts.table, year),
        file=parts.sets[parts.area_list][0].name,
    )
    for code, name in odata.read_names(parts).items():
        batch.report.rows_read += 1
        _take(batch, code, name, year)
    return batch


def _take(batch: Batch, code: str, name: str, year: int) -> None:
    if codes.kind_of(code) is None:
        batch.report.unknown_codes[code or "-"] += 1
        return
    batch.report.rows_matched += 1
    batch.areas[code, year] = name


def _dataset(key: str, table: str, year: int) -> DatasetData:
    family = catalogue.families()["register"]
    return DatasetData(
        key=key,
        publisher=family.publisher,
        table=table or key,
        title=family.title.format(year=year),
        year=year,
        area_year=year,
        licence=family.licence,
        address=family.address,
    )
