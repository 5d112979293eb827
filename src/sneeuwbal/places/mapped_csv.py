"""Any table by area code, with a mapping that says what its columns are.

docs/data.md describes a mapping; those of known files lie in `official/`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from sneeuwbal.places import catalogue, codes
from sneeuwbal.places.batch import Batch, DatasetData, Progress, SeriesData
from sneeuwbal.places.catalogue import IndicatorSpec
from sneeuwbal.places.cells import read_number, scaled, wrong_number
from sneeuwbal.places.models import Missing
from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.reading import DELIMITERS, read_json, read_rows, read_text

NEEDED = ("table", "publisher", "title", "licence", "code", "area_year", "columns")
ROWS_BETWEEN_REPORTS = 4096


@dataclass
class MappedColumn:
    """One column of the file and the indicator that it is."""

    name: str
    indicator: str
    unit: str = ""
    factor: float = 1


@dataclass
class FileMapping:
    """A mapping, checked."""

    name: str
    table: str
    publisher: str
    title: str
    licence: str
    address: str
    code: str
    area_year: int
    year: int | None
    year_column: str
    delimiter: str
    decimal: str
    encoding: str
    prefix: str
    missing: dict[str, Missing]
    columns: list[MappedColumn]
    indicators: dict[str, IndicatorSpec] = field(default_factory=dict)


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping from TOML or JSON."""
    if path.suffix == ".json":
        return check_mapping(read_json(path), path.name)
    try:
        return check_mapping(tomllib.loads(read_text(path)), path.name)
    except tomllib.TOMLDecodeError as error:
        raise ImportProblem(
            _("The mapping is not valid TOML (%(error)s).") % {"error": error},
            file=path.name,
            remedy=_("See docs/data.md for an example."),
        ) from error


def check_mapping(told: Mapping[str, Any], name: str) -> FileMapping:
    """Turn a mapping into its checked form, or say what is missing."""
    absent = [key for key in NEEDED if not told.get(key)]
    if not told.get("year") and not told.get("year_column"):
        absent.append("year")
    if absent:
        raise _bad(name, absent[0], _("The mapping does not say this."))
    own = {key: _own_indicator(key, spec) for key, spec in told.get("indicators", {}).items()}
    columns = [_mapped(column, spec) for column, spec in told["columns"].items()]
    for column in columns:
        if column.indicator not in catalogue.indicators() and column.indicator not in own:
            raise _bad(
                name,
                column.name,
                _("There is no such indicator: %(key)s.") % {"key": column.indicator},
            )
    reasons = {mark: str(reason) for mark, reason in told.get("missing", {"": "unknown"}).items()}
    if wrong := [reason for reason in reasons.values() if reason not in catalogue.MISSING]:
        raise _bad(name, "missing", _("There is no such reason: %(key)s.") % {"key": wrong[0]})
    decimal = str(told.get("decimal", "."))
    if decimal not in {".", ","}:
        raise _bad(name, "decimal", _("The decimal sign is a point or a comma."))
    return FileMapping(
        name=name,
        table=str(told["table"]),
        publisher=str(told["publisher"]),
        title=str(told["title"]),
        licence=str(told["licence"]),
        address=str(told.get("address", "")),
        code=str(told["code"]),
        area_year=int(told["area_year"]),
        year=int(told["year"]) if told.get("year") else None,
        year_column=str(told.get("year_column", "")),
        delimiter=str(told.get("delimiter", "")),
        decimal=decimal,
        encoding=str(told.get("encoding", "utf-8")),
        prefix=str(told.get("prefix", "")),
        missing={mark: catalogue.MISSING[reason] for mark, reason in reasons.items()},
        columns=columns,
        indicators=own,
    )


