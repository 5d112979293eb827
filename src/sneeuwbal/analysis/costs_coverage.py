"""Made-up neighbourhoods of which the true cost per household is known.

`benchmarks/costs_coverage.py` prints the table of docs/methods/costs.md with these, and the tests
run a short version. Like `simulation` it may import any module.
"""

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.costs import cost_per_household, fieller_interval
from sneeuwbal.analysis.estimate import Estimate
from sneeuwbal.analysis.resampling import resampled_cost

SIZE_SD, COST_SD = 0.5, 0.25
FIXED_EUR, EUR, HOUSEHOLDS = 12_000.0, 8_000.0, 25.0
MEAN_SIZE = exp(SIZE_SD**2 / 2)
TRUTH = (FIXED_EUR + EUR * MEAN_SIZE) * exp(COST_SD**2 / 2) / (HOUSEHOLDS * MEAN_SIZE)


@dataclass(frozen=True)
class Held:
    """How often each interval holds the truth, how wide it is in the middle, and how many spoke."""

    poisson: float
    resampled: float
    width: float
    spoken: int


def draw_places(
    places: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return cost and households of neighbourhoods; larger ones cost more and bring more.

    Parameters
    ----------
    places : int
        Number of neighbourhoods.
    rng : Generator

    Returns
    -------
    (cost_eur, households)
        Households are negative binomial with k = 2: neighbourhoods differ far more than chance.
    """
    size = rng.lognormal(0, SIZE_SD, places)
    cost = (FIXED_EUR + EUR * size) * rng.lognormal(0, COST_SD, places)
    return cost, rng.poisson(HOUSEHOLDS * size * rng.gamma(2, 0.5, places))


def intervals_held(places: int, *, runs: int, rng: np.random.Generator, draws: int = 999) -> Held:
    """Return how often the Poisson and the resampled interval hold the cost of such places.

    Parameters
    ----------
    places : int
        Neighbourhoods per programme.
    runs : int
        Programmes drawn.
    rng : Generator
    draws : int
        Bootstrap draws.
    """
    poisson, resampled, widths = [], [], []
    for _ in range(runs):
        cost, households = draw_places(places, rng)
        poisson.append(_holds(cost_per_household(float(cost.sum()), int(households.sum())), TRUTH))
        found = resampled_cost(cost, households, rng=rng, draws=draws)
        if found.low is not None and found.high is not None:
            resampled.append(_holds(found, TRUTH))
            widths.append((found.high - found.low) / TRUTH)
    if not resampled:
        return Held(float(np.mean(poisson)), float("nan"), float("nan"), 0)
    share, width = float(np.mean(resampled)), float(np.median(widths))
    return Held(float(np.mean(poisson)), share, width, len(resampled))


def _holds(found: Estimate, truth: float) -> bool:
    return found.low is not None and found.high is not None and found.low <= truth <= found.high


def fieller_held(
    relative_sd: float, *, runs: int, rng: np.random.Generator, degrees_of_freedom: int
) -> tuple[float, float]:
    """Return how often Fieller's set holds the truth, and how often it is a bounded interval.

    Parameters
    ----------
    relative_sd : float, > 0
        Standard error of the denominator over its value.
    runs : int
    rng : Generator
    degrees_of_freedom : int
        Of the two estimated variances, which are independent.
    """
    held, bounded = 0, 0
    for _ in range(runs):
        top, bottom = rng.normal(9, 1), rng.normal(1, relative_sd)
        scale = rng.chisquare(degrees_of_freedom) / degrees_of_freedom
        found = fieller_interval(
            top,
            bottom,
            var_numerator=scale,
            var_denominator=scale * relative_sd**2,
            degrees_of_freedom=degrees_of_freedom,
        )
        bounded += found is not None
        held += found is None or found[0] <= 9 <= found[1]
    return held / runs, bounded / runs
