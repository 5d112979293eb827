"""Panels whose truth is known, and how often the intervals of the effect hold it.

`benchmarks/effects_coverage.py` prints the table of docs/methods/effects.md with these.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.effects.aggregates import Estimand, aggregate, cell_weights
from sneeuwbal.analysis.effects.attgt import Controls, group_time, pre_trend
from sneeuwbal.analysis.effects.imputation import imputation
from sneeuwbal.analysis.effects.lottery import randomisation_test
from sneeuwbal.analysis.effects.panel import NEVER, Panel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Starts:
    """A made-up programme: who starts when, what it changes, and what else happens.

    Standard deviations are in the unit of the outcome. `shock` hits everyone in one
    period and stays; `shock_sd` is how much neighbourhoods differ in their response to it.
    """

    waves: tuple[int, ...] = (2, 4, 6)
    clusters_per_wave: int = 8
    never: int = 8
    periods: int = 8
    effect: float = 1.0
    growth: float = 0.0
    effect_sd: float = 0.0
    level_sd: float = 2.0
    noise_sd: float = 1.0
    persistence: float = 0.5
    shock_period: int = 5
    shock: float = 0.0
    shock_sd: float = 0.0

    def effect_at(self, event_time: int) -> float:
        """Return the true mean effect so many periods after the start."""
        return self.effect + self.growth * event_time if event_time >= 0 else 0.0


def staggered_panel(spec: Starts, rng: np.random.Generator) -> Panel:
    """Draw a panel in which trends are parallel and the order of starting is by lot."""
    start = np.concatenate(
        [np.repeat(spec.waves, spec.clusters_per_wave), np.full(spec.never, NEVER)]
    )
    start = rng.permutation(start)
    noise = rng.normal(0, spec.noise_sd, (start.size, spec.periods))
    for period in range(1, spec.periods):
        fresh = noise[:, period] * np.sqrt(1 - spec.persistence**2)
        noise[:, period] = spec.persistence * noise[:, period - 1] + fresh
    level = rng.normal(0, spec.level_sd, (start.size, 1))
    common = rng.normal(0, 1, (1, spec.periods))
    response = spec.shock + spec.shock_sd * rng.normal(size=(start.size, 1))
    hit = (np.arange(spec.periods) >= spec.shock_period)[None, :]
    event = np.arange(spec.periods)[None, :] - start[:, None]
    on = (start[:, None] != NEVER) & (event >= 0)
    own = spec.effect_sd * rng.normal(size=(start.size, 1))
    change = on * (spec.effect + spec.growth * event + own)
    return Panel(level + common + noise + response * hit + change, start)


@dataclass(frozen=True, slots=True)
class Assessed:
    """What many panels of one kind gave; every field but the first is a share or in outcome units.

    `covered_reference` uses the reference software's interval; the two tests are shares
    below 0.05, which under no effect should be 0.05.
    """

    runs: int
    bias: float
    covered: float
    covered_reference: float
    covered_imputation: float
    pre_trend_rejected: float
    randomisation_rejected: float


def assess(
    spec: Starts,
    *,
    estimand: Estimand,
    runs: int,
    rng: np.random.Generator,
    controls: Controls = Controls.NOT_YET,
    draws: int = 199,
) -> Assessed:
    """Estimate the effect on many panels and count how often the intervals hold the truth.

    Parameters
    ----------
    spec : Starts
    estimand, controls
        As in `aggregate`. Imputation is compared with its own average, over treated cells.
    runs : int, >= 1
    rng : numpy random generator
    draws : int
        Orders per randomisation test; 0 leaves the test out (its share is then 0).

    Returns
    -------
    Assessed
    """
    rows = [_once(spec, estimand, controls, rng=rng, draws=draws) for _ in range(runs)]
    bias, *shares = np.array(rows, float).mean(axis=0)
    return Assessed(runs, float(bias), *(float(share) for share in shares))


def _once(
    spec: Starts,
    estimand: Estimand,
    controls: Controls,
    *,
    rng: np.random.Generator,
    draws: int,
) -> tuple[float, ...]:
    panel = staggered_panel(spec, rng)
    effects = group_time(panel, controls)
    true = np.array([spec.effect_at(cell.event_time) for cell in effects.cells])
    truth = float(cell_weights(effects, estimand) @ true)
    found, trend = aggregate(effects, estimand), pre_trend(effects)
    told, second = found.overall, imputation(panel).overall
    if told.value is None or told.low is None or told.high is None:
        raise ValueError("this kind of panel gives no figure")
    half_width = 1.96 * (found.standard_error or 0.0)
    test = None
    if draws:
        test = randomisation_test(panel, controls=controls, estimand=estimand, rng=rng, draws=draws)
    mean = _mean_over_treated(panel, spec)
    return (
        told.value - truth,
        told.low <= truth <= told.high,
        abs(told.value - truth) <= half_width,
        second.low is not None and second.high is not None and second.low <= mean <= second.high,
        trend.p_value_few is not None and trend.p_value_few < 0.05,
        test is not None and test.p_value <= 0.05,
    )


def _mean_over_treated(panel: Panel, spec: Starts) -> float:
    # Once everyone has started nothing can be imputed; those periods do not count.
    last = panel.periods if (panel.start == NEVER).any() else int(panel.start.max())
    return float(
        np.mean(
            [
                spec.effect_at(period - int(start))
                for start in panel.start
                if start != NEVER
                for period in range(int(start), last)
            ]
        )
    )
