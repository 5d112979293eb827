"""What is known about one neighbourhood, beside its municipality and comparable places."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from sneeuwbal.places import wording
from sneeuwbal.places.models import Adjacency, Area, Dataset, Indicator, Series, Succession, Value
from sneeuwbal.places.statistics import value_text

BAR_WIDTH = 120.0
SHORTEST_TREND = 4


@dataclass(frozen=True)
class Position:
    """Where a value lies between the lowest and the highest of the municipality."""

    low: str
    middle: str
    high: str
    rank: int
    of: int
    x: str
    middle_x: str


@dataclass(frozen=True)
class Line:
    """One indicator of the profile."""

    series: Series
    name: str
    text: str
    reason: str
    other_border_year: int | None
    municipality: str
    comparable: str
    position: Position | None


@dataclass(frozen=True)
class Neighbour:
    """An area that touches this one, or the nearest one of an island."""

    area: Area
    border_m: float
    distance_m: float


@dataclass(frozen=True)
class Step:
    """One change of a code: the other code, and its area where we have it."""

    row: Succession
    code: str
    area: Area | None


Known = dict[int, dict[int, float]]  # series -> area -> value


def values_of(code: str) -> list[Value]:
    """Every value about this code, in any year of the borders."""
    about = Value.objects.filter(area__code=code)
    about = about.exclude(series__indicator__key__in=wording.TECHNICAL)
    return list(about.select_related("area", "series__indicator", "series__dataset"))


def nearest_in_time(values: Iterable[Value], year: int) -> list[Value]:
    """Per indicator the value of the year nearest to the profile's, by topic."""

    def rank(each: Value) -> tuple[int, int, bool, int, str]:
        dataset = each.series.dataset
        return (
            -abs(each.series.year - year),
            each.series.year,
            each.area.year == year,
            dataset.year,
            dataset.key,
        )

    best: dict[int, Value] = {}
    for each in sorted(values, key=rank):
        best[each.series.indicator_id] = each
    topics = list(wording.TOPICS)
    return sorted(best.values(), key=lambda each: _place(each.series.indicator, topics))


def _place(indicator: Indicator, topics: Sequence[str]) -> tuple[int, bool, str]:
    position = topics.index(indicator.topic) if indicator.topic in topics else len(topics)
    return position, not indicator.featured, indicator.key


def lines(area: Area, values: Sequence[Value], comparable_codes: Sequence[str]) -> list[Line]:
    """Put each value beside those of the municipality and of comparable areas; three queries."""
    series = [each.series_id for each in values]
    inside, whole = _municipality(area, series)
    alike = _values(Value.objects.filter(series__in=series, area__code__in=comparable_codes))
    return [_line(area, each, inside, whole, alike) for each in values]


def _values(rows: Any) -> Known:
    known: Known = defaultdict(dict)
    for series_id, area_id, value in rows.filter(value__isnull=False).values_list(
        "series_id", "area_id", "value"
    ):
        known[series_id][area_id] = value
    return known


def _municipality(area: Area, series: Sequence[int]) -> tuple[Known, dict[int, float]]:
    about = Value.objects.filter(series__in=series)
    inside = _values(
        about.filter(area__municipality_code=area.municipality_code, area__kind=area.kind)
    )
    whole = _values(
        about.filter(area__code=area.municipality_code, area__kind=Area.Kind.MUNICIPALITY)
    )
    return inside, {pk: next(iter(found.values())) for pk, found in whole.items()}


def _line(area: Area, each: Value, inside: Known, whole: Mapping[int, float], alike: Known) -> Line:
    series, value = each.series, each.value
    others = list(alike[series.pk].values())
    return Line(
        series=series,
        name=wording.indicator_name(series.indicator),
        text="" if value is None else value_text(value, series),
        reason="" if value is not None else wording.reason(each.missing),
        other_border_year=each.area.year if each.area.year != area.year else None,
        municipality=value_text(whole[series.pk], series) if series.pk in whole else "",
        comparable=value_text(median(others), series) if others else "",
        position=None if value is None else _position(value, inside[series.pk], series),
    )


def _position(value: float, inside: Mapping[int, float], series: Series) -> Position | None:
    ordered = sorted(inside.values())
    if len(ordered) < 2 or ordered[0] == ordered[-1]:
        return None
    low, middle, high = ordered[0], median(ordered), ordered[-1]

    def x(number: float) -> str:
        share = (number - low) / (high - low)
        return f"{8 + share * (BAR_WIDTH - 16):.1f}"

    return Position(
        low=value_text(low, series),
        middle=value_text(middle, series),
        high=value_text(high, series),
        rank=sum(other < value for other in ordered) + 1,
        of=len(ordered),
        x=x(value),
        middle_x=x(middle),
    )


