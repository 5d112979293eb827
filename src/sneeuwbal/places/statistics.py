"""What is known about the areas of a municipality, and where it comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from sneeuwbal.places import wording
from sneeuwbal.places.models import Area, Series, Value

LEVELS = {"buurt": Area.Kind.NEIGHBOURHOOD, "wijk": Area.Kind.DISTRICT}


@dataclass(frozen=True)
class Offer:
    """A series that knows something about a municipality's areas of one kind."""

    series: Series
    level: str
    known: int

    @property
    def rank(self) -> tuple[int, int, str]:
        """Of two tables about the same, the one that knows more, then the newer one."""
        dataset = self.series.dataset
        return self.known, dataset.year, dataset.key


@dataclass(frozen=True)
class Choice:
    """The series to show, and what else could be chosen."""

    series: Series
    level: str
    levels: tuple[str, ...]
    offers: tuple[Offer, ...]
    asked_key: str
    asked_year: int | None

    @property
    def years(self) -> list[int]:
        """Years in which the chosen indicator is known at this level."""
        own = self.series.indicator_id
        return sorted({o.series.year for o in self.offers if o.series.indicator_id == own})

    @property
    def other_indicator(self) -> bool:
        """Whether the indicator asked for is not known here."""
        return bool(self.asked_key) and self.asked_key != self.series.indicator.key

    @property
    def other_year(self) -> bool:
        """Whether the year asked for had to give way."""
        return self.asked_year is not None and self.asked_year != self.series.year


@dataclass(frozen=True)
class Row:
    """One area of the table: its value, or why there is none."""

    area: Area
    district: str
    value: float | None
    text: str
    reason: str


def offers(municipality_code: str) -> list[Offer]:
    """Every series with at least one value about the areas of this municipality."""
    kinds = {str(kind): level for level, kind in LEVELS.items()}
    counted = list(
        Value.objects.filter(area__municipality_code=municipality_code, area__kind__in=kinds)
        .values_list("series_id", "area__kind")
        .annotate(known=Count("value"))
        .order_by()
    )
    series = Series.objects.select_related("indicator", "dataset").in_bulk(
        {pk for pk, _kind, known in counted if known}
    )
    return [
        Offer(series[pk], kinds[kind], known)
        for pk, kind, known in counted
        if known and series[pk].indicator.key not in wording.TECHNICAL
    ]


def choose(
    offered: Sequence[Offer], *, key: str, year: int | None, level: str, preferred: str
) -> Choice | None:
    """Take what was asked for, or the nearest thing that exists; None if there is nothing."""
    levels = tuple(each for each in LEVELS if any(offer.level == each for offer in offered))
    if not levels:
        return None
    wanted = level if level in levels else preferred if preferred in levels else levels[0]
    here = tuple(offer for offer in offered if offer.level == wanted)
    own = [offer for offer in here if offer.series.indicator.key == key] or _first(here)
    last = max(offer.series.year for offer in own)
    target = year or last
    nearest = min((abs(o.series.year - target), -o.series.year) for o in own)
    best = max(
        (o for o in own if (abs(o.series.year - target), -o.series.year) == nearest),
        key=lambda offer: offer.rank,
    )
    return Choice(best.series, wanted, levels, here, key, year)


def _first(here: Sequence[Offer]) -> list[Offer]:
    """The indicator to begin with: a featured one, in the order of the lists."""
    first = min((offer.series.indicator for offer in here), key=_place)
    return [offer for offer in here if offer.series.indicator_id == first.pk]


def _place(indicator: object) -> tuple[bool, int, str]:
    topics = list(wording.TOPICS)
    topic = getattr(indicator, "topic", "")
    position = topics.index(topic) if topic in topics else len(topics)
    return not getattr(indicator, "featured", False), position, str(getattr(indicator, "key", ""))


def indicator_choices(offered: Iterable[Offer]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Indicators to choose from, by topic, the featured ones first."""
    indicators = {offer.series.indicator_id: offer.series.indicator for offer in offered}
    topics: dict[str, list[tuple[str, str]]] = {}
    for indicator in sorted(indicators.values(), key=lambda each: _place(each)[1:]):
        topics.setdefault(indicator.topic, []).append(
            (indicator.key, wording.indicator_name(indicator))
        )
    return [(wording.topic_name(topic), pairs) for topic, pairs in topics.items()]


def table(series: Series, municipality_code: str, level: str) -> list[Row]:
    """All areas of a municipality with their value, by name; three queries."""
    areas = Area.objects.filter(
        municipality_code=municipality_code, kind=LEVELS[level], year=series.dataset.area_year
    )
    districts = Area.objects.filter(
        municipality_code=municipality_code,
        kind=Area.Kind.DISTRICT,
        year=series.dataset.area_year,
    )
    names = dict(districts.values_list("code", "name"))
    found = {
        area_id: (value, missing)
        for area_id, value, missing in Value.objects.filter(
            series=series, area__in=areas
        ).values_list("area_id", "value", "missing")
    }
    rows = [_row(area, series, names, *found.get(area.pk, (None, None))) for area in areas]
    return sorted(rows, key=lambda row: (row.area.name.casefold(), row.area.code))


def _row(
    area: Area, series: Series, names: dict[str, str], value: float | None, missing: int | None
) -> Row:
    return Row(
        area=area,
        district=names.get(area.district_code, "") if area.code != area.district_code else "",
        value=value,
        text="" if value is None else value_text(value, series),
        reason="" if value is not None else wording.reason(missing),
    )


def value_text(value: float, series: Series) -> str:
    """Write a value of a series."""
    return wording.measure(value, series.indicator.unit, series.indicator.decimals)


def whole(series: Series, municipality_code: str) -> list[Row]:
    """The value of the municipality and of the country, where the table gives them."""
    found = (
        Value.objects.filter(
            series=series, area__kind__in=[Area.Kind.MUNICIPALITY, Area.Kind.COUNTRY]
        )
        .filter(area__code__in=[municipality_code, "NL00", "NL01"])
        .select_related("area")
        .order_by("area__code")
    )
    return [_row(each.area, series, {}, each.value, each.missing) for each in found]


def ordered(rows: Sequence[Row], order: str) -> list[Row]:
    """Sort a table; areas without value stay last, whichever way the values run."""
    if order in {"waarde", "-waarde"}:
        sign = -1 if order.startswith("-") else 1
        return sorted(rows, key=lambda row: (row.value is None, sign * (row.value or 0)))
    if order in {"wijk", "-wijk"}:
        return sorted(rows, key=lambda row: row.district.casefold(), reverse=order == "-wijk")
    return list(reversed(rows)) if order == "-naam" else list(rows)
