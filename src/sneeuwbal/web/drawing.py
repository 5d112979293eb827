"""Pictures of numbers as SVG: where each mark stands, as text ready for an attribute.

Horizontal places are percentages, so that a picture fits any width while its text keeps its size.
"""

from collections.abc import Iterable, Sequence
from math import ceil, floor, isfinite, log10
from typing import Any, NamedTuple

MOST_LABELS = 6
PLOT_HEIGHT = 220
INNER_WIDTH = 1000
# A line leaves room at the left, where the levels are named.
FIRST, LAST = 9, 98


class Scale(NamedTuple):
    """From values to places between 0 and 100."""

    low: float
    high: float
    step: float

    def place(self, value: float) -> float:
        """Percentage along the axis, held inside it."""
        share = (value - self.low) / (self.high - self.low)
        return 100 * min(1.0, max(0.0, share))

    def ticks(self) -> list[float]:
        """Round values along the axis."""
        first, last = round(self.low / self.step), round(self.high / self.step)
        # Twelve digits: 3 * 0.1 is written as 0.3.
        return [float(f"{index * self.step:.12g}") for index in range(first, last + 1)]


class Segment(NamedTuple):
    """A piece of a line without gaps, and the ribbon of its interval."""

    points: str
    ribbon: str


# Below this a span is no more than the error of sums; the axis then runs to one.
SMALLEST_SPAN = 1e-12


def known(values: Iterable[float | None]) -> list[float]:
    """The values that are there."""
    return [float(value) for value in values if value is not None and isfinite(value)]


def scale_of(values: Iterable[float | None], *, reference: float | None = None) -> Scale:
    """Choose round ends and steps that hold zero, the values and the reference."""
    present = [0.0, *known([*values, reference])]
    low, high = min(present), max(present)
    if high - low < SMALLEST_SPAN:
        high = low + 1
    rough = (high - low) / 4
    power = 10.0 ** floor(log10(rough))
    step = power * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return Scale(floor(low / step) * step, ceil(high / step - 1e-9) * step, step)


def coordinate(value: float) -> str:
    """Write a coordinate, whatever the reader's language."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percentage(value: float) -> str:
    """Write a place along the width."""
    return f"{coordinate(value)}%"


def across(index: int, count: int) -> float:
    """Place of the nth of so many moments along the width."""
    return 50.0 if count < 2 else FIRST + (LAST - FIRST) * index / (count - 1)


def downwards(scale: Scale, value: float) -> float:
    """Place of a value from the top of a plot."""
    return PLOT_HEIGHT * (1 - scale.place(value) / 100)


def point(x: float, y: float) -> str:
    """Write a point of a line, from a percentage across and a place downwards."""
    return f"{coordinate(x * INNER_WIDTH / 100)},{coordinate(y)}"


def segments(series: dict[str, Any], scale: Scale, count: int) -> list[Segment]:
    """Cut a series where a value is missing, so that no line invents what is not known."""
    values = series["values"]
    low, high = (series.get(side) or [None] * len(values) for side in ("low", "high"))
    runs: list[list[int]] = [[]]
    for index, value in enumerate(values):
        if value is None or not isfinite(value):
            runs.append([])
        else:
            runs[-1].append(index)
    return [_segment(run, values, low, high, scale, count) for run in runs if run]


def _segment(
    run: list[int],
    values: Sequence[float],
    low: Sequence[float | None],
    high: Sequence[float | None],
    scale: Scale,
    count: int,
) -> Segment:
    def place(index: int, value: float) -> str:
        return point(across(index, count), downwards(scale, value))

    upper = [(i, top) for i in run if (top := high[i]) is not None and low[i] is not None]
    lower = [(i, bottom) for i in run if (bottom := low[i]) is not None and high[i] is not None]
    ribbon = [place(i, top) for i, top in upper] + [place(i, b) for i, b in reversed(lower)]
    return Segment(
        " ".join(place(index, values[index]) for index in run),
        " ".join(ribbon) if len(upper) > 1 else "",
    )


def thinned(count: int) -> list[int]:
    """Which moments get a label: first, last and some between, evenly."""
    if count <= MOST_LABELS:
        return list(range(count))
    every = ceil((count - 1) / (MOST_LABELS - 1))
    chosen = list(range(0, count, every))
    if chosen[-1] != count - 1:
        # The last label replaces one that would touch it.
        chosen = [*(i for i in chosen if count - 1 - i > every / 2), count - 1]
    return chosen


def anchor(place: float) -> str:
    """Keep a label inside the picture at its ends."""
    return "start" if place < 8 else "end" if place > 92 else "middle"
