"""Stored figures as charts: plain dicts for the chart tags."""

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence import wording
from sneeuwbal.evidence.models import Figure
from sneeuwbal.evidence.wording import written

FIRST_WEEK = date(2018, 1, 1)
LONGEST = 60  # weeks that still make a readable line; a longer one goes by four weeks
STAFF_THRESHOLD = 5  # a smaller group is not counted out, not even for staff


def monday(week: int) -> date:
    """First day of a week of the ledger."""
    return FIRST_WEEK + timedelta(weeks=week)


def snowball_intervals(
    organisation: Organisation, figures: list[Figure], title: str
) -> dict[str, Any]:
    """The snowball number per place beside the line at one."""
    return {
        "title": title,
        "summary": _("Right of 1 a neighbourhood grows by itself."),
        "unit": "",
        "decimals": 2,
        "reference": 1.0,
        "rows": [
            {
                "label": figure.area.name if figure.area else organisation.name,
                "value": figure.value,
                "low": figure.low if figure.value is not None else None,
                "high": figure.high if figure.value is not None else None,
                "n": figure.n,
                "note": wording.refusal(figure),
                "url": area_url(organisation, figure),
            }
            for figure in figures
        ],
    }


def area_url(organisation: Organisation, figure: Figure) -> str:
    """The page of the place that a figure speaks of."""
    if figure.area is None:
        return reverse("evidence_whole", args=[organisation.slug])
    return reverse("evidence_area", args=[organisation.slug, figure.area.code])


def weekly_line(figure: Figure, starts: list[tuple[date, str]]) -> dict[str, Any] | None:
    """New participants over time by what brought them in, with the start of recruitment."""
    told = figure.details.get("weekly") or {}
    first = told.get("first_week")
    if first is None:
        return None
    length = len(told["referred"])
    step = 1 if length <= LONGEST else 4
    labels = [date_format(monday(first + week), "j M Y") for week in range(0, length, step)]
    series = [
        {
            "name": str(name),
            "values": [sum(told[key][at : at + step]) for at in range(0, length, step)],
        }
        for key, name in wording.SOURCES.items()
    ]
    marks = []
    for day, name in starts:
        at = (day - monday(first)).days // (7 * step)
        marks.append({"x": min(max(at, 0), len(labels) - 1), "label": name})
    every = _("per week") if step == 1 else _("per four weeks")
    return {
        "title": _("New participants %(every)s") % {"every": every},
        "summary": _("A growing line is no proof of a snowball: a campaign makes it rise too."),
        "x_label": _("Week that starts on"),
        "y_label": _("Households"),
        "unit": "",
        "decimals": 0,
        "x": labels,
        "series": series,
        "marks": marks,
    }


def number_line(figure: Figure) -> dict[str, Any] | None:
    """The snowball number of every half year with its bounds; a gap where it says too little."""
    told = figure.details.get("over_time") or {}
    if not any(value is not None for value in told.get("values", [])):
        return None
    ends = [monday(week) + timedelta(days=6) for week in told["last_weeks"]]
    name = _("Others per participant")
    return {
        "title": _("Snowball number through time"),
        "summary": _(
            "Each point is half a year. Above 1 the group of participants grew by itself. "
            "Where the line is broken we know too little."
        ),
        "x_label": _("Half a year that ended on"),
        "y_label": name,
        "unit": "",
        "decimals": 2,
        "reference": 1.0,
        "x": [date_format(day, "j M Y") for day in ends],
        "series": [
            {
                "name": name,
                "values": told["values"],
                "low": told["low"],
                "high": told["high"],
            }
        ],
    }


def joining_years(figure: Figure) -> list[dict[str, Any]]:
    """Each year of joining with its number, or why there is none; newest first."""
    told = figure.details.get("over_time") or {}
    return [
        {
            **row,
            "first": date.fromisoformat(row["first_day"]),
            "last": date.fromisoformat(row["last_day"]),
            "few": 0 < row["n"] < STAFF_THRESHOLD,
            "note": str(wording.LABELS[row["silence"]]) if row["silence"] else "",
        }
        for row in told.get("cohorts", [])
    ]


def funnel_bars(figure: Figure) -> dict[str, Any]:
    """Households per stage, from those not reached to those that took a measure."""
    told = figure.details
    bars = [
        _bar(str(wording.STAGES[stage["key"]]), stage["count"], stage["share"])
        for stage in told["stages"]
    ]
    exits = [
        _bar(str(wording.EXITS[item["key"]]), item["count"], None)
        for item in told["exits"]
        if item["count"]
    ]
    missing = told.get("not_reached")
    first = _bar(_("Not reached"), missing, None)
    if missing is None:
        first["note"] = _("the number of households is not known, or too old")
    return {
        "title": _("From all households to a measure"),
        "summary": _("A household counts in each step it passed. Who left stands below the steps."),
        "unit": _("households"),
        "decimals": 0,
        "bars": [first, *bars, *exits],
    }


def _bar(label: str, count: int | None, share: float | None) -> dict[str, Any]:
    note = "" if share is None else _("%(share)s %% of all") % {"share": written(100 * share, 1)}
    return {"label": label, "value": count, "note": note}


def tenure_intervals(figure: Figure) -> dict[str, Any] | None:
    """Each tenure among the households spoken with, over its share among all."""
    groups = figure.details.get("groups") or []
    # One small group could be subtracted back from the others, so then none is shown.
    if not groups or any(0 < group["reached"] < STAFF_THRESHOLD for group in groups):
        return None
    return {
        "title": _("Who we spoke with, beside who lives here"),
        "summary": _("At 1 a group is as present in our conversations as in the neighbourhood."),
        "unit": "",
        "decimals": 2,
        "reference": 1.0,
        "rows": [_group(group) for group in groups],
    }


def _group(group: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": str(wording.TENURES[group["key"]]),
        "value": group["value"],
        "low": group["low"],
        "high": group["high"],
        "n": group["reached"],
        "note": str(wording.LABELS[group["silence"]]) if group["silence"] else "",
    }
