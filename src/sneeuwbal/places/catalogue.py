"""What is known of official tables: which column of which table is which indicator.

The knowledge itself lies in `official/`: indicators.csv, columns.csv, families.toml and
files.toml. docs/data.md tells how to add a table.
"""

import csv
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from sneeuwbal.places.models import Missing

OFFICIAL = Path(__file__).parent / "official"
MISSING = {reason.name.lower(): reason for reason in Missing}


@dataclass(frozen=True)
class IndicatorSpec:
    """An indicator as the product offers it."""

    key: str
    name_nl: str
    name_en: str
    unit: str
    decimals: int
    topic: str
    featured: bool


@dataclass(frozen=True)
class ColumnSpec:
    """Where one indicator stands in a family of tables, under each of its names."""

    indicator: str
    stems: tuple[str, ...]  # OData v3: the key without the number at its end; or a plain name
    titles: tuple[str, ...]  # OData v3 and v4: the title
    parents: tuple[str, ...]  # titles of topic groups above it, outermost first
    codes: tuple[str, ...]  # OData v4: stable measure codes
    shorts: tuple[str, ...]  # the KWB spreadsheet
    factor: float
    where: tuple[str, str] | None  # rows of one dimension value only
    unit: str  # as published, for files that do not say it


@dataclass(frozen=True)
class Family:
    """A table that is published again each year."""

    name: str
    publisher: str
    title: str
    licence: str
    address: str
    missing: Missing
    rank: int
    tables: dict[str, int]
    columns: tuple[ColumnSpec, ...]
    periods: str = ""
    keep: dict[str, str] = field(default_factory=dict)
    own_areas: bool = True
    skip_years: tuple[int, ...] = ()


@cache
def indicators() -> dict[str, IndicatorSpec]:
    """All indicators by key."""
    return {
        row["key"]: IndicatorSpec(
            row["key"],
            row["name_nl"],
            row["name_en"],
            row["unit"],
            int(row["decimals"]),
            row["topic"],
            row["featured"] == "1",
        )
        for row in _rows("indicators.csv")
    }


@cache
def families() -> dict[str, Family]:
    """All families of tables by name."""
    columns: dict[str, list[ColumnSpec]] = {}
    for row in _rows("columns.csv"):
        columns.setdefault(row["family"], []).append(_column(row))
    return {
        name: Family(
            name=name,
            columns=tuple(columns.get(told.pop("columns", name), ())),
            missing=MISSING[told.pop("missing")],
            tables=told.pop("tables", {}),
            skip_years=tuple(told.pop("skip_years", ())),
            **told,
        )
        for name, told in _toml("families.toml").items()
    }


def family_of(table: str) -> Family | None:
    """The family to which an official table belongs."""
    return next((f for f in families().values() if table in f.tables), None)


@cache
def known_files() -> tuple[dict[str, Any], ...]:
    """Files that are known by name, in order."""
    return tuple(_toml("files.toml")["file"])


def known_file(name: str) -> dict[str, Any]:
    """What is known of a file by its name; empty when nothing is."""
    return next((told for told in known_files() if fnmatch(name, told["pattern"])), {})


def mapping(name: str) -> dict[str, Any]:
    """A mapping that comes with the product."""
    return _toml(name)


@cache
def digest() -> str:
    """Changes when the catalogue changes, so that a table is then read anew."""
    files = sorted(OFFICIAL.iterdir())
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _column(row: dict[str, str]) -> ColumnSpec:
    dimension, _, value = row["where"].partition("=")
    return ColumnSpec(
        indicator=row["indicator"],
        stems=_split(row["stem"]),
        titles=_split(row["title"]),
        parents=_split(row["parent"], ">"),
        codes=_split(row["code"]),
        shorts=_split(row["short"]),
        factor=float(row["factor"]),
        where=(dimension, value) if dimension else None,
        unit=row["unit"],
    )


def _split(text: str, mark: str = "|") -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(mark) if part.strip())


def _rows(name: str) -> Sequence[dict[str, str]]:
    with (OFFICIAL / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _toml(name: str) -> dict[str, Any]:
    with (OFFICIAL / name).open("rb") as stream:
        return tomllib.load(stream)
