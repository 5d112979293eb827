"""The table every effect is computed from: one row per unit, one column per period, no gaps."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = -1


@dataclass(frozen=True, eq=False)
class Panel:
    """Balanced panel: the outcome of every unit in every period, and when each unit started.

    Parameters
    ----------
    outcome : (n, t) float
        Any unit of measurement; finite. Columns are consecutive periods.
    start : (n,) int
        Index of the first period with treatment; -1 is never within the panel.
    cluster : (n,) names, or None
        Units that were treated together. None: every unit is its own cluster.

    Raises
    ------
    ValueError
        If the shapes differ, a value is missing, a start lies outside the panel, or
        units of one cluster start at different moments.
    """

    outcome: Floats
    start: Ints
    cluster: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.outcome.ndim != 2 or self.start.shape != self.outcome.shape[:1]:
            raise ValueError(
                "outcome has a row per unit and a column per period; start one per row"
            )
        gaps = np.argwhere(~np.isfinite(self.outcome))
        if gaps.size:
            unit, period = gaps[0]
            raise ValueError(f"the panel has gaps, the first at row {unit}, period {period}")
        if (
            self.units
            and not NEVER <= int(self.start.min()) <= int(self.start.max()) < self.periods
        ):
            raise ValueError("a start is a period of the panel, or -1 for never")
        if self.cluster is not None:
            self._check_clusters(self.cluster)

    def _check_clusters(self, names: tuple[str, ...]) -> None:
        if len(names) != self.units:
            raise ValueError("cluster names one cluster per unit")
        starts: dict[str, int] = {}
        for name, start in zip(names, self.start.tolist(), strict=True):
            if starts.setdefault(name, start) != start:
                raise ValueError(f"cluster {name} starts at two moments")

    @property
    def units(self) -> int:
        """Number of rows."""
        return int(self.outcome.shape[0])

    @property
    def periods(self) -> int:
        """Number of columns."""
        return int(self.outcome.shape[1])

    @cached_property
    def cluster_index(self) -> Ints:
        """(n,) int: the number of each unit's cluster, from 0."""
        if self.cluster is None:
            return np.arange(self.units)
        return np.unique(np.array(self.cluster), return_inverse=True)[1].astype(np.int64)

    @cached_property
    def cluster_start(self) -> Ints:
        """(clusters,) int: when each cluster started."""
        first = np.unique(self.cluster_index, return_index=True)[1]
        return np.asarray(self.start[first])

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return int(self.cluster_start.size)

    def cohorts(self) -> tuple[int, ...]:
        """Return the starts of units that are seen before they start, in order."""
        return tuple(int(start) for start in np.unique(self.start) if start > 0)

    def clusters_in(self, cohort: int) -> int:
        """Count the clusters that start in this period."""
        return int((self.cluster_start == cohort).sum())

    def without(self, rows: Bools) -> "Panel":
        """Return the panel without the marked rows."""
        names = None
        if self.cluster is not None:
            names = tuple(n for n, out in zip(self.cluster, rows.tolist(), strict=True) if not out)
        return Panel(self.outcome[~rows], self.start[~rows], names)

    def cluster_means(self) -> "Panel":
        """Return the panel of clusters: the mean outcome of their units, one row each."""
        if self.clusters == self.units:
            return self
        size = np.bincount(self.cluster_index)[:, None]
        total = np.zeros((self.clusters, self.periods))
        np.add.at(total, self.cluster_index, self.outcome)
        return Panel(total / size, self.cluster_start)

    def seen_before_start(self) -> "Panel":
        """Return the panel without units already treated in the first period."""
        return self.without(self.start == 0)


@dataclass(frozen=True, eq=False)
class Gathered:
    """A panel made from loose rows, and what had to stay out of it."""

    panel: Panel
    units: tuple[str, ...]
    periods: tuple[int, ...]
    incomplete: tuple[str, ...]


def gather(
    unit: tuple[str, ...], period: Ints, *, outcome: Floats, start: dict[str, int]
) -> Gathered:
    """Make a balanced panel of loose rows; units with a gap stay out and are named.

    Parameters
    ----------
    unit, period, outcome : m rows
        One row per unit and period, e.g. neighbourhood code, year, m3 of gas. NaN is a gap.
    start : {unit: period}
        First period with treatment. Units left out of it never started; a start after
        the last period counts as never, one before the first period as the first.

    Returns
    -------
    Gathered
        The panel; units and periods in the order of its rows and columns; incomplete
        units.

    Raises
    ------
    ValueError
        If lengths differ or a unit has two rows for one period.
    """
    if not len(unit) == period.size == outcome.size:
        raise ValueError("unit, period and outcome differ in length")
    names, rows = np.unique(np.array(unit, dtype=str), return_inverse=True)
    years, columns = np.unique(period, return_inverse=True)
    if np.unique(rows * max(1, years.size) + columns).size != len(unit):
        raise ValueError("a unit has two rows for one period")
    table = np.full((names.size, years.size), np.nan)
    table[rows, columns] = outcome
    whole = np.isfinite(table).all(axis=1)
    kept = [str(name) for name in names[whole]]
    starts = [_position(years, start.get(name)) for name in kept]
    return Gathered(
        Panel(table[whole], np.array(starts, np.int64)),
        tuple(kept),
        tuple(int(year) for year in years),
        tuple(str(name) for name in names[~whole]),
    )


def _position(years: Ints, start: int | None) -> int:
    if start is None or not years.size or start > years[-1]:
        return NEVER
    return int(np.searchsorted(years, start))


def ring(start: Ints, adjacent: tuple[tuple[int, int], ...]) -> Bools:
    """Mark the units that never start but lie beside one that does.

    Parameters
    ----------
    start : (n,) int
        As in `Panel`.
    adjacent : pairs of row numbers
        Which units border each other.

    Returns
    -------
    (n,) bool
        The ring: spill-over reaches these first, so a comparison may leave them out.

    Raises
    ------
    ValueError
        If a pair names a row that is not there.
    """
    marked = np.zeros(start.size, bool)
    for one, other in adjacent:
        if not (0 <= one < start.size and 0 <= other < start.size):
            raise ValueError(f"there is no row {one} or {other}")
        marked[one] |= bool(start[one] == NEVER and start[other] != NEVER)
        marked[other] |= bool(start[other] == NEVER and start[one] != NEVER)
    return marked
