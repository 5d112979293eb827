"""Group-time effects brought together: overall, by time since the start, by cohort, by period.

Method page: docs/methods/effects.md.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.effects.attgt import Controls, GroupTime, group_time
from sneeuwbal.analysis.effects.interval import estimate_of
from sneeuwbal.analysis.effects.panel import Bools, Panel
from sneeuwbal.analysis.estimate import Estimate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Estimand(StrEnum):
    """Which average of the group-time effects is meant; they differ, so always name it."""

    SIMPLE = "simple"
    DYNAMIC = "dynamic"
    GROUP = "group"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: an event time, a cohort or a period (`at`), its effect and standard error."""

    at: int
    estimate: Estimate
    standard_error: float | None


@dataclass(frozen=True, eq=False)
class Aggregate:
    """An overall effect and the lines it is made of.

    `standard_error` is the reference software's; the interval of `overall` is wider when there
    are few clusters. `influence` is (clusters,), its sum of squares the squared standard error;
    `row_influence` is (rows, clusters).
    """

    estimand: Estimand
    overall: Estimate
    standard_error: float | None
    rows: tuple[Row, ...]
    influence: Floats
    row_influence: Floats


def aggregate(effects: GroupTime, estimand: Estimand) -> Aggregate:
    """Bring group-time effects together into one number and its parts.

    Parameters
    ----------
    effects : GroupTime
    estimand : Estimand
        simple: every cell after the start by its cohort's size. dynamic: mean over event times.
        group: mean over a cohort's periods, then over cohorts by size. calendar: mean over periods.

    Returns
    -------
    Aggregate
        In the unit of the outcome; silent when no cell after the start has controls.

    Notes
    -----
    Callaway & Sant'Anna (2021), section 3; the standard errors include the error of the
    estimated cohort shares. The interval is Welch's (see `welch`), wider than theirs with
    few clusters. Rows before the start (dynamic only) are changes over one period.
    """
    after = np.array([cell.event_time >= 0 for cell in effects.cells], bool)
    if estimand is Estimand.SIMPLE:
        value, influence = weighted(effects, np.flatnonzero(after))
        told = _told(effects, estimand, value, influence)
        return Aggregate(estimand, *told, (), influence, np.zeros((0, influence.size)))
    keys = _keys(effects, estimand)
    counted = np.ones(after.size, bool) if estimand is Estimand.DYNAMIC else after
    parts = {
        int(key): weighted(effects, np.flatnonzero(counted & (keys == key)))
        for key in np.unique(keys[counted])
    }
    rows = tuple(Row(key, *_told(effects, estimand, *part)) for key, part in parts.items())
    value, influence = _overall(effects, estimand, parts)
    told = _told(effects, estimand, value, influence)
    apart = np.array([part[1] for part in parts.values()]).reshape(-1, influence.size)
    return Aggregate(estimand, *told, rows, influence, apart)


def _keys(effects: GroupTime, estimand: Estimand) -> Ints:
    wanted = {
        Estimand.DYNAMIC: [cell.event_time for cell in effects.cells],
        Estimand.GROUP: [cell.cohort for cell in effects.cells],
        Estimand.CALENDAR: [cell.period for cell in effects.cells],
    }
    return np.array(wanted[estimand], np.int64)


def weighted(effects: GroupTime, rows: Ints) -> tuple[float | None, Floats]:
    """Average cells by the size of their cohorts, with the influence of the estimated sizes.

    Parameters
    ----------
    effects : GroupTime
    rows : (k,) int
        Which cells.

    Returns
    -------
    (value, influence)
        None and zeros without any cell.
    """
    if not rows.size:
        return None, np.zeros(effects.panel.clusters)
    share, att = effects.share[rows], effects.att[rows]
    total = float(share.sum())
    weight = share / total
    value = float(weight @ att)
    of_weights = (att - value) @ effects.membership[rows] / total
    return value, weight @ effects.influence[rows] + of_weights


def _overall(
    effects: GroupTime, estimand: Estimand, parts: dict[int, tuple[float | None, Floats]]
) -> tuple[float | None, Floats]:
    used = {
        key: (value, influence)
        for key, (value, influence) in parts.items()
        if value is not None and (estimand is not Estimand.DYNAMIC or key >= 0)
    }
    if not used:
        return None, np.zeros(effects.panel.clusters)
    values = np.array([value for value, _ in used.values()])
    influence = np.array([one for _, one in used.values()])
    if estimand is not Estimand.GROUP:
        return float(values.mean()), influence.mean(axis=0)
    first = {cell.cohort: row for row, cell in enumerate(effects.cells)}
    rows = [first[cohort] for cohort in used]
    share = effects.share[rows]
    total, weight = float(share.sum()), share / share.sum()
    value = float(weight @ values)
    of_weights = (values - value) @ effects.membership[rows] / total
    return value, weight @ influence + of_weights


