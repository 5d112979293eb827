"""From a result to the programme: neighbourhoods become candidates."""

from collections.abc import Iterable

from django.db import transaction

from sneeuwbal.accounts.models import User
from sneeuwbal.places.models import Value
from sneeuwbal.planning.models import SelectionRound
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood
from sneeuwbal.roadmap.programmes import add_neighbourhood


@transaction.atomic
def take_over(chosen: SelectionRound, areas: Iterable[int], *, by: User) -> int:
    """Make these neighbourhoods candidates; those that take part stay as they are."""
    taking_part = set(chosen.programme.neighbourhoods.values_list("area_id", flat=True))
    rows = chosen.results.filter(area__in=set(areas) - taking_part).select_related("area")
    for row in rows:
        add_neighbourhood(
            chosen.programme,
            row.area,
            phase=ProgrammeNeighbourhood.Phase.CANDIDATE,
            by=by,
            households=official_households(row.area_id),
        )
    return len(rows)


def official_households(area_id: int) -> int | None:
    """The newest number of households in the open data; None when it is not known."""
    found = (
        Value.objects.filter(
            area_id=area_id, series__indicator__key="households", value__isnull=False
        )
        .order_by("-series__year")
        .values_list("value", flat=True)
        .first()
    )
    return None if found is None else round(found)
