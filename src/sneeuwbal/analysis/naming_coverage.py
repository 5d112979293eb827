"""Made-up towns with few places that truly stand out: how many names are wrong?

`benchmarks/reached_coverage.py` prints the table of docs/methods/naming.md with these.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.pooling.naming import growing_places, named_places
from sneeuwbal.analysis.snowball import snowball_finding

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Town:
    """Neighbourhoods of which some have a true effect of `effect`, and the others none.

    `shock_sd` moves all of them together, as weather or a price would; `shock_counted` says
    whether the variances of the figures know of it, as those from clustered errors do.
    """

    name: str
    places: int = 40
    standing_out: int = 5
    effect: float = 0.8
    shock_sd: float = 0.0
    shock_counted: bool = True
    dependent: bool = False


@dataclass(frozen=True)
class Naming:
    """Over many towns: share of the names that is wrong, and of the true ones that is found."""

    town: str
    false_share: float
    any_false: float
    found: float
    empty: float


def effect_names(town: Town, *, runs: int, rng: np.random.Generator) -> Naming:
    """Return how often naming by effect is wrong."""
    truth = np.concatenate(
        [np.zeros(town.places - town.standing_out), np.full(town.standing_out, town.effect)]
    )
    rows = []
    for _ in range(runs):
        variances = rng.uniform(0.02, 0.15, town.places)
        drawn = rng.normal(truth, np.sqrt(variances)) + rng.normal(0, town.shock_sd)
        if town.shock_counted:
            variances = variances + town.shock_sd**2
        found = named_places(drawn, variances, rng=rng, dependent=town.dependent, draws=20)
        rows.append(_counted(truth > 0, [place for place, one in enumerate(found) if one.named]))
    return _summary(town.name, rows, town.standing_out)


def snowball_names(
    name: str, *, r: Floats, people: int, k: float, runs: int, rng: np.random.Generator
) -> Naming:
    """Return how often naming by P(R > 1) is wrong, for neighbourhoods with these true R.

    Parameters
    ----------
    name : str
    r : (n,) float
        True number of recruits per participant; above 1 is rightly named.
    people : int
        Participants per neighbourhood, all followed for a year.
    k : float
        Dispersion of the recruits.
    runs : int
    rng : numpy Generator

    Returns
    -------
    Naming
    """
    days, rows = np.full(people, 365.0), []
    for _ in range(runs):
        recruits = rng.negative_binomial(k, k / (k + r[:, None]), (len(r), people))
        chance = [
            snowball_finding(
                one.astype(float), days, delay_cdf=np.ones_like, programme_dispersion=k
            ).probability_above_one
            for one in recruits
        ]
        rows.append(_counted(r > 1, list(growing_places(np.array(chance)))))
    return _summary(name, rows, int((r > 1).sum()))


def _counted(true: NDArray[np.bool_], named: list[int]) -> tuple[int, int]:
    right = int(true[named].sum()) if named else 0
    return len(named) - right, right


def _summary(name: str, rows: list[tuple[int, int]], standing_out: int) -> Naming:
    wrong, right = np.array(rows, float).T
    names = wrong + right
    return Naming(
        town=name,
        false_share=float((wrong / np.maximum(names, 1)).mean()),
        any_false=float((wrong > 0).mean()),
        found=float(right.mean() / standing_out) if standing_out else float("nan"),
        empty=float((names == 0).mean()),
    )
