"""What a reader of one release knows of the counts behind it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sneeuwbal.analysis.representativeness import reach
from sneeuwbal.evidence.models import Figure
from sneeuwbal.publication.counts import (
    COUNTED,
    HOUSEHOLDS,
    WHOLE,
    Key,
    Said,
    Sum,
    said_by,
    sums_between,
    true_counts,
    unit_of,
)
from sneeuwbal.publication.models import PublicNumber
from sneeuwbal.publication.steps import LastShown

# No neighbourhood, town or programme has more households than this.
MANY = 1_000_000.0


class Telling(NamedTuple):
    """A release, made or about to be: its numbers, and the figures that they came from."""

    figures: list[Figure]
    numbers: list[PublicNumber]


@dataclass
class Knowledge:
    """Everything about the counts of one release; `number` tells the releases apart.

    A reader is taken to know which counts are small, and everything that was said of the others.
    """

    number: int
    truth: dict[Key, int]
    ranges: dict[Key, tuple[float, float]] = field(default_factory=dict)
    protected: set[Key] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)

    def name(self, key: Key) -> str:
        """The name of a count for the audit: counts of each release are unknowns of their own."""
        return f"{self.number}|{key.area}|{key.counted}"

    def add(self, told: Iterable[Said]) -> None:
        """Note what numbers say; what is not true, after a correction, misleads nobody here."""
        self.said += [one for one in told if one.low <= self.truth.get(one.key, -1) <= one.high]


def knowledge_of(
    telling: Telling,
    last: LastShown,
    inside: Mapping[int, list[int]],
    *,
    number: int,
    threshold: int,
) -> Knowledge:
    """What a reader of this release, and of what was shown before, knows."""
    found = Knowledge(number, true_counts(telling.figures))
    for key, count in found.truth.items():
        households = found.truth.get(Key(key.area, HOUSEHOLDS))
        if key.counted == HOUSEHOLDS:
            found.ranges[key] = (count, count)
        elif small := _small(count, households, threshold):
            found.ranges[key] = small
            found.protected.add(key)
        else:
            # Readers are not told why a number is withheld, so this one might be small as well.
            found.ranges[key] = (0, MANY if households is None else max(count, households))
    for one in telling.numbers:
        if not one.withheld:
            key = _key(one, found.truth)
            found.add(said_by(one, last, key=key, threshold=threshold))
            found.add(_shared(one, last, key, found.truth.get(Key(key.area, HOUSEHOLDS))))
    for choices in sums_between(found.truth.keys(), inside):
        found.sums += [one for one in choices if one.holds(found.truth)][:1]
    return found


def _key(number: PublicNumber, truth: Mapping[Key, int]) -> Key:
    """The count behind the n of a number."""
    own = Key(number.area_id or WHOLE, number.kind)
    return own if own in truth else Key(own.area, COUNTED[number.kind])


def _small(count: int, households: int | None, threshold: int) -> tuple[float, float] | None:
    """What anyone may know of a count that is small, or that leaves few others; else None."""
    if count < threshold:
        return 0.0, threshold - 1.0
    if households is not None and 0 <= households - count < threshold:
        return max(0.0, households - threshold + 1.0), float(households)
    return None


def _shared(
    number: PublicNumber, last: LastShown, key: Key, households: int | None
) -> Iterator[Said]:
    """What a share and its interval tell of the count, besides its rounded n."""
    kept = last.count(number) == number.n
    if number.kind != Figure.Kind.REACH or number.n is None or not households or kept:
        return
    shown = (number.value, number.low, number.high)
    fits = [
        count
        for count in range(max(0, number.n - 5), min(households, number.n + 5) + 1)
        if _share(count, households) == shown
    ]
    if fits:
        yield Said(key, fits[0], fits[-1], unit_of(number))


def _share(count: int, households: int) -> tuple[float | None, ...]:
    found = reach(count, households)
    return tuple(None if n is None else round(n, 2) for n in (found.value, found.low, found.high))
