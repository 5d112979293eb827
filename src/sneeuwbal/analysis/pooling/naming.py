"""Which places may be named, when many were looked at? Often none.

Method page: docs/methods/naming.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm

from sneeuwbal.analysis.estimate import Estimate
from sneeuwbal.analysis.pooling.random_effects import RandomEffects, pooled, random_effects

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Of the places named, at most one in ten is named by chance (assumption).
FALSE_SHARE = 0.10
MIN_PROBABILITY = 0.95
TOP = 5
DRAWS = 4_000
MIN_PLACES = 3


@dataclass(frozen=True)
class NamedPlace:
    """What may be said of one place among many, and whether its name may be used.

    `figure` is drawn towards the mean; `probability_above` is that of a figure above the
    null value; `probability_in_top` never makes a league table by itself.
    """

    figure: Estimate
    p_value: float
    adjusted_p: float
    probability_above: float
    probability_in_top: float
    named: bool


def named_places(
    effects: Floats,
    variances: Floats,
    *,
    rng: np.random.Generator,
    null: float = 0.0,
    dependent: bool = False,
    sign_holds: Bools | None = None,
    false_share: float = FALSE_SHARE,
    top: int = TOP,
    draws: int = DRAWS,
    unit: str = "",
) -> tuple[NamedPlace, ...]:
    """Decide which places stand out above the null value, allowing for how many there are.

    Parameters
    ----------
    effects : (k,) float
        One figure per place, on a scale where errors are about normal.
    variances : (k,) float, > 0
    rng : numpy Generator
        For the chance of being in the top.
    null : float
        Value that means "nothing": 0 for an effect, 0 = log 1 for a snowball number.
    dependent : bool
        Whether places share shocks, as neighbourhoods of one municipality do: then
        Benjamini-Yekutieli, else Benjamini-Hochberg.
    sign_holds : (k,) bool, optional
        Whether the sign survives trends that differ half as much as before (Mbar 0.5).
    false_share : float in (0, 1)
    top, draws : int
        Size of the top, and draws for the chance of being in it.
    unit : str

    Returns
    -------
    k NamedPlace
        A place is named only if its adjusted one-sided p is at most `false_share`, its
        shrunken figure lies above the null with probability 0.95, and its sign holds.

    Raises
    ------
    ValueError
        If lengths differ, or as `pooled`.

    Notes
    -----
    Benjamini & Hochberg (1995); Benjamini & Yekutieli (2001). Shrinkage from the normal model
    over places; below three places none. Weak point: a place can truly stand out and not be
    named; silence is no verdict.
    """
    effects, variances = np.asarray(effects, float), np.asarray(variances, float)
    if sign_holds is not None and np.shape(sign_holds) != effects.shape:
        raise ValueError("sign_holds needs one answer per place")
    figures = pooled(effects, variances, unit=unit).places
    if not figures:
        return ()
    p_values = norm.sf((effects - null) / np.sqrt(variances))
    adjusted = false_discovery_control(p_values, method="by" if dependent else "bh")
    fit = random_effects(effects, variances) if len(effects) >= MIN_PLACES else None
    above = _probability_above(effects, variances, null, fit)
    in_top = _probability_in_top(effects, variances, fit, top=top, draws=draws, rng=rng)
    holds = np.ones(len(effects), bool) if sign_holds is None else np.asarray(sign_holds, bool)
    named = (adjusted <= false_share) & (above >= MIN_PROBABILITY) & holds
    return tuple(
        NamedPlace(*row)
        for row in zip(
            figures,
            p_values.tolist(),
            adjusted.tolist(),
            above.tolist(),
            in_top.tolist(),
            named.tolist(),
            strict=True,
        )
    )


def growing_places(
    probability_above_one: Floats, *, dependent: bool = True, false_share: float = FALSE_SHARE
) -> tuple[int, ...]:
    """Decide which neighbourhoods may be called growing by themselves, out of all looked at.

    Parameters
    ----------
    probability_above_one : (k,) float in [0, 1]
        P(R > 1) of every neighbourhood with a snowball number, also of those that do not grow.
    dependent : bool
        As in `named_places`; neighbourhoods of one municipality do share shocks.
    false_share : float in (0, 1)

    Returns
    -------
    tuple of int
        Positions, most certain first; often none. Being listed is needed for the label
        "snowball", and not enough: the other conditions of the label stay.

    Raises
    ------
    ValueError
        If a probability lies outside 0 to 1.

    Notes
    -----
    1 - P(R > 1) takes the place of a one-sided p-value, which it is under a flat prior; ours
    expects R of 0.5 and so errs on the side of silence.
    """
    chance = np.asarray(probability_above_one, float)
    if not chance.size:
        return ()
    if not bool(((chance >= 0) & (chance <= 1)).all()):
        raise ValueError("a probability lies between 0 and 1")
    adjusted = false_discovery_control(1 - chance, method="by" if dependent else "bh")
    order = np.argsort(-chance, kind="stable")
    return tuple(
        int(one) for one in order if adjusted[one] <= false_share and chance[one] >= MIN_PROBABILITY
    )


def _posterior(effects: Floats, variances: Floats, fit: RandomEffects | None) -> tuple[Floats, ...]:
    """Return per place: mean, own variance given the overall mean, and weight of that mean."""
    own = np.ones(len(effects)) if fit is None else fit.tau2 / (fit.tau2 + variances)
    centre = effects if fit is None else own * effects + (1 - own) * fit.mean
    return centre, own * variances, 1 - own


def _probability_above(
    effects: Floats, variances: Floats, null: float, fit: RandomEffects | None
) -> Floats:
    centre, apart, shared = _posterior(effects, variances, fit)
    of_mean = 0.0 if fit is None else fit.standard_error
    error = np.sqrt(apart + (shared * of_mean) ** 2)
    return np.asarray(norm.cdf((centre - null) / np.maximum(error, 1e-300)))


def _probability_in_top(
    effects: Floats,
    variances: Floats,
    fit: RandomEffects | None,
    *,
    top: int,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    places = len(effects)
    if places <= top:
        return np.ones(places)
    centre, apart, shared = _posterior(effects, variances, fit)
    of_mean = 0.0 if fit is None else fit.standard_error
    drawn = centre + np.sqrt(apart) * rng.standard_normal((draws, places))
    drawn += of_mean * shared * rng.standard_normal((draws, 1))
    # Ties (no spread between places) are broken by chance, not by position in the list.
    drawn = drawn + 1e-9 * (np.abs(centre).max() + 1) * rng.standard_normal(drawn.shape)
    cut = np.partition(drawn, places - top, axis=1)[:, places - top]
    return np.asarray((drawn >= cut[:, None]).mean(axis=0))
