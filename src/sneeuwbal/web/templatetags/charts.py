"""Pictures of numbers: a line, bars, dots with their interval. Each comes with its table."""

from math import isfinite
from typing import Any
from zlib import crc32

from django import template

from sneeuwbal.web import drawing
from sneeuwbal.web.drawing import Scale, percentage
from sneeuwbal.web.templatetags.sneeuwbal import interval, number

register = template.Library()
TOP = 36  # room above a plot for the name of its axis and the number of its top line
BELOW = 26  # room below it for labels
MOST_DOTS = 24
COLOURS = 6


def _frame(chart: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": chart["title"],
        "summary": chart.get("summary", ""),
        "unit": chart.get("unit", ""),
        "key": f"chart-{crc32(repr(chart).encode()):08x}",
    }


def _there(value: float | None) -> bool:
    return value is not None and isfinite(value)


@register.inclusion_tag("web/charts/line.html")
def line_chart(chart: dict[str, Any]) -> dict[str, Any]:
    """Draw series over time with their ribbons; a missing value leaves a gap."""
    decimals, labels = chart.get("decimals", 1), chart["x"]
    reference, count = chart.get("reference"), len(labels)
    every = [v for s in chart["series"] for k in ("values", "low", "high") for v in s.get(k) or []]
    scale = drawing.scale_of(every, reference=reference)
    return _frame(chart) | {
        "x_label": chart.get("x_label", ""),
        "y_label": chart.get("y_label", ""),
        "top": TOP,
        "plot_height": drawing.PLOT_HEIGHT,
        "bottom": TOP + drawing.PLOT_HEIGHT,
        "height": TOP + drawing.PLOT_HEIGHT + BELOW,
        "label_y": TOP + drawing.PLOT_HEIGHT + 18,
        "inner_width": drawing.INNER_WIDTH,
        "levels": [_level(scale, tick) for tick in scale.ticks()],
        "reference": _level(scale, reference) if reference is not None else None,
        "moments": [_moment(index, labels[index], count) for index in drawing.thinned(count)],
        "marks": [_moment(m["x"], m["label"], count) for m in chart.get("marks") or []],
        "series": [_series(i, s, scale, count) for i, s in enumerate(chart["series"], start=1)],
        "rows": [_table_row(chart, index, decimals) for index in range(count)],
    }


def _written(value: float) -> str:
    """Write the value of a tick with the decimals that it has."""
    return number(value, len(f"{value:.6g}".partition(".")[2]))


def _level(scale: Scale, value: float) -> dict[str, str]:
    y = TOP + drawing.downwards(scale, value)
    return {
        "y": drawing.coordinate(y),
        "text_y": drawing.coordinate(y - 4),
        "text": _written(value),
    }


def _moment(index: int, label: str, count: int) -> dict[str, str]:
    place = drawing.across(index, count)
    return {"x": percentage(place), "text": str(label), "anchor": drawing.anchor(place)}


def _series(position: int, series: dict[str, Any], scale: Scale, count: int) -> dict[str, Any]:
    segments = drawing.segments(series, scale, count)
    alone = {segment.points for segment in segments if " " not in segment.points}
    dots = []
    for index, value in enumerate(series["values"]):
        if not _there(value):
            continue
        x, y = drawing.across(index, count), drawing.downwards(scale, value)
        # Many dots hide the line; but a moment between two gaps has no line at all.
        if count <= MOST_DOTS or drawing.point(x, y) in alone:
            dots.append({"x": percentage(x), "y": drawing.coordinate(TOP + y)})
    colour = (position - 1) % COLOURS + 1
    return {"name": series["name"], "colour": colour, "segments": segments, "dots": dots}


def _table_row(chart: dict[str, Any], index: int, decimals: int) -> dict[str, Any]:
    cells = []
    for series in chart["series"]:
        low, high = (series[side][index] if series.get(side) else None for side in ("low", "high"))
        value = number(series["values"][index], decimals)
        cells.append({"value": value, "interval": interval(low, high, decimals)})
    return {"label": chart["x"][index], "cells": cells}


@register.inclusion_tag("web/charts/bars.html")
def bar_chart(chart: dict[str, Any]) -> dict[str, Any]:
    """Draw horizontal bars with their interval; a withheld value shows its note."""
    bars, decimals = chart["bars"], chart.get("decimals", 1)
    every = [bar.get(side) for bar in bars for side in ("value", "low", "high")]
    scale = drawing.scale_of(every)
    rows = [_row(bar, scale, decimals) for bar in bars]
    return _frame(chart) | {"rows": rows, "has_n": any(r["n"] is not None for r in rows)}


@register.inclusion_tag("web/charts/intervals.html")
def interval_chart(chart: dict[str, Any]) -> dict[str, Any]:
    """Draw a dot with its interval per row, along one axis, with the line that matters."""
    reference, decimals = chart.get("reference"), chart.get("decimals", 1)
    every = [row.get(side) for row in chart["rows"] for side in ("value", "low", "high")]
    scale = drawing.scale_of(every, reference=reference)
    rows = [_row(row, scale, decimals) for row in chart["rows"]]
    return _frame(chart) | {
        "rows": rows,
        "has_n": any(row["n"] is not None for row in rows),
        "ticks": [_tick(scale, tick) for tick in scale.ticks()],
        "reference": _tick(scale, reference) if reference is not None else None,
    }


def _tick(scale: Scale, value: float) -> dict[str, str]:
    place = scale.place(value)
    return {"x": percentage(place), "text": _written(value), "anchor": drawing.anchor(place)}


def _row(row: dict[str, Any], scale: Scale, decimals: int) -> dict[str, Any]:
    value, low, high = row.get("value"), row.get("low"), row.get("high")
    result = {
        "label": row["label"],
        "url": row.get("url", ""),
        "note": row.get("note", ""),
        "n": row.get("n"),
        "value": number(value, decimals) if _there(value) else "",
        "interval": interval(low, high, decimals),
    }
    if value is not None and isfinite(value):
        zero, place = scale.place(0), scale.place(value)
        result |= {
            "x": percentage(place),
            "bar_x": percentage(min(zero, place)),
            "bar_width": percentage(abs(place - zero)),
        }
    if low is not None and high is not None and _there(value):
        result |= {"low_x": percentage(scale.place(low)), "high_x": percentage(scale.place(high))}
    return result
