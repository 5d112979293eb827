"""Public pages for anyone, and the page on which a programme manager makes them public."""

import csv

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access, jobs
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.models import Organisation, ReportingUnit
from sneeuwbal.evidence.models import Figure
from sneeuwbal.publication import answers, pictures, protection, public, register
from sneeuwbal.publication.models import Release
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood


@access.public
def public_index(request: HttpRequest) -> HttpResponse:
    """List the municipalities that publish."""
    units = (
        ReportingUnit.objects.filter(organisation__releases__withdrawn_at=None)
        .exclude(organisation__releases=None)
        .select_related("organisation", "municipality")
        .order_by("municipality__name")
        .distinct()
    )
    releases = {unit.organisation_id: public.latest_release(unit.organisation) for unit in units}
    rows = [(unit, releases[unit.organisation_id]) for unit in units]
    return render(
        request,
        "publication/index.html",
        {
            "rows": [(unit, release) for unit, release in rows if release],
            "fictional": any(unit.organisation.fictional for unit in units),
            "example_figures": any(unit.organisation.example_figures for unit in units),
        },
    )


def _published_unit(code: str) -> tuple[ReportingUnit, Release]:
    unit = get_object_or_404(
        ReportingUnit.objects.select_related("organisation", "municipality"),
        municipality__code=code,
    )
    release = public.latest_release(unit.organisation)
    if release is None:
        raise Http404
    return unit, release


def _labels(organisation: Organisation) -> dict[str, bool]:
    return {
        "fictional": organisation.fictional,
        "example_figures": organisation.example_figures,
    }


@access.public
def public_municipality(request: HttpRequest, code: str) -> HttpResponse:
    """Tell how it goes in a municipality: four questions, the register, the map."""
    unit, release = _published_unit(code)
    rows = register.entries(unit.organisation, release, municipality_code=code)
    snowballs = {
        row.neighbourhood.area.name: row.snowball
        for row in rows
        if row.snowball and not row.snowball.withheld
    }
    hidden = len(rows) - len(snowballs)
    whole = public.numbers_of(release, unit.municipality_id)
    context = {
        "unit": unit,
        "release": release,
        "numbers": whole,
        "answers": answers.answers(whole, snowballs, hidden=hidden),
        "entries": rows,
        "hidden": hidden,
        "picture": pictures.verdict_map(rows, unit),
        "chart": pictures.snowball_chart(rows),
        "funnel": pictures.funnel_chart(whole.get(Figure.Kind.FUNNEL)),
        "channels": pictures.channel_rows(whole.get(Figure.Kind.CHANNELS)),
        "releases": Release.objects.filter(organisation=unit.organisation)[:10],
        **_labels(unit.organisation),
    }
    return render(request, "publication/municipality.html", context)


@access.public
def public_neighbourhood(request: HttpRequest, code: str) -> HttpResponse:
    """Tell how it goes in one neighbourhood that was started."""
    row = (
        ProgrammeNeighbourhood.objects.filter(area__code=code)
        .exclude(phase__in=register.NOT_STARTED)
        .select_related("area", "unit__organisation", "unit__municipality")
        .order_by("-pk")
        .first()
    )
    if row is None:
        raise Http404
    unit, release = _published_unit(row.unit.municipality.code)
    numbers = public.numbers_of(release, row.area_id)
    context = {
        "neighbourhood": row,
        "unit": unit,
        "release": release,
        "numbers": numbers,
        "snowball": numbers.get(Figure.Kind.SNOWBALL),
        "funnel": pictures.funnel_chart(numbers.get(Figure.Kind.FUNNEL)),
        "threshold": public.threshold(),
        **_labels(unit.organisation),
    }
    return render(request, "publication/neighbourhood.html", context)


@access.public
def register_csv(request: HttpRequest, code: str) -> HttpResponse:
    """Give the public numbers of a municipality as a table file."""
    unit, release = _published_unit(code)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sneeuwbal-{code}.csv"'
    writer = csv.writer(response)
    if unit.organisation.fictional or unit.organisation.example_figures:
        mark = "fictional data" if unit.organisation.fictional else "example figures, made up"
        writer.writerow([f"# {mark}"])
    fields = ["kind", "value", "low", "high", "n", "unit", "method", "verdict", "withheld"]
    writer.writerow(["area_code", "area_year", "area_name", *fields, "as_of"])
    rows = release.numbers.select_related("area").filter(area__isnull=False)
    for number in rows.order_by("area__code", "kind"):
        area = number.area
        if area and code in (area.code, area.municipality_code):
            values = [getattr(number, field) for field in fields]
            # Not why: that would tell which of the withheld numbers are the small ones.
            values[-1] = "yes" if number.withheld else ""
            writer.writerow([area.code, area.year, area.name, *values, release.as_of])
    return response


@access.allowed(Right.PUBLISH)
def releases(request: StaffRequest) -> HttpResponse:
    """Show what is public, what would be public now, and what would be withheld."""
    figures = public.newest_figures(request.organisation)
    numbers = public.safe_numbers(figures)
    latest = public.latest_release(request.organisation)
    context = {
        "releases": request.organisation.releases.select_related("released_by").annotate(
            few=Count("numbers", filter=Q(numbers__withheld=protection.FEW)),
            others=Count("numbers", filter=Q(numbers__withheld=protection.OTHERS)),
        ),
        "latest": latest,
        "preview": numbers,
        "withheld": sum(bool(number.withheld) for number in numbers),
        "changed": latest is None or public.digest_of(numbers) != latest.digest,
        "units": request.organisation.units.select_related("municipality"),
        "threshold": settings.PUBLICATION_THRESHOLD,
        "open_job": request.organisation.jobs.filter(
            name="make_release", state__in=["waiting", "running"]
        ).first(),
        "last_job": request.organisation.jobs.filter(name="make_release", state="done").first(),
    }
    return render(request, "publication/releases.html", context)


@access.allowed(Right.PUBLISH)
@require_POST
def release_now(request: StaffRequest) -> HttpResponse:
    """Ask the worker for a new release."""
    back = reverse("releases", kwargs={"organisation": request.organisation.slug})
    job = jobs.request(
        "make_release",
        organisation=request.organisation,
        by=request.user,
        return_path=back,
        released_by=request.user.pk,
    )
    return redirect("job", pk=job.pk)


@access.allowed(Right.PUBLISH)
@require_POST
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a release back; the one before it becomes public again."""
    release = get_object_or_404(request.organisation.releases, pk=pk)
    if release.withdrawn_at is None:
        release.withdrawn_at = timezone.now()
        release.save(update_fields=["withdrawn_at"])
        messages.success(request, _("The release was withdrawn. You can put it back."))
    return redirect("releases", organisation=request.organisation.slug)


@access.allowed(Right.PUBLISH)
@require_POST
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a withdrawn release back."""
    release = get_object_or_404(request.organisation.releases, pk=pk)
    release.withdrawn_at = None
    release.save(update_fields=["withdrawn_at"])
    messages.success(request, _("The release is public again."))
    return redirect("releases", organisation=request.organisation.slug)
