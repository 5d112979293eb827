"""Which neighbourhoods are like this one: near in density, household, age, tenure and income.

A plain standardised distance over few known features, so that a reader can follow it. It finds
places to look at side by side; it is no proof that a difference comes from a programme.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import pstdev

from django.db.models import QuerySet

from sneeuwbal.places import wording
from sneeuwbal.places.models import Area, Series, Value

HOW_MANY = 8
MINIMUM_RESIDENTS = 50  # below this, shares jump with a single household
FEWEST_FEATURES = 2
SIZE, CLASS = "population", "urbanity"


@dataclass(frozen=True)
class Feature:
    """What is compared: an indicator, as it is, per another one, or on a logarithmic scale."""

    key: str
    over: str = ""
    logarithmic: bool = False

    def value(self, known: Mapping[str, float]) -> float | None:
        """The feature of one area, None where it cannot be made."""
        number = known.get(self.key)
        if number is None:
            return None
        if self.over:
            whole = known.get(self.over)
            return number / whole if whole else None
        if self.logarithmic:
            return log(number) if number > 0 else None
        return number


# Density spans three orders of magnitude: on a plain scale it would be the only thing compared.
FEATURES = (
    Feature("density", logarithmic=True),
    Feature("household_size"),
    Feature("age_65_plus", over=SIZE),
    Feature("households_single", over="households"),
    Feature("owner_occupied_share"),
    Feature("income_resident_eur"),
)
KEYS = {SIZE, CLASS, *(f.key for f in FEATURES), *(f.over for f in FEATURES if f.over)}


@dataclass(frozen=True)
class Comparable:
    """A neighbourhood that is like another, and how far it is from it."""

    area: Area
    municipality: str
    distance: float
    features: list[str]


@dataclass(frozen=True)
class Comparison:
    """The nearest neighbourhoods and what made them so."""

    found: list[Comparable]
    names: list[str]
    own: list[str]
    candidates: int
    same_urbanity: bool
    year: int


def comparable(area: Area) -> Comparison | None:
    """Find the areas nearest to this one; None where too little is known about it.

    Five queries. Candidates are areas of the same kind, year and class of urbanity, with at
    least `MINIMUM_RESIDENTS` residents and all features of this one. Where the features are
    known of another year of the same code only, that year is compared.
    """
    for place, values in _by_year(area):
        series = {each.series.indicator.key: each.series for each in values}
        known = {each.series.indicator.key: float(each.value or 0) for each in values}
        own = {feature: feature.value(known) for feature in FEATURES}
        used = {feature: value for feature, value in own.items() if value is not None}
        if len(used) >= FEWEST_FEATURES:
            return _comparison(place, series, used, known.get(CLASS))
    return None


def _by_year(area: Area) -> list[tuple[Area, list[Value]]]:
    """Known features per year of the same code, the nearest year first, older values first."""
    found = Value.objects.filter(
        area__code=area.code, value__isnull=False, series__indicator__key__in=KEYS
    ).select_related("area", "series__indicator")
    years: dict[Area, list[Value]] = defaultdict(list)
    for each in sorted(found, key=lambda each: (each.series.year, each.series.dataset_id)):
        years[each.area].append(each)
    return sorted(years.items(), key=lambda pair: (abs(pair[0].year - area.year), -pair[0].year))


def _comparison(
    area: Area, series: Mapping[str, Series], own: Mapping[Feature, float], urbanity: float | None
) -> Comparison:
    used = list(own)
    others = _candidates(area, series, used, urbanity)
    nearest = _nearest(list(own.values()), others)
    return Comparison(
        found=_described(nearest, others, used, series),
        names=[_feature_name(feature, series) for feature in used],
        own=[_feature_text(feature, value, series) for feature, value in own.items()],
        candidates=len(others),
        same_urbanity=urbanity is not None,
        year=area.year,
    )


def _known(values: "QuerySet[Value]", series: Mapping[str, Series]) -> dict[int, dict[str, float]]:
    keys = {each.pk: key for key, each in series.items()}
    known: dict[int, dict[str, float]] = defaultdict(dict)
    rows = values.filter(series__in=list(keys), value__isnull=False)
    for area_id, series_id, value in rows.values_list("area_id", "series_id", "value"):
        known[area_id][keys[series_id]] = float(value or 0)
    return known


def _candidates(
    area: Area, series: Mapping[str, Series], used: Sequence[Feature], urbanity: float | None
) -> dict[int, list[float]]:
    """The features of every other neighbourhood that may be compared."""
    alike = Area.objects.filter(kind=area.kind, year=area.year, fictional=area.fictional)
    values = Value.objects.filter(area__in=alike.exclude(pk=area.pk).order_by().values("pk"))
    if urbanity is not None:
        same = Value.objects.filter(series=series[CLASS], value=urbanity)
        values = values.filter(area__in=same.values("area_id"))
    found = {}
    for area_id, known in _known(values, series).items():
        row = [feature.value(known) for feature in used]
        complete = [value for value in row if value is not None]
        if len(complete) == len(used) and known.get(SIZE, MINIMUM_RESIDENTS) >= MINIMUM_RESIDENTS:
            found[area_id] = complete
    return found


def _nearest(
    own: Sequence[float], others: Mapping[int, Sequence[float]]
) -> list[tuple[float, int]]:
    """The nearest areas: root mean square of the differences in standard deviations."""
    spread = [pstdev(column) or 1.0 for column in zip(*others.values(), strict=True)]

    def distance(row: Sequence[float]) -> float:
        steps = [(a - b) / s for a, b, s in zip(own, row, spread, strict=True)]
        return sqrt(sum(step * step for step in steps) / len(steps))

    distances = ((distance(row), area_id) for area_id, row in others.items())
    return sorted(distances)[:HOW_MANY]


def _described(
    nearest: Sequence[tuple[float, int]],
    others: Mapping[int, Sequence[float]],
    used: Sequence[Feature],
    series: Mapping[str, Series],
) -> list[Comparable]:
    areas = Area.objects.in_bulk([area_id for _distance, area_id in nearest])
    codes = {area.municipality_code for area in areas.values()}
    years = {area.year for area in areas.values()}
    names = dict(
        Area.objects.filter(
            kind=Area.Kind.MUNICIPALITY, code__in=codes, year__in=years
        ).values_list("code", "name")
    )
    return [
        Comparable(
            area=areas[area_id],
            municipality=names.get(areas[area_id].municipality_code, ""),
            distance=distance,
            features=[
                _feature_text(feature, value, series)
                for feature, value in zip(used, others[area_id], strict=True)
            ],
        )
        for distance, area_id in nearest
    ]


def _feature_name(feature: Feature, series: Mapping[str, Series]) -> str:
    return wording.indicator_name(series[feature.key].indicator)


def _feature_text(feature: Feature, value: float, series: Mapping[str, Series]) -> str:
    indicator = series[feature.key].indicator
    if feature.over:
        return wording.measure(value, "share")
    shown = exp(value) if feature.logarithmic else value
    return wording.measure(shown, indicator.unit, indicator.decimals)
