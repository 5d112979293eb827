"""A waiting list by lot: the public draw, and the test that the draw itself makes valid.

Method page: docs/methods/effects.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from math import factorial, prod

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.effects.aggregates import Estimand, coefficients
from sneeuwbal.analysis.effects.attgt import Controls, group_time
from sneeuwbal.analysis.effects.panel import Panel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS = 9_999
MOST_ENUMERATED = 20_000
SAME = 1e-9  # two orders whose sums differ only by rounding count as equal


@dataclass(frozen=True, slots=True)
class Drawn:
    """The outcome of a public draw: who starts in which wave, and a digest to publish."""

    order: tuple[str, ...]
    wave: dict[str, int]
    digest: str


def public_draw(stratum: dict[str, str], *, seed: str, waves: dict[str, tuple[int, ...]]) -> Drawn:
    """Draw the order in which places start, so that anyone can draw it again.

    Parameters
    ----------
    stratum : {place: stratum}
        Every place that is selected and ready. One stratum is fine.
    seed : str
        Published beforehand, or an outside number nobody can choose, such as a lottery result.
    waves : {stratum: sizes}
        How many places of the stratum start in wave 0, 1, ...; what remains never starts.

    Returns
    -------
    Drawn
        Order by stratum and by lot; wave per place, -1 for the places that remain; the digest
        fixes seed, strata, sizes and result.

    Raises
    ------
    ValueError
        If the seed is empty, a stratum has no sizes, or sizes ask for more places than there are.

    Notes
    -----
    Places are sorted by the SHA-256 of "seed|stratum|place" in UTF-8: no random generator
    that another program or a later version would implement otherwise.
    """
    if not seed:
        raise ValueError("a public draw needs a seed")
    order: list[str] = []
    wave: dict[str, int] = {}
    for name in sorted(set(stratum.values())):
        members = sorted(place for place, own in stratum.items() if own == name)
        members.sort(key=lambda place, own=name: _lot(seed, own, place))  # type: ignore[misc]
        sizes = waves.get(name)
        if sizes is None or min(sizes, default=0) < 0 or sum(sizes) > len(members):
            raise ValueError(f"the wave sizes of stratum {name} do not fit its places")
        labels = [number for number, size in enumerate(sizes) for _ in range(size)]
        labels += [-1] * (len(members) - len(labels))
        order += members
        wave |= dict(zip(members, labels, strict=True))
    told = "\n".join(f"{stratum[place]}|{place}|{wave[place]}" for place in order)
    return Drawn(tuple(order), wave, sha256(f"{seed}\n{told}".encode()).hexdigest())


def _lot(seed: str, stratum: str, place: str) -> str:
    return sha256(f"{seed}|{stratum}|{place}".encode()).hexdigest()


def even_waves(places: int, waves: int) -> tuple[int, ...]:
    """Split places over waves as evenly as can be, the larger waves first."""
    if waves < 1 or places < 0:
        raise ValueError("there is at least one wave, and no negative number of places")
    return tuple(places // waves + (number < places % waves) for number in range(waves))


def orders(wave: Ints, block: Ints | None = None) -> int:
    """Count the admissible orders: how many draws the lottery could have given.

    Parameters
    ----------
    wave : (n,) int
        Wave of each cluster; the label itself does not matter, only who shares it.
    block : (n,) int or None
        Stratum of each cluster; waves are drawn within it.

    Returns
    -------
    int
        Product over strata of `I! / prod(n_j!)`.
    """
    return prod(
        factorial(members.size)
        // prod(factorial(int(count)) for count in np.unique(members, return_counts=True)[1])
        for members in _by_block(wave, block)
    )


def smallest_p(wave: Ints, block: Ints | None = None) -> float:
    """Return the smallest p-value this lottery can ever give: 1 over the number of orders."""
    return 1 / orders(wave, block)


@dataclass(frozen=True, slots=True)
class RandomisationTest:
    """How rare the observed effect is among the orders the lottery could have given."""

    statistic: float
    p_value: float
    smallest_p: float
    orders: int
    exact: bool


def randomisation_test(
    panel: Panel,
    *,
    controls: Controls,
    estimand: Estimand,
    rng: np.random.Generator,
    block: Ints | None = None,
    draws: int = DRAWS,
) -> RandomisationTest | None:
    """Test that starting changed nothing for anyone, by drawing the order again and again.

    Parameters
    ----------
    panel : Panel
        One row per cluster.
    controls, estimand
        The effect that is tested, as in `aggregate`.
    rng : numpy random generator
        Used only when there are more than 20,000 orders.
    block : (n,) int or None
        Strata within which was drawn.
    draws : int
        Number of random orders then.

    Returns
    -------
    RandomisationTest or None
        None when the panel has no cell after a start.

    Raises
    ------
    ValueError
        If the panel has several units per cluster, or block and panel differ in length.

    Notes
    -----
    All orders: the share with an effect at least as large, in size. Drawn: `(1 + count) / (1 +
    draws)`. Exact for a real lottery; otherwise it describes how unusual the effect is.
    Weak point: the hypothesis is "no effect anywhere", not "no effect on average".
    """
    if panel.clusters != panel.units:
        raise ValueError("randomisation needs one row per cluster; sum or average them first")
    if block is not None and block.size != panel.units:
        raise ValueError("block names one stratum per unit")
    early = panel.start == 0
    kept = panel.without(early)
    effects = group_time(kept, controls)
    if all(cell.event_time < 0 for cell in effects.cells):
        return None
    starts, label = np.unique(kept.start, return_inverse=True)
    weights = coefficients(effects, estimand)
    table = kept.outcome @ np.array([weights[int(start)] for start in starts]).T
    strata = None if block is None else block[~early]
    possible = orders(label, strata)
    exact = possible <= MOST_ENUMERATED
    labels = every_order(label, strata) if exact else _drawn(label, strata, rng=rng, draws=draws)
    rows = np.arange(label.size)
    observed = float(table[rows, label].sum())
    edge = abs(observed) - SAME * max(1.0, float(np.abs(table).sum()))
    reached = sum(abs(float(table[rows, one].sum())) >= edge for one in labels)
    p_value = reached / possible if exact else (1 + reached) / (1 + draws)
    return RandomisationTest(observed, p_value, 1 / possible, possible, exact)


def every_order(label: Ints, block: Ints | None = None) -> Iterator[Ints]:
    """Yield every admissible order of the labels, each once."""
    members = _rows_by_block(label, block)

    def fill(done: int, order: Ints) -> Iterator[Ints]:
        if done == len(members):
            yield order.copy()
            return
        for own in _arrangements(sorted(label[members[done]].tolist())):
            order[members[done]] = own
            yield from fill(done + 1, order)

    yield from fill(0, np.array(label))


def _arrangements(labels: list[int]) -> Iterator[list[int]]:
    """Yield each distinct arrangement of a sorted list, in lexical order."""
    current = list(labels)
    while True:
        yield current
        pivot = len(current) - 2
        while pivot >= 0 and current[pivot] >= current[pivot + 1]:
            pivot -= 1
        if pivot < 0:
            return
        after = len(current) - 1
        while current[after] <= current[pivot]:
            after -= 1
        current[pivot], current[after] = current[after], current[pivot]
        current[pivot + 1 :] = current[:pivot:-1]


def _drawn(
    label: Ints, block: Ints | None, *, rng: np.random.Generator, draws: int
) -> Iterator[Ints]:
    members = _rows_by_block(label, block)
    for _ in range(draws):
        order = np.array(label)
        for rows in members:
            order[rows] = rng.permutation(label[rows])
        yield order


def _rows_by_block(label: Ints, block: Ints | None) -> list[Ints]:
    if block is None:
        return [np.arange(label.size)]
    return [np.flatnonzero(block == name) for name in np.unique(block)]


def _by_block(label: Ints, block: Ints | None) -> list[Ints]:
    return [label[rows] for rows in _rows_by_block(label, block)]
