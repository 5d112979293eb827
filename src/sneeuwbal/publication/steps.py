"""Renew a public number only when enough households came since it was last shown.

Who subtracts two releases may not learn that two or three people came between them.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sneeuwbal.analysis.disclosure import stepped
from sneeuwbal.evidence.models import Figure
from sneeuwbal.publication.models import PublicNumber

Kind = Figure.Kind
# A share or a count changes with the households behind it; an estimate may change without them.
COUNTS = {Kind.REACH.value, Kind.VOICE.value}
TABLES = {Kind.FUNNEL.value, Kind.CHANNELS.value}
REPEATED = ("value", "low", "high", "n", "unit", "method", "verdict", "details")
CELLS = {"stages": ("count",), "channels": ("spoken", "participants")}


class Cell(NamedTuple):
    """A count in the details of a number: where it stands and what it counts."""

    row: dict[str, Any]
    column: str

    @property
    def counted(self) -> str:
        """What it counts: a stage, or a stage through a channel."""
        key = str(self.row["key"])
        return key if self.column == "count" else f"{self.column} via {key}"

    @property
    def shown(self) -> int | None:
        """The published count; None is withheld."""
        count = self.row.get(self.column)
        return None if count is None else int(count)


def cells_of(number: PublicNumber) -> Iterator[Cell]:
    """The counts in the details of a number."""
    for table, columns in CELLS.items():
        for row in number.details.get(table, []):
            for column in columns:
                yield Cell(row, column)


class LastShown:
    """What was shown last of each number and each cell, over releases from old to new."""

    def __init__(self, releases: Iterable[Iterable[PublicNumber]]) -> None:
        self.numbers: dict[tuple[int | None, str], PublicNumber] = {}
        self.cells: dict[tuple[int | None, str], int] = {}
        for release in releases:
            self.add(release)

    def add(self, release: Iterable[PublicNumber]) -> None:
        """Read one release more."""
        for number in release:
            if number.withheld:
                continue
            self.numbers[number.area_id, number.kind] = number
            for cell in cells_of(number):
                if cell.shown is not None:
                    self.cells[number.area_id, cell.counted] = cell.shown

    def count(self, number: PublicNumber) -> int | None:
        """The count behind a number when it was last shown."""
        former = self.numbers.get((number.area_id, number.kind))
        return former.n if former else None


def keep_small_steps(numbers: list[PublicNumber], last: LastShown, *, threshold: int) -> int:
    """Repeat what would change by less than the threshold; return how many numbers stayed."""
    kept = 0
    for number in numbers:
        if number.withheld:
            continue
        for cell in cells_of(number):
            former = last.cells.get((number.area_id, cell.counted))
            if cell.shown is not None and former is not None:
                cell.row[cell.column] = stepped(cell.shown, former, threshold=threshold)
        kept += _repeat(number, last.numbers.get((number.area_id, number.kind)), threshold)
    return kept


def _repeat(number: PublicNumber, former: PublicNumber | None, threshold: int) -> bool:
    if former is None or former.n is None or number.n is None:
        return False
    if stepped(number.n, former.n, threshold=threshold) != former.n:
        return False
    same = (number.method, number.verdict) == (former.method, former.verdict)
    # A better method or another verdict is news, also where nobody came since.
    whole = number.kind in COUNTS or (same and number.kind not in TABLES)
    for name in REPEATED if whole else ("n",):
        setattr(number, name, getattr(former, name))
    return True
