"""Arrivals of which nobody knows the origin: what their timing alone can still say.

Method page: docs/methods/renewal.md. Never a headline figure.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy
from scipy.stats import chi2

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent
from sneeuwbal.analysis.renewal.arrivals import UNIT, infectivity

Floats = NDArray[np.float64]

METHOD = "timing alone"
GRID = np.linspace(0.0, 4.0, 161)
ROUNDS = 300


@dataclass(frozen=True, slots=True)
class Timing:
    """What timing says: bounds for R, and the most likely split of the arrivals.

    `likely` is where the likelihood is highest, for the drawing only; `apart` is 1 - the
    correlation between momentum and effort, near 0 when the two cannot be told apart.
    """

    estimate: Estimate
    likely: float
    per_effort: float
    per_week: float
    apart: float


def timing_bounds(arrivals: Floats, effort: Floats, *, weights: Floats) -> Timing:
    """Bound R from arrivals per week and the campaign's effort, without any origin.

    Parameters
    ----------
    arrivals : (t,) float
        New participants per week.
    effort : (t,) float, >= 0
        What the campaign did per week, in any unit that stays the same.
    weights : (m,) float
        As `sliding.renewal_number`.

    Returns
    -------
    Timing
        Its estimate is silent and holds bounds only.

    Raises
    ------
    ValueError
        If the arrays differ in form or hold a negative number.

    Notes
    -----
    `I_t ~ Poisson(R Lambda_t + beta effort_t + mu)`, identity link, fitted by dividing the
    arrivals over the three parts (EM); bounds where the profile likelihood drops by 1.92 times
    the dispersion left in the fit. Weak point: campaigns are timed on momentum, and then the
    parts explain the same peaks.
    """
    counts, work = np.asarray(arrivals, float), np.asarray(effort, float)
    if counts.ndim != 1 or counts.shape != work.shape:
        raise ValueError("arrivals and effort are one number per week")
    if counts.size and min(counts.min(), work.min()) < 0:
        raise ValueError("arrivals and effort are not negative")
    people = round(float(counts.sum()))
    momentum = infectivity(counts[None, :], weights)[0]
    if not people or momentum.sum() <= 0:
        reason = Silence.TOO_FEW if people else Silence.NO_DATA
        nothing = silent(reason, n=people, method=METHOD, unit=UNIT)
        return Timing(nothing, 0.0, 0.0, 0.0, 0.0)
    rest, mean = _fits(counts, momentum, work)
    log = (xlogy(counts, mean) - mean).sum(axis=1)
    best = int(np.argmax(log))
    left = float(((counts - mean[best]) ** 2 / np.maximum(mean[best], 1e-9)).mean())
    near = log >= log[best] - float(chi2.ppf(LEVEL, 1)) / 2 * max(1.0, left)
    low, high = float(GRID[near].min()), float(GRID[near].max())
    reason = Silence.ORIGIN_UNKNOWN
    bounds = silent(reason, n=people, method=METHOD, unit=UNIT, low=low, high=high)
    return Timing(
        estimate=bounds,
        likely=float(GRID[best]),
        per_effort=float(rest[best, 0]),
        per_week=float(rest[best, 1]),
        apart=_apart(momentum, work),
    )


def _fits(counts: Floats, momentum: Floats, effort: Floats) -> tuple[Floats, Floats]:
    """For every R on the grid the best effect of effort and of the week, and the mean."""
    known = GRID[:, None] * momentum
    parts = np.array([effort, np.ones(counts.size)])
    total = np.maximum(parts.sum(axis=1), 1e-9)
    rest = np.full((GRID.size, 2), max(counts.sum(), 1.0) / 2) / total
    for _ in range(ROUNDS):
        mean = np.maximum(known + rest @ parts, 1e-9)
        rest = rest * ((counts / mean) @ parts.T) / total
    return rest, np.maximum(known + rest @ parts, 1e-9)


def _apart(momentum: Floats, effort: Floats) -> float:
    if momentum.std() == 0 or effort.std() == 0:
        return 0.0
    return 1 - abs(float(np.corrcoef(momentum, effort)[0, 1]))
