"""Read stored figures; loads no science, so that pages and rooms above may use it."""

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence.models import Figure, FigureUpdate

# Rows are counted by number, without knowing what is in them.
NEWEST = {
    "events": "SELECT id FROM outreach_event WHERE organisation_id = %s ORDER BY id DESC LIMIT 1",
    "costs": "SELECT id FROM outreach_costline WHERE organisation_id = %s ORDER BY id DESC LIMIT 1",
}
METHOD_SLUGS = {
    Figure.Kind.SNOWBALL: "sneeuwbalgetal",
    Figure.Kind.FUNNEL: "trechter",
    Figure.Kind.REACH: "bereik",
    Figure.Kind.CHANNELS: "kanalen",
    Figure.Kind.COST: "kosten",
    Figure.Kind.VOICE: "stem",
    Figure.Kind.GROWTH: "groei",
    Figure.Kind.EFFECT: "effect",
}


def newest(organisation: Organisation, *, as_of: date | None = None) -> list[Figure]:
    """Newest figure of each kind, area and plan, up to a day if one is given."""
    rows: QuerySet[Figure] = Figure.objects.filter(organisation=organisation)
    if as_of:
        rows = rows.filter(as_of__lte=as_of)
    place = Window(
        RowNumber(),
        partition_by=[F("kind"), F("area_id"), F("plan_id")],
        order_by=[F("as_of").desc(), F("id").desc()],
    )
    numbered = rows.annotate(place=place).filter(place=1)
    return list(numbered.select_related("area", "update").order_by("area__name", "kind"))


def by_area(figures: Iterable[Figure]) -> dict[int | None, dict[str, Figure]]:
    """Figures by area (None: the whole organisation) and kind."""
    sorted_out: dict[int | None, dict[str, Figure]] = {}
    for figure in figures:
        sorted_out.setdefault(figure.area_id, {})[figure.kind] = figure
    return sorted_out


def newest_update(organisation: Organisation) -> FigureUpdate | None:
    """The last time the figures were computed."""
    return FigureUpdate.objects.filter(organisation=organisation).first()


def newest_rows(organisation: Organisation) -> tuple[int, int]:
    """Numbers of the newest event and cost line; 0 when there is none."""
    found = []
    with connection.cursor() as cursor:
        for text in NEWEST.values():
            cursor.execute(text, [organisation.pk])
            row = cursor.fetchone()
            found.append(int(row[0]) if row else 0)
    return found[0], found[1]


def is_stale(organisation: Organisation, update: FigureUpdate | None) -> bool:
    """Whether the ledger has grown since the figures were computed."""
    if update is None:
        return False
    return newest_rows(organisation) != (update.newest_event, update.newest_cost)
