"""Stepped wedge: can this order of starting show an effect?

Method page: docs/methods/design.md.
"""

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from sneeuwbal.analysis.estimate import LEVEL

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Variation:
    """How much outcomes differ without any effect, all as standard deviations.

    Parameters
    ----------
    household_sd : float, > 0
        Between households of one neighbourhood in one period.
    households : float, >= 1
        Measured per neighbourhood and period.
    cluster_sd : float, >= 0
        Between neighbourhoods, lasting.
    period_sd : float, >= 0
        Between periods of one neighbourhood, beyond what all share.
    effect_sd : float, >= 0
        Between the effects in neighbourhoods; only lowers power.
    correlation : float in [-1, 1]
        Of level and effect.
    """

    household_sd: float
    households: float
    cluster_sd: float
    period_sd: float = 0.0
    effect_sd: float = 0.0
    correlation: float = 0.0

    def __post_init__(self) -> None:
        if self.households < 1 or abs(self.correlation) > 1:
            raise ValueError("at least one household, and a correlation from -1 to 1")
        spreads = (self.household_sd, self.cluster_sd, self.period_sd, self.effect_sd)
        if min(spreads) < 0 or not all(map(isfinite, spreads)) or self.cell_variance <= 0:
            raise ValueError("standard deviations are not negative, and the first is above 0")

    @property
    def cell_variance(self) -> float:
        """Variance of a neighbourhood's mean in one period, given the neighbourhood."""
        return self.household_sd**2 / self.households + self.period_sd**2


def share_sd(baseline: float, effect: float) -> float:
    """Return the spread between households of a yes-or-no outcome, halfway the effect.

    Parameters
    ----------
    baseline, effect : float
        Shares; baseline and baseline + effect lie between 0 and 1.

    Returns
    -------
    float
        `sqrt(m (1 - m))` with m the mean of the two shares, as Hussey & Hughes take it.
    """
    middle = baseline + effect / 2
    if not (0 <= baseline <= 1 and 0 <= baseline + effect <= 1 and 0 < middle < 1):
        raise ValueError("the shares before and after lie between 0 and 1")
    return sqrt(middle * (1 - middle))


def stepped_wedge(
    waves: tuple[int, ...], *, before: int = 1, after: int = 0, transition: int = 0
) -> Floats:
    """Return the treatment matrix of a stepped wedge.

    Parameters
    ----------
    waves : sizes
        Neighbourhoods that start together; one wave per period.
    before, after : int
        Periods before the first wave starts (at least one), and extra ones after the last.
    transition : int, >= 0
        Periods after each start that are left out: the start-up, in which nobody expects
        the full effect yet.

    Returns
    -------
    (clusters, periods) float
        0 before, 1 after the start, NaN where left out. Periods: before + waves + after.

    Raises
    ------
    ValueError
        If there is no wave, no period before, or a size below 1.
    """
    if not waves or min(waves) < 1 or before < 1 or min(after, transition) < 0:
        raise ValueError("a stepped wedge has waves of at least one, and a period before them")
    periods = before + len(waves) + after
    rows = []
    for number, size in enumerate(waves):
        start = before + number
        row = np.where(np.arange(periods) < start, 0.0, 1.0)
        row[start : start + transition] = np.nan
        rows += [row] * size
    return np.array(rows)


def closed_form_variance(treated: Floats, variation: Variation) -> float:
    """Return the variance of the effect by the formula of Hussey and Hughes.

    Parameters
    ----------
    treated : (clusters, periods) of 0 and 1
        Complete: no period left out.
    variation : Variation
        Without random effects of treatment.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If periods are left out, or the effect varies: use `wedge_variance`.

    Notes
    -----
    Hussey & Hughes (2007), doi:10.1016/j.cct.2006.05.007, with the variance between periods
    of a neighbourhood added to that of its mean.
    """
    if np.isnan(treated).any() or variation.effect_sd:
        raise ValueError("the closed form needs every period and one effect for all")
    clusters, periods = treated.shape
    s2, tau2 = variation.cell_variance, variation.cluster_sd**2
    u = float(treated.sum())
    w, v = (float((treated.sum(axis=axis) ** 2).sum()) for axis in (0, 1))
    spread = (clusters * u - w) * s2
    spread += (u**2 + clusters * periods * u - periods * w - clusters * v) * tau2
    if spread <= 0:
        raise ValueError("this design cannot tell the effect from time")
    return float(clusters * s2 * (s2 + periods * tau2) / spread)


