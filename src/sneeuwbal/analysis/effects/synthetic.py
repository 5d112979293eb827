"""What did starting change in one or a few places that started together?

Method page: docs/methods/effects.md.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.stats import t as student

from sneeuwbal.analysis.effects.panel import NEVER, Panel
from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

Floats = NDArray[np.float64]

METHOD = "synthetic difference-in-differences"
MIN_CONTROLS = 8  # as many as the fewest clusters of any effect; decisions/0011
TINY = 1e-6
SUM_TO_ONE = 1e5


@dataclass(frozen=True, eq=False)
class Synthetic:
    """The effect, the weights behind it, and what the same sum gives where nothing started."""

    overall: Estimate
    difference_in_differences: float | None
    unit_weight: Floats
    period_weight: Floats
    placebo: Floats


def synthetic_effect(panel: Panel, *, rng: np.random.Generator, draws: int = 200) -> Synthetic:
    """Estimate the effect for places that started together, against a weighted rest.

    Parameters
    ----------
    panel : Panel
        One cohort, seen in at least two periods before it starts, and places that never start.
    rng : numpy random generator
        Draws the placebo groups when more than one place started.
    draws : int
        Placebo groups. With one treated place every control has its turn, once.

    Returns
    -------
    Synthetic
        In the unit of the outcome. Silent with fewer than eight controls, or not more
        controls than treated places, or fewer than two earlier periods.

    Raises
    ------
    ValueError
        If places start at different moments.

    Notes
    -----
    Arkhangelsky et al. (2021), doi:10.1257/aer.20190159, algorithms 1 and 4; weights solved
    exactly instead of by an iteration that stops early. Interval: the spread around 0 of placebo
    effects among the controls, Student with one degree of freedom per control less one. Weak
    point: it assumes treated places vary as the controls do.
    """
    cohorts = sorted({int(start) for start in panel.start if start != NEVER})
    if len(cohorts) > 1:
        raise ValueError("a synthetic control needs places that start at the same moment")
    treated = panel.start != NEVER
    controls, before = panel.outcome[~treated], cohorts[0] if cohorts else 0
    many, n = int(treated.sum()), panel.units
    nothing = np.zeros(0)
    if not many or before < 2:
        told = silent(Silence.NOT_DETERMINABLE, n=n, method=METHOD)
        return Synthetic(told, None, nothing, nothing, nothing)
    if controls.shape[0] < max(MIN_CONTROLS, many + 1):
        told = silent(Silence.TOO_FEW, n=n, method=METHOD)
        return Synthetic(told, None, nothing, nothing, nothing)
    value, units, periods = point(controls, panel.outcome[treated], before=before)
    fake = _placebos(controls, before=before, many=many, rng=rng, draws=draws)
    error = sqrt(float((fake**2).mean()))
    half_width = float(student.ppf((1 + LEVEL) / 2, controls.shape[0] - 1)) * error
    told = Estimate(value, value - half_width, value + half_width, n=n, method=METHOD)
    plain = _contrast(controls, panel.outcome[treated], before=before)
    return Synthetic(told, plain, units, periods, fake)


def point(controls: Floats, treated: Floats, *, before: int) -> tuple[float, Floats, Floats]:
    """Return the effect, the weights of the controls and those of the earlier periods.

    Parameters
    ----------
    controls, treated : (n, t) float
        Outcomes, a row per place.
    before : int, >= 2
        How many of the periods lie before the start.

    Returns
    -------
    (effect, (n controls,) float, (before,) float)
        Both weights are not negative and sum to 1.
    """
    earlier, later = controls[:, :before], controls[:, before:].mean(axis=1)
    noise = float(np.std(np.diff(earlier, axis=1), ddof=1))
    posts = treated.size - treated.shape[0] * before
    ridge = sqrt(posts) * noise**2
    units = simplex_weights(earlier.T, treated[:, :before].mean(axis=0), ridge=before * ridge)
    tiny = controls.shape[0] * (TINY * noise) ** 2
    periods = simplex_weights(earlier, later, ridge=tiny)
    change = treated[:, before:].mean() - treated[:, :before].mean(axis=0) @ periods
    return float(change - units @ (later - earlier @ periods)), units, periods


def simplex_weights(columns: Floats, target: Floats, *, ridge: float) -> Floats:
    """Return the weights, not negative and summing to 1, that best rebuild a target.

    Parameters
    ----------
    columns : (m, k) float
    target : (m,) float
    ridge : float, >= 0
        Penalty on the sum of squared weights; spreads them.

    Returns
    -------
    (k,) float
        Least squares with a free intercept: both sides are centred first.
    """
    centred, aim = columns - columns.mean(axis=0), target - target.mean()
    size = max(1.0, float(np.abs(centred).max(initial=0.0)))
    penalty = np.eye(columns.shape[1]) * sqrt(ridge) / size
    rows = np.vstack([centred / size, penalty, np.full((1, columns.shape[1]), SUM_TO_ONE)])
    right = np.concatenate([aim / size, np.zeros(columns.shape[1]), [SUM_TO_ONE]])
    weights = np.asarray(nnls(rows, right)[0])
    return np.asarray(weights / weights.sum())


def _contrast(controls: Floats, treated: Floats, *, before: int) -> float:
    change = [rows[:, before:].mean() - rows[:, :before].mean() for rows in (treated, controls)]
    return float(change[0] - change[1])


def _placebos(
    controls: Floats, *, before: int, many: int, rng: np.random.Generator, draws: int
) -> Floats:
    count = controls.shape[0]
    groups = (
        [np.array([one]) for one in range(count)]
        if many == 1
        else [rng.choice(count, many, replace=False) for _ in range(draws)]
    )
    found = []
    for group in groups:
        rest = np.delete(controls, group, axis=0)
        found.append(point(rest, controls[group], before=before)[0])
    return np.array(found)
