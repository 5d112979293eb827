"""Maps and charts of public numbers."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sneeuwbal.accounts.models import ReportingUnit
from sneeuwbal.places import maps
from sneeuwbal.places.models import Area, Shape
from sneeuwbal.publication.models import PublicNumber
from sneeuwbal.publication.register import Entry
from sneeuwbal.publication.words import CHANNELS, STAGE_NAMES, VERDICTS

# Shades of the map by verdict, from much spread to nothing known.
SHADES = {"snowball": "high2", "boost": "high1", "no_spread_shown": "mid", "": "low1"}


def verdict_map(entries: list[Entry], unit: ReportingUnit) -> maps.Picture | None:
    """Draw the municipality with the verdict of each started neighbourhood."""
    shapes = list(
        Shape.objects.filter(
            area__municipality_code=unit.municipality.code, area__kind=Area.Kind.NEIGHBOURHOOD
        ).select_related("area")
    )
    by_code = {shape.area.code: shape for shape in shapes}
    known = [entry for entry in entries if entry.neighbourhood.area.code in by_code]
    if not known:
        return None
    ids = {by_code[entry.neighbourhood.area.code].area_id: entry for entry in known}
    categories = {area_id: SHADES.get(entry.verdict, SHADES[""]) for area_id, entry in ids.items()}
    labels = {shade: str(VERDICTS[verdict]) for verdict, shade in SHADES.items()}
    return maps.draw(
        by_code.values(),
        title=_("Spread by neighbourhood, %(name)s") % {"name": unit.municipality.name},
        summary=ngettext(
            "%(count)s neighbourhood was started; each has its verdict.",
            "%(count)s neighbourhoods were started; each has its verdict.",
            len(entries),
        )
        % {"count": len(entries)},
        categories=categories,
        category_labels=labels,
        links={
            area_id: reverse("public_neighbourhood", args=[entry.neighbourhood.area.code])
            for area_id, entry in ids.items()
        },
        notes={shape.area_id: _("not started") for shape in shapes if shape.area_id not in ids},
    )


def snowball_chart(entries: list[Entry]) -> dict[str, Any] | None:
    """Dots with intervals against the line R = 1."""
    rows = [_chart_row(entry) for entry in entries]
    if not any(row["value"] is not None for row in rows):
        return None
    return {
        "title": _("Snowball number R by neighbourhood"),
        "summary": _(
            "How many others each participant brought in. Above 1 it grows by itself. "
            "A line that crosses 1 means: we cannot tell."
        ),
        "unit": _("per participant"),
        "decimals": 2,
        "reference": 1.0,
        "rows": rows,
    }


def _chart_row(entry: Entry) -> dict[str, Any]:
    number = entry.snowball
    shown = number is not None and not number.withheld
    return {
        "label": entry.neighbourhood.area.name,
        "value": number.value if number and shown else None,
        "low": number.low if number and shown else None,
        "high": number.high if number and shown else None,
        "n": number.n if number and shown else None,
        "note": _chart_note(number),
        "url": reverse("public_neighbourhood", args=[entry.neighbourhood.area.code]),
    }


def _chart_note(number: PublicNumber | None) -> str:
    if number is None or number.withheld:
        return _("withheld: it would tell of fewer than ten households")
    return "" if number.value is not None else _("too little data")


def funnel_chart(number: PublicNumber | None) -> dict[str, Any] | None:
    """Bars for all households, those who were not reached or not interested included."""
    if number is None or number.withheld:
        return None
    return {
        "title": _("All households by how far they came"),
        "summary": _(
            "Numbers are rounded to fives. Very small groups are not shown, "
            "nor what would give one away."
        ),
        "unit": _("households"),
        "decimals": 0,
        "bars": [
            {
                "label": str(STAGE_NAMES.get(row["key"], row["key"])),
                "value": row["count"],
                "note": "" if row["count"] is not None else _("withheld"),
            }
            for row in number.details["stages"]
        ],
    }


def channel_rows(number: PublicNumber | None) -> list[dict[str, Any]]:
    """What each channel brought, most participants first; channels that brought few last."""
    if number is None or number.withheld:
        return []
    rows = [
        row | {"name": str(CHANNELS.get(row["key"], row["key"]))}
        for row in number.details["channels"]
    ]
    return sorted(rows, key=lambda row: (-(row["participants"] or 0), -(row["spoken"] or 0)))
