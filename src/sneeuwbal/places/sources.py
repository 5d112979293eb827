"""Which official tables and maps are here, and how complete they are."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from sneeuwbal.places.models import Dataset, ImportRun, Series, Shape, Value


@dataclass(frozen=True)
class Source:
    """A dataset, what it holds and when it was read."""

    dataset: Dataset
    indicators: int
    empty: int
    borders: int
    values: int
    missing: int
    imported: datetime | None


def datasets() -> list[Source]:
    """Every dataset with its counts; five queries."""
    columns = dict(Series.objects.values_list("dataset").annotate(Count("pk")).order_by())
    empty = dict(
        Series.objects.filter(empty=True).values_list("dataset").annotate(Count("pk")).order_by()
    )
    borders = dict(Shape.objects.values_list("dataset").annotate(Count("pk")).order_by())
    imported = dict(
        ImportRun.objects.exclude(state=ImportRun.State.FAILED)
        .values_list("dataset")
        .annotate(Max("finished_at"))
        .order_by()
    )
    counted = _counted()
    return [
        Source(
            dataset=each,
            indicators=columns.get(each.pk, 0),
            empty=empty.get(each.pk, 0),
            borders=borders.get(each.pk, 0),
            values=counted.get(each.pk, (0, 0))[0],
            missing=counted.get(each.pk, (0, 0))[1],
            imported=imported.get(each.pk),
        )
        for each in Dataset.objects.order_by("publisher", "table", "-year", "key")
    ]


def _counted() -> dict[int, tuple[int, int]]:
    rows = (
        Value.objects.values_list("series__dataset")
        .annotate(known=Count("value"), every=Count("area_id"))
        .order_by()
    )
    return {dataset: (known, every - known) for dataset, known, every in rows}
