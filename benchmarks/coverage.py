"""How often the intervals hold the truth; writes the tables into docs/methods/renewal.md.

Run: python benchmarks/coverage.py (about a minute). With --show it only prints.
"""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sneeuwbal.analysis.spread_coverage import Row, pattern_rows, people_rows, renewal_rows

PAGE = Path(__file__).parents[1] / "docs" / "methods" / "renewal.md"
SEED = 2026


@dataclass(frozen=True)
class Table:
    """A table of a method page, between its two markers."""

    name: str
    rows: Callable[..., Iterator[Row]]
    runs: int
    truth: tuple[str, ...]
    found: tuple[str, ...]

    def text(self) -> str:
        """Run the simulation; return the table as markdown."""
        names = (*self.truth, *self.found)
        head = ["| " + " | ".join(names) + " |", "| " + " | ".join("---" for _ in names) + " |"]
        return "\n".join([*head, *(row.text() for row in self.rows(runs=self.runs, seed=SEED))])


TABLES = (
    Table(
        "renewal",
        renewal_rows,
        3000,
        ("true R", "k"),
        (
            "Poisson, own prior",
            "ours, own prior",
            "Poisson, EpiEstim's prior",
            "ours, EpiEstim's prior",
            "mean R, labelled",
            'mean of naive "new / expected"',
        ),
    ),
    Table(
        "patterns",
        pattern_rows,
        3000,
        ("campaign", "true R", "k"),
        ("whole year", "last 26 weeks", "newest cohort, 26 weeks", "bounds, half unknown"),
    ),
    Table(
        "people",
        people_rows,
        600,
        ("true R", "k"),
        (
            "complete",
            "half via a neighbour",
            "half unknown",
            "half lost, called back",
            "newest half year",
            "speaks",
            "complete, where it speaks",
        ),
    ),
)


def written(page: str, table: Table, text: str) -> str:
    """Return the page with the table between its markers replaced."""
    start, end = f"<!-- {table.name}: start -->", f"<!-- {table.name}: end -->"
    before, _, rest = page.partition(start)
    _, marker, after = rest.partition(end)
    if not marker:
        raise SystemExit(f"{PAGE.name} has no markers for the table {table.name}")
    return f"{before}{start}\n{text}\n{end}{after}"


def main() -> int:
    """Run every table, print it, and write it into the page."""
    for table in TABLES:
        begun = time.perf_counter()
        text = table.text()
        print(
            f"{table.name}, {table.runs} runs a row, {time.perf_counter() - begun:.0f} s\n{text}\n"
        )
        if "--show" not in sys.argv:
            PAGE.write_text(written(PAGE.read_text("utf-8"), table, text), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
