"""Tables as CBS and RIVM StatLine give them: OData v3 and v4, as JSON pages, parquet or CSV."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from django.utils.translation import gettext as _

from sneeuwbal.places import codes
from sneeuwbal.places.models import Missing
from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.reading import Cell, Column, Row, Table, read_json, read_rows

DATA_SETS = ("TypedDataSet", "UntypedDataSet", "Observations")
AREA_LISTS = ("WijkenEnBuurtenCodes", "RegioSCodes", "WijkenEnBuurten", "RegioS")
SETS = (
    *DATA_SETS,
    *AREA_LISTS,
    "DataProperties",
    "CategoryGroups",
    "TableInfos",
    "Properties",
    "Dimensions",
    "MeasureCodes",
    "MeasureGroups",
    "WijkenEnBuurtenGroups",
    "RegioSGroups",
    "ColDescriptions",
    "Metadata",
)
# 84799NED_v3_TypedDataSet.parquet, 84799NED/TypedDataSet_10000.json, 83765NED_Observations.csv.gz
PART = re.compile(
    r"^(?P<prefix>.*?)(?P<set>" + "|".join(sorted(SETS, key=len, reverse=True)) + r")"
    r"(?:[_-](?P<page>\d+))?\.(?P<form>json|parquet|csv)(?:\.gz)?$"
)
TABLE = re.compile(r"(?<!\d)(\d{5}(?:NED|ENG))", re.IGNORECASE)
AREA_COLUMNS = ("WijkenEnBuurten", "RegioS")
# What v4 says beside an empty value; anything else stays "unknown".
ATTRIBUTES = {
    "impossible": Missing.NOT_APPLICABLE,
    "unknown": Missing.SUPPRESSED,
    "confidential": Missing.SUPPRESSED,
    "secret": Missing.SUPPRESSED,
    "unreliable": Missing.SUPPRESSED,
    "notavailable": Missing.NOT_PUBLISHED,
    "notyetavailable": Missing.NOT_PUBLISHED,
}


@dataclass
class Parts:
    """The files that together hold one table: data, columns, code list."""

    table: str
    sets: dict[str, list[Path]] = field(default_factory=dict)

    @property
    def data(self) -> str:
        """The name of the set with the figures; empty if there is none."""
        return next((name for name in DATA_SETS if name in self.sets), "")

    @property
    def area_list(self) -> str:
        """The name of the set with the area codes and names; empty if there is none."""
        return next((name for name in AREA_LISTS if name in self.sets), "")

    @property
    def files(self) -> list[Path]:
        """All files, in a fixed order."""
        return [path for name in sorted(self.sets) for path in self.sets[name]]


def table_number(path: Path) -> str:
    """The number of the official table, from the name of the file or its folder."""
    for name in (path.name, path.parent.name):
        if found := TABLE.search(name):
            return found[1].upper()
    return ""


def gather_parts(paths: list[Path]) -> tuple[list[Parts], list[Path]]:
    """Put files together that belong to one table; return the rest as it was."""
    found: dict[tuple[Path, str, str], Parts] = {}
    rest: list[Path] = []
    for path in paths:
        part, table = PART.match(path.name), table_number(path)
        if not part or not table:
            rest.append(path)
            continue
        parts = found.setdefault((path.parent, part["prefix"], table), Parts(table))
        parts.sets.setdefault(part["set"], []).append(path)
    for parts in found.values():
        for files in parts.sets.values():
            files.sort(key=_page)
    return list(found.values()), rest


def read_table(parts: Parts) -> Table:
    """The figures of one table, v3 or v4, with titles, groups and names where they came along."""
    names = read_names(parts)
    if parts.data == "Observations":
        return _observations(parts, names)
    rows: list[Row] = []
    keys: list[str] = []
    for path in parts.sets[parts.data]:
        found, more = _records(path)
        if keys and found != keys:
            raise ImportProblem(
                _("This page has other columns than the first."),
                file=path.name,
                row=1,
                remedy=_("Download all pages of the table again."),
            )
        keys = found
        rows += more
    columns = _columns(keys, parts)
    return Table(parts.sets[parts.data][0].name, columns, rows, names, len(rows))


def read_names(parts: Parts) -> dict[str, str]:
    """Area codes with their names, from the code list; empty if there is none."""
    names: dict[str, str] = {}
    for path in parts.sets.get(parts.area_list, []):
        for record in _dicts(path):
            code = codes.clean(record.get("Key", record.get("Identifier")))
            names[code] = str(record.get("Title") or "").strip()
    return names


def read_csv(path: Path) -> Table:
    """A table in the shape of v3 as one CSV."""
    header, rows, expected = read_rows(path)
    return Table(path.name, [Column(key) for key in header], rows, {}, expected)


def _observations(parts: Parts, names: dict[str, str]) -> Table:
    """Lay the long v4 rows out as a table with one column per measure."""
    described = {r["Identifier"]: r for p in parts.sets.get("MeasureCodes", []) for r in _dicts(p)}
    groups = {r["Id"]: r for p in parts.sets.get("MeasureGroups", []) for r in _dicts(p)}
    own = {"Id", "Measure", "Value", "ValueAttribute", "StringValue"}
    laid: dict[tuple[str, ...], dict[str, Cell]] = {}
    first_seen: dict[tuple[str, ...], tuple[str, int]] = {}
    measures: dict[str, int] = {}
    dimensions: list[str] = []
    for path in parts.sets["Observations"]:
        for number, record in enumerate(_dicts(path), start=1):
            if "Measure" not in record:
                raise ImportProblem(
                    _("There is no measure."),
                    file=path.name,
                    row=number,
                    column="Measure",
                    remedy=_("Download the table again."),
                )
            dimensions = dimensions or [key for key in record if key not in own]
            spot = tuple(str(record.get(key) or "").strip() for key in dimensions)
            measure = str(record["Measure"]).strip()
            measures.setdefault(measure, len(measures))
            cells = laid.setdefault(spot, {})
            first_seen.setdefault(spot, (path.name, number))
            if measure in cells:
                raise ImportProblem(
                    _("The value of %(spot)s occurs twice.") % {"spot": " ".join(spot)},
                    file=path.name,
                    row=number,
                    column=measure,
                    remedy=_("Remove the double row, or download the table again."),
                )
            cells[measure] = _observed(record)
    columns = [Column(key) for key in dimensions] + [
        _measure(code, described.get(code, {}), groups) for code in measures
    ]
    rows = [
        (*first_seen[spot], (*spot, *(cells.get(measure) for measure in measures)))
        for spot, cells in laid.items()
    ]
    return Table(parts.sets["Observations"][0].name, columns, rows, names, len(rows))


def _observed(record: dict[str, Any]) -> Cell:
    value = record.get("Value")
    if value is not None:
        return value  # type: ignore[no-any-return]
    attribute = str(record.get("ValueAttribute") or "").replace(" ", "").lower()
    if attribute in {"", "none"}:
        return record.get("StringValue")
    return ATTRIBUTES.get(attribute, Missing.UNKNOWN)


def _measure(code: str, record: dict[str, Any], groups: dict[str, dict[str, Any]]) -> Column:
    parents: list[str] = []
    above = record.get("MeasureGroupId")
    while above in groups and len(parents) < len(groups):
        parents.insert(0, str(groups[above]["Title"]).strip())
        above = groups[above].get("ParentId")
    title = str(record.get("Title") or "").strip()
    return Column(code, title, tuple(parents), str(record.get("Unit") or "").strip())


def _columns(keys: list[str], parts: Parts) -> list[Column]:
    told = [r for p in parts.sets.get("DataProperties", []) for r in _dicts(p)]
    groups = {r["ID"]: r for r in told if "Group" in str(r.get("Type"))}
    by_key = {str(r["Key"]).strip(): r for r in told if r.get("Key")}
    columns = []
    for key in keys:
        record = by_key.get(key, {})
        parents: list[str] = []
        above = record.get("ParentID")
        while above in groups and len(parents) < len(groups):
            parents.insert(0, str(groups[above]["Title"]).strip())
            above = groups[above].get("ParentID")
        title, unit = str(record.get("Title") or "").strip(), str(record.get("Unit") or "").strip()
        columns.append(Column(key, title, tuple(parents), unit))
    return columns


def _dicts(path: Path) -> Iterator[dict[str, Any]]:
    keys, rows = _records(path)
    return (dict(zip(keys, cells, strict=True)) for _file, _number, cells in rows)


def _records(path: Path) -> tuple[list[str], list[Row]]:
    if path.name.endswith(".parquet"):
        return _from_parquet(path)
    if path.name.removesuffix(".gz").endswith(".csv"):
        header, rows, _expected = read_rows(path)
        return header, list(rows)
    return _from_json(path)


def _from_json(path: Path) -> tuple[list[str], list[Row]]:
    page = read_json(path)
    if isinstance(page, dict) and "odata.error" in page:
        told = page["odata.error"].get("message", {})
        raise ImportProblem(
            _("The publisher answered with an error: %(text)s")
            % {"text": told.get("value", told) if isinstance(told, dict) else told},
            file=path.name,
            remedy=_("Try again later, or ask for fewer rows."),
        )
    records = page.get("value") if isinstance(page, dict) else page
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise ImportProblem(
            _("There is no list of rows called “value” in this JSON."),
            file=path.name,
            row=1,
            remedy=_("Download the table again in the shape of OData."),
        )
    keys = list(dict.fromkeys(key for record in records for key in record))
    name = path.name
    rows: list[Row] = [
        (name, number, [record.get(key) for key in keys])
        for number, record in enumerate(records, start=1)
    ]
    return keys, rows


def _from_parquet(path: Path) -> tuple[list[str], list[Row]]:
    try:
        with duckdb.connect() as engine:
            answer = engine.execute("SELECT * FROM read_parquet(?)", [str(path)])
            keys = [column[0] for column in answer.description or []]
            records = answer.fetchall()
    except duckdb.Error as error:
        raise ImportProblem(
            _("The parquet file is cut off or damaged."),
            file=path.name,
            remedy=_("Download it again."),
        ) from error
    name = path.name
    return keys, [(name, number, cells) for number, cells in enumerate(records, start=1)]


def _page(path: Path) -> tuple[int, str]:
    part = PART.match(path.name)
    return (int(part["page"]) if part and part["page"] else 0, path.name)
