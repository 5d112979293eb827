"""Which indicators can serve as criteria for some neighbourhoods, with source and gaps."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from sneeuwbal.places.models import Area, Dataset, Indicator, Series, Value
from sneeuwbal.planning.models import Criterion

Axis = Criterion.Axis
# The axis an indicator is proposed for, and whether more counts. Both can be changed.
PROPOSED: dict[str, tuple[Axis, bool]] = {
    "trouble_making_ends_meet_share": (Axis.NEED, True),
    "low_income_share": (Axis.NEED, True),
    "income_resident_eur": (Axis.NEED, False),
    "gas_m3": (Axis.NEED, True),
    "electricity_kwh": (Axis.NEED, True),
    "built_before_2000_share": (Axis.CHANCE, True),
    "corporation_share": (Axis.CHANCE, True),
    "owner_occupied_share": (Axis.CHANCE, True),
    "volunteering_share": (Axis.ENERGY, True),
    "solar_installations": (Axis.ENERGY, True),
    "social_loneliness_share": (Axis.REACHABILITY, False),
    "loneliness_share": (Axis.REACHABILITY, False),
    "density": (Axis.REACHABILITY, True),
    "urbanity": (Axis.REACHABILITY, True),
}
BY_TOPIC = {
    "income": Axis.NEED,
    "energy": Axis.NEED,
    "housing": Axis.CHANCE,
    "solar": Axis.ENERGY,
    "health": Axis.REACHABILITY,
}
# A newer year is taken unless it knows far fewer of these neighbourhoods.
NEARLY_AS_COMPLETE = 0.8


@dataclass(frozen=True)
class Offer:
    """An indicator in its newest useful year, and how many of the neighbourhoods it knows."""

    indicator: Indicator
    year: int
    known: int
    of: int
    source: Dataset
    axis: str
    higher_is_better: bool

    @property
    def missing(self) -> int:
        """Neighbourhoods without a value."""
        return self.of - self.known


def offers(areas: Sequence[Area]) -> list[Offer]:
    """The indicators that have values in these neighbourhoods, in the order of the axes."""
    rows = (
        Value.objects.filter(
            area__code__in=[area.code for area in areas],
            value__isnull=False,
            series__indicator__featured=True,
        )
        .values_list("series__indicator_id", "series__year")
        .annotate(known=Count("area__code", distinct=True))
    )
    years: dict[int, dict[int, int]] = defaultdict(dict)
    for indicator, year, known in rows:
        years[indicator][year] = known
    chosen = {indicator: _useful_year(found) for indicator, found in years.items()}
    found = sources((indicator, year) for indicator, year in chosen.items())
    offered = [
        _offer(indicator, chosen[indicator.pk], years[indicator.pk], found, of=len(areas))
        for indicator in Indicator.objects.filter(pk__in=chosen)
    ]
    order = list(Axis.values)
    return sorted(offered, key=lambda offer: (order.index(offer.axis), offer.indicator.key))


def _useful_year(known: Mapping[int, int]) -> int:
    most = max(known.values())
    return max(year for year, count in known.items() if count >= NEARLY_AS_COMPLETE * most)


def _offer(
    indicator: Indicator,
    year: int,
    known: Mapping[int, int],
    found: Mapping[tuple[int, int], Dataset],
    *,
    of: int,
) -> Offer:
    usual = (BY_TOPIC.get(indicator.topic, Axis.CHANCE), True)
    axis, higher = PROPOSED.get(indicator.key, usual)
    source = found[indicator.pk, year]
    return Offer(indicator, year, known[year], of, source, axis, higher)


def sources(wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Dataset]:
    """The dataset behind an indicator in a year: the newest one where several give it."""
    asked = set(wanted)
    rows = Series.objects.filter(
        indicator__in={indicator for indicator, _year in asked},
        year__in={year for _indicator, year in asked},
    )
    ordered = rows.select_related("dataset").order_by("dataset__year", "dataset__key")
    return {(row.indicator_id, row.year): row.dataset for row in ordered}


def known_by_criterion(
    criteria: Iterable[Criterion], areas: Sequence[Area]
) -> dict[int, dict[str, float]]:
    """Values by criterion and code of the neighbourhood; matched by code over the years."""
    codes = [area.code for area in areas]
    found: dict[int, dict[str, float]] = {}
    for criterion in criteria:
        rows = (
            Value.objects.filter(
                series__indicator=criterion.indicator_id,
                series__year=criterion.year,
                area__code__in=codes,
                value__isnull=False,
            )
            .order_by("series__dataset__year", "series__dataset__key")
            .values_list("area__code", "value")
        )
        found[criterion.pk] = {code: value for code, value in rows if value is not None}
    return found
