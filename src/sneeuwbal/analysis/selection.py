"""Which neighbourhoods fit, whatever the weights? Stochastic multicriteria acceptability (SMAA).

Method page: docs/methods/selection.md.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Assumptions, docs/methods/selection.md.
NEARLY_CERTAIN_FROM = 0.80
NEARLY_CERTAINLY_NOT_BELOW = 0.20
MIN_DRAWS = 1_000
MIN_FIRST_PLACES = 200
CONFIDENCE_DRAWS = 2_000
CHUNK = 2_000
TIE = 1e-12


class Fit(StrEnum):
    """How firmly a place belongs to the top under the stated weights."""

    NEARLY_CERTAIN = "nearly_certain"
    DEPENDS_ON_CHOICE = "depends_on_choice"
    NEARLY_CERTAINLY_NOT = "nearly_certainly_not"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Acceptability:
    """For each of n places how often it takes each rank, and what decides."""

    ranks: Floats
    top_share: Floats
    top_error: Floats
    first: Floats
    central_weight: tuple[Floats | None, ...]
    confidence_factor: tuple[float | None, ...]
    label: tuple[Fit, ...]
    deciding: tuple[int | None, ...]
    deciding_helps: tuple[bool | None, ...]
    never_first: NDArray[np.bool_]
    top: int
    draws: int


@dataclass(frozen=True, slots=True)
class _Data:
    """Values with their errors and, for each missing cell, what it may be."""

    values: Floats
    variance: Floats
    missing: tuple[tuple[int, int, Floats], ...]

    @property
    def is_certain(self) -> bool:
        return not self.missing and not self.variance.any()


def normalised(raw: Floats, *, higher_is_better: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Bring criteria to 0..1 with higher always better.

    Parameters
    ----------
    raw : (n, d) float
        Indicators in their own units; NaN where missing.
    higher_is_better : (d,) bool
        False turns the criterion around.

    Returns
    -------
    values : (n, d) float
        Lowest 0, highest 1 per criterion; NaN stays NaN.
    span : (d,) float
        Highest minus lowest; divide a standard error by it.

    Raises
    ------
    ValueError
        If a criterion is constant or entirely missing: it cannot tell places apart.
    """
    present = np.isfinite(raw)
    low = np.where(present, raw, np.inf).min(axis=0)
    high = np.where(present, raw, -np.inf).max(axis=0)
    flat = np.flatnonzero(~(high > low))
    if flat.size:
        raise ValueError(f"criterion {int(flat[0])} is constant or missing everywhere")
    span = high - low
    values = (raw - low) / span
    return np.where(higher_is_better, values, 1 - values), span


def rank_acceptability(
    values: Floats,
    weights: Floats,
    *,
    rng: np.random.Generator,
    top: int,
    data_sd: Floats | None = None,
    similar: Ints | None = None,
) -> Acceptability:
    """Estimate how often each place takes each rank over all weights and data errors.

    Parameters
    ----------
    values : (n, d) float
        Normalised, higher is better; NaN where missing.
    weights : (s, d) float
        Draws of `weighting.mixed_weight_draws`.
    top : int
        Number of places that can be chosen.
    data_sd : (n, d) float, optional
        Standard error of each value, in the same normalised unit.
    similar : (n,) int, optional
        Group of each place; a missing value is drawn from the observed values of its
        group, or of all places if its group has none.

    Returns
    -------
    Acceptability
        Shares over the draws. A central weight is None below 200 first places. The
        deciding criterion is given for the middle group only.

    Raises
    ------
    ValueError
        If shapes do not fit, `top` is out of range, or a criterion is missing everywhere.

    Notes
    -----
    Lahdelma & Salminen (2001), doi:10.1287/opre.49.3.444.11220. Errors are independent
    and normal, so the error of a weighted sum is drawn at once, which has the same
    distribution as drawing each value. Ties share the rank mass. The deciding criterion
    is ours: where the mean weight of the draws that put the place in the top differs
    most, in standard deviations, from that of all draws; unlike the central weight it
    exists for places that are never first. Monte-Carlo error `sqrt(a (1 - a) / s)`.
    """
    data = _data(values, weights, data_sd=data_sd, similar=similar)
    places, draws = len(values), len(weights)
    if not 1 <= top <= places:
        raise ValueError("top lies between 1 and the number of places")
    ranks = np.zeros((places, places))
    first_weight = np.zeros((places, weights.shape[1]))
    top_weight = np.zeros((places, weights.shape[1]))
    for start in range(0, draws, CHUNK):
        part = weights[start : start + CHUNK]
        mass, is_first, in_top = _rank_mass(_scores(data, part, rng), top)
        ranks += mass
        first_weight += is_first.T @ part
        top_weight += in_top.T @ part
    first, in_top_mass = ranks[:, 0].copy(), ranks[:, :top].sum(axis=1)
    share = np.clip(in_top_mass / draws, 0.0, 1.0)
    central = tuple(
        first_weight[place] / first[place] if first[place] >= MIN_FIRST_PLACES else None
        for place in range(places)
    )
    label = tuple(_fit(value, draws) for value in share)
    deciding = _deciding(top_weight, in_top_mass, weights, label)
    return Acceptability(
        ranks=ranks / draws,
        top_share=share,
        top_error=np.sqrt(share * (1 - share) / draws),
        first=first,
        central_weight=central,
        confidence_factor=_confidence(data, central, rng),
        label=label,
        deciding=tuple(criterion for criterion, _ in deciding),
        deciding_helps=tuple(helps for _, helps in deciding),
        never_first=first == 0,
        top=top,
        draws=draws,
    )


