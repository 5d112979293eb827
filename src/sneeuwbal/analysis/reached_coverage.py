"""Made-up data whose truth is known, for who is reached, time to a stage, and pooling.

`benchmarks/reached_coverage.py` prints the tables of the method pages with these, and the
checklist of the tests runs a short version. Like `simulation` it may import any module.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.channels import channel_reach
from sneeuwbal.analysis.estimate import Estimate
from sneeuwbal.analysis.pooling.random_effects import pooled
from sneeuwbal.analysis.pooling.shares import pooled_share
from sneeuwbal.analysis.response.indicators import representativeness
from sneeuwbal.analysis.response.margins import margins_comparison
from sneeuwbal.analysis.response.propensity import response_model
from sneeuwbal.analysis.small_areas import fay_herriot
from sneeuwbal.analysis.survival import median_days, share_by, survival_curve
from sneeuwbal.analysis.weights.calibration import calibrated_total
from sneeuwbal.analysis.weights.raking import raked_weights, weighted_share

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Data = tuple[Any, ...]


@dataclass(frozen=True)
class Scenario:
    """How to draw data with a known truth, and how to estimate it.

    `truth` None: the draw's last item is the truth of that draw. `empty` is the same table
    without rows.
    """

    name: str
    truth: float | None
    draw: Callable[[np.random.Generator], Data]
    estimate: Callable[..., Estimate]
    empty: Data


@dataclass(frozen=True)
class Coverage:
    """How often the interval holds the truth, the mean of the figures, and how many spoke."""

    scenario: Scenario
    covered: float
    mean: float
    width: float
    spoken: int
    runs: int


def coverage(scenario: Scenario, *, runs: int, rng: np.random.Generator) -> Coverage:
    """Return how often a scenario's interval holds the truth over many draws."""
    held, values, widths = [], [], []
    for _ in range(runs):
        data = scenario.draw(rng)
        truth = scenario.truth
        if truth is None:
            *data_list, truth = data
            data = tuple(data_list)
        found = scenario.estimate(*data)
        if found.value is None or found.low is None:
            continue
        high = np.inf if found.high is None else found.high
        held.append(found.low <= truth <= high)
        values.append(found.value)
        widths.append(high - found.low)
    several = [float(np.mean(part)) if part else float("nan") for part in (held, values)]
    width = float(np.median(widths)) if widths else float("nan")
    return Coverage(scenario, several[0], several[1], width, len(held), runs)


# Who is reached: twelve cells of two variables that hang together.
CELLS = np.array([[a, b] for a in range(3) for b in range(4)])
CELL_SHARE = np.array([10, 7, 5, 12, 8, 10, 6, 4, 12, 6, 9, 11]) / 100
UNEVEN = np.array([0.0, 0.5, -0.8])[CELLS[:, 0]] + np.array([0.0, 0.3, 0.0, -0.3])[CELLS[:, 1]]


def reach_scenario(base: float, households: int, *, uneven: float, kind: str) -> Scenario:
    """Return a reach with logit `base`, `uneven` times the usual differences between groups.

    `kind` is "cv" or "r" with a frame, or "margins" for the CV without one.
    """
    size = np.round(CELL_SHARE * households).astype(np.int64)
    chance = 1 / (1 + np.exp(-(base + uneven * UNEVEN)))
    mean = float(CELL_SHARE @ chance)
    spread = float(np.sqrt(CELL_SHARE @ (chance - mean) ** 2))
    margins = [np.bincount(CELLS[:, column], size).astype(float) for column in (0, 1)]

    def estimate(seen: Ints) -> Estimate:
        # An empty table: nobody lives there, so no cell has a row.
        rows = slice(0, len(seen))
        if kind == "margins":
            reached = np.repeat(CELLS[rows], seen, axis=0)
            return margins_comparison(reached, margins=margins, households=int(size.sum())).cv
        found = representativeness(response_model(size[rows], seen, factors=CELLS[rows]))
        return found.cv if kind == "cv" else found.r_indicator

    truth = 1 - 2 * spread if kind == "r" else spread / mean
    name = f"{kind}, reach {mean:.2f} of {households}, truth {truth:.2f}"
    nobody = (np.zeros(0, np.int64),)
    return Scenario(name, truth, lambda rng: (rng.binomial(size, chance),), estimate, nobody)


def weighting_scenario(respondents: int, *, skew: float) -> Scenario:
    """Return a survey that owners answer more readily, who also say yes more often."""
    share = np.array([0.6, 0.4])
    answers = share * np.array([1.0, 1.0 + skew])
    says_yes = np.array([0.3, 0.5])

    def draw(rng: np.random.Generator) -> Data:
        owner = (rng.random(respondents) < answers[1] / answers.sum()).astype(np.int64)
        return rng.random(respondents) < says_yes[owner], owner

    def estimate(yes: NDArray[np.bool_], owner: Ints) -> Estimate:
        if not len(yes):
            return weighted_share(yes, np.zeros(0))
        base = np.ones(len(yes))
        raking = raked_weights(base, factors=owner[:, None], margins=[1000 * share])
        return weighted_share(yes, raking.weights)

    empty = (np.zeros(0, bool), np.zeros(0, np.int64))
    name = f"weighted share, {respondents} respondents, owners x {1 + skew:.1f}"
    return Scenario(name, float(share @ says_yes), draw, estimate, empty)


