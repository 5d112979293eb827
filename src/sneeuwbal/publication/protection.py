"""Withhold more, so that no small number follows from what is shown.

A reader can subtract the neighbourhoods from their municipality, and those who were counted from
all who live there. docs/methods/disclosure.md tells the rules.
"""

from typing import Any, NamedTuple

from sneeuwbal.analysis.disclosure import ROUNDING_BASE, rounded, suppressed
from sneeuwbal.evidence.models import Figure
from sneeuwbal.places.models import Area
from sneeuwbal.publication.models import PublicNumber

FEW = "few_people"
# Large enough itself, but with it a reader could compute a small number: see `release_audit`.
OTHERS = "protects_others"
Kind = Figure.Kind
# Their n counts the same households: where one is withheld, another would give it away.
SAME_HOUSEHOLDS = (
    (Kind.SNOWBALL, Kind.GROWTH, Kind.COST, Kind.FUNNEL, Kind.CHANNELS),
    (Kind.REACH, Kind.VOICE),
)
# Counts that are told as a share too: of few households that share gives the count away exactly,
# so rounding hides nothing.
SHARES, SPOKEN = {Kind.REACH, Kind.VOICE}, "spoken"


class Shown(NamedTuple):
    """A figure as it is known here, and as others would see it."""

    figure: Figure
    number: PublicNumber


class Part(NamedTuple):
    """What one neighbourhood adds to the count of its municipality."""

    area: int | None
    counted: int
    households: int | None


def without_subtraction(shown: list[Shown], *, threshold: int) -> None:
    """Withhold numbers and cells of neighbourhoods that would give a smaller one away."""
    towns: dict[str, list[Shown]] = {}
    for one in shown:
        area = one.figure.area
        if area and area.kind == Area.Kind.NEIGHBOURHOOD:
            towns.setdefault(area.municipality_code, []).append(one)
    for inside in towns.values():
        for kinds in SAME_HOUSEHOLDS:
            _withhold_numbers([one for one in inside if one.figure.kind in kinds], threshold)
        _withhold_stages([one for one in inside if one.figure.kind == Kind.FUNNEL], threshold)


def withhold(number: PublicNumber, reason: str = FEW) -> None:
    """Take everything out of a number but that it exists."""
    number.value = number.low = number.high = number.n = None
    number.unit = number.verdict = ""
    number.details = {}
    number.withheld = reason


def _withhold_numbers(family: list[Shown], threshold: int) -> None:
    hidden: set[int | None] = set()
    for kind in {one.figure.kind for one in family}:
        parts = [
            Part(one.figure.area_id, one.figure.n, one.figure.details.get("households"))
            for one in family
            if one.figure.kind == kind
        ]
        hidden |= _to_hide(parts, threshold, blurred=kind not in SHARES)
    for one in family:
        if one.figure.area_id in hidden:
            withhold(one.number)


def _withhold_stages(funnels: list[Shown], threshold: int) -> None:
    """The cells of a funnel, each with the same cell of the other neighbourhoods."""
    parts: dict[str, list[Part]] = {}
    for one in funnels:
        for row in stage_rows(one.figure):
            if row["count"] is not None:
                households = one.figure.details.get("households")
                part = Part(one.figure.area_id, row["count"], households)
                parts.setdefault(row["key"], []).append(part)
    hidden = {key: _to_hide(rows, threshold, blurred=key != SPOKEN) for key, rows in parts.items()}
    for one in funnels:
        for row in one.number.details.get("stages", []):
            if one.figure.area_id in hidden.get(row["key"], set()):
                row["count"] = None


def stage_rows(figure: Figure) -> list[dict[str, Any]]:
    """Every count of a funnel: not reached, each stage, and those who said no."""
    told = figure.details
    first = {"key": "not_reached", "count": told.get("not_reached")}
    return [first, *told.get("stages", []), *told.get("exits", [])]


def _to_hide(parts: list[Part], threshold: int, *, blurred: bool) -> set[int | None]:
    """Neighbourhoods of a municipality that keep silent together about such a count."""
    rows = [[part.counted for part in parts]]
    rest = [part.households - part.counted for part in parts if part.households is not None]
    if len(rest) == len(parts) and min(rest, default=-1) >= 0:
        rows.append(rest)
    hidden: set[int | None] = set()
    for counts in rows:
        small = [count < threshold for count in counts]
        if not (blurred and _rounding_is_enough(counts, threshold)):
            small = [count is None for count in suppressed(counts, threshold=threshold)]
        hidden |= {part.area for part, quiet in zip(parts, small, strict=True) if quiet}
    return hidden


def _rounding_is_enough(counts: list[int], threshold: int) -> bool:
    """Whether one small count can still be anything below the threshold but one value.

    What is left of the rounded total after the rounded others is off by the rounding of each.
    """
    shown = [rounded(count) for count in counts if count >= threshold]
    if len(shown) != len(counts) - 1:
        return len(shown) == len(counts)
    left = rounded(sum(counts)) - sum(shown)
    slack = ROUNDING_BASE // 2 * (len(shown) + 1)
    lowest, highest = max(0, left - slack), min(threshold - 1, left + slack)
    return highest - lowest + 1 >= threshold - 1
