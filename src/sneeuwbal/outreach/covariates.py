"""What open statistics say about a neighbourhood at the time of an event, to freeze with it."""

from datetime import date
from typing import Any

from sneeuwbal.places.models import Series

# Enough to weigh who was reached; more would make each row of the ledger heavier.
FROZEN = (
    "owner_occupied_share",
    "corporation_share",
    "household_size",
    "urbanity",
    "age_65_plus_share",
    "trouble_making_ends_meet_share",
)


class Snapshots:
    """Looks each neighbourhood up once; made anew for every batch, so never stale."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], dict[str, Any]] = {}

    def of(self, area_id: int, on: date) -> dict[str, Any]:
        """The newest values about this area that spoke of the year of the event or before."""
        key = (area_id, on.year)
        if key not in self._found:
            self._found[key] = _look_up(area_id, on.year)
        return self._found[key]


def _look_up(area_id: int, year: int) -> dict[str, Any]:
    rows = (
        Series.objects.filter(
            values__area_id=area_id,
            values__value__isnull=False,
            indicator__key__in=FROZEN,
            year__lte=year,
        )
        .order_by("year", "dataset__year", "pk")
        .values_list("indicator__key", "values__value", "dataset__key", "year")
    )
    # Later rows overwrite earlier ones: the newest edition stays.
    return {
        key: {"value": value, "dataset": dataset, "year": of_year}
        for key, value, dataset, of_year in rows
    }