def calibration_scenario(clusters: int) -> Scenario:
    """Return a total from clusters of ten, calibrated on one number known of everyone."""
    size, population = 10, 10_000

    def draw(rng: np.random.Generator) -> Data:
        known = np.repeat(rng.normal(5, 0.2, clusters), size) + rng.normal(0, 1, clusters * size)
        shared = np.repeat(rng.normal(0, 1, clusters), size)
        return 2 * known + shared + rng.normal(0, 2, known.size), known

    def estimate(values: Floats, known: Floats) -> Estimate:
        auxiliary = np.column_stack([np.ones(len(values)), known])
        return calibrated_total(
            values,
            base=np.full(len(values), population / max(len(values), 1)),
            auxiliary=auxiliary,
            totals=np.array([population, 5.0 * population]),
            clusters=np.arange(len(values)) // size,
        )

    name = f"calibrated total, {clusters} clusters of {size}"
    return Scenario(name, 10.0 * population, draw, estimate, (np.zeros(0), np.zeros(0)))


def small_area_scenario(places: int, *, spread: float) -> Scenario:
    """Return the first of many places; error 0.5 to 1.5, places differ by `spread`."""
    variance = np.linspace(0.5, 1.5, places) ** 2
    covariates = np.column_stack([np.ones(places), np.linspace(-1, 1, places)])

    def draw(rng: np.random.Generator) -> Data:
        order = rng.permutation(places)
        truth = covariates[order] @ [2.0, 1.0] + rng.normal(0, spread, places)
        direct = rng.normal(truth, np.sqrt(variance[order]))
        return direct, variance[order], covariates[order], float(truth[0])

    def estimate(direct: Floats, variances: Floats, known: Floats) -> Estimate:
        found = fay_herriot(direct, variances, covariates=known).estimates
        return found[0] if found else fay_herriot_of_nothing()

    empty = (np.zeros(0), np.zeros(0), np.zeros((0, 2)))
    name = f"small areas, {places} places, sd {spread}"
    return Scenario(name, None, draw, estimate, empty)


def fay_herriot_of_nothing() -> Estimate:
    """Return what one place without any survey gets."""
    return fay_herriot(np.zeros(1), np.ones(1), covariates=np.ones((1, 2))).estimates[0]


def channel_scenario(households: int) -> Scenario:
    """Return the Shapley share of the first of three channels."""
    chance = np.array([0.10, 0.06, 0.02])
    expected = households * sum(
        chance[0] * np.prod(np.where(other, chance[1:], 1 - chance[1:])) / (1 + sum(other))
        for other in ((0, 0), (0, 1), (1, 0), (1, 1))
    )

    def estimate(touched: NDArray[np.bool_]) -> Estimate:
        return channel_reach(touched, rng=np.random.default_rng(7), draws=399).shares[0]

    name = f"Shapley share, {households} households"
    return Scenario(
        name,
        float(expected),
        lambda rng: (rng.random((households, 3)) < chance,),
        estimate,
        (np.zeros((0, 3), bool),),
    )


def waiting_scenario(households: int, *, kind: str) -> Scenario:
    """Return time to a step with mean 100 days, followed for 60 to 200 days."""

    def draw(rng: np.random.Generator) -> Data:
        step, followed = rng.exponential(100, households), rng.uniform(60, 200, households)
        return np.minimum(step, followed), step <= followed

    def estimate(days: Floats, happened: NDArray[np.bool_]) -> Estimate:
        curve = survival_curve(days, happened)
        return share_by(curve, 60.0) if kind == "share" else median_days(curve)

    truth = 1 - np.exp(-0.6) if kind == "share" else 100 * np.log(2)
    empty = (np.zeros(0), np.zeros(0, bool))
    return Scenario(f"{kind} of {households} households", float(truth), draw, estimate, empty)


def pooling_scenario(places: int, *, spread: float, kind: str = "mean") -> Scenario:
    """Return the pooled mean (0.5) or the next place; `kind` also "mean_with_prior" and so on."""

    def draw(rng: np.random.Generator) -> Data:
        variances = rng.uniform(0.02, 0.2, places)
        effects = rng.normal(0.5, np.sqrt(variances + spread**2))
        truth = 0.5 if kind.startswith("mean") else float(rng.normal(0.5, spread))
        return effects, variances, truth

    def estimate(effects: Floats, variances: Floats) -> Estimate:
        found = getattr(pooled(effects, variances), kind)
        return found or pooled(np.zeros(0), np.zeros(0)).mean

    name = f"{kind}, {places} places, sd {spread}"
    return Scenario(name, None, draw, estimate, (np.zeros(0), np.zeros(0)))


def shares_scenario(places: int, *, spread: float, kind: str = "share") -> Scenario:
    """Return the share (0.05) in a typical place, of 40 to 200 households each, or the next."""
    centre = np.log(0.05 / 0.95)

    def draw(rng: np.random.Generator) -> Data:
        size = rng.integers(40, 201, places)
        ahead = rng.normal(0, spread, places + 1) * np.r_[np.ones(places), kind != "share"]
        chance = 1 / (1 + np.exp(-(centre + ahead)))
        return rng.binomial(size, chance[:-1]), size, float(chance[-1])

    def estimate(successes: Ints, trials: Ints) -> Estimate:
        found = pooled_share(successes, trials)
        return found.share if kind == "share" else found.next_place

    empty = (np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Scenario(f"{kind}, {places} places, sd {spread}", None, draw, estimate, empty)
