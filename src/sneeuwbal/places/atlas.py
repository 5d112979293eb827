"""The map page of a municipality: what was chosen, drawn and put in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sneeuwbal.places import statistics, wording
from sneeuwbal.places.borders import Borders, nearest_shapes
from sneeuwbal.places.maps import Picture, draw
from sneeuwbal.places.models import Area, Shape
from sneeuwbal.places.statistics import Choice, Row

ORDERS = ("naam", "-naam", "wijk", "-wijk", "waarde", "-waarde")


@dataclass(frozen=True)
class Column:
    """A column by which the table can be sorted."""

    label: str
    url: str
    sorted: str
    numeric: bool


def municipality(code: str) -> Area | None:
    """The municipality as it was last known."""
    found = Area.objects.filter(code=code, kind=Area.Kind.MUNICIPALITY)
    return found.order_by("-year").first()


def preferred_level(code: str) -> str:
    """Neighbourhoods where some can be drawn, else districts."""
    drawn = dict(
        Shape.objects.filter(area__municipality_code=code)
        .values_list("area__kind")
        .annotate(Count("pk"))
        .order_by()
    )
    only_districts = not drawn.get(Area.Kind.NEIGHBOURHOOD) and drawn.get(Area.Kind.DISTRICT)
    return "wijk" if only_districts else "buurt"


def chosen(code: str, asked: Mapping[str, str], year: int | None) -> Choice | None:
    """What the address asks for, as far as it exists."""
    return statistics.choose(
        statistics.offers(code),
        key=asked.get("indicator", ""),
        year=year,
        level=asked.get("niveau", ""),
        preferred=preferred_level(code),
    )


def picture(choice: Choice, place: Area, rows: Sequence[Row], borders: Borders) -> Picture:
    """Draw the chosen series."""
    indicator = choice.series.indicator
    words = {
        "indicator": wording.indicator_name(indicator),
        "place": place.name,
        "year": choice.series.year,
    }
    return draw(
        borders.shapes,
        title=_("%(indicator)s, %(place)s, %(year)s") % words,
        summary=summary(choice, rows),
        values={row.area.pk: row.value for row in rows},
        unit=indicator.unit,
        decimals=indicator.decimals,
        links={row.area.pk: profile_url(row.area) for row in rows},
        notes={row.area.pk: row.reason for row in rows if row.reason},
    )


def profile_url(area: Area) -> str:
    """Address of the page about one area."""
    return reverse("profile", args=[area.code, area.year])


def summary(choice: Choice, rows: Sequence[Row]) -> str:
    """Say in a sentence or two what the map shows."""
    known = [row for row in rows if row.value is not None]
    counted = _("%(known)s of %(all)s %(areas)s have a value.") % {
        "known": len(known),
        "all": len(rows),
        "areas": wording.kind_plural(statistics.LEVELS[choice.level]),
    }
    if not known:
        return counted
    low = min(known, key=lambda row: row.value or 0)
    high = max(known, key=lambda row: row.value or 0)
    extremes = _("Lowest: %(low)s (%(low_name)s). Highest: %(high)s (%(high_name)s).") % {
        "low": low.text,
        "low_name": low.area.name,
        "high": high.text,
        "high_name": high.area.name,
    }
    return f"{counted} {extremes}"


def remarks(choice: Choice, borders: Borders) -> list[str]:
    """What a reader must know before trusting the map."""
    told = []
    if choice.other_indicator:
        told.append(_("What you asked for is not known here at this level; you see another one."))
    if choice.series.dataset.table in wording.MODELLED:
        told.append(modelled())
    if choice.other_year:
        told.append(
            _("There is no number for %(asked)s. You see %(year)s, the nearest year.")
            % {"asked": choice.asked_year, "year": choice.series.year}
        )
    if borders.borrowed:
        years = ", ".join(str(year) for year in borders.borrowed)
        count = sum(borders.borrowed.values())
        told.append(
            ngettext(
                "For %(count)s area of %(year)s the border of %(other)s with the same code is "
                "drawn. The same code does not guarantee the same border.",
                "For %(count)s areas of %(year)s the borders of %(other)s with the same code are "
                "drawn. The same code does not guarantee the same border.",
                count,
            )
            % {"count": count, "year": choice.series.dataset.area_year, "other": years}
        )
    if borders.shapes and borders.without:
        told.append(
            ngettext(
                "%(count)s area without border in our data: it stands in the table only.",
                "%(count)s areas without border in our data: they stand in the table only.",
                len(borders.without),
            )
            % {"count": len(borders.without)}
        )
    return told


def modelled() -> str:
    """What to know about numbers that come from a model."""
    return _(
        "These numbers are estimates from a model of the publisher, not counts. Differences "
        "between neighbourhoods mostly follow age, income and kind of household."
    )


def address(code: str, choice: Choice, **more: str) -> str:
    """The address that shows this choice again."""
    return f"{reverse('map', args=[code])}?{query(choice, **more)}"


def query(choice: Choice, **more: str) -> str:
    """The choice as part of an address."""
    return urlencode(
        {
            "indicator": choice.series.indicator.key,
            "jaar": str(choice.series.year),
            "niveau": choice.level,
            **more,
        }
    )


def columns(code: str, choice: Choice, order: str) -> list[Column]:
    """Headers that sort; the one in use says so and turns around."""
    labels = {
        "naam": _("Neighbourhood") if choice.level == "buurt" else _("District"),
        "waarde": wording.indicator_name(choice.series.indicator),
        "wijk": _("District"),
    }
    if choice.level == "wijk":
        del labels["wijk"]
    return [
        Column(
            label=label,
            url=address(code, choice, sorteren=f"-{key}" if order == key else key) + "#tabel",
            sorted={key: "ascending", f"-{key}": "descending"}.get(order, ""),
            numeric=key == "waarde",
        )
        for key, label in labels.items()
    ]


def found_borders(rows: Sequence[Row]) -> Borders:
    """Borders for the areas of the table."""
    return nearest_shapes([row.area for row in rows])


def location(area: Area) -> dict[str, Picture | Borders | None]:
    """A small map of where an area lies in its municipality."""
    around = Area.objects.filter(
        municipality_code=area.municipality_code, kind=area.kind, year=area.year
    )
    borders = nearest_shapes(list(around))
    if all(shape.area.pk != area.pk for shape in borders.shapes):
        return {"location": None, "borders": borders}
    drawn = draw(
        borders.shapes,
        title=_("Where %(name)s lies") % {"name": area.name},
        summary=_("Every area leads to its own page."),
        links={shape.area.pk: profile_url(shape.area) for shape in borders.shapes},
        selected={area.pk},
        names=False,
    )
    return {"location": drawn, "borders": borders}
