"""What one dataset will put into the database, complete and checked before anything is written."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sneeuwbal.places.catalogue import IndicatorSpec

Progress = Callable[[float, str], None]

CODES_SHOWN = 50


@dataclass
class DatasetData:
    """One official table or map of one edition."""

    key: str
    publisher: str
    table: str
    title: str
    year: int
    area_year: int
    licence: str
    address: str = ""


@dataclass
class SeriesData:
    """One column of one year: a value, or the reason why there is none, for each area."""

    indicator: str
    year: int
    official_key: str
    unit: str
    factor: float
    areas: list[tuple[str, int]] = field(default_factory=list)  # code and year of the area
    values: list[float | None] = field(default_factory=list)
    reasons: list[int | None] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """The column exists but holds nothing."""
        return not any(value is not None for value in self.values)


@dataclass
class ShapeData:
    """The border of an area, as `Shape` keeps it."""

    code: str
    year: int
    geometry: str
    path: str
    box: tuple[float, float, float, float]
    label: tuple[float, float]
    lon: float
    lat: float
    area_m2: float
    repaired: bool


@dataclass
class Report:
    """What was read, matched and missing. Kept with the import and shown to whoever asked."""

    rows_read: int = 0
    rows_matched: int = 0
    other_regions: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unknown_codes: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    empty_columns: list[str] = field(default_factory=list)
    unmapped_columns: list[str] = field(default_factory=list)
    absent_indicators: list[str] = field(default_factory=list)
    repaired: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON; of very many unknown codes the first are named, all are counted."""
        return {
            "rows_read": self.rows_read,
            "rows_matched": self.rows_matched,
            "other_regions": dict(self.other_regions),
            "left_out": dict(self.left_out),
            "unknown_codes": {
                "count": len(self.unknown_codes),
                "rows": self.unknown_codes.total(),
                "codes": sorted(self.unknown_codes)[:CODES_SHOWN],
            },
            "missing": dict(self.missing),
            "empty_columns": self.empty_columns,
            "unmapped_columns": self.unmapped_columns,
            "absent_indicators": self.absent_indicators,
            "repaired": self.repaired,
            "notes": self.notes,
            "written": self.written,
        }


@dataclass
class Batch:
    """A dataset with its areas, series and shapes."""

    dataset: DatasetData
    areas: dict[tuple[str, int], str] = field(default_factory=dict)  # name, empty if not given
    makes_areas: bool = True
    series: list[SeriesData] = field(default_factory=list)
    shapes: list[ShapeData] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    indicators: dict[str, IndicatorSpec] = field(default_factory=dict)  # of a mapping's own
    file: str = ""
