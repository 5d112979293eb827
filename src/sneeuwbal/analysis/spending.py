"""The hours and euros of a simulated programme. All rates are made up: none are published.

Method page: docs/methods/simulation.md.
"""

import numpy as np

from sneeuwbal.analysis.town import (
    CHANNELS,
    COST_KINDS,
    DAYS_PER_MONTH,
    ROLES,
    Attempts,
    Costs,
    Neighbourhoods,
    TownSpec,
)

MONTHS_PER_QUARTER = 3
START_UP_MONTHS = 4
HALF_LIFE_MONTHS = 8.0
FAILED_TEAM_MONTHS = 11
# Role: hours a month at the peak, lowest hours a month, euros an hour.
HOURS = {
    "neighbourhood_worker": (58.0, 9.0, 62.0),
    "programme_manager": (14.0, 2.5, 85.0),
    "communication": (7.0, 1.0, 70.0),
}
VOLUNTEER_HOURS = 30.0
EXTERNAL_EUR = 2_400.0
OVERHEAD_HOURS = 36.0
OVERHEAD_EUR = 350.0
# Euros per household approached, and per action.
MATERIAL = {
    "flyer": (0.32, 60.0),
    "letter": (1.15, 90.0),
    "door": (0.10, 0.0),
    "meeting": (0.25, 210.0),
    "thermal_camera": (0.60, 260.0),
    "school": (0.30, 140.0),
    "social_media": (0.02, 25.0),
}

Row = tuple[int, int, int, int, float, float]


def staff_costs(spec: TownSpec, places: Neighbourhoods, attempts: Attempts) -> Costs:
    """Return the cost lines of a programme, sorted by month and neighbourhood.

    Parameters
    ----------
    spec : TownSpec
        Gives the number of weeks.
    places : Neighbourhoods
        Their start quarters and whether a team formed.
    attempts : Attempts
        The actions, which use up material.

    Returns
    -------
    Costs
        Staff hours stay at their peak for four months and then halve towards a floor that
        lasts; volunteer hours carry no euros.
    """
    months = max(1, int(spec.days / DAYS_PER_MONTH))
    rows = _overhead(months)
    for place in np.flatnonzero(places.start_quarter >= 0).tolist():
        rows += _hours(places, place, months)
    rows += _material(attempts, months)
    table = np.array(sorted(rows, key=lambda row: (row[1], row[0], row[2], row[3])), float)
    whole = table[:, :4].astype(np.int64)
    return Costs(
        neighbourhood=whole[:, 0],
        month=whole[:, 1],
        kind=whole[:, 2],
        role=whole[:, 3],
        hours=table[:, 4],
        amount_eur=table[:, 5],
    )


def _overhead(months: int) -> list[Row]:
    hours, material = COST_KINDS.index("hours"), COST_KINDS.index("material")
    manager, rate = ROLES.index("programme_manager"), HOURS["programme_manager"][2]
    rows: list[Row] = []
    for month in range(months):
        rows.append((-1, month, hours, manager, OVERHEAD_HOURS, OVERHEAD_HOURS * rate))
        rows.append((-1, month, material, ROLES.index(""), 0.0, OVERHEAD_EUR))
    return rows


def _hours(places: Neighbourhoods, place: int, months: int) -> list[Row]:
    start = MONTHS_PER_QUARTER * int(places.start_quarter[place])
    formed = bool(places.team_formed[place])
    end = months if formed else min(months, start + FAILED_TEAM_MONTHS)
    nobody = ROLES.index("")
    rows: list[Row] = []
    for month in range(start, end):
        age = month - start
        left = 0.5 ** (max(0, age - START_UP_MONTHS) / HALF_LIFE_MONTHS)
        for role, (peak, floor, rate) in HOURS.items():
            hours = round(max(floor, peak * left), 1)
            code = ROLES.index(role)
            rows.append((place, month, COST_KINDS.index("hours"), code, hours, hours * rate))
        if formed and age >= START_UP_MONTHS:
            given = round(VOLUNTEER_HOURS * float(places.energy[place]) + 4, 1)
            rows.append((place, month, COST_KINDS.index("volunteer"), nobody, given, 0.0))
        if age == 1:
            rows.append((place, month, COST_KINDS.index("external"), nobody, 0.0, EXTERNAL_EUR))
    return rows


def _material(attempts: Attempts, months: int) -> list[Row]:
    totals: dict[tuple[int, int], float] = {}
    actions = zip(
        attempts.neighbourhood.tolist(),
        attempts.week.tolist(),
        attempts.channel.tolist(),
        attempts.approached.tolist(),
        strict=True,
    )
    for place, week, channel, approached in actions:
        each, fixed = MATERIAL.get(CHANNELS[channel], (0.0, 0.0))
        month = min(months - 1, int(7 * week / DAYS_PER_MONTH))
        key = (place, month)
        totals[key] = totals.get(key, 0.0) + each * approached + fixed
    kind, nobody = COST_KINDS.index("material"), ROLES.index("")
    return [
        (place, month, kind, nobody, 0.0, round(euros, 2))
        for (place, month), euros in totals.items()
        if euros
    ]