def pairwise_share(
    values: Floats,
    weights: Floats,
    *,
    rng: np.random.Generator,
    data_sd: Floats | None = None,
    similar: Ints | None = None,
) -> Floats:
    """Estimate for each pair how often the one scores above the other.

    Parameters
    ----------
    values, weights, data_sd, similar
        As in `rank_acceptability`.

    Returns
    -------
    (n, n) float
        Share of draws in which the row is above the column; ties count half, and the
        diagonal is 0.5.

    Raises
    ------
    ValueError
        As `rank_acceptability`.
    """
    data = _data(values, weights, data_sd=data_sd, similar=similar)
    above = np.zeros((len(values), len(values)))
    for start in range(0, len(weights), CHUNK):
        scores = _scores(data, weights[start : start + CHUNK], rng)
        for place in range(len(values)):
            difference = scores[:, [place]] - scores
            above[place] += (difference > TIE).sum(axis=0)
            above[place] += 0.5 * (np.abs(difference) <= TIE).sum(axis=0)
    return above / len(weights)


def _data(
    values: Floats, weights: Floats, *, data_sd: Floats | None, similar: Ints | None
) -> _Data:
    if values.ndim != 2 or weights.ndim != 2 or values.shape[1] != weights.shape[1]:
        raise ValueError("values and weights differ in their number of criteria")
    if not len(values) or not len(weights):
        raise ValueError("there is nothing to rank")
    sd = np.zeros(values.shape) if data_sd is None else np.asarray(data_sd, float)
    if sd.shape != values.shape or bool((np.nan_to_num(sd) < 0).any()):
        raise ValueError("data_sd has the shape of values and is not negative")
    gone = ~np.isfinite(values)
    groups = np.zeros(len(values), np.int64) if similar is None else similar
    missing = []
    for place, criterion in np.argwhere(gone):
        column = values[:, criterion]
        pool = column[~gone[:, criterion] & (groups == groups[place])]
        pool = pool if pool.size else column[~gone[:, criterion]]
        if not pool.size:
            raise ValueError(f"criterion {int(criterion)} is missing everywhere")
        missing.append((int(place), int(criterion), pool))
    variance = np.where(gone, 0.0, np.nan_to_num(sd) ** 2)
    return _Data(np.where(gone, 0.0, values), variance, tuple(missing))


def _scores(data: _Data, weights: Floats, rng: np.random.Generator) -> Floats:
    """Return one score per draw and place, with the error of the data drawn in."""
    scores = weights @ data.values.T
    if data.variance.any():
        sd = np.sqrt(weights**2 @ data.variance.T)
        scores += sd * rng.standard_normal(scores.shape, np.float32)
    for place, criterion, pool in data.missing:
        scores[:, place] += weights[:, criterion] * rng.choice(pool, len(weights))
    return np.asarray(scores)


def _rank_mass(scores: Floats, top: int) -> tuple[Floats, Floats, Floats]:
    """Return rank counts (n, n), and per draw the mass of each place at the first rank and top."""
    draws, places = scores.shape
    order = np.argsort(-scores, axis=1)
    falling = np.take_along_axis(scores, order, axis=1)
    tied = (falling[:, :-1] - falling[:, 1:] <= TIE).any(axis=1)
    cells = order[~tied] * places + np.arange(places)
    mass = np.bincount(cells.ravel(), minlength=places * places).astype(float)
    mass = mass.reshape(places, places)
    is_first, in_top = np.zeros((draws, places)), np.zeros((draws, places))
    rows = np.arange(draws)
    is_first[rows, order[:, 0]] = 1
    np.put_along_axis(in_top, order[:, :top], 1.0, axis=1)
    for row in np.flatnonzero(tied):
        block = np.concatenate([[0], np.cumsum(falling[row, :-1] - falling[row, 1:] > TIE)])
        sizes = np.bincount(block)
        same = block[:, None] == block[None, :]
        spread = same / sizes[block][:, None]
        mass[order[row]] += spread
        is_first[row, order[row]] = spread[:, 0]
        in_top[row, order[row]] = spread[:, :top].sum(axis=1)
    return mass, is_first, in_top


def _fit(share: float, draws: int) -> Fit:
    if draws < MIN_DRAWS:
        return Fit.TOO_FEW
    if share >= NEARLY_CERTAIN_FROM:
        return Fit.NEARLY_CERTAIN
    if share < NEARLY_CERTAINLY_NOT_BELOW:
        return Fit.NEARLY_CERTAINLY_NOT
    return Fit.DEPENDS_ON_CHOICE


def _deciding(
    top_weight: Floats, in_top: Floats, weights: Floats, label: tuple[Fit, ...]
) -> list[tuple[int | None, bool | None]]:
    """Return for the middle group the criterion that decides, and whether weight on it helps."""
    average, sd = weights.mean(axis=0), np.maximum(weights.std(axis=0), TIE)
    found: list[tuple[int | None, bool | None]] = []
    for place, fit in enumerate(label):
        if fit != Fit.DEPENDS_ON_CHOICE:
            found.append((None, None))
            continue
        pull = (top_weight[place] / in_top[place] - average) / sd
        criterion = int(np.argmax(np.abs(pull)))
        found.append((criterion, bool(pull[criterion] > 0)))
    return found


def _confidence(
    data: _Data, central: tuple[Floats | None, ...], rng: np.random.Generator
) -> tuple[float | None, ...]:
    """Return the share of data draws in which each place is first under its central weight."""
    draws = 1 if data.is_certain else CONFIDENCE_DRAWS
    found: list[float | None] = []
    for place, weight in enumerate(central):
        if weight is None:
            found.append(None)
            continue
        scores = _scores(data, np.tile(weight, (draws, 1)), rng)
        best = scores >= scores.max(axis=1, keepdims=True) - TIE
        found.append(float((best[:, place] / best.sum(axis=1)).mean()))
    return tuple(found)
