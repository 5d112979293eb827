"""Classes of a map: which shade an area gets, and what each shade means."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHADES = 7
# With fewer classes than shades, the shades lie as far apart as they can.
SPREAD = {1: (3,), 2: (1, 5), 3: (0, 3, 6), 4: (0, 2, 4, 6), 5: (0, 1, 3, 5, 6)} | {
    6: (0, 1, 2, 4, 5, 6),
    7: (0, 1, 2, 3, 4, 5, 6),
}


@dataclass(frozen=True)
class ValueClass:
    """The lowest and highest value that occur in a class, how many areas, and its shade."""

    low: float
    high: float
    count: int
    shade: int


def quantile_classes(
    values: Iterable[float], *, decimals: int = 0, classes: int = 5
) -> list[ValueClass]:
    """Divide values into classes of about equal numbers; equal values stay together.

    Values count as they are shown, so two areas that show the same number get the same shade.
    """
    ordered = sorted(round(value, decimals) for value in values)
    if not ordered:
        return []
    groups = _groups(ordered, _upper_bounds(ordered, classes))
    shades = SPREAD[len(groups)]
    return [
        ValueClass(group[0], group[-1], len(group), shade)
        for group, shade in zip(groups, shades, strict=True)
    ]


def _upper_bounds(ordered: Sequence[float], classes: int) -> list[float]:
    distinct = sorted(set(ordered))
    if len(distinct) <= classes:
        return distinct
    cuts = {ordered[max(0, len(ordered) * part // classes - 1)] for part in range(1, classes)}
    return sorted(cuts | {ordered[-1]})


def _groups(ordered: Sequence[float], uppers: Sequence[float]) -> list[list[float]]:
    groups: list[list[float]] = [[] for _ in uppers]
    for value in ordered:
        groups[bisect_left(uppers, value)].append(value)
    return [group for group in groups if group]


def shade_of(value: float, classes: Sequence[ValueClass], *, decimals: int = 0) -> int:
    """The shade of one of the values the classes were made from."""
    shown = round(value, decimals)
    return classes[bisect_left([each.high for each in classes], shown)].shade
