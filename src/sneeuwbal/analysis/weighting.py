"""Which weights agree with what people said about them?

Method page: docs/methods/selection.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MIN_SURVIVING_SHARE = 1 / 1_000
ENOUGH_PROPOSALS = 50_000
BATCH = 2_000


class TooNarrow(ValueError):
    """The stated ranges leave almost no weights over."""


@dataclass(frozen=True, slots=True)
class WeightStatement:
    """What one participant says about weights: tiers, most important first, and ranges.

    `order=((2,), (0, 1))` says criterion 2 weighs more than 0 and 1; the rest is open.
    `ranges={0: (0.1, 0.3)}` keeps the weight of criterion 0 between those shares.
    """

    order: tuple[tuple[int, ...], ...] = ()
    ranges: Mapping[int, tuple[float, float]] = field(default_factory=dict)


def weight_draws(
    criteria: int,
    draws: int,
    *,
    rng: np.random.Generator,
    statement: WeightStatement | None = None,
) -> Floats:
    """Draw weights uniformly from all that agree with a statement.

    Parameters
    ----------
    criteria, draws : int
        Number of weights, which add up to 1, and of draws.
    statement : WeightStatement, optional
        Order and ranges; without it every weighting counts equally.

    Returns
    -------
    (draws, criteria) float

    Raises
    ------
    TooNarrow
        If fewer than 1 in 1,000 draws agree with the ranges.
    ValueError
        If the statement names a criterion that does not exist, or one twice.

    Notes
    -----
    Gaps between sorted uniforms, as normalised exponentials. An order is kept by sorting
    each draw, which leaves it uniform; ranges are kept by rejection.
    """
    said = statement or WeightStatement()
    _check_statement(said, criteria)
    kept: list[Floats] = []
    found = proposed = 0
    while found < draws:
        batch = _ordered(_simplex(criteria, max(draws, BATCH), rng), said.order, rng)
        for criterion, (low, high) in said.ranges.items():
            batch = batch[(batch[:, criterion] >= low) & (batch[:, criterion] <= high)]
        proposed += max(draws, BATCH)
        kept.append(batch)
        found += len(batch)
        if proposed >= ENOUGH_PROPOSALS and found < MIN_SURVIVING_SHARE * proposed:
            raise TooNarrow("fewer than 1 in 1,000 weightings agree with these ranges")
    return np.concatenate(kept)[:draws]


def mixed_weight_draws(
    statements: Sequence[WeightStatement],
    criteria: int,
    *,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Draw weights for several participants, each with an equal part of the draws.

    Parameters
    ----------
    statements : sequence of WeightStatement
        One per participant.
    criteria, draws : int
        Draws are rounded up to a multiple of the number of participants.

    Returns
    -------
    (at least draws, criteria) float

    Raises
    ------
    ValueError
        Without statements, or as `weight_draws`.
    """
    if not statements:
        raise ValueError("at least one participant states weights")
    each = -(-draws // len(statements))
    parts = [weight_draws(criteria, each, rng=rng, statement=said) for said in statements]
    return np.concatenate(parts)


def _simplex(criteria: int, draws: int, rng: np.random.Generator) -> Floats:
    gaps = rng.standard_exponential((draws, criteria))
    return np.asarray(gaps / gaps.sum(axis=1, keepdims=True))


def _ordered(batch: Floats, order: tuple[tuple[int, ...], ...], rng: np.random.Generator) -> Floats:
    """Hand out the sorted weights of the ordered criteria, larger ones to earlier tiers."""
    named = [criterion for tier in order for criterion in tier]
    if not named:
        return batch
    falling = -np.sort(-batch[:, named], axis=1)
    given = 0
    for tier in order:
        part = rng.permuted(falling[:, given : given + len(tier)], axis=1)
        batch[:, list(tier)] = part
        given += len(tier)
    return batch


def _check_statement(said: WeightStatement, criteria: int) -> None:
    named = [criterion for tier in said.order for criterion in tier]
    if len(named) != len(set(named)):
        raise ValueError("an order names each criterion once")
    if any(not 0 <= criterion < criteria for criterion in (*named, *said.ranges)):
        raise ValueError("the statement names a criterion that does not exist")
    if any(not 0 <= low <= high <= 1 for low, high in said.ranges.values()):
        raise ValueError("a range runs from a lower to a higher share between 0 and 1")
