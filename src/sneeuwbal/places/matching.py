"""From a table as published to series of our indicators: areas, years, values."""

import re
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from sneeuwbal.places import codes
from sneeuwbal.places.batch import Batch, DatasetData, Progress, SeriesData
from sneeuwbal.places.catalogue import ColumnSpec, Family
from sneeuwbal.places.cells import read_number, scaled
from sneeuwbal.places.columns import Layout, find_layout
from sneeuwbal.places.models import Missing
from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.reading import Cell, Row, Table

WHOLE_YEAR = re.compile(r"^(\d{4})JJ00$")
ROWS_BETWEEN_REPORTS = 4096
# No answer to "did the border change" means that the question does not apply.
REASONS = {"boundary_change": Missing.NOT_APPLICABLE}

Cells = Sequence[Cell]


def batch_from(
    table: Table,
    family: Family,
    dataset: DatasetData,
    *,
    progress: Progress,
    known: Collection[str] = (),
    code_column: str = "",
    name_column: str = "",
) -> Batch:
    """Read a whole table into a batch. `known` are codes of any year, for tables without a list."""
    batch = Batch(dataset, file=table.file)
    layout = find_layout(table, family, batch, code_column, name_column)
    described = {code_column, name_column}
    batch.report.unmapped_columns = [
        key for key in batch.report.unmapped_columns if key not in described
    ]
    reader = _Reader(table, family, layout, batch, set(known))
    for at, row in enumerate(table.rows):
        if at % ROWS_BETWEEN_REPORTS == 0:
            progress(at / max(table.expected, at + 1), table.file)
        reader.take(row)
    reader.finish()
    return batch


class _Reader:
    """Takes rows one by one; keeps what has been seen."""

    def __init__(
        self, table: Table, family: Family, layout: Layout, batch: Batch, known: set[str]
    ) -> None:
        self.table, self.family, self.layout, self.batch = table, family, layout, batch
        self.known = known | set(table.names) if known else known
        self.slots: dict[tuple[int, int], SeriesData] = {}
        self.seen: dict[tuple[str, int, str], int] = {}
        self.blank = 0
        self.kind_column = table.index("SoortRegio_2")
        self.municipality_column = table.index("Gemeentenaam_1")
        self.by_value: dict[str, list[tuple[int, int, ColumnSpec]]] = {}
        for slot, (at, spec) in enumerate(layout.columns):
            self.by_value.setdefault(spec.where[1] if spec.where else "", []).append(
                (slot, at, spec)
            )

    def take(self, row: Row) -> None:
        """Take one row: leave it out for a reason that is counted, or keep its values."""
        file, number, cells = row
        report = self.batch.report
        report.rows_read += 1
        code = codes.clean(cells[self.layout.code])
        if not self._kept(code, cells):
            return
        year = self._year(cells)
        if year is None or year in self.family.skip_years:
            report.left_out["period"] += 1
            return
        value = self._dimension(cells)
        wanted = self.by_value.get(value)
        if wanted is None:
            report.left_out["dimension"] += 1
            return
        earlier = self.seen.setdefault((code, year, value), number)
        if earlier != number:
            raise ImportProblem(
                _("Area %(code)s already stands in row %(earlier)s.")
                % {"code": code, "earlier": earlier},
                file=file,
                row=number,
                column=self.table.columns[self.layout.code].key,
                remedy=_("Remove the double row, or download the table again."),
            )
        report.rows_matched += 1
        area = (code, self.batch.dataset.area_year if self.family.own_areas else year)
        self.batch.areas.setdefault(area, self._name(code, cells))
        empty = self._reason_if_empty(cells)
        for slot, at, spec in wanted:
            self._keep(self._slot(slot, at, spec, year), cells[at], area, empty, file, number, at)

    def finish(self) -> None:
        """Close the series: mark empty columns, count what is missing."""
        if not self.family.own_areas:
            self._drop_areas_without_values()
        report = self.batch.report
        if self.blank:
            report.notes.append(
                _("%(count)s rows have an area code but nothing else; their values are unknown.")
                % {"count": self.blank}
            )
        for series in self.slots.values():
            label = f"{series.official_key} {series.year}"
            if series.empty:
                report.empty_columns.append(label)
            else:
                report.missing[label] = sum(value is None for value in series.values)
        self.batch.series = list(self.slots.values())

    def _kept(self, code: str, cells: Cells) -> bool:
        report = self.batch.report
        if codes.kind_of(code) is None:
            if codes.is_other_region(code):
                report.other_regions[code[:2]] += 1
            else:
                report.unknown_codes[code or "-"] += 1
            return False
        if any(str(cells[at]).strip() != value for at, value in self.layout.keep):
            report.left_out["dimension"] += 1
            return False
        if not self.family.own_areas and self.known and code not in self.known:
            report.unknown_codes[code] += 1
            return False
        return True

    def _year(self, cells: Cells) -> int | None:
        if self.layout.period is None:
            return self.batch.dataset.year
        period = WHOLE_YEAR.match(str(cells[self.layout.period]).strip())
        return int(period[1]) if period else None

    def _dimension(self, cells: Cells) -> str:
        at = self.layout.dimension
        return "" if at is None else str(cells[at]).strip()

    def _name(self, code: str, cells: Cells) -> str:
        if told := self.table.names.get(code):
            return told
        at = self.layout.name
        if at is None and code[:2] in {"GM", "NL"}:
            at = self.municipality_column
        return "" if at is None else str(cells[at] or "").strip()

    def _reason_if_empty(self, cells: Cells) -> Missing:
        """A row that does not even tell its kind was not filled in at all."""
        at = self.kind_column
        if at is not None and not str(cells[at] or "").strip():
            self.blank += 1
            return Missing.UNKNOWN
        return self.family.missing

    def _slot(self, slot: int, at: int, spec: ColumnSpec, year: int) -> SeriesData:
        series = self.slots.get((slot, year))
        if series is None:
            column = self.table.columns[at]
            key = f"{column.key} [{spec.where[1]}]" if spec.where else column.key
            series = SeriesData(spec.indicator, year, key, column.unit or spec.unit, spec.factor)
            self.slots[slot, year] = series
        return series

    def _keep(
        self,
        series: SeriesData,
        cell: Cell,
        area: tuple[str, int],
        empty: Missing,
        file: str,
        row: int,
        at: int,
    ) -> None:
        number, reason = read_number(
            cell, empty=empty, file=file, row=row, column=self.table.columns[at].key
        )
        if reason is not None:
            reason = REASONS.get(series.indicator, reason)
        series.areas.append(area)
        series.values.append(None if number is None else scaled(number, series.factor))
        series.reasons.append(reason)

    def _drop_areas_without_values(self) -> None:
        """A municipality that did not exist in a year has no values in it, and is no area of it."""
        alive = {
            area
            for series in self.slots.values()
            for area, value in zip(series.areas, series.values, strict=True)
            if value is not None
        }
        gone = set(self.batch.areas) - alive
        self.batch.report.left_out["no value in that year"] += len(gone)
        for area in gone:
            del self.batch.areas[area]
        for series in self.slots.values():
            kept = [at for at, area in enumerate(series.areas) if area in alive]
            series.areas = [series.areas[at] for at in kept]
            series.values = [series.values[at] for at in kept]
            series.reasons = [series.reasons[at] for at in kept]
