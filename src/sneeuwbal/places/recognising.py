"""What is this file? By its name, by what is known of it, and by its first lines."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from sneeuwbal.places import catalogue, layers, odata, registers, spreadsheet
from sneeuwbal.places.mapped_csv import FileMapping, check_mapping
from sneeuwbal.places.reading import likely_delimiter

# Which copy of a table is loaded: the lowest number. Parquet and JSON tell titles and groups.
BEST, WITH_TITLES, PLAIN = 0, 0, 1
START = 20_000
REGISTER_RANK, MAP_RANK, MAPPED_RANK = 15, 40, 60


@dataclass
class Source:
    """One dataset to import: its files, how to read it, in which order."""

    files: list[Path]
    importer: str
    keys: tuple[str, ...]  # of the datasets in it; empty if only reading tells
    rank: int
    preference: int = BEST
    told: dict[str, Any] = field(default_factory=dict)
    parts: odata.Parts | None = None
    mapping: FileMapping | None = None
    year: int | None = None

    @property
    def key(self) -> str:
        """The key of the first dataset; empty if only reading tells."""
        return self.keys[0] if self.keys else ""

    @property
    def name(self) -> str:
        """The name of the file with the figures."""
        if self.parts:
            data = self.parts.data or self.parts.area_list
            return self.parts.sets[data][0].name
        return self.files[0].name


@dataclass
class Skipped:
    """A file that is not imported, and why."""

    path: Path
    reason: str


def recognise(paths: list[Path], *, by_name: bool) -> tuple[list[Source], list[Skipped]]:
    """Sort files into datasets, in the order in which to import, and files to skip.

    `by_name`: the user named these files, so a file that is usually skipped is taken after all.
    """
    groups, rest = odata.gather_parts(paths)
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for parts in groups:
        found = _of_parts(parts)
        if isinstance(found, Source):
            sources.append(found)
        else:
            skipped += [Skipped(path, found) for path in parts.files]
    for path in rest:
        one = _of_file(path, by_name=by_name)
        if isinstance(one, Source):
            sources.append(one)
        else:
            skipped.append(Skipped(path, one))
    sources.sort(key=lambda source: (source.rank, source.preference, source.keys, source.name))
    return sources, skipped


def mapped(path: Path, mapping: FileMapping) -> Source:
    """A file with the mapping that the user or the catalogue gave."""
    return Source([path], "mapped", (mapping.table,), MAPPED_RANK, mapping=mapping)


def dataset_key(table: str) -> str:
    """The key of an official table."""
    return f"cbs-{table.lower()}" if not table.startswith("5") else f"rivm-{table.lower()}"


def _of_parts(parts: odata.Parts) -> Source | str:
    family = catalogue.family_of(parts.table)
    if family is None:
        return _("table %(table)s is not in the catalogue") % {"table": parts.table}
    year = family.tables[parts.table]
    if parts.data:
        keys = (dataset_key(parts.table),)
        return Source(parts.files, "odata", keys, family.rank, WITH_TITLES, parts=parts, year=year)
    if parts.area_list:
        keys = (f"cbs-codes-{parts.table.lower()}",)
        return Source(parts.files, "codes", keys, REGISTER_RANK, parts=parts, year=year)
    return _("describes a table, but its figures are not here")


def _of_file(path: Path, *, by_name: bool) -> Source | str:
    told = catalogue.known_file(path.name)
    if told.get("never") or (told.get("skip") and not by_name):
        return str(told["skip"])
    if "mapping" in told:
        name = told["mapping"]
        return mapped(path, check_mapping(catalogue.mapping(name), name))
    if "panel" in told:
        family = catalogue.families()[told["panel"]]
        keys = tuple(dataset_key(table) for table in family.tables)
        return Source([path], "panel", keys, family.rank, told["preference"], told)
    plain = path.name.removesuffix(".gz").lower()
    if "map" in told or plain.endswith((".geojson", ".topojson", ".gpkg")):
        return Source([path], "map", (), MAP_RANK, told=told)
    if plain.endswith(".xlsx"):
        return _of_spreadsheet(path)
    ways: dict[str, Callable[[Path, dict[str, Any]], Source | str]] = {
        ".csv": _of_csv,
        ".txt": _of_csv,
        ".json": _of_json,
    }
    way = next((ways[end] for end in ways if plain.endswith(end)), None)
    return way(path, told) if way else _("no format that can be imported")


def _of_spreadsheet(path: Path) -> Source:
    year = layers.year_in_name(path)
    return Source([path], "spreadsheet", (_key_of_year(year),), _kwb().rank, PLAIN, year=year)


def _of_json(path: Path, told: dict[str, Any]) -> Source | str:
    start = _start(path)
    if '"FeatureCollection"' in start or '"Topology"' in start:
        return Source([path], "map", (), MAP_RANK, told=told)
    table = odata.table_number(path)
    if catalogue.family_of(table) and '"value"' in start:
        return _of_parts(odata.Parts(table, {"TypedDataSet": [path]}))
    if table:
        return _("describes a table, but its figures are not here")
    return _("JSON without a table or map that is known")


def _of_csv(path: Path, told: dict[str, Any]) -> Source | str:
    table = told.get("table") or odata.table_number(path)
    family = catalogue.family_of(table)
    if family:
        year = family.tables[table]
        preference = told.get("preference", PLAIN)
        return Source(
            [path], "csv", (dataset_key(table),), family.rank, preference, told, year=year
        )
    header = _header(path)
    if registers.register_header(header):
        return Source([path], "register", (), REGISTER_RANK)
    if {name.lower() for name in header} & set(spreadsheet.CODE_COLUMNS):
        year = layers.year_in_name(path)
        return Source([path], "short", (_key_of_year(year),), _kwb().rank, PLAIN, year=year)
    if table:
        return _("table %(table)s is not in the catalogue") % {"table": table}
    return _("no columns that are known; give a mapping (docs/data.md)")


def _kwb() -> catalogue.Family:
    return catalogue.families()["kwb"]


def _key_of_year(year: int) -> str:
    """The spreadsheet holds the same figures as the table of that year."""
    table = next((table for table, other in _kwb().tables.items() if other == year), "")
    return dataset_key(table) if table else f"cbs-kwb-{year}"


def _header(path: Path) -> list[str]:
    line = _start(path).lstrip("\ufeff").split("\n", 1)[0].rstrip("\r")
    return [name.strip('" ') for name in line.split(likely_delimiter(line))]


def _start(path: Path) -> str:
    """The first lines, whatever their state: a broken file is told of when it is read."""
    try:
        with path.open("rb") as stream:
            start = stream.read(START)
        if start.startswith(b"\x1f\x8b"):
            with gzip.open(path) as packed:
                start = packed.read(START)
    except (OSError, EOFError):
        return ""
    return start.decode("utf-8", errors="replace")
