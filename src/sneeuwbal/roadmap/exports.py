"""Cards and decisions as a table for a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse
from django.utils.translation import gettext as _

from sneeuwbal.roadmap.models import Card, Decision, RoadmapSession

# A spreadsheet runs a cell that begins like this as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(cell: object) -> str:
    """Write a cell so that no spreadsheet runs it as a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def table(rows: Iterable[Sequence[object]], *, name: str) -> HttpResponse:
    """Send rows as a CSV file that Dutch spreadsheets open as it is."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows([safe(cell) for cell in row] for row in rows)
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def source_of(session: RoadmapSession) -> str:
    """Say in each row whose it is, and when its figures are not real."""
    organisation = session.programme.organisation
    parts = [organisation.name, session.title, session.held_on.isoformat()]
    if organisation.fictional:
        parts.append(_("Fictional data: these neighbourhoods and people do not exist."))
    if organisation.example_figures:
        parts.append(_("Example figures: real neighbourhoods, made-up participation."))
    return ", ".join(parts)


def cards_table(session: RoadmapSession, cards: Iterable[Card]) -> list[list[object]]:
    """The cards of a session as rows under a header."""
    header: list[object] = [
        _("Kind"),
        _("What"),
        _("Explanation"),
        _("Neighbourhood"),
        _("Code"),
        _("Source"),
    ]
    rows: list[list[object]] = [
        [
            card.get_kind_display(),
            card.title,
            card.text,
            card.area.name if card.area else _("The whole municipality"),
            card.area.code if card.area else "",
            source_of(session),
        ]
        for card in cards
    ]
    return [header, *rows]


def decisions_table(session: RoadmapSession, decisions: Iterable[Decision]) -> list[list[object]]:
    """The decisions of a session as rows under a header."""
    header: list[object] = [
        _("Decision"),
        _("Owner"),
        _("Ready by"),
        _("Status"),
        _("Card"),
        _("Source"),
    ]
    rows: list[list[object]] = [
        [
            decision.text,
            decision.owner.name if decision.owner else "",
            decision.due_on.isoformat() if decision.due_on else "",
            decision.get_status_display(),
            decision.card.title if decision.card else "",
            source_of(session),
        ]
        for decision in decisions
    ]
    return [header, *rows]
