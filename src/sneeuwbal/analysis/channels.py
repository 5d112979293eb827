"""How many households would not have been reached without this channel?

Method page: docs/methods/channels.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

Floats = NDArray[np.float64]

DRAWS = 999
MIN_REACHED = 20
UNIT = "households"


@dataclass(frozen=True)
class ChannelReach:
    """Reach per channel, three ways; `shares` add up to `total` exactly.

    `touched` counts households this channel reached at all; `only` those that no other
    channel reached (leave-one-out); `shares` divides each household equally over the
    channels that reached it (Shapley value).
    """

    total: Estimate
    touched: tuple[Estimate, ...]
    only: tuple[Estimate, ...]
    shares: tuple[Estimate, ...]


def channel_reach(
    touched: NDArray[np.bool_],
    *,
    rng: np.random.Generator,
    clusters: NDArray[np.int64] | None = None,
    draws: int = DRAWS,
) -> ChannelReach:
    """Estimate what each channel adds to the reach of all together.

    Parameters
    ----------
    touched : (h, c) bool
        Per household whether each channel reached it; rows without any may be left out.
    rng : numpy Generator
    clusters : (h,) int, optional
        Whom chance takes together, such as a neighbourhood; each household apart if left out.
    draws : int
        Bootstrap draws.

    Returns
    -------
    ChannelReach
        In households; n is the number reached. Silent below 20 reached households, or with
        fewer than five clusters.

    Raises
    ------
    ValueError
        If touched is no table or clusters has another length.

    Notes
    -----
    The Shapley value (Shapley 1953) of a coverage game needs no enumeration of coalitions: each
    of the k channels that reached a household gets 1/k. Percentile bootstrap with Poisson
    numbers, so that the size varies too. Weak point: it divides what was observed; without
    a channel others might have worked harder, and the order of contacts is ignored.
    """
    touched = np.asarray(touched, bool)
    if touched.ndim != 2 or (clusters is not None and len(clusters) != len(touched)):
        raise ValueError("touched is a table with a row per household and per cluster code")
    households, channels = touched.shape
    units = _per_unit(touched, np.arange(households) if clusters is None else clusters)
    reached = int(touched.any(axis=1).sum())
    enough = reached >= MIN_REACHED and (clusters is None or len(units) >= 5)
    if not enough:
        return _silent_reach(reached, channels)
    drawn = _bootstrap(units, rng=rng, draws=draws)
    point = units.sum(axis=0)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    rows = [
        _figure(float(value), float(least), float(most), reached, column, channels)
        for column, (value, least, most) in enumerate(zip(point, low, high, strict=True))
    ]
    parts = [tuple(rows[1 + part * channels : 1 + (part + 1) * channels]) for part in range(3)]
    return ChannelReach(rows[0], *parts)


def _per_unit(touched: NDArray[np.bool_], clusters: NDArray[np.int64]) -> Floats:
    """Return per cluster: reached, then touched, only and Shapley share for each channel."""
    count = touched.sum(axis=1)
    only = touched & (count == 1)[:, None]
    share = touched / np.maximum(count, 1)[:, None]
    rows = np.column_stack([count > 0, touched, only, share]).astype(float)
    groups = np.unique(clusters, return_inverse=True)[1].reshape(-1)
    summed = np.zeros((int(groups.max()) + 1 if len(groups) else 0, rows.shape[1]))
    np.add.at(summed, groups, rows)
    return summed


def _bootstrap(units: Floats, *, rng: np.random.Generator, draws: int) -> Floats:
    """Return totals of each column, over draws; equal units are drawn as one Poisson number."""
    kinds, count = np.unique(units, axis=0, return_counts=True)
    return np.asarray(rng.poisson(count, (draws, len(count))) @ kinds)


def _figure(
    value: float, low: float, high: float, reached: int, column: int, channels: int
) -> Estimate:
    names = ("reached at all", "reached by this channel", "leave-one-out", "Shapley value")
    name = names[0] if column == 0 else names[1 + (column - 1) // channels]
    low, high = min(low, value), max(high, value)
    return Estimate(value, low, high, n=reached, method=f"{name}, bootstrap", unit=UNIT)


def _silent_reach(reached: int, channels: int) -> ChannelReach:
    reason = Silence.TOO_FEW if reached else Silence.NO_DATA
    nothing = silent(reason, n=reached, method="channel reach", unit=UNIT)
    return ChannelReach(nothing, *((nothing,) * channels,) * 3)
