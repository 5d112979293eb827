"""Make a schedule by quarter: programme rows in, a checked plan out. Runs in the worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sneeuwbal.accounts.jobs import JobError, Progress
from sneeuwbal.analysis import scheduling, scheduling_inputs
from sneeuwbal.analysis.scheduling import Binding
from sneeuwbal.analysis.scheduling_check import check_schedule
from sneeuwbal.analysis.scheduling_inputs import Place, ScheduleInputs
from sneeuwbal.evidence.models import Figure
from sneeuwbal.evidence.stored import newest
from sneeuwbal.places.models import Adjacency, Area
from sneeuwbal.planning.models import Schedule, ScheduledStart
from sneeuwbal.planning.quarters import quarter_after, quarter_of, quarters_between
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase
RUNNING = (Phase.STARTUP, Phase.ACTIVE, Phase.AFTERCARE)
# Staff per neighbourhood: assumptions until ten places have a year of hours (docs/settings.md).
PEAK_FTE, FLOOR_FTE = 0.35, 0.06
# Share of households expected to take part before anything was measured (PRODUCT.md, section 7).
PRIOR_SHARE = 0.034
# Starting next to a neighbourhood that runs is worth this part of a median neighbourhood.
ADJACENCY_PART = 0.02


@dataclass(frozen=True)
class Wish:
    """A neighbourhood that may start, and how long it prepares."""

    neighbourhood: ProgrammeNeighbourhood
    startup_months: int
    reason: str = ""


def expected_share(programme: Programme) -> tuple[float, int]:
    """Share of households expected to take part: the measured median, else the assumption.

    Gives the share and the number of neighbourhoods it was measured in.
    """
    figures = newest(programme.organisation)
    started = set(
        programme.neighbourhoods.filter(phase__in=[*RUNNING, Phase.STOPPED]).values_list(
            "area_id", flat=True
        )
    )
    measured = [
        figure.value
        for figure in figures
        if figure.kind == Figure.Kind.FUNNEL
        and figure.area_id in started
        and figure.value is not None
    ]
    return (median(measured), len(measured)) if len(measured) >= 3 else (PRIOR_SHARE, 0)


def wishes(
    programme: Programme, codes: Sequence[str], startup: Mapping[str, Mapping[str, Any]]
) -> list[Wish]:
    """What was asked for: candidates by code, with a start-up of four months unless said."""
    rows = programme.neighbourhoods.filter(area__code__in=codes, phase=Phase.CANDIDATE)
    found = []
    for row in rows.select_related("area").order_by("area__code"):
        said = startup.get(row.area.code, {})
        found.append(
            Wish(
                row,
                int(said.get("months", settings.STARTUP_MONTHS)),
                str(said.get("reason", "")).strip(),
            )
        )
    return found


def _place(wish: Wish, share: float, horizon: int, *, start: int | None = None) -> Place:
    row = wish.neighbourhood
    return Place(
        key=row.area.name,
        households=share * (row.households or 0),
        effort_fte=scheduling_inputs.effort_profile(
            horizon,
            peak_fte=PEAK_FTE,
            floor_fte=FLOOR_FTE,
            startup_months=wish.startup_months,
        ),
        fixed_start=start,
        startup_months=wish.startup_months,
        reason=wish.reason,
    )


def _capacity(programme: Programme, first: date, quarters: int) -> tuple[tuple[float, ...], int]:
    rows = {row.quarter: row for row in programme.capacity.all()}
    wanted = [quarter_after(first, number) for number in range(quarters)]
    empty = [quarter for quarter in wanted if quarter not in rows]
    if empty:
        raise JobError(
            _("No staff capacity is known for the quarter of %(quarter)s. Fill it in first.")
            % {"quarter": f"{empty[0]:%d-%m-%Y}"}
        )
    kickoffs = min(rows[quarter].kickoffs for quarter in wanted)
    return tuple(float(rows[quarter].fte) for quarter in wanted), kickoffs


def make_schedule(
    *,
    progress: Progress,
    organisation: str,
    programme_id: int,
    first_quarter: str,
    quarters: int,
    codes: list[str],
    startup: dict[str, dict[str, Any]] | None = None,
    round_id: int | None = None,
    made_by: int | None = None,
) -> dict[str, Any]:
    """Plan the starts of these neighbourhoods and store the plan that passed the checker."""
    programme = Programme.objects.get(pk=programme_id, organisation__slug=organisation)
    first = quarter_of(date.fromisoformat(first_quarter))
    asked = wishes(programme, codes, startup or {})
    if not asked:
        raise JobError(_("There is no candidate to plan. Add neighbourhoods to the programme."))
    progress(0.1, _("Reading staff and neighbourhoods"))
    capacity, kickoffs = _capacity(programme, first, quarters)
    running = _running(programme, first)
    share, measured = expected_share(programme)
    try:
        places = [_place(wish, share, quarters) for wish in asked]
        places += [_place(wish, share, quarters, start=start) for wish, start in running]
    except scheduling_inputs.ShortStartUp as error:
        raise JobError(
            _("%(place)s: a start-up of less than four months needs a reason.")
            % {"place": str(error).split(":")[0]}
        ) from error
    rows = [wish.neighbourhood for wish in asked] + [wish.neighbourhood for wish, _start in running]
    expected = sorted(place.households for place in places[: len(asked)])
    inputs = ScheduleInputs(
        places=tuple(places),
        capacity_fte=capacity,
        kickoffs_per_quarter=kickoffs,
        adjacent=_adjacent([row.area for row in rows]),
        adjacency_reward=ADJACENCY_PART * median(expected),
        curve=scheduling_inputs.reach_curve(quarters),
    )
    progress(0.3, _("Looking for the best schedule"))
    try:
        plan = scheduling.schedule(inputs)
    except scheduling.ScheduleError as error:
        raise JobError(
            _(
                "The neighbourhoods that run already ask more staff than there is. Add staff, or "
                "end the presence in a neighbourhood first."
            )
        ) from error
    if broken := check_schedule(inputs, plan.start, objective=plan.objective):
        raise RuntimeError(broken.text)
    progress(0.9, _("Storing the schedule"))
    return _store(
        programme,
        first,
        quarters,
        asked,
        inputs,
        plan,
        round_id=round_id,
        made_by=made_by,
        basis={"share": share, "measured": measured},
    )


def _running(programme: Programme, first: date) -> list[tuple[Wish, int]]:
    rows = programme.neighbourhoods.filter(phase__in=RUNNING, startup_on__isnull=False)
    found = []
    for row in rows.select_related("area").order_by("area__code"):
        if row.startup_on is None:
            continue
        start = min(-1, quarters_between(first, row.startup_on))
        reason = row.short_startup_reason or _("runs already")
        found.append((Wish(row, settings.STARTUP_MONTHS, reason), start))
    return found


def _adjacent(areas: Sequence[Area]) -> tuple[tuple[int, int], ...]:
    """Pairs that touch. Borders may be of another year than the statistics: matched by code."""
    place = {area.code: number for number, area in enumerate(areas)}
    touching = Adjacency.objects.filter(
        area__code__in=place, neighbour__code__in=place
    ).values_list("area__code", "neighbour__code")
    pairs = {tuple(sorted((place[one], place[other]))) for one, other in touching}
    return tuple(sorted((a, b) for a, b in pairs if a != b))


def binding_text(binding: Binding, first: date) -> str:
    """Say which limit keeps a neighbourhood out of the plan."""
    quarter = quarter_after(first, binding.at)
    words = {"number": (quarter.month + 2) // 3, "year": quarter.year}
    if binding.rule == "capacity":
        short = number_format(round(binding.shortfall, 2), 2)
        return _("staff: %(short)s FTE short in quarter %(number)s of %(year)s") % (
            words | {"short": short}
        )
    if binding.rule == "kickoffs":
        return _("too many starts in quarter %(number)s of %(year)s") % words
    if binding.rule == "budget":
        return _("budget of year %(number)s of the plan") % {"number": binding.at + 1}
    return _("too late to reach anyone before the end of the plan")


def _store(
    programme: Programme,
    first: date,
    quarters: int,
    asked: Sequence[Wish],
    inputs: ScheduleInputs,
    plan: scheduling.Schedule,
    *,
    round_id: int | None,
    made_by: int | None,
    basis: Mapping[str, float],
) -> dict[str, Any]:
    reasons = {one.place: binding_text(one, first) for one in plan.not_scheduled}
    with transaction.atomic():
        stored = Schedule.objects.create(
            programme=programme,
            round_id=round_id,
            made_by_id=made_by,
            first_quarter=first,
            quarters=quarters,
            parameters={
                "peak_fte": PEAK_FTE,
                "floor_fte": FLOOR_FTE,
                "expected_share": basis["share"],
                "measured_in": basis["measured"],
                "capacity_fte": list(inputs.capacity_fte),
                "kickoffs": inputs.kickoffs_per_quarter,
            },
            summary={
                "objective": plan.objective,
                "possible_gain": plan.possible_gain,
                "method": plan.method,
                "load_fte": list(plan.load_fte),
                "households": sum(plan.expected_households[: len(asked)]),
                "checked_at": timezone.now().isoformat(),
            },
        )
        ScheduledStart.objects.bulk_create(
            _start(stored, wish, number, inputs, plan, reasons.get(number, ""))
            for number, wish in enumerate(asked)
        )
    return {"schedule": stored.pk}


def _start(
    stored: Schedule,
    wish: Wish,
    number: int,
    inputs: ScheduleInputs,
    plan: scheduling.Schedule,
    reason: str,
) -> ScheduledStart:
    begin = plan.start[number]
    effort = inputs.places[number].effort_fte
    fte = [] if begin is None else [0.0] * begin + list(effort[: inputs.horizon - begin])
    return ScheduledStart(
        schedule=stored,
        area=wish.neighbourhood.area,
        quarter=None if begin is None else quarter_after(stored.first_quarter, begin),
        startup_months=wish.startup_months,
        short_startup_reason=wish.reason,
        fte_by_quarter=[round(one, 3) for one in fte],
        not_scheduled_because=reason[:200],
    )