def trends(area: Area, values: Iterable[Value], most: int = 2) -> list[dict[str, Any]]:
    """Charts of indicators known in several years, the featured ones first."""
    by_indicator: dict[int, dict[int, Value]] = defaultdict(dict)
    for each in sorted(values, key=lambda each: each.series.dataset.key):
        if each.value is not None:
            by_indicator[each.series.indicator_id][each.series.year] = each
    known = [found for found in by_indicator.values() if len(found) >= SHORTEST_TREND]
    known.sort(key=lambda found: (not _indicator(found).featured, _indicator(found).key))
    return [_trend(area, found) for found in known[:most]]


def _indicator(found: Mapping[int, Value]) -> Indicator:
    return next(iter(found.values())).series.indicator


def _trend(area: Area, found: Mapping[int, Value]) -> dict[str, Any]:
    indicator = _indicator(found)
    factor = 100 if indicator.unit == "share" else 1
    years = list(range(min(found), max(found) + 1))
    return {
        "title": wording.indicator_name(indicator),
        "summary": _trend_summary(found),
        "y_label": wording.unit_sign(indicator.unit),
        "unit": wording.unit_sign(indicator.unit),
        "decimals": indicator.decimals,
        "x": [str(year) for year in years],
        "series": [
            {
                "name": area.name,
                "values": [
                    (found[year].value or 0) * factor if year in found else None for year in years
                ],
            }
        ],
    }


def _trend_summary(found: Mapping[int, Value]) -> str:
    first, last = found[min(found)], found[max(found)]
    publishers = sorted({each.series.dataset.publisher for each in found.values()})
    return _(
        "From %(low)s in %(first)s to %(high)s in %(last)s. Source: %(source)s, each year as it "
        "was first published. The border may have changed between years."
    ) % {
        "low": value_text(first.value or 0, first.series),
        "first": first.series.year,
        "high": value_text(last.value or 0, last.series),
        "last": last.series.year,
        "source": ", ".join(publishers),
    }


def other_years(area: Area) -> list[Area]:
    """The same code in other years of the borders."""
    return list(Area.objects.filter(code=area.code).exclude(pk=area.pk).order_by("year"))


@dataclass(frozen=True)
class Topic:
    """Lines about one subject; those that are not featured wait until they are asked for."""

    name: str
    featured: list[Line]
    more: list[Line]

    @property
    def modelled(self) -> bool:
        """Whether some of its numbers come from a model."""
        tables = {line.series.dataset.table for line in (*self.featured, *self.more)}
        return bool(tables & wording.MODELLED)


def by_topic(found: Iterable[Line]) -> list[Topic]:
    """Lines under the name of their topic, in the order they come in."""
    topics: dict[str, list[Line]] = {}
    for line in found:
        topics.setdefault(line.series.indicator.topic, []).append(line)
    return [
        Topic(
            name=wording.topic_name(topic),
            featured=[line for line in own if line.series.indicator.featured],
            more=[line for line in own if not line.series.indicator.featured],
        )
        for topic, own in topics.items()
    ]


def neighbours(area: Area) -> list[Neighbour]:
    """Areas that touch this one, from the year of borders nearest to its own."""
    rows = list(Adjacency.objects.filter(area__code=area.code).select_related("area", "neighbour"))
    if not rows:
        return []
    nearest = min((row.area.year for row in rows), key=lambda own: (abs(own - area.year), -own))
    rows = [row for row in rows if row.area.year == nearest]
    rows.sort(key=lambda row: (row.distance_m, row.neighbour.name.casefold()))
    return [Neighbour(row.neighbour, row.shared_border_m, row.distance_m) for row in rows]


def history(area: Area) -> tuple[list[Step], list[Step]]:
    """What this code came from and what it became, in order of years; two queries."""
    found = Succession.objects.filter(Q(from_code=area.code) | Q(to_code=area.code))
    rows = list(found.order_by("from_year", "to_year", "to_code"))
    codes = {code for row in rows for code in (row.from_code, row.to_code)}
    known = {
        (each.code, each.year): each for each in Area.objects.filter(code__in=codes).order_by()
    }
    became = [
        Step(row, row.to_code, known.get((row.to_code, row.to_year)))
        for row in rows
        if row.from_code == area.code
    ]
    came_from = [
        Step(row, row.from_code, known.get((row.from_code, row.from_year)))
        for row in rows
        if row.to_code == area.code and row.from_code != area.code
    ]
    return came_from, became


def unpublished(year: int) -> list[str]:
    """Names of indicators whose official column exists but holds nothing yet."""
    empty = Series.objects.filter(empty=True, dataset__area_year=year)
    return sorted(
        {wording.indicator_name(each.indicator) for each in empty.select_related("indicator")}
    )


def sources(values: Iterable[Value]) -> list[Dataset]:
    """The tables the shown values come from."""
    found = {each.series.dataset_id: each.series.dataset for each in values}
    return sorted(found.values(), key=lambda dataset: dataset.key)
