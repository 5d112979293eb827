"""Public pages about places: map, table, profile, sources."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from sneeuwbal.places import atlas, comparison, downloads, municipalities, profiles, sources
from sneeuwbal.places import statistics as known
from sneeuwbal.places.forms import MapForm, SearchForm, whole_number
from sneeuwbal.places.models import Area

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Mark a view that anyone may open: this room lies below accounts, which asks for the mark."""
    view.right = "public"  # type: ignore[attr-defined]
    return view


@public
def map_index(request: HttpRequest) -> HttpResponse:
    """Choose a municipality."""
    search = request.GET.get("zoek", "").strip()[:60]
    every = municipalities.municipalities()
    found = municipalities.matching(every, search)
    if search and len(found) == 1:
        return redirect("map", found[0].code)
    context = {
        "form": SearchForm(initial={"zoek": search}),
        "search": search,
        "groups": municipalities.grouped(found),
        "count": len(found),
        "any": bool(every),
        "picture": municipalities.overview(every) if not search else None,
    }
    return render(request, "places/map_index.html", context)


@public
def area_map(request: HttpRequest, code: str) -> HttpResponse:
    """Show one indicator on the map of a municipality and in a table."""
    place = _municipality(code)
    choice = atlas.chosen(place.code, request.GET.dict(), _year(request))
    context: dict[str, Any] = {"place": place, "fictional": place.fictional, "choice": choice}
    if choice is not None:
        context |= _map_context(request, place, choice)
    return render(request, "places/map.html", context)


def _municipality(code: str) -> Area:
    place = atlas.municipality(code)
    if place is None:
        raise Http404(code)
    return place


def _year(request: HttpRequest) -> int | None:
    return whole_number(request.GET.get("jaar", ""))


def _order(request: HttpRequest) -> str:
    order = request.GET.get("sorteren", "")
    return order if order in atlas.ORDERS else "naam"


def _map_context(request: HttpRequest, place: Area, choice: known.Choice) -> dict[str, Any]:
    rows = known.table(choice.series, place.code, choice.level)
    borders = atlas.found_borders(rows)
    order = _order(request)
    return {
        "form": MapForm(choice),
        "picture": atlas.picture(choice, place, rows, borders),
        "borders": borders,
        "remarks": atlas.remarks(choice, borders),
        "rows": known.ordered(rows, order),
        "columns": atlas.columns(place.code, choice, order),
        "whole": known.whole(choice.series, place.code),
        "query": atlas.query(choice),
        "series": choice.series,
    }


@public
def map_table(request: HttpRequest, code: str) -> HttpResponse:
    """Give the table of the map as a file."""
    place = _municipality(code)
    choice = atlas.chosen(place.code, request.GET.dict(), _year(request))
    if choice is None:
        raise Http404(code)
    rows = known.table(choice.series, place.code, choice.level)
    # The mark at the start tells a spreadsheet that the text is UTF-8.
    text = "\ufeff" + downloads.as_csv(choice.series, known.ordered(rows, _order(request)))
    series = choice.series
    name = f"{place.code}-{series.indicator.key}-{series.year}-{choice.level}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@public
def profile(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Show what is known about a neighbourhood, beside places like it."""
    area = get_object_or_404(Area, code=code, year=year)
    if area.kind == Area.Kind.MUNICIPALITY:
        return redirect("map", area.code)
    if area.kind == Area.Kind.COUNTRY:
        return redirect("map_index")
    every = profiles.values_of(area.code)
    chosen = profiles.nearest_in_time(every, area.year)
    alike = comparison.comparable(area)
    codes = [each.area.code for each in alike.found] if alike else []
    came_from, became = profiles.history(area)
    context = {
        "area": area,
        "fictional": area.fictional,
        "municipality": atlas.municipality(area.municipality_code),
        "years": profiles.other_years(area),
        "topics": profiles.by_topic(profiles.lines(area, chosen, codes)),
        "comparison": alike,
        "modelled": atlas.modelled(),
        "trends": profiles.trends(area, every),
        "neighbours": profiles.neighbours(area),
        "became": became,
        "came_from": came_from,
        "unpublished": profiles.unpublished(area.year),
        "sources": profiles.sources(chosen),
        **atlas.location(area),
    }
    return render(request, "places/profile.html", context)


@public
def datasets(request: HttpRequest) -> HttpResponse:
    """Show which official tables and maps are here, and how complete they are."""
    return render(request, "places/datasets.html", {"datasets": sources.datasets()})
