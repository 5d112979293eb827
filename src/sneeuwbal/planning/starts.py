"""What of a plan is stored: parameters, worth, and a row per neighbourhood."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from sneeuwbal.analysis.scheduling import Schedule as Plan
from sneeuwbal.analysis.scheduling_inputs import Place, ScheduleInputs
from sneeuwbal.planning.expectation import Expectation
from sneeuwbal.planning.models import Schedule, ScheduledStart
from sneeuwbal.planning.quarters import quarter_after
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

# Staff per neighbourhood: assumptions until ten places have a year of hours (docs/planning.md).
PEAK_FTE, FLOOR_FTE = 0.35, 0.06


@dataclass(frozen=True)
class Wish:
    """A neighbourhood that may start, and how long it prepares; or one that runs already."""

    neighbourhood: ProgrammeNeighbourhood
    startup_months: int = settings.STARTUP_MONTHS
    reason: str = ""
    start: int | None = None


def parameters(
    inputs: ScheduleInputs, running: Sequence[Wish], expected: Expectation
) -> dict[str, Any]:
    """What the plan was made with, to look it up and to make it again."""
    return {
        "peak_fte": PEAK_FTE,
        "floor_fte": FLOOR_FTE,
        "expected_share": expected.share,
        "expected_low": expected.low,
        "expected_high": expected.high,
        "measured_in": expected.measured,
        "capacity_fte": list(inputs.capacity_fte),
        "kickoffs": list(inputs.kickoffs),
        "running": [
            {
                "code": wish.neighbourhood.area.code,
                "name": wish.neighbourhood.area.name,
                "start": wish.start,
                "fte": _effort(place, wish.start or 0, inputs.horizon),
            }
            for wish, place in zip(
                running, inputs.places[len(inputs.places) - len(running) :], strict=True
            )
        ],
    }


def _effort(place: Place, start: int, horizon: int) -> list[float]:
    """Staff by quarter of the schedule; nothing before the start."""
    last = len(place.effort_fte) - 1
    return [
        round(place.effort_fte[min(quarter - start, last)], 3) if quarter >= start else 0.0
        for quarter in range(horizon)
    ]


def summary(plan: Plan, asked: int, expected: Expectation) -> dict[str, Any]:
    """What the plan is worth, and how close it is to the best there could be."""
    households = sum(plan.expected_households[:asked])
    return {
        "objective": plan.objective,
        "possible_gain": plan.possible_gain,
        "method": plan.method,
        "load_fte": list(plan.load_fte),
        "households": households,
        "households_low": households * expected.low / expected.share,
        "households_high": households * expected.high / expected.share,
        "checked_at": timezone.now().isoformat(),
    }


def store(stored: Schedule, asked: Sequence[Wish], inputs: ScheduleInputs, plan: Plan) -> None:
    """Keep a schedule with its starts, and with what keeps the others out."""
    reasons = {
        one.place: {"rule": one.rule, "at": one.at, "short": one.shortfall}
        for one in plan.not_scheduled
    }
    with transaction.atomic():
        stored.save()
        ScheduledStart.objects.bulk_create(
            _start(
                stored, wish, inputs.places[number], plan, reasons.get(number, {}), number=number
            )
            for number, wish in enumerate(asked)
        )


def _start(
    stored: Schedule,
    wish: Wish,
    place: Place,
    plan: Plan,
    binding: dict[str, Any],
    *,
    number: int,
) -> ScheduledStart:
    begin, row = plan.start[number], wish.neighbourhood
    if binding and not row.households:
        binding = {"rule": "households", "at": 0, "short": 0}
    return ScheduledStart(
        schedule=stored,
        area=row.area,
        quarter=None if begin is None else quarter_after(stored.first_quarter, begin),
        startup_months=wish.startup_months,
        short_startup_reason=wish.reason if wish.startup_months < settings.STARTUP_MONTHS else "",
        fte_by_quarter=[] if begin is None else _effort(place, begin, stored.quarters),
        expected_households=plan.expected_households[number],
        binding=binding,
    )
