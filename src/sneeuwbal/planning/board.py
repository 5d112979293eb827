"""What a schedule's page shows: neighbourhoods by quarter, load against staff, what to expect."""

from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from sneeuwbal.planning.expectation import Expectation, expectation
from sneeuwbal.planning.models import Schedule, ScheduledStart
from sneeuwbal.planning.quarters import quarter_after, quarters_between
from sneeuwbal.planning.wording import binding_text, quarter_text

MONTHS_PER_QUARTER = 3
FULL_AFTER_QUARTERS = 8  # as the curve of reach in the analysis
STATES = ("start", "recruit", "run")


@dataclass(frozen=True)
class Cell:
    """One neighbourhood in one quarter; an empty state is nothing."""

    state: str
    fte: float


@dataclass(frozen=True)
class Line:
    """One neighbourhood over the quarters."""

    name: str
    code: str
    cells: tuple[Cell, ...]
    runs_already: bool
    start: ScheduledStart | None = None


def quarters_of(schedule: Schedule) -> list[str]:
    """The quarters of a schedule in words."""
    return [
        quarter_text(quarter_after(schedule.first_quarter, number))
        for number in range(schedule.quarters)
    ]


def lines(schedule: Schedule) -> list[Line]:
    """The neighbourhoods that run already, then those that start, by quarter."""
    running = [
        Line(
            name=one["name"],
            code=one["code"],
            cells=_cells(one["fte"], one["start"], settings.STARTUP_MONTHS),
            runs_already=True,
        )
        for one in schedule.parameters.get("running", [])
    ]
    starting = [
        Line(
            name=row.area.name,
            code=row.area.code,
            cells=_cells(
                row.fte_by_quarter,
                quarters_between(schedule.first_quarter, row.quarter),
                row.startup_months,
            ),
            runs_already=False,
            start=row,
        )
        for row in schedule.starts.select_related("area").order_by("quarter", "area__name")
        if row.quarter is not None
    ]
    return running + starting


def _cells(fte: list[float], begin: int, startup_months: int) -> tuple[Cell, ...]:
    startup = ceil(startup_months / MONTHS_PER_QUARTER)
    return tuple(Cell(_state(quarter - begin, startup), load) for quarter, load in enumerate(fte))


def _state(age: int, startup: int) -> str:
    if age < 0:
        return ""
    if age < startup:
        return "start"
    return "recruit" if age < FULL_AFTER_QUARTERS else "run"


def waiting(schedule: Schedule) -> list[tuple[ScheduledStart, str]]:
    """The neighbourhoods that do not fit, each with the limit that keeps it out."""
    rows = schedule.starts.filter(quarter__isnull=True).select_related("area")
    return [
        (row, binding_text(row.binding, schedule.first_quarter))
        for row in rows.order_by("area__name")
    ]


def load_chart(schedule: Schedule) -> dict[str, Any]:
    """Staff that the schedule asks, beside the staff there is."""
    load = schedule.summary.get("load_fte", [])
    capacity = schedule.parameters.get("capacity_fte", [])
    free = [there - asked for asked, there in zip(load, capacity, strict=False)]
    tightest = min(range(len(free)), key=free.__getitem__, default=0)
    summary = ""
    if free:
        quarter = quarter_text(quarter_after(schedule.first_quarter, tightest))
        summary = _(
            "The schedule stays within the staff in every quarter. It is tightest in %(quarter)s: "
            "%(free)s FTE is free there."
        ) % {"quarter": quarter, "free": number_format(round(max(0.0, free[tightest]), 2), 2)}
    return {
        "title": _("Staff per quarter, in FTE"),
        "summary": summary,
        "x_label": _("Quarter"),
        "unit": "",
        "decimals": 2,
        "x": quarters_of(schedule),
        "series": [
            {"name": _("asked by the schedule"), "values": load},
            {"name": _("staff there is"), "values": capacity},
        ],
    }


@dataclass(frozen=True)
class Outlook:
    """What a schedule may bring: a range in whole households, and how good the plan is."""

    low: int
    high: int
    percent_low: str
    percent_high: str
    measured_in: int
    gain_percent: int | None
    starts: int
    now: Expectation
    outdated: bool


def outlook(schedule: Schedule) -> Outlook:
    """The range of expected households, its basis, and whether more was measured since."""
    summary, given = schedule.summary, schedule.parameters
    now = expectation(schedule.programme)
    gain = summary.get("possible_gain")
    share, measured = given.get("expected_share", 0.0), given.get("measured_in", 0)
    return Outlook(
        low=floor(summary.get("households_low", 0.0)),
        high=ceil(summary.get("households_high", 0.0)),
        percent_low=_percent(given.get("expected_low", 0.0)),
        percent_high=_percent(given.get("expected_high", 0.0)),
        measured_in=measured,
        gain_percent=None if gain is None else ceil(100 * gain - 1e-6),
        starts=schedule.starts.filter(quarter__isnull=False).count(),
        now=now,
        outdated=now.differs_from(share, measured),
    )


def _percent(share: float) -> str:
    """A share in whole percents; below one percent with one decimal, as 0 would say nothing."""
    return number_format(100 * share, 0 if share >= 0.01 else 1)