def _told(
    effects: GroupTime, estimand: Estimand, value: float | None, influence: Floats
) -> tuple[Estimate, float | None]:
    method = f"Callaway-Sant'Anna, {estimand}, {effects.controls}"
    return estimate_of(value, influence, cluster_start=effects.panel.cluster_start, method=method)


def coefficients(effects: GroupTime, estimand: Estimand) -> dict[int, Floats]:
    """Return the weight of each cohort's outcome in each period within the overall effect.

    Parameters
    ----------
    effects : GroupTime
    estimand : Estimand

    Returns
    -------
    {start: (periods,) float}
        The overall effect is the sum over units of the coefficients of their start times
        their outcomes. They depend on the sizes of the cohorts only, which is what makes
        randomisation inference quick.
    """
    starts, counts = np.unique(effects.panel.start, return_counts=True)
    size = {int(start): int(count) for start, count in zip(starts, counts, strict=True)}
    found = {start: np.zeros(effects.panel.periods) for start in size}
    for cell, weight in zip(effects.cells, cell_weights(effects, estimand), strict=True):
        controls = sum(size[start] for start in cell.controls)
        for start, part in [
            (cell.cohort, weight / size[cell.cohort]),
            *((start, -weight / controls) for start in cell.controls),
        ]:
            found[start][cell.period] += part
            found[start][cell.base] -= part
    return found


def cell_weights(effects: GroupTime, estimand: Estimand) -> Floats:
    """(cells,) weights of the cells in the overall effect; they sum to 1."""
    after = np.array([cell.event_time >= 0 for cell in effects.cells], bool)
    weight = np.where(after, effects.share, 0.0)
    if not after.any():
        return weight
    if estimand is Estimand.SIMPLE:
        return np.asarray(weight / weight.sum())
    keys = _keys(effects, estimand)
    of_key = {int(key): float(weight[keys == key].sum()) for key in np.unique(keys[after])}
    if estimand is Estimand.GROUP:
        cells = {key: int((after & (keys == key)).sum()) for key in of_key}
        total = sum(of_key[key] / cells[key] for key in of_key)
        return np.array(
            [w / cells.get(int(key), 1) / total for w, key in zip(weight, keys, strict=True)]
        )
    return np.array(
        [w / of_key[int(k)] / len(of_key) if w else 0.0 for w, k in zip(weight, keys, strict=True)]
    )


@dataclass(frozen=True, slots=True)
class Donut:
    """The effect with every comparison place, and without the ring around treated places."""

    everyone: Estimate
    without_ring: Estimate
    left_out: int


def donut(panel: Panel, ring: Bools, *, estimand: Estimand, controls: Controls) -> Donut:
    """Estimate the effect with and without a ring of units that spill-over may have reached.

    Parameters
    ----------
    panel : Panel
    ring : (n,) bool
        The units to leave out; `panel.ring` marks untreated neighbours of treated units.
    estimand : Estimand
    controls : Controls

    Returns
    -------
    Donut
        Spreading to neighbours pulls the first figure to zero. Show both.
    """
    both = [
        aggregate(group_time(rows, controls), estimand).overall
        for rows in (panel, panel.without(ring))
    ]
    return Donut(both[0], both[1], int(ring.sum()))


def placebo(panel: Panel, periods: int, *, controls: Controls) -> Estimate:
    """Estimate the effect of a start that did not happen, before the real one.

    Parameters
    ----------
    panel : Panel
    periods : int, >= 1
        How many periods before its real start each cohort pretends to start.
    controls : Controls

    Returns
    -------
    Estimate
        Should hold 0. Silent when no cohort is seen that long before its start.

    Raises
    ------
    ValueError
        If periods is below 1.
    """
    if periods < 1:
        raise ValueError("a placebo lies at least one period before the start")
    effects = group_time(panel, controls, placebo=periods)
    value, influence = weighted(effects, np.arange(len(effects.cells)))
    method = f"placebo, {periods} periods early, {controls}"
    starts = effects.panel.cluster_start
    return estimate_of(value, influence, cluster_start=starts, method=method)[0]
