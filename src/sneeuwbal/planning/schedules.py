"""Make a schedule by quarter: programme rows in, a checked plan out. Runs in the worker."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sneeuwbal.accounts.jobs import JobError, Progress
from sneeuwbal.analysis import scheduling, scheduling_inputs
from sneeuwbal.analysis.scheduling_check import check_schedule
from sneeuwbal.analysis.scheduling_inputs import Place, ScheduleInputs
from sneeuwbal.places.models import Adjacency
from sneeuwbal.planning import starts
from sneeuwbal.planning.expectation import expectation
from sneeuwbal.planning.models import Schedule
from sneeuwbal.planning.quarters import quarter_after, quarter_of, quarters_between
from sneeuwbal.planning.starts import FLOOR_FTE, PEAK_FTE, Wish
from sneeuwbal.planning.wording import quarter_text
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase
RUNNING = (Phase.STARTUP, Phase.ACTIVE, Phase.AFTERCARE)
# Each quarter beside a neighbourhood that runs is worth this part of a median neighbourhood.
ADJACENCY_PART = 0.02


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
    running = _running(programme, first, quarters)
    expected = expectation(programme)
    inputs = _inputs(programme, first, quarters, asked, running, share=expected.share)
    _refuse_impossible(inputs, first)
    progress(0.3, _("Looking for the best schedule"))
    plan = scheduling.schedule(inputs)
    if broken := check_schedule(inputs, plan.start, objective=plan.objective):
        raise RuntimeError(broken.text)
    progress(0.9, _("Storing the schedule"))
    stored = Schedule(
        programme=programme,
        round_id=_round_of(programme, round_id),
        made_by_id=made_by,
        first_quarter=first,
        quarters=quarters,
        parameters=starts.parameters(inputs, running, expected),
        summary=starts.summary(plan, len(asked), expected)
        | {"left_aside": sorted(set(codes) - {wish.neighbourhood.area.code for wish in asked})},
    )
    starts.store(stored, asked, inputs, plan)
    return {"schedule": stored.pk}


def wishes(
    programme: Programme, codes: Sequence[str], startup: Mapping[str, Mapping[str, Any]]
) -> list[Wish]:
    """What was asked for: candidates by code, with a start-up of four months unless said."""
    rows = programme.neighbourhoods.filter(area__code__in=codes, phase=Phase.CANDIDATE)
    found = []
    for row in rows.select_related("area").order_by("area__code"):
        said = startup.get(row.area.code, {})
        months = int(said.get("months", settings.STARTUP_MONTHS))
        found.append(Wish(row, months, str(said.get("reason", "")).strip()))
    return found


def _running(programme: Programme, first: date, quarters: int) -> list[Wish]:
    """Neighbourhoods that have started: their start is a fact, whatever the staff."""
    rows = programme.neighbourhoods.filter(phase__in=RUNNING, startup_on__isnull=False)
    return [
        Wish(row, start=min(quarters - 1, quarters_between(first, row.startup_on)))
        for row in rows.select_related("area").order_by("area__code")
        if row.startup_on is not None
    ]


def _inputs(
    programme: Programme,
    first: date,
    quarters: int,
    asked: Sequence[Wish],
    running: Sequence[Wish],
    *,
    share: float,
) -> ScheduleInputs:
    capacity, kickoffs = _capacity(programme, first, quarters)
    for wish in running:
        if wish.start is not None and wish.start >= 0:
            begun = sum(other.start == wish.start for other in running)
            kickoffs[wish.start] = max(kickoffs[wish.start], begun)
    try:
        places = [_place(wish, share, quarters) for wish in [*asked, *running]]
    except scheduling_inputs.ShortStartUp as error:
        raise JobError(
            _("%(place)s: a start-up of less than four months needs a reason.")
            % {"place": str(error).split(":")[0]}
        ) from error
    return ScheduleInputs(
        places=tuple(places),
        capacity_fte=tuple(capacity),
        kickoffs_per_quarter=tuple(kickoffs),
        adjacent=_adjacent([*asked, *running]),
        adjacency_reward=ADJACENCY_PART
        * median(place.households for place in places[: len(asked)]),
        curve=scheduling_inputs.reach_curve(quarters),
    )


def _capacity(programme: Programme, first: date, quarters: int) -> tuple[list[float], list[int]]:
    rows = {row.quarter: row for row in programme.capacity.all()}
    wanted = [quarter_after(first, number) for number in range(quarters)]
    if empty := [quarter for quarter in wanted if quarter not in rows]:
        raise JobError(
            _("No staff is filled in for %(quarter)s. Fill it in with the programme.")
            % {"quarter": quarter_text(empty[0])}
        )
    return [float(rows[day].fte) for day in wanted], [rows[day].kickoffs for day in wanted]


def _place(wish: Wish, share: float, horizon: int) -> Place:
    """A neighbourhood as the planner sees it; what runs already brings nothing new."""
    row = wish.neighbourhood
    effort = scheduling_inputs.effort_profile(
        max(horizon, horizon - (wish.start or 0)),
        peak_fte=PEAK_FTE,
        floor_fte=FLOOR_FTE,
        startup_months=wish.startup_months,
    )
    return Place(
        key=row.area.name,
        households=share * (row.households or 0) if wish.start is None else 0.0,
        effort_fte=effort,
        fixed_start=wish.start,
        startup_months=wish.startup_months,
        reason=wish.reason,
    )


def _adjacent(rows: Sequence[Wish]) -> tuple[tuple[int, int], ...]:
    """Pairs that touch, with at least one that may start.

    Borders may be of another year than the statistics: matched by code.
    """
    place = {wish.neighbourhood.area.code: number for number, wish in enumerate(rows)}
    touching = Adjacency.objects.filter(
        area__code__in=place, neighbour__code__in=place
    ).values_list("area__code", "neighbour__code")
    pairs = {
        (min(place[one], place[other]), max(place[one], place[other])) for one, other in touching
    }
    return tuple(sorted((a, b) for a, b in pairs if a != b and rows[a].start is None))


def _refuse_impossible(inputs: ScheduleInputs, first: date) -> None:
    """Say in which quarter what runs already asks more than there is."""
    fixed = [place.fixed_start for place in inputs.places]
    broken = check_schedule(inputs, fixed)
    if broken is None or broken.at is None:
        return
    asked = sum(
        place.effort_fte[min(broken.at - place.fixed_start, len(place.effort_fte) - 1)]
        for place in inputs.places
        if place.fixed_start is not None and place.fixed_start <= broken.at
    )
    raise JobError(
        _(
            "The neighbourhoods that run already ask %(asked)s FTE in %(quarter)s, and there is "
            "%(there)s. Add staff, or end the presence in a neighbourhood first."
        )
        % {
            "asked": number_format(round(asked, 2), 2),
            "there": number_format(round(inputs.capacity_fte[broken.at], 2), 2),
            "quarter": quarter_text(quarter_after(first, broken.at)),
        }
    )


def _round_of(programme: Programme, pk: int | None) -> int | None:
    if pk is None:
        return None
    return programme.rounds.filter(pk=pk).values_list("pk", flat=True).first()
