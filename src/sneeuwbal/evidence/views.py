"""Pages about what can be shown: the whole, each part, the methods behind the numbers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access, jobs
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.models import Job, Organisation
from sneeuwbal.evidence import pictures, stored, wording
from sneeuwbal.evidence.effect_views import current
from sneeuwbal.evidence.exports import figures_table
from sneeuwbal.evidence.models import Figure
from sneeuwbal.places.models import Area
from sneeuwbal.roadmap.exports import table
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

Kind = Figure.Kind


def _visible(request: StaffRequest) -> list[Figure]:
    """Figures of the parts of the programme that this person may see."""
    figures = stored.newest(request.organisation)
    codes = access.area_codes(request.user, Right.SEE_EVIDENCE, request.organisation)
    if codes is None:
        return figures
    whole = {Area.Kind.MUNICIPALITY.value}
    return [
        figure
        for figure in figures
        if figure.area is None or figure.area.kind in whole or figure.area.code in codes
    ]


def _running(organisation: Organisation) -> Job | None:
    return organisation.jobs.filter(name="update_figures", state__in=jobs.OPEN).first()


def _freshness(organisation: Organisation) -> dict[str, Any]:
    update = stored.newest_update(organisation)
    return {
        "update": update,
        "stale": stored.is_stale(organisation, update),
        "job": _running(organisation),
    }


@access.allowed(Right.SEE_EVIDENCE)
def evidence(request: StaffRequest) -> HttpResponse:
    """Show the verdict on the whole programme and each part of it."""
    figures = _visible(request)
    found = stored.by_area(figures)
    spread = [figure for figure in figures if figure.kind == Kind.SNOWBALL and figure.area]
    compared = set(
        ProgrammeNeighbourhood.objects.filter(
            programme__organisation=request.organisation,
            phase=ProgrammeNeighbourhood.Phase.COMPARISON,
        ).values_list("area_id", flat=True)
    )
    units = [f for f in spread if f.area and f.area.kind == Area.Kind.MUNICIPALITY]
    places = [f for f in spread if f not in units and f.area_id not in compared]
    context = {
        **_freshness(request.organisation),
        "whole": found.get(None, {}),
        "spread": found.get(None, {}).get(Kind.SNOWBALL),
        "units": units if len(units) > 1 else [],
        "places": places,
        "plans": current(request.organisation),
        "snowballing": [figure for figure in places if figure.verdict == "snowball"],
        "chart": pictures.snowball_intervals(
            request.organisation, places, _("Snowball number per neighbourhood")
        ),
        "compared": [
            f for f in figures if f.kind == Kind.FUNNEL and f.area_id in compared and f.area
        ],
    }
    return render(request, "evidence/overview.html", context)


@access.allowed(Right.SEE_EVIDENCE)
def whole(request: StaffRequest) -> HttpResponse:
    """Show every figure of the whole programme."""
    return _part(request, stored.by_area(stored.newest(request.organisation)).get(None), None)


@access.allowed(Right.SEE_EVIDENCE)
def area(request: StaffRequest, code: str) -> HttpResponse:
    """Show every figure of one neighbourhood or municipality."""
    chosen = [figure for figure in _visible(request) if figure.area and figure.area.code == code]
    place = chosen[0].area if chosen else None
    if place is None:
        raise Http404
    return _part(request, {figure.kind: figure for figure in chosen}, place)


def _part(
    request: StaffRequest, found: dict[str, Figure] | None, place: Area | None
) -> HttpResponse:
    if not found or Kind.SNOWBALL not in found:
        return redirect("evidence", request.organisation.slug)
    spread, reach = found[Kind.SNOWBALL], found[Kind.REACH]
    context = {
        **_freshness(request.organisation),
        "place": place,
        "found": found,
        "spread": spread,
        "weekly": pictures.weekly_line(spread, _starts(request.organisation, place)),
        "number_line": pictures.number_line(spread),
        "years": pictures.joining_years(spread),
        "funnel": pictures.funnel_bars(found[Kind.FUNNEL]),
        "tenures": pictures.tenure_intervals(reach),
        "costs": [
            {**line, "name": wording.COSTS.get(line["key"], line["key"])}
            for line in found[Kind.COST].details["lines"]
        ],
        "channels": [
            {**row, "name": wording.channel_name(row)}
            for row in found[Kind.CHANNELS].details["channels"]
        ],
    }
    return render(request, "evidence/part.html", context)


def _starts(organisation: Organisation, place: Area | None) -> list[tuple[Any, str]]:
    """When recruitment began: one mark for a neighbourhood, none for a whole town."""
    if place is None or place.kind == Area.Kind.MUNICIPALITY:
        return []
    rows = ProgrammeNeighbourhood.objects.filter(
        programme__organisation=organisation, area=place, recruitment_on__isnull=False
    )
    return [(row.recruitment_on, _("Recruitment begins")) for row in rows]


@access.allowed(Right.SEE_EVIDENCE)
def download(request: StaffRequest) -> HttpResponse:
    """Give the newest figures as a table."""
    rows = figures_table(request.organisation, _visible(request))
    return table(rows, name=f"{request.organisation.slug}-bewijs")


@require_POST
@access.allowed(Right.UPDATE_EVIDENCE)
def update(request: StaffRequest) -> HttpResponse:
    """Ask the worker to compute every figure again."""
    jobs.request(
        "update_figures",
        organisation=request.organisation,
        by=request.user,
        return_path=reverse("evidence", args=[request.organisation.slug]),
    )
    messages.success(request, _("The figures are being computed. You may leave this page."))
    return redirect("evidence", request.organisation.slug)


@access.public
def methods(request: HttpRequest) -> HttpResponse:
    """List what is computed and how."""
    return render(request, "evidence/methods.html", {"slugs": stored.METHOD_SLUGS.values()})


@access.public
def method(request: HttpRequest, slug: str) -> HttpResponse:
    """Explain one kind of figure: what it is, how it is made, what it cannot do."""
    kinds = {known: kind for kind, known in stored.METHOD_SLUGS.items()}
    if slug not in kinds:
        raise Http404
    return render(request, f"evidence/methods/{kinds[slug]}.html", {"slug": slug})
