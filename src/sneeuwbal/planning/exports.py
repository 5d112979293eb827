"""Rounds and schedules as tables for a spreadsheet."""

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.places.wording import indicator_name
from sneeuwbal.planning.models import Schedule, SelectionRound
from sneeuwbal.planning.results import Row
from sneeuwbal.planning.wording import binding_text, quarter_text


def _source(organisation: Organisation, *parts: str) -> str:
    """Say in each row whose it is, and when its figures are not real."""
    said = [organisation.name, *parts]
    if organisation.fictional:
        said.append(_("Fictional data: these neighbourhoods and people do not exist."))
    if organisation.example_figures:
        said.append(_("Example figures: real neighbourhoods, made-up participation."))
    return ", ".join(said)


def round_table(chosen: SelectionRound, rows: Sequence[Row]) -> list[list[object]]:
    """The result of a round under a header; each row says from which draws it comes."""
    criteria = list(chosen.criteria.select_related("indicator"))
    header: list[object] = [
        _("Code"),
        _("Neighbourhood"),
        _("Label"),
        _("Share of weightings in which it is chosen (%)"),
        _("Margin (percentage points)"),
        _("What decides"),
        _("Participants in whose weights it is chosen"),
        _("Participants"),
        *(f"{indicator_name(row.indicator)} ({row.year})" for row in criteria),
        _("Missing values"),
        _("Random seed"),
        _("Fingerprint of the inputs"),
        _("Source"),
    ]
    source = _source(chosen.programme.organisation, chosen.name, chosen.held_on.isoformat())
    return [
        header,
        *(
            [
                row.area.code,
                row.area.name,
                row.label,
                round(100 * row.result.top_share),
                row.margin,
                row.decides,
                row.agreeing,
                row.people,
                *(_plain(value) for value in row.result.details.get("values", [])),
                row.missing,
                chosen.seed,
                chosen.inputs_digest,
                source,
            ]
            for row in rows
        ),
    ]


def _plain(value: float | None) -> str:
    return "" if value is None else number_format(value, None, use_l10n=True)


def schedule_table(schedule: Schedule) -> list[list[object]]:
    """A schedule under a header: when each neighbourhood starts, or what keeps it out."""
    header: list[object] = [
        _("Code"),
        _("Neighbourhood"),
        _("Starts in"),
        _("Start-up (months)"),
        _("Why the start-up is shorter than four months"),
        _("What keeps it out"),
        _("Source"),
    ]
    made = schedule.made_at.date().isoformat()
    source = _source(schedule.programme.organisation, schedule.programme.name, made)
    rows = schedule.starts.select_related("area").order_by("quarter", "area__name")
    return [
        header,
        *(
            [
                row.area.code,
                row.area.name,
                quarter_text(row.quarter) if row.quarter else "",
                row.startup_months,
                row.short_startup_reason,
                "" if row.quarter else binding_text(row.binding, schedule.first_quarter),
                source,
            ]
            for row in rows
        ),
    ]
