"""A second opinion on the effect: impute what would have happened, then subtract.

Method page: docs/methods/effects.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.effects.attgt import per_cluster
from sneeuwbal.analysis.effects.interval import estimate_of
from sneeuwbal.analysis.effects.panel import NEVER, Bools, Panel
from sneeuwbal.analysis.estimate import Estimate, Silence, silent

Floats = NDArray[np.float64]

METHOD = "imputation, unit and period effects"


@dataclass(frozen=True, slots=True)
class Imputed:
    """The average effect over treated cells, and the reference software's standard error."""

    overall: Estimate
    standard_error: float | None
    treated_cells: int
    left_out: int


def imputation(panel: Panel) -> Imputed:
    """Estimate the average effect over all treated unit-periods by imputation.

    Parameters
    ----------
    panel : Panel
        Units treated from the first period on are left out, and so are periods in which
        no unit is untreated any more.

    Returns
    -------
    Imputed
        In the unit of the outcome; `left_out` counts treated cells that could not be
        imputed. Silent when none could be.

    Notes
    -----
    Borusyak, Jaravel & Spiess (2024), doi:10.1093/restud/rdae007: unit and period effects from
    untreated cells only; conservative standard error with effects averaged per cohort and event
    time. Weak point: leans on all earlier periods, so an old difference in trend counts.
    """
    kept = panel.seen_before_start()
    period = np.arange(kept.periods)[None, :]
    treated = (kept.start[:, None] != NEVER) & (period >= kept.start[:, None])
    known = (~treated).any(axis=0) if kept.units else np.zeros(kept.periods, bool)
    counted = treated & known[None, :]
    left_out = int((treated & ~counted).sum())
    if not counted.any():
        nothing = silent(Silence.NOT_DETERMINABLE, n=kept.clusters, method=METHOD)
        return Imputed(nothing, None, 0, left_out)
    fitted, weight = _imputed(kept.outcome, ~treated, counted)
    effect = np.where(counted, kept.outcome - fitted, 0.0)
    residual = np.where(treated, _around_cohort(kept, effect, counted), kept.outcome - fitted)
    value = float(effect.sum() / counted.sum())
    influence = per_cluster(kept, (weight * residual).sum(axis=1))
    told, error = estimate_of(value, influence, cluster_start=kept.cluster_start, method=METHOD)
    return Imputed(told, error, int(counted.sum()), left_out)


def _around_cohort(panel: Panel, effect: Floats, counted: Bools) -> Floats:
    """Each treated cell's effect less the mean of its cohort in that period."""
    around = np.zeros_like(effect)
    for cohort in panel.cohorts():
        own = panel.start == cohort
        around[own] = effect[own] - effect[own].mean(axis=0)
    return np.where(counted, around, 0.0)


def _imputed(outcome: Floats, untreated: Bools, counted: Bools) -> tuple[Floats, Floats]:
    """Fit unit and period effects on untreated cells; return fit and weight of every cell."""
    per_unit, per_period = untreated.sum(axis=1).astype(float), untreated.sum(axis=0)
    # Unit effects are eliminated first, so that only a system of the size of the periods is left.
    shared = untreated / per_unit[:, None]
    system = np.diag(per_period.astype(float)) - untreated.T.astype(float) @ shared

    def effects(table: Floats) -> Floats:
        own, common = table.sum(axis=1), table.sum(axis=0)
        period = np.linalg.lstsq(system, common - shared.T @ own, rcond=None)[0]
        unit = own / per_unit - shared @ period
        return np.asarray(unit[:, None] + period[None, :])

    wanted = counted / counted.sum()
    fitted = effects(np.where(untreated, outcome, 0.0))
    return fitted, np.where(untreated, -effects(wanted), wanted)
