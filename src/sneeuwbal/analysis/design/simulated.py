"""The same power by drawing the trial again and again, as a check on the formulas.

Method page: docs/methods/design.md.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from scipy.stats import t as student

from sneeuwbal.analysis.design.difference import difference_error
from sneeuwbal.analysis.design.wedge import Variation, wedge_estimator
from sneeuwbal.analysis.estimate import LEVEL, Estimate

Floats = NDArray[np.float64]

RUNS = 2_000


def simulated_wedge_power(
    treated: Floats,
    effect: float,
    *,
    variation: Variation,
    rng: np.random.Generator,
    runs: int = RUNS,
    baseline: float | None = None,
    build_up: tuple[float, ...] = (),
) -> Estimate:
    """Estimate the power of a stepped wedge by simulation.

    Parameters
    ----------
    treated : (clusters, periods) float
        As `stepped_wedge` makes it.
    effect : float
    variation : Variation
    rng : numpy random generator
    runs : int
    baseline : share or None
        None: normal outcomes. A share: households say yes or no, and each
        neighbourhood's count is drawn; `households` must then be a whole number.
    build_up : shares of the full effect in the 1st, 2nd, ... period after the start
        What the formula does not know: an effect that grows. Empty: at once.

    Returns
    -------
    Estimate
        Power, with the Wilson interval of the simulation itself; n is the number of runs.

    Notes
    -----
    Analysed as `wedge_variance` assumes, with the variances taken as known.
    """
    weights, variance = wedge_estimator(treated, variation)
    edge = float(norm.ppf((1 + LEVEL) / 2)) * sqrt(variance)
    reached = _reached(treated, build_up)
    seen = 0
    for _ in range(runs):
        outcome = _outcomes(reached, effect, variation, rng=rng, baseline=baseline)
        seen += abs(float((weights * outcome).sum())) > edge
    return _wilson(seen, runs, method="simulated stepped wedge")


def _reached(treated: Floats, build_up: tuple[float, ...]) -> Floats:
    """Share of the full effect that each neighbourhood has in each period."""
    on = np.where(np.isnan(treated), 1.0, treated)
    if not build_up:
        return on
    age = np.cumsum(on > 0, axis=1)
    share = np.array([0.0, *build_up, 1.0])
    return np.asarray(on * share[np.minimum(age, share.size - 1)])


def _outcomes(
    reached: Floats,
    effect: float,
    variation: Variation,
    *,
    rng: np.random.Generator,
    baseline: float | None,
) -> Floats:
    clusters, periods = reached.shape
    tau, eta, r = variation.cluster_sd, variation.effect_sd, variation.correlation
    level, other = rng.normal(size=(2, clusters, 1))
    own = eta * (r * level + sqrt(1 - r * r) * other)
    mean = tau * level + reached * (effect + own)
    mean = mean + rng.normal(0, variation.period_sd, (clusters, periods))
    if baseline is None:
        error = variation.household_sd / sqrt(variation.households)
        return np.asarray(mean + rng.normal(0, error, (clusters, periods)))
    shares = np.clip(baseline + mean, 0, 1)
    return np.asarray(rng.binomial(int(variation.households), shares) / variation.households)


def simulated_difference_power(
    effect: float,
    *,
    treated: int,
    controls: int,
    change_sd: float,
    rng: np.random.Generator,
    effect_sd: float = 0.0,
    runs: int = RUNS,
) -> Estimate:
    """Estimate the power of a difference between started and waiting places by simulation.

    Parameters as in `difference_power`; analysed by Student's t on the changes, or by
    Welch's when the effect varies. The interval is that of the simulation.
    """
    spread = sqrt(change_sd**2 + effect_sd**2)
    here = effect + spread * rng.normal(size=(runs, treated))
    there = change_sd * rng.normal(size=(runs, controls))
    _, planned = difference_error(treated, controls, change_sd=change_sd, effect_sd=effect_sd)
    one, other = here.var(axis=1, ddof=1) / treated, there.var(axis=1, ddof=1) / controls
    if effect_sd:
        error = one + other
        freedom = error**2 / (one**2 / (treated - 1) + other**2 / (controls - 1))
    else:
        pooled = one * treated * (treated - 1) + other * controls * (controls - 1)
        error = pooled / planned * (1 / treated + 1 / controls)
        freedom = np.full(runs, planned)
    ratio = np.abs(here.mean(axis=1) - there.mean(axis=1)) / np.sqrt(error)
    seen = int((ratio > student.ppf((1 + LEVEL) / 2, freedom)).sum())
    return _wilson(seen, runs, method="simulated difference")


def _wilson(seen: int, runs: int, *, method: str) -> Estimate:
    z2 = float(norm.ppf((1 + LEVEL) / 2)) ** 2
    share = seen / runs
    centre = (seen + z2 / 2) / (runs + z2)
    half_width = sqrt(z2 * (share * (1 - share) * runs + z2 / 4)) / (runs + z2)
    low, high = min(share, centre - half_width), max(share, centre + half_width)
    return Estimate(share, max(0.0, low), min(1.0, high), n=runs, method=method, unit="share")
