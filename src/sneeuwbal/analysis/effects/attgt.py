"""What did starting change? Group-time effects by the method of Callaway and Sant'Anna.

Method page: docs/methods/effects.md.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, f

from sneeuwbal.analysis.effects.panel import NEVER, Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Controls(StrEnum):
    """With whom a cohort is compared."""

    NEVER = "never_treated"
    NOT_YET = "not_yet_treated"


@dataclass(frozen=True, slots=True)
class Cell:
    """One comparison: a cohort against its controls, from a base period to a period."""

    cohort: int
    period: int
    base: int
    controls: tuple[int, ...]

    @property
    def event_time(self) -> int:
        """Periods since the start; negative before it."""
        return self.period - self.cohort


@dataclass(frozen=True, eq=False)
class GroupTime:
    """ATT(g,t) for every cell, with the influence of each cluster on it.

    `influence` is (cells, clusters), scaled so that a cell's variance is its sum of squares;
    `membership` is (cells, clusters): the influence on the cell's cohort share.
    """

    panel: Panel
    controls: Controls
    cells: tuple[Cell, ...]
    att: Floats
    influence: Floats
    share: Floats
    membership: Floats

    def standard_errors(self) -> Floats:
        """(cells,) standard errors, as R package did prints them without bootstrap."""
        return np.asarray(np.sqrt((self.influence**2).sum(axis=1)))


def cells_of(
    panel: Panel, controls: Controls, *, placebo: int = 0, universal: bool = False
) -> tuple[Cell, ...]:
    """Return every comparison the panel allows.

    Parameters
    ----------
    panel : Panel
    controls : Controls
    placebo : int, >= 0
        0: the real effects and, before the start, changes over one period. k > 0: the
        k periods before the start, as if everyone had started k periods earlier.
    universal : bool
        Compare every period, also before the start, with the last one before it.

    Returns
    -------
    tuple of Cell
        Cells without controls or base period are left out.
    """
    found = []
    for cohort in panel.cohorts():
        periods = range(cohort - placebo, cohort) if placebo else range(panel.periods)
        for period in periods:
            fixed = placebo or universal or period >= cohort
            base = cohort - placebo - 1 if fixed else period - 1
            against = _controls(panel, controls, cohort=cohort, until=max(period, base))
            if base >= 0 and base != period and against:
                found.append(Cell(cohort, period, base, against))
    return tuple(found)


def _controls(panel: Panel, controls: Controls, *, cohort: int, until: int) -> tuple[int, ...]:
    starts = [int(start) for start in np.unique(panel.start) if start != cohort]
    if controls is Controls.NEVER:
        return tuple(start for start in starts if start == NEVER)
    return tuple(start for start in starts if start == NEVER or start > until)


def group_time(
    panel: Panel, controls: Controls, *, placebo: int = 0, universal: bool = False
) -> GroupTime:
    """Estimate the effect for each cohort in each period.

    Parameters
    ----------
    panel : Panel
        Units treated from the first period on are left out: nothing is known of them before.
    controls : Controls
    placebo, universal
        See `cells_of`.

    Returns
    -------
    GroupTime
        In the unit of the outcome. Without any cell its arrays are empty.

    Notes
    -----
    `ATT(g,t) = mean(Y_t - Y_b | G = g) - mean(Y_t - Y_b | controls)`, base `b = g - 1` from the
    start on and `t - 1` before it. Callaway & Sant'Anna (2021), doi:10.1016/j.jeconom.2020.12.001.
    Weak point: rests on parallel trends, which no data can prove.
    """
    kept = panel.seen_before_start()
    cells = cells_of(kept, controls, placebo=placebo, universal=universal)
    att, influence = np.zeros(len(cells)), np.zeros((len(cells), kept.clusters))
    share, membership = np.zeros(len(cells)), np.zeros((len(cells), kept.clusters))
    for row, cell in enumerate(cells):
        change = kept.outcome[:, cell.period] - kept.outcome[:, cell.base]
        own, others = kept.start == cell.cohort, np.isin(kept.start, cell.controls)
        here, there = change[own].mean(), change[others].mean()
        att[row], share[row] = here - there, own.mean()
        each = own * (change - here) / own.sum() - others * (change - there) / others.sum()
        influence[row] = per_cluster(kept, each)
        membership[row] = per_cluster(kept, (own - own.mean()) / kept.units)
    return GroupTime(kept, controls, cells, att, influence, share, membership)


def per_cluster(panel: Panel, per_unit: Floats) -> Floats:
    """Add up the values of the units of each cluster."""
    total = np.bincount(panel.cluster_index, weights=per_unit, minlength=panel.clusters)
    return np.asarray(total, float)


@dataclass(frozen=True, slots=True)
class PreTrend:
    """Wald test that nothing happened before the start.

    `p_value` is the large-sample test of R package did; `p_value_few` allows for few clusters
    (Hotelling). Both None when there are too few clusters or no period to test.
    """

    statistic: float | None
    cells: int
    clusters: int
    p_value: float | None
    p_value_few: float | None


def pre_trend(effects: GroupTime) -> PreTrend:
    """Test whether the trends already differed before the start.

    Parameters
    ----------
    effects : GroupTime
        Made without placebo and not universal.

    Returns
    -------
    PreTrend

    Notes
    -----
    Weak point: a large p-value does not prove parallel trends; with few clusters the test
    sees little (Roth 2022, doi:10.1257/aeri.20210236). Show the bounds beside it.
    """
    before = [row for row, cell in enumerate(effects.cells) if cell.event_time < 0]
    tested, clusters = len(before), effects.panel.clusters
    free = clusters - len(np.unique(effects.panel.start))
    nothing = PreTrend(None, tested, clusters, None, None)
    if not before or tested >= free:
        return nothing
    influence = effects.influence[before]
    variance = influence @ influence.T
    if np.linalg.matrix_rank(variance) < tested:
        return nothing
    values = effects.att[before]
    wald = float(values @ np.linalg.solve(variance, values))
    few = wald * (free - tested + 1) / (tested * free)
    return PreTrend(
        wald,
        tested,
        clusters,
        float(chi2.sf(wald, tested)),
        float(f.sf(few, tested, free - tested + 1)),
    )
