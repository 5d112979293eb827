"""Which counts stand behind figures and public numbers, and how those counts hang together."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from math import inf
from typing import NamedTuple

from sneeuwbal.analysis.disclosure import counts_behind
from sneeuwbal.evidence.models import Figure
from sneeuwbal.places.models import Area
from sneeuwbal.publication.models import PublicNumber
from sneeuwbal.publication.protection import stage_rows
from sneeuwbal.publication.steps import CELLS, LastShown, cells_of

Kind = Figure.Kind
STAGES = ("approached", "spoken", "interested", "participant", "preparing", "decided", "done")
HOUSEHOLDS, NOT_REACHED, GROWN = "households", "not_reached", "grown"
WHOLE = 0
# What the n of each kind counts; growth counts participants too, but over a shorter time.
COUNTED = {
    Kind.SNOWBALL.value: "participant",
    Kind.COST.value: "participant",
    Kind.FUNNEL.value: "participant",
    Kind.CHANNELS.value: "participant",
    Kind.REACH.value: "spoken",
    Kind.VOICE.value: "spoken",
    Kind.GROWTH.value: GROWN,
}
VIA = {"spoken": "spoken", "participants": "participant"}


class Key(NamedTuple):
    """A count: in which area (0: the whole programme) and of what."""

    area: int
    counted: str


class Said(NamedTuple):
    """What a public number says about a count; numbers of one unit are withheld together."""

    key: Key
    low: float
    high: float
    unit: Key


class Sum(NamedTuple):
    """A weighted sum of counts that lies between two values, whatever the counts are."""

    terms: tuple[tuple[Key, float], ...]
    low: float = 0.0
    high: float = 0.0

    def holds(self, counts: Mapping[Key, float]) -> bool:
        """Whether it is true of these counts."""
        total = sum(weight * counts[key] for key, weight in self.terms)
        return self.low <= total <= self.high


def unit_of(number: PublicNumber) -> Key:
    """What is withheld together with a number: all that counts the same households."""
    counted = "spoken" if number.kind in (Kind.REACH, Kind.VOICE) else "participant"
    return Key(number.area_id or WHOLE, counted)


def true_counts(figures: Iterable[Figure]) -> dict[Key, int]:
    """Every count behind the figures. An n that differs from the funnel's is a count of its own."""
    counts: dict[Key, int] = {}
    for figure in sorted(figures, key=lambda one: one.kind != Kind.FUNNEL):
        area = figure.area_id or WHOLE
        if figure.kind == Kind.FUNNEL:
            told = {row["key"]: row["count"] for row in stage_rows(figure)}
            told[HOUSEHOLDS] = figure.details.get("households")
            counts |= {Key(area, name): int(n) for name, n in told.items() if n is not None}
        counts.setdefault(Key(area, COUNTED[figure.kind]), figure.n)
        counts[key_of(figure.kind, area, figure.n, counts)] = figure.n
        if not (figure.area and figure.area.kind == Area.Kind.NEIGHBOURHOOD):
            for row in figure.details.get("channels", []):
                for column in CELLS["channels"]:
                    key = Key(area, f"{column} via {row['key']}")
                    counts[key] = int(row.get(column) or 0)
    return counts


def key_of(kind: str, area: int, n: int, counts: Mapping[Key, int]) -> Key:
    """The count that the n of a figure is."""
    key = Key(area, COUNTED[kind])
    return key if counts.get(key, n) == n else Key(area, kind)


def said_by(number: PublicNumber, last: LastShown, *, key: Key, threshold: int) -> Iterator[Said]:
    """What a shown number tells of counts; `key` is the count that its n is."""
    unit = unit_of(number)
    if number.n is not None:
        low, high = counts_behind(number.n, last.count(number), threshold=threshold)
        yield Said(key, low, high, unit)
    for cell in cells_of(number):
        if cell.shown is not None:
            former = last.cells.get((number.area_id, cell.counted))
            low, high = counts_behind(cell.shown, former, threshold=threshold)
            counted = Key(unit.area, cell.counted)
            yield Said(counted, low, high, counted)


def sums_between(keys: Collection[Key], inside: Mapping[int, list[int]]) -> Iterator[list[Sum]]:
    """How counts hang together; of each list the first that is true, or none.

    `inside` gives the areas that make up an area.
    """
    for area in sorted({key.area for key in keys}):
        yield from _within(area, keys)
    for whole, parts in sorted(inside.items()):
        for counted in sorted({key.counted for key in keys if key.area == whole}):
            terms = [(Key(part, counted), 1.0) for part in parts if Key(part, counted) in keys]
            if terms:
                total = (*terms, (Key(whole, counted), -1.0))
                exact = [Sum(total)] if len(terms) == len(parts) else []
                yield [*exact, Sum(total, low=-inf)]


def _within(area: int, keys: Collection[Key]) -> Iterator[list[Sum]]:
    """Stages follow each other; who was not reached and who was are all; channels add up."""
    known = [Key(area, stage) for stage in STAGES if Key(area, stage) in keys]
    for earlier, later in pairwise(known):
        yield [Sum(((earlier, 1.0), (later, -1.0)), high=inf)]
    everyone = [Key(area, name) for name in (NOT_REACHED, STAGES[0], HOUSEHOLDS)]
    if all(key in keys for key in everyone):
        yield [Sum(tuple(zip(everyone, (1.0, 1.0, -1.0), strict=True)))]
    if Key(area, GROWN) in keys and Key(area, "participant") in keys:
        yield [Sum(((Key(area, "participant"), 1.0), (Key(area, GROWN), -1.0)), high=inf)]
    for column, counted in VIA.items():
        terms = [
            (key, 1.0)
            for key in sorted(keys)
            if key.area == area and key.counted.startswith(f"{column} via ")
        ]
        if terms and Key(area, counted) in keys:
            total = (*terms, (Key(area, counted), -1.0))
            yield [Sum(total), Sum(total, low=-inf)]
