"""Withhold what a reader of all releases together could compute. Only the worker imports this.

Every true count is an unknown, every published number says something about one, and everyone
knows how counts hang together: areas add up, nobody decides without taking part first, and what
is counted since the start only grows. docs/methods/disclosure.md tells the rules.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import NamedTuple

from sneeuwbal.analysis.audit import (
    Relation,
    Statement,
    Tables,
    secondary_suppression,
)
from sneeuwbal.places.models import Area
from sneeuwbal.publication.counts import (
    GROWN,
    STAGES,
    WHOLE,
    Key,
    Said,
    unit_of,
)
from sneeuwbal.publication.knowledge import Knowledge, Telling, knowledge_of
from sneeuwbal.publication.models import PublicNumber
from sneeuwbal.publication.protection import OTHERS, withhold
from sneeuwbal.publication.steps import LastShown, cells_of

# Withholding a number of a town costs as much as those of so many neighbourhoods.
TOWN, PROGRAMME = 20.0, 400.0


class Audited(NamedTuple):
    """What the audit did: numbers and cells withheld, and counts it could not help."""

    numbers: int
    cells: int
    beyond_help: int


def protect(telling: Telling, earlier: list[Telling], *, threshold: int) -> Audited:
    """Withhold more of its numbers until no small count can be computed from all releases.

    `earlier` holds every release ever made, withdrawn ones too, the oldest first.
    """
    releases = [*earlier, telling]
    inside = _inside([number for one in releases for number in one.numbers])
    last, known = LastShown([]), []
    for place, one in enumerate(releases):
        known.append(knowledge_of(one, last, inside, number=place, threshold=threshold))
        last.add(one.numbers)
    chosen = secondary_suppression(
        _tables(known, _prices(telling.numbers)),
        {one.name(key) for one in known for key in one.protected},
        threshold=threshold,
    )
    withheld = {Key(int(area), counted) for area, counted in map(_split, chosen.withheld)}
    return _apply(telling.numbers, withheld, len(chosen.beyond_help))


def _split(unit: str) -> tuple[str, str]:
    area, _, counted = unit.partition("|")
    return area, counted


def _inside(numbers: Iterable[PublicNumber]) -> dict[int, list[int]]:
    """The towns of the programme, and the neighbourhoods of each town."""
    areas = {number.area.pk: number.area for number in numbers if number.area}
    towns = {one.code: one.pk for one in areas.values() if one.kind == Area.Kind.MUNICIPALITY}
    inside: dict[int, list[int]] = {WHOLE: sorted(towns.values())}
    for area in areas.values():
        if area.kind == Area.Kind.NEIGHBOURHOOD and area.municipality_code in towns:
            inside.setdefault(towns[area.municipality_code], []).append(area.pk)
    return {whole: sorted(parts) for whole, parts in inside.items() if parts}


def _tables(releases: list[Knowledge], price: Mapping[Key, float]) -> Tables:
    """All that a reader has, in the words of the audit; only the last release has prices."""
    ranges: dict[str, tuple[float, float]] = {}
    statements, relations = [], []
    for one in releases:
        ranges |= {one.name(key): bounds for key, bounds in one.ranges.items()}
        mine = price if one is releases[-1] else {}
        for said in one.said:
            statements.append(_statement(one, said, mine))
        for total in one.sums:
            terms = tuple((one.name(key), weight) for key, weight in total.terms)
            relations.append(Relation(terms, total.low, total.high))
    return Tables(ranges, tuple(statements), (*relations, *_growing(releases)))


def _statement(release: Knowledge, said: Said, price: Mapping[Key, float]) -> Statement:
    unit = "|".join(map(str, said.unit)) if price else f"{release.number} {said.unit}"
    # The cells of a funnel are told only where its participants are.
    above = f"{said.unit.area}|participant" if price and said.unit.counted != "spoken" else ""
    return Statement(
        unit,
        release.name(said.key),
        said.low,
        said.high,
        price=price.get(said.unit, inf),
        falls_with="" if above == unit else above,
    )


def _growing(releases: list[Knowledge]) -> Iterator[Relation]:
    """Counts since the start only grow, unless they were corrected."""
    before: dict[Key, Knowledge] = {}
    for after in releases:
        for key in after.ranges:
            if key.counted not in (*STAGES, GROWN) and " via " not in key.counted:
                continue
            former = before.get(key)
            if former and after.truth[key] >= former.truth[key]:
                terms = ((after.name(key), 1.0), (former.name(key), -1.0))
                yield Relation(terms, high=inf)
            before[key] = after


def _prices(numbers: list[PublicNumber]) -> dict[Key, float]:
    """What withholding costs: numbers that vanish, dearer for a town; small counts are cheaper."""
    price: dict[Key, float] = {}
    for number in numbers:
        if number.withheld:
            continue
        level = PROGRAMME if number.area is None else 1.0
        if number.area and number.area.kind == Area.Kind.MUNICIPALITY:
            level = TOWN
        unit = unit_of(number)
        price[unit] = price.get(unit, (number.n or 0) * 1e-7) + 3 * level
        for cell in cells_of(number):
            if cell.shown is not None:
                key = Key(unit.area, cell.counted)
                price[key] = price.get(key, cell.shown * 1e-7) + level
    return price


def _apply(numbers: list[PublicNumber], withheld: set[Key], beyond_help: int) -> Audited:
    hidden_numbers = hidden_cells = 0
    for number in numbers:
        if number.withheld:
            continue
        if unit_of(number) in withheld:
            withhold(number, OTHERS)
            hidden_numbers += 1
            continue
        for cell in cells_of(number):
            if cell.shown is not None and Key(number.area_id or WHOLE, cell.counted) in withheld:
                cell.row[cell.column] = None
                hidden_cells += 1
    return Audited(hidden_numbers, hidden_cells, beyond_help)