def wedge_variance(treated: Floats, variation: Variation) -> float:
    """Return the variance of the effect by weighted least squares, for any design.

    Parameters
    ----------
    treated : (clusters, periods) float
        0, 1, a share of the full effect, or NaN where left out.
    variation : Variation

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the design cannot tell the effect from time.

    Notes
    -----
    Model of Hussey & Hughes with random treatment effects and random periods, as R package
    swCRTdesign 4.0 has it. Weak point: one constant effect from the start (or from the end of
    the transition) on.
    """
    return float(_solved(treated, variation)[0][-1, -1])


def wedge_estimator(treated: Floats, variation: Variation) -> tuple[Floats, float]:
    """Return the weight of every neighbourhood's mean in the estimated effect, and its variance.

    The weights are (clusters, periods); cells that are left out weigh 0.
    """
    inverse, parts = _solved(treated, variation)
    return np.array([inverse[-1] @ part for part in parts]), float(inverse[-1, -1])


def _solved(treated: Floats, variation: Variation) -> tuple[Floats, list[Floats]]:
    """Covariance of period and treatment effects, and each cluster's part of the estimator."""
    periods = treated.shape[1]
    total, parts = np.zeros((periods + 1, periods + 1)), []
    for row in treated:
        seen = ~np.isnan(row)
        design = np.column_stack([np.eye(periods)[seen], row[seen]])
        carried = np.linalg.solve(_covariance(row[seen], variation), design)
        total += design.T @ carried
        part = np.zeros((periods + 1, periods))
        part[:, seen] = carried.T
        parts.append(part)
    used = np.append(~np.isnan(treated).all(axis=0), True)
    core = total[np.ix_(used, used)]
    if np.linalg.matrix_rank(core, hermitian=True) < core.shape[0]:
        raise ValueError("this design cannot tell the effect from time")
    inverse = np.zeros_like(total)
    inverse[np.ix_(used, used)] = np.linalg.inv(core)
    return inverse, parts


def _covariance(row: Floats, variation: Variation) -> Floats:
    on = (row > 0).astype(float)
    tau, eta = variation.cluster_sd, variation.effect_sd
    mixed = variation.correlation * tau * eta * np.add.outer(on, on)
    lasting = tau**2 + mixed + eta**2 * np.outer(on, on)
    return np.asarray(lasting + variation.cell_variance * np.eye(row.size))


def power(effect: float, variance: float, *, level: float = LEVEL) -> float:
    """Return the chance that a normal test sees this effect, in either direction.

    Parameters
    ----------
    effect : float
    variance : float, > 0
        Of the estimated effect, same unit squared.
    level : float in (0, 1)
        0.95 tests at 0.05, two-sided.

    Returns
    -------
    float in [0, 1]
    """
    z, ratio = float(norm.ppf((1 + level) / 2)), abs(effect) / sqrt(variance)
    return float(norm.cdf(ratio - z) + norm.cdf(-ratio - z))


def wedge_power(
    clusters: int,
    effect: float,
    *,
    variation: Variation,
    waves: int,
    before: int = 1,
    after: int = 0,
    transition: int = 0,
) -> float:
    """Return the power of so many neighbourhoods, spread evenly over waves.

    Parameters as in `stepped_wedge`, `wedge_variance` and `power`; `clusters` is at least `waves`.
    """
    sizes = tuple(clusters // waves + (wave < clusters % waves) for wave in range(waves))
    treated = stepped_wedge(sizes, before=before, after=after, transition=transition)
    return power(effect, wedge_variance(treated, variation))
