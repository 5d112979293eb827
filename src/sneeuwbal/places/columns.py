"""Find the columns of an official table: keys change from year to year, titles and codes do not."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sneeuwbal.places.batch import Batch
from sneeuwbal.places.catalogue import ColumnSpec, Family
from sneeuwbal.places.odata import AREA_COLUMNS
from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.reading import Column, Table
from sneeuwbal.places.spreadsheet import CODE_COLUMNS, NAME_COLUMNS

NUMBER_AT_END = re.compile(r"_\d+$")
# Not figures: the area itself, its kind and name, a row number.
DESCRIBING = re.compile(
    r"^(id|wijkenenbuurten|regios|perioden|woningkenmerken|sectorenvermogensklasse|marges|leeftijd"
    r"|gemeentenaam|soortregio|codering|regionaam|soort|recs|regio|gm_naam|gwb_code.*|jaar)$",
    re.IGNORECASE,
)
TRUNCATED = 15


@dataclass
class Layout:
    """Where a table keeps what."""

    code: int
    name: int | None
    period: int | None
    dimension: int | None
    keep: list[tuple[int, str]]
    columns: list[tuple[int, ColumnSpec]]


def find_layout(
    table: Table, family: Family, batch: Batch, code_column: str = "", name_column: str = ""
) -> Layout:
    """Find every column that is needed; one that is missing is a problem."""
    wanted = (code_column,) if code_column else (*AREA_COLUMNS, *CODE_COLUMNS)
    code = table.index(*wanted)
    if code is None:
        raise _no_column(table, wanted[0])
    for dimension in family.keep:
        _required(table, dimension)
    columns = match_columns(table, family, batch)
    dimensions = {spec.where[0] for spec in family.columns if spec.where}
    names = (name_column,) if name_column else ("RegioNaam", *NAME_COLUMNS[:1])
    return Layout(
        code=code,
        name=table.index(*names),
        period=_required(table, family.periods) if family.periods else None,
        dimension=_required(table, next(iter(dimensions))) if dimensions else None,
        keep=[(_required(table, name), value) for name, value in family.keep.items()],
        columns=columns,
    )


def match_columns(table: Table, family: Family, batch: Batch) -> list[tuple[int, ColumnSpec]]:
    """Which column is which indicator: by measure code, short name, title and group, or stem."""
    found: list[tuple[int, ColumnSpec]] = []
    for spec in family.columns:
        at = _column_of(spec, table.columns)
        if at is None:
            batch.report.absent_indicators.append(spec.indicator)
        else:
            found.append((at, spec))
    if not found and family.columns:
        raise ImportProblem(
            _("None of the columns is known for this table."),
            file=table.file,
            row=1,
            column=", ".join(column.key for column in table.columns)[:200],
            remedy=_("Check that this is the table that its name says, or use a mapping."),
        )
    used = {at for at, _spec in found}
    batch.report.unmapped_columns += [
        column.key
        for at, column in enumerate(table.columns)
        if at not in used and not DESCRIBING.match(NUMBER_AT_END.sub("", column.key))
    ]
    return found


def _column_of(spec: ColumnSpec, columns: list[Column]) -> int | None:
    ways = (
        [at for at, c in enumerate(columns) if c.key in spec.codes],
        [at for at, c in enumerate(columns) if c.key.lower() in spec.shorts],
        [at for at, c in enumerate(columns) if _titled(c, spec)],
        [at for at, c in enumerate(columns) if c.key in spec.stems],
        [at for at, c in enumerate(columns) if NUMBER_AT_END.sub("", c.key) in spec.stems],
    )
    return next((way[0] for way in ways if len(way) == 1), None)


def _titled(column: Column, spec: ColumnSpec) -> bool:
    titles = {title.casefold() for title in spec.titles}
    parents = [parent.casefold() for parent in column.parents]
    return column.title.casefold() in titles and all(p.casefold() in parents for p in spec.parents)


def _required(table: Table, name: str) -> int:
    at = table.index(name)
    if at is None:
        raise _no_column(table, name)
    return at


def _no_column(table: Table, name: str) -> ImportProblem:
    present = ", ".join(column.key for column in table.columns[:TRUNCATED])
    remedy = (
        _("The separator of the file may be another sign. Save it with commas or semicolons.")
        if len(table.columns) == 1
        else _("Download the whole table; do not leave out columns.")
    )
    return ImportProblem(
        _("This column is missing. The file has: %(present)s.") % {"present": present[:200]},
        file=table.file,
        row=1,
        column=name,
        remedy=remedy,
    )
