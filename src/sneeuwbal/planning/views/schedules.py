"""Pages of schedules: the list, making one, looking at it, adopting it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access, jobs
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.models import Job
from sneeuwbal.planning import adoption, board, exports
from sneeuwbal.planning.models import Schedule, SelectionRound
from sneeuwbal.planning.schedule_forms import ScheduleForm, StartForm, asked_for
from sneeuwbal.planning.wording import LABELS
from sneeuwbal.roadmap.exports import table
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood


def schedule_of(request: StaffRequest, pk: int) -> Schedule:
    """A schedule of this organisation, or 404."""
    return get_object_or_404(
        Schedule.objects.select_related("programme__organisation", "round", "made_by"),
        pk=pk,
        programme__organisation=request.organisation,
    )


@access.allowed(Right.SEE_PLANNING)
def schedules_list(request: StaffRequest) -> HttpResponse:
    """List the schedules, newest first, and work that is under way."""
    programme = request.organisation.programmes.first()
    made = Schedule.objects.filter(programme__organisation=request.organisation)
    started = Q(starts__quarter__isnull=False)
    context = {
        "schedules": made.select_related("programme", "round", "made_by").annotate(
            starting=Count("starts", filter=started), asked=Count("starts")
        ),
        "programme": programme,
        "lacks": _lacks(programme),
        **_latest_job(request),
    }
    return render(request, "planning/schedules.html", context)


def _lacks(programme: Programme | None) -> str:
    """What must be there before a schedule can be made."""
    if programme is None:
        return "programme"
    if not programme.capacity.exists():
        return "capacity"
    return "" if _candidates(programme) else "candidates"


def _candidates(programme: Programme) -> list[ProgrammeNeighbourhood]:
    rows = programme.neighbourhoods.filter(phase=ProgrammeNeighbourhood.Phase.CANDIDATE)
    return list(rows.select_related("area").order_by("area__name"))


def _latest_job(request: StaffRequest) -> dict[str, Any]:
    job = request.organisation.jobs.filter(name="make_schedule").order_by("-pk").first()
    if job is None:
        return {}
    if job.state in jobs.OPEN:
        return {"job": job}
    failed = job.state == Job.State.FAILED
    return {"failure": job.message or _("Something went wrong on our side.")} if failed else {}


@access.allowed(Right.PLAN)
def schedule_new(request: StaffRequest) -> HttpResponse:
    """Ask the worker for a schedule of these candidates."""
    programme = request.organisation.programmes.first()
    if programme is None or _lacks(programme):
        return redirect("schedules", request.organisation.slug)
    initial, rows = _start(request, programme)
    form = ScheduleForm(
        request.POST or None, programme=programme, today=timezone.localdate(), initial=initial
    )
    starts = [StartForm(request.POST or None, **row) for row in rows]
    none = False
    if form.is_valid() and all(start.is_valid() for start in starts):
        codes, said = asked_for(starts)
        none = not codes
        if codes:
            return redirect("job", _request(request, programme, form, codes, said).pk)
    context = {"form": form, "starts": starts, "programme": programme, "none": none}
    return render(request, "planning/schedule_form.html", context)


def _request(
    request: StaffRequest,
    programme: Programme,
    form: ScheduleForm,
    codes: list[str],
    said: dict[str, dict[str, Any]],
) -> Job:
    data = form.cleaned_data
    return jobs.request(
        "make_schedule",
        organisation=request.organisation,
        by=request.user,
        return_path=reverse("schedules", args=[request.organisation.slug]),
        programme_id=programme.pk,
        first_quarter=data["first_quarter"].isoformat(),
        quarters=data["quarters"],
        codes=codes,
        startup=said,
        round_id=data["round"].pk if data["round"] else None,
        made_by=request.user.pk,
    )


def _start(
    request: StaffRequest, programme: Programme
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Begin with the answers of an earlier schedule, or with the outcome of a round."""
    earlier = _asked(programme.schedules, request.GET.get("schema", ""))
    initial: dict[str, Any] = {}
    said: dict[int, tuple[int, str]] = {}
    chosen: SelectionRound | None = _asked(programme.rounds, request.GET.get("ronde", ""))
    if isinstance(earlier, Schedule):
        chosen = earlier.round
        said = {
            row.area_id: (row.startup_months, row.short_startup_reason)
            for row in earlier.starts.all()
        }
    chosen = chosen or programme.rounds.filter(evaluated_at__isnull=False).first()
    labels: dict[int, str] = {}
    if chosen is not None:
        initial["round"] = chosen.pk
        labels = dict(chosen.results.values_list("area_id", "label"))
    unlikely = "nearly_certainly_not"
    rows = [
        {
            "neighbourhood": row,
            "use": row.area_id in said if said else labels.get(row.area_id) != unlikely,
            "label": str(LABELS[labels[row.area_id]]) if row.area_id in labels else "",
            "said": said.get(row.area_id),
        }
        for row in _candidates(programme)
    ]
    return initial, rows


def _asked(rows: Any, pk: str) -> Any:
    return next((row for row in rows.all() if str(row.pk) == pk), None)


@access.allowed(Right.SEE_PLANNING)
def schedule_page(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a schedule: who starts when, staff per quarter, what to expect, what does not fit."""
    schedule = schedule_of(request, pk)
    context = {
        "schedule": schedule,
        "quarters": board.quarters_of(schedule),
        "lines": board.lines(schedule),
        "waiting": board.waiting(schedule),
        "chart": board.load_chart(schedule),
        "outlook": board.outlook(schedule),
        "short": schedule.starts.exclude(short_startup_reason="").select_related("area"),
        "in_force": adoption.in_force(schedule),
        "may_undo": adoption.may_undo(schedule),
    }
    return render(request, "planning/schedule.html", context)


@access.allowed(Right.SEE_PLANNING)
def schedule_csv(request: StaffRequest, pk: int) -> HttpResponse:
    """Give a schedule as a table for a spreadsheet."""
    return table(exports.schedule_table(schedule_of(request, pk)), name=f"planning-{pk}")


@access.allowed(Right.MANAGE_PROGRAMME)
@require_POST
def schedule_adopt(request: StaffRequest, pk: int) -> HttpResponse:
    """Write the dates of a schedule to the programme."""
    try:
        adoption.adopt(schedule_of(request, pk), on=timezone.localdate(), by=request.user)
        messages.success(request, _("The schedule is adopted. Its dates stand with the programme."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("schedule", request.organisation.slug, pk)


@access.allowed(Right.MANAGE_PROGRAMME)
@require_POST
def schedule_undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take back that a schedule was adopted."""
    try:
        adoption.undo(schedule_of(request, pk))
        messages.success(request, _("The adoption is undone; the earlier dates are back."))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("schedule", request.organisation.slug, pk)