def read_mapped(path: Path, mapping: FileMapping, *, progress: Progress) -> Batch:
    """Read a file as its mapping says. Areas must be known already: it makes none."""
    header, rows, expected = read_rows(path, delimiter=mapping.delimiter, encoding=mapping.encoding)
    needed = [mapping.code, *(column.name for column in mapping.columns)]
    needed += [mapping.year_column] if mapping.year_column else []
    if absent := [name for name in needed if name not in header]:
        raise _no_column(path.name, absent[0], header)
    batch = Batch(_dataset(mapping), makes_areas=False, file=path.name)
    batch.indicators = mapping.indicators
    at = {name: header.index(name) for name in needed}
    series: dict[tuple[str, int], SeriesData] = {}
    seen: dict[tuple[str, int], int] = {}
    for count, (file, number, cells) in enumerate(rows):
        if count % ROWS_BETWEEN_REPORTS == 0:
            progress(count / max(expected, 1), path.name)
        texts = [str(cell or "").strip() for cell in cells]
        batch.report.rows_read += 1
        code = codes.clean(mapping.prefix + texts[at[mapping.code]])
        if codes.kind_of(code) is None:
            batch.report.unknown_codes[code or "-"] += 1
            continue
        year = _year(texts, at, mapping, file, number)
        if earlier := seen.get((code, year)):
            raise _double(code, year, earlier, file, number, mapping.code)
        seen[code, year] = number
        batch.report.rows_matched += 1
        batch.areas[code, mapping.area_year] = ""
        for column in mapping.columns:
            slot = series.setdefault(
                (column.name, year),
                SeriesData(column.indicator, year, column.name, column.unit, column.factor),
            )
            value, reason = _value(texts[at[column.name]], mapping, file, number, column.name)
            slot.areas.append((code, mapping.area_year))
            slot.values.append(None if value is None else scaled(value, column.factor))
            slot.reasons.append(reason)
    _close(batch, series)
    return batch


def _close(batch: Batch, series: dict[tuple[str, int], SeriesData]) -> None:
    for data in series.values():
        label = f"{data.official_key} {data.year}"
        if data.empty:
            batch.report.empty_columns.append(label)
        else:
            batch.report.missing[label] = sum(value is None for value in data.values)
    batch.series = list(series.values())


def _value(
    text: str, mapping: FileMapping, file: str, row: int, column: str
) -> tuple[float | None, Missing | None]:
    if text in mapping.missing:
        return None, mapping.missing[text]
    if mapping.decimal == ",":
        if "." in text and "," not in text and not _thousands(text):
            raise wrong_number(text, file=file, row=row, column=column)
        text = text.replace(".", "").replace(",", ".")
    return read_number(text, empty=Missing.UNKNOWN, file=file, row=row, column=column)


def _thousands(text: str) -> bool:
    first, *groups = text.lstrip("-").split(".")
    return bool(groups) and 1 <= len(first) <= 3 and all(len(group) == 3 for group in groups)


def _year(texts: list[str], at: dict[str, int], mapping: FileMapping, file: str, row: int) -> int:
    if not mapping.year_column:
        return mapping.year or mapping.area_year
    text = texts[at[mapping.year_column]]
    if not (text.isdigit() and len(text) == len("2020")):
        raise ImportProblem(
            _("“%(text)s” is not a year.") % {"text": text[:20]},
            file=file,
            row=row,
            column=mapping.year_column,
            remedy=_("Write the year in four digits."),
        )
    return int(text)


def _dataset(mapping: FileMapping) -> DatasetData:
    return DatasetData(
        key=mapping.table,
        publisher=mapping.publisher,
        table=mapping.table,
        title=mapping.title,
        year=mapping.year or mapping.area_year,
        area_year=mapping.area_year,
        licence=mapping.licence,
        address=mapping.address,
    )


def _mapped(name: str, told: object) -> MappedColumn:
    if isinstance(told, Mapping):
        return MappedColumn(
            name,
            str(told.get("indicator", "")),
            str(told.get("unit", "")),
            float(told.get("factor", 1)),
        )
    return MappedColumn(name, str(told))


def _own_indicator(key: str, told: Mapping[str, Any]) -> IndicatorSpec:
    name = str(told.get("name_nl") or key)
    return IndicatorSpec(
        key=key,
        name_nl=name,
        name_en=str(told.get("name_en") or name),
        unit=str(told.get("unit", "")),
        decimals=int(told.get("decimals", 0)),
        topic=str(told.get("topic", "other")),
        featured=bool(told.get("featured", False)),
    )


def _no_column(file: str, name: str, header: list[str]) -> ImportProblem:
    other = len(header) == 1 and any(sign in header[0] for sign in DELIMITERS)
    remedy = (
        _("The separator is another one; set delimiter in the mapping.")
        if other
        else _("Correct the name in the mapping.")
    )
    return ImportProblem(
        _("This column is missing. The file has: %(present)s.")
        % {"present": ", ".join(header)[:200]},
        file=file,
        row=1,
        column=name,
        remedy=remedy,
    )


def _double(
    code: str, year: int, earlier: int, file: str, number: int, column: str
) -> ImportProblem:
    return ImportProblem(
        _("Area %(code)s in %(year)s already stands in row %(earlier)s.")
        % {"code": code, "year": year, "earlier": earlier},
        file=file,
        row=number,
        column=column,
        remedy=_("Remove the double row, or download the table again."),
    )


def _bad(name: str, key: str, what: str) -> ImportProblem:
    return ImportProblem(what, file=name, column=key, remedy=_("See docs/data.md for an example."))
