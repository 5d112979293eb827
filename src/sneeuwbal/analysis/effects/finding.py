"""The whole answer for one panel: the effect with everything beside it, or why there is none.

Method page: docs/methods/effects.md.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.effects.aggregates import Aggregate, Estimand, aggregate
from sneeuwbal.analysis.effects.attgt import Controls, PreTrend, group_time, pre_trend
from sneeuwbal.analysis.effects.lottery import RandomisationTest, randomisation_test
from sneeuwbal.analysis.effects.panel import NEVER, Panel
from sneeuwbal.analysis.estimate import Estimate, Silence, silent

Ints = NDArray[np.int64]

# Cuts of docs/methods/effects.md, reasons in decisions/0011.
MIN_COHORTS = 2
MIN_CLUSTERS = 8
RANDOMISATION_BELOW = 20


class Refusal(StrEnum):
    """Why there is no figure."""

    NO_DATA = "no_data"
    TOO_FEW_CLUSTERS = "too_few_clusters"
    TOO_FEW_COHORTS = "too_few_cohorts"
    COHORT_OF_ONE = "cohort_of_one"
    COMPARISON_OF_ONE = "comparison_of_one"
    NO_PERIOD_BEFORE = "no_period_before"
    NO_CONTROLS = "no_controls"


class Caution(StrEnum):
    """What a reader must know beside the figure, or beside its absence."""

    ONE_PERIOD_AFTER = "one_period_after"
    SHOCK_AFTER_START = "shock_after_start"
    PRE_TREND_NOT_TESTED = "pre_trend_not_tested"
    PRE_TREND_DIFFERS = "pre_trend_differs"
    FEW_CLUSTERS = "few_clusters"
    LEFT_OUT_ALWAYS_TREATED = "left_out_always_treated"


@dataclass(frozen=True, eq=False)
class EffectFinding:
    """Effect, parts, tests, and in words of the program what holds it back.

    `estimate` is silent when `refusals` is not empty. `randomisation` is filled below twenty
    clusters, or when the order was drawn by lot. `cohorts` is (start, clusters) per cohort.
    """

    estimate: Estimate
    aggregate: Aggregate | None
    estimand: Estimand
    controls: Controls
    clusters: int
    periods: int
    cohorts: tuple[tuple[int, int], ...]
    pre_trend: PreTrend | None
    randomisation: RandomisationTest | None
    refusals: tuple[Refusal, ...]
    cautions: tuple[Caution, ...]


def effect_finding(
    panel: Panel,
    *,
    controls: Controls,
    estimand: Estimand,
    rng: np.random.Generator,
    shocks: tuple[int, ...] = (),
    lottery_block: Ints | None = None,
    by_lot: bool = False,
) -> EffectFinding:
    """Estimate the effect of starting, or refuse, with all that belongs beside the number.

    Parameters
    ----------
    panel : Panel
    controls, estimand
        As fixed in the analysis plan.
    rng : numpy random generator
        For the randomisation test when not every order can be counted.
    shocks : period indices
        Periods in which something else hit everyone, such as the price shock of 2022.
    lottery_block : (n,) int or None
        Strata of the draw; one for all units of a cluster.
    by_lot : bool
        The order was drawn by lot: the randomisation test is then exact and always made.

    Returns
    -------
    EffectFinding
        In the unit of the outcome.

    Notes
    -----
    Refuses with fewer than two cohorts or eight clusters, or a cohort of one: for a single
    place there is `synthetic_effect`. Two-way fixed effects are not offered: under staggered
    starts they compare with places already treated (Goodman-Bacon 2021,
    doi:10.1016/j.jeconom.2021.03.014).
    """
    kept = panel.seen_before_start()
    cohorts = tuple((start, kept.clusters_in(start)) for start in kept.cohorts())
    refusals = _refusals(kept, cohorts, controls)
    effects = group_time(kept, controls)
    trend = pre_trend(effects) if effects.cells else None
    cautions = _cautions(panel, trend, shocks)
    found, test = None, None
    if refusals:
        method = f"Callaway-Sant'Anna, {estimand}, {controls}"
        estimate = silent(_silence(refusals), n=kept.clusters, method=method)
    else:
        found = aggregate(effects, estimand)
        estimate = found.overall
        if by_lot or kept.clusters < RANDOMISATION_BELOW:
            rows, block = _rows_of_the_draw(panel, lottery_block)
            test = randomisation_test(
                rows, controls=controls, estimand=estimand, rng=rng, block=block
            )
    return EffectFinding(
        estimate,
        found,
        estimand,
        controls,
        kept.clusters,
        kept.periods,
        cohorts,
        trend,
        test,
        refusals,
        cautions,
    )


def _silence(refusals: tuple[Refusal, ...]) -> Silence:
    if Refusal.NO_DATA in refusals:
        return Silence.NO_DATA
    structural = {Refusal.NO_PERIOD_BEFORE, Refusal.NO_CONTROLS}
    return Silence.NOT_DETERMINABLE if set(refusals) <= structural else Silence.TOO_FEW


def _rows_of_the_draw(panel: Panel, block: Ints | None) -> tuple[Panel, Ints | None]:
    """One row per cluster, as that is what was drawn, with the stratum of each."""
    if block is None or panel.clusters == panel.units:
        return panel.cluster_means(), block
    first = np.unique(panel.cluster_index, return_index=True)[1]
    return panel.cluster_means(), block[first]


def _refusals(
    panel: Panel, cohorts: tuple[tuple[int, int], ...], controls: Controls
) -> tuple[Refusal, ...]:
    if not panel.units or not panel.periods:
        return (Refusal.NO_DATA,)
    found = []
    if panel.clusters < MIN_CLUSTERS:
        found.append(Refusal.TOO_FEW_CLUSTERS)
    if len(cohorts) < MIN_COHORTS:
        found.append(Refusal.TOO_FEW_COHORTS)
    if any(size == 1 for _, size in cohorts):
        found.append(Refusal.COHORT_OF_ONE)
    if panel.clusters_in(NEVER) == 1:
        found.append(Refusal.COMPARISON_OF_ONE)
    if panel.periods < 2:
        found.append(Refusal.NO_PERIOD_BEFORE)
    elif cohorts and all(cell.event_time < 0 for cell in group_time(panel, controls).cells):
        found.append(Refusal.NO_CONTROLS)
    return tuple(found)


def _cautions(panel: Panel, trend: PreTrend | None, shocks: tuple[int, ...]) -> tuple[Caution, ...]:
    starts = [int(start) for start in np.unique(panel.start) if start > 0]
    after = {period for start in starts for period in range(start, panel.periods)}
    found = []
    if (panel.start == 0).any():
        found.append(Caution.LEFT_OUT_ALWAYS_TREATED)
    if starts and panel.periods - min(starts) == 1:
        found.append(Caution.ONE_PERIOD_AFTER)
    if after & set(shocks):
        found.append(Caution.SHOCK_AFTER_START)
    if trend is None or trend.p_value is None:
        found.append(Caution.PRE_TREND_NOT_TESTED)
    elif (trend.p_value_few or 0.0) < 0.05:
        found.append(Caution.PRE_TREND_DIFFERS)
    if panel.seen_before_start().clusters < RANDOMISATION_BELOW:
        found.append(Caution.FEW_CLUSTERS)
    return tuple(found)
