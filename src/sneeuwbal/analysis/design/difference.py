"""Started against waiting neighbourhoods: can their difference show an effect?

Method page: docs/methods/design.md.
"""

from math import sqrt

from scipy.stats import nct
from scipy.stats import t as student

from sneeuwbal.analysis.design.wedge import Variation
from sneeuwbal.analysis.estimate import LEVEL


def difference_power(
    effect: float, *, treated: int, controls: int, change_sd: float, effect_sd: float = 0.0
) -> float:
    """Return the power to see a difference between started and waiting neighbourhoods.

    Parameters
    ----------
    effect : float
    treated, controls : int, >= 2
        Neighbourhoods on each side.
    change_sd : float, > 0
        Between neighbourhoods, of the change from before to after; see `change_sd`.
    effect_sd : float, >= 0
        Between the effects in the treated ones.

    Returns
    -------
    float in [0, 1]
        Two-sided at 0.05, by Student's t (Welch when the effect varies).

    Raises
    ------
    ValueError
        If a side has fewer than two neighbourhoods.
    """
    error, freedom = difference_error(treated, controls, change_sd=change_sd, effect_sd=effect_sd)
    edge = float(student.ppf((1 + LEVEL) / 2, freedom))
    ratio = abs(effect) / error
    return float(nct.sf(edge, freedom, ratio) + nct.cdf(-edge, freedom, ratio))


def difference_error(
    treated: int, controls: int, *, change_sd: float, effect_sd: float
) -> tuple[float, float]:
    """Return the standard error of the difference and its degrees of freedom."""
    if min(treated, controls) < 2 or change_sd <= 0:
        raise ValueError("a difference needs two neighbourhoods on each side, and some spread")
    here, there = (change_sd**2 + effect_sd**2) / treated, change_sd**2 / controls
    if not effect_sd:
        return sqrt(here + there), treated + controls - 2
    freedom = (here + there) ** 2 / (here**2 / (treated - 1) + there**2 / (controls - 1))
    return sqrt(here + there), freedom


def change_sd(variation: Variation, *, before: int, after: int) -> float:
    """Return the spread between neighbourhoods of the change in their mean outcome.

    What lasts in a neighbourhood cancels; leave transition periods out of `after`.
    """
    if min(before, after) < 1:
        raise ValueError("a change needs a period before and one after")
    return sqrt(variation.cell_variance * (1 / before + 1 / after))
