"""Can a reader compute what a release withholds? Bounds on protected counts by linear programming.

Method page: docs/methods/disclosure.md.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil, floor, inf, isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

# Solver answers are right to about 1e-7; counts are whole.
NEAR = 1e-5
# The published types of linprog do not know the sparse matrices that it takes.
_solved: Callable[..., Any] = linprog


class Contradiction(ValueError):
    """No counts at all agree with what was published."""


class Statement(NamedTuple):
    """Something published about one count: it lies between low and high.

    All statements of one `unit` are withheld together. A finite `price` says that this can still
    be done; what was published before cannot be taken back. A statement also disappears with the
    unit that it `falls_with`.
    """

    unit: str
    cell: str
    low: float
    high: float
    price: float = inf
    falls_with: str = ""


class Relation(NamedTuple):
    """A sum that everyone knows: low <= sum of weight times cell <= high."""

    terms: tuple[tuple[str, float], ...]
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Tables:
    """All that a reader has: what any count can be, what was published, how counts hang together.

    `ranges` holds every cell, with the lowest and highest count that a reader would believe if
    nothing were published about it; both are finite.
    """

    ranges: Mapping[str, tuple[float, float]]
    statements: tuple[Statement, ...]
    relations: tuple[Relation, ...]


class Finding(NamedTuple):
    """What a reader can compute about one count: it lies between low and high."""

    cell: str
    low: float
    high: float

    @property
    def possible(self) -> int:
        """How many whole counts are possible."""
        return floor(self.high + NEAR) - ceil(self.low - NEAR) + 1


class Suppression(NamedTuple):
    """Units to withhold, and cells that were narrow before anything of this release."""

    withheld: tuple[str, ...]
    beyond_help: tuple[str, ...]


def known_intervals(
    tables: Tables, cells: Iterable[str], *, withheld: Collection[str] = ()
) -> list[Finding]:
    """Return the lowest and highest count that agree with everything published, per cell.

    Parameters
    ----------
    tables : Tables
        Everything ever published, and how the counts hang together.
    cells : iterable of str
        The cells asked for.
    withheld : collection of str
        Units that are left out after all.

    Returns
    -------
    list of Finding
        In the order of `cells`.

    Raises
    ------
    Contradiction
        If no counts agree with the tables.
    ValueError
        If a range is not finite or a relation names an unknown cell.

    Notes
    -----
    Two linear programmes per cell, solved by HiGHS. Weak point: counts are whole, and the
    programme also allows fractions, so a true interval may be narrower than the one found.
    """
    reader = _Reader(tables, withheld)
    return [reader.interval(cell) for cell in cells]


def narrow_cells(
    tables: Tables, protected: Iterable[str], *, threshold: int, withheld: Collection[str] = ()
) -> list[Finding]:
    """Return the protected cells of which fewer counts are possible than the threshold.

    Parameters
    ----------
    tables : Tables
        Everything ever published, and how the counts hang together.
    protected : iterable of str
        Cells that nobody may narrow down.
    threshold : int, >= 1
        Least number of whole counts that must remain possible.
    withheld : collection of str
        Units that are left out after all.

    Returns
    -------
    list of Finding
        Sorted by cell; empty when the audit passes.

    Raises
    ------
    Contradiction
        If no counts agree with the tables.

    Notes
    -----
    Counts that agree with the tables form a convex set. So two solutions far enough apart settle
    a cell, and solutions sought for one cell often settle others.
    """
    return _Reader(tables, withheld).narrow(protected, threshold)


def secondary_suppression(
    tables: Tables, protected: Collection[str], *, threshold: int
) -> Suppression:
    """Choose the cheapest units to withhold so that no protected cell can be narrowed down.

    Parameters
    ----------
    tables : Tables
        Everything ever published and what is about to be, and how the counts hang together.
    protected : collection of str
        Cells that nobody may narrow down.
    threshold : int, >= 1
        Least number of whole counts that must remain possible.

    Returns
    -------
    Suppression
        Units in order of name. Cells that earlier publications alone make narrow are beyond help:
        nothing is withheld for them.

    Raises
    ------
    Contradiction
        If no counts agree with the tables.

    Notes
    -----
    For every narrow cell the dual prices of its two programmes name the published numbers that
    the reader leans on; the cheapest of those is withheld, and so on. At the end what turns out
    to be superfluous is published after all, the dearest first. The same tables give the same
    choice. Weak point: a greedy choice need not be the cheapest of all.
    """
    free = {one.unit for one in tables.statements if isfinite(one.price)}
    lost = {one.cell for one in narrow_cells(tables, protected, threshold=threshold, withheld=free)}
    helped = sorted(set(protected) - lost)
    withheld: set[str] = set()
    while True:
        reader = _Reader(tables, withheld)
        narrow = reader.narrow(helped, threshold)
        if not narrow:
            break
        withheld |= {reader.cheapest(found.cell) for found in narrow}
    price = _prices(tables)
    for unit in sorted(withheld, key=lambda name: (-price[name], name)):
        fewer = withheld - {unit}
        if not narrow_cells(tables, helped, threshold=threshold, withheld=fewer):
            withheld = fewer
    return Suppression(tuple(sorted(withheld)), tuple(sorted(lost)))


def _prices(tables: Tables) -> dict[str, float]:
    return {one.unit: one.price for one in tables.statements if isfinite(one.price)}


class _Reader:
    """Who has read everything and computes; some units were withheld."""

    def __init__(self, tables: Tables, withheld: Collection[str]) -> None:
        self.cells = {cell: place for place, cell in enumerate(tables.ranges)}
        self.prices = _prices(tables)
        self.said = [
            one
            for one in tables.statements
            if one.unit not in withheld and one.falls_with not in withheld
        ]
        self.low, self.high = np.array(list(tables.ranges.values()), float).reshape(-1, 2).T.copy()
        if not (np.isfinite(self.low).all() and np.isfinite(self.high).all()):
            raise ValueError("the range of each count is finite")
        for one in self.said:
            place = self.cells[one.cell]
            self.low[place] = max(self.low[place], one.low)
            self.high[place] = min(self.high[place], one.high)
        if (self.low > self.high + NEAR).any():
            raise Contradiction("two numbers about one count contradict each other")
        self.same, self.equal, self.under, self.limit = _matrices(tables, self.cells)
        self.leans: dict[str, tuple[Any, Any]] = {}

    def solve(self, weights: NDArray[np.float64]) -> Any:
        """Minimise a weighted sum of counts."""
        found = _solved(
            weights,
            A_ub=self.under,
            b_ub=self.limit,
            A_eq=self.same,
            b_eq=self.equal,
            bounds=np.column_stack([self.low, self.high]),
            method="highs",
        )
        if not found.success:
            raise Contradiction(f"no counts agree with what was published: {found.message}")
        return found

    def extremes(self, cell: str) -> tuple[Any, Any]:
        """Solutions with the lowest and the highest count of a cell."""
        weights = np.zeros(len(self.cells))
        weights[self.cells[cell]] = 1.0
        return self.solve(weights), self.solve(-weights)

    def interval(self, cell: str) -> Finding:
        """What can be computed about a cell."""
        least, most = self.extremes(cell)
        return Finding(cell, float(least.fun), float(-most.fun))

    def narrow(self, protected: Iterable[str], threshold: int) -> list[Finding]:
        """Protected cells of which too few counts are possible; see `narrow_cells`."""
        left = sorted(set(protected))
        if not left:
            return []
        places = np.array([self.cells[cell] for cell in left])
        together = np.zeros(len(self.cells))
        together[places] = 1.0
        seen = [self.solve(together).x[places], self.solve(-together).x[places]]
        least, most = np.minimum(*seen), np.maximum(*seen)
        narrow = []
        for number, cell in enumerate(left):
            if Finding(cell, least[number], most[number]).possible >= threshold:
                continue
            ends = self.extremes(cell)
            for end in ends:
                least, most = np.minimum(least, end.x[places]), np.maximum(most, end.x[places])
            found = Finding(cell, float(ends[0].fun), float(-ends[1].fun))
            if found.possible < threshold:
                self.leans[cell] = ends
                narrow.append(found)
        return narrow

    def cheapest(self, cell: str) -> str:
        """The cheapest unit that the bounds of a narrow cell lean on."""
        pressing = np.zeros(len(self.cells), bool)
        tight = np.zeros(len(self.cells), bool)
        for end in self.leans[cell]:
            pressing |= np.abs(end.lower.marginals) + np.abs(end.upper.marginals) > NEAR
            tight |= (np.abs(end.x - self.low) < NEAR) | (np.abs(end.x - self.high) < NEAR)
        for leaned_on in (pressing, tight, np.ones_like(tight)):
            units = {
                one.unit
                for one in self.said
                if one.unit in self.prices and leaned_on[self.cells[one.cell]]
            }
            if units:
                return min(units, key=lambda name: (self.prices[name], name))
        raise Contradiction("withholding everything does not help, though it did before")


_Rows = tuple[csr_matrix | None, NDArray[np.float64] | None]


def _matrices(
    tables: Tables, cells: Mapping[str, int]
) -> tuple[
    csr_matrix | None, NDArray[np.float64] | None, csr_matrix | None, NDArray[np.float64] | None
]:
    """Relations as equalities and as upper limits."""
    equal: list[tuple[Relation, float, float]] = []
    under: list[tuple[Relation, float, float]] = []
    for one in tables.relations:
        if one.low == one.high:
            equal.append((one, 1.0, one.low))
            continue
        if isfinite(one.high):
            under.append((one, 1.0, one.high))
        if isfinite(one.low):
            under.append((one, -1.0, -one.low))
    return *_sparse(equal, cells), *_sparse(under, cells)


def _sparse(rows: list[tuple[Relation, float, float]], cells: Mapping[str, int]) -> _Rows:
    if not rows:
        return None, None
    entries = [
        (sign * weight, row, cells[cell])
        for row, (relation, sign, _) in enumerate(rows)
        for cell, weight in relation.terms
    ]
    values, row_of, column_of = zip(*entries, strict=True)
    matrix = csr_matrix((values, (row_of, column_of)), shape=(len(rows), len(cells)))
    return matrix, np.array([limit for *_, limit in rows])
