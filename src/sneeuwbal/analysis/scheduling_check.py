"""Does a plan keep every rule? Solver-free, and apart from the planner on purpose.

Part of `scheduling`. Method page: docs/methods/scheduling.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sneeuwbal.analysis.scheduling_inputs import ScheduleInputs, reach_curve

SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """The first rule that a plan breaks."""

    rule: str
    place: int | None
    at: int | None
    text: str


def check_schedule(
    inputs: ScheduleInputs, start: Sequence[int | None], *, objective: float | None = None
) -> BrokenRule | None:
    """Return the first rule that a plan breaks, or None. Shares no code with the planner.

    Parameters
    ----------
    inputs : ScheduleInputs
    start : sequence of int or None
        Start quarter per place.
    objective : float, optional
        The value claimed for the plan; recomputed here, within 1e-6 of it.

    Returns
    -------
    BrokenRule or None
    """
    horizon = len(inputs.capacity_fte)
    curve = inputs.curve if inputs.curve is not None else reach_curve(horizon)
    if len(start) != len(inputs.places):
        return BrokenRule("length", None, None, "the plan has another number of places")
    load = [0.0] * horizon
    kickoffs = [0] * horizon
    spent: dict[int, float] = {}
    value = 0.0
    for number, (place, begin) in enumerate(zip(inputs.places, start, strict=True)):
        if place.fixed_start is not None and begin != place.fixed_start:
            text = f"{place.key} was promised a start in quarter {place.fixed_start}"
            return BrokenRule("promise", number, place.fixed_start, text)
        if begin is None:
            continue
        latest = horizon - 1 if place.latest is None else place.latest
        if place.fixed_start is None and not max(0, place.earliest) <= begin <= latest:
            text = f"{place.key} may not start in quarter {begin}"
            return BrokenRule("window", number, begin, text)
        if begin >= 0:
            kickoffs[begin] += 1
        for quarter in range(max(0, begin), horizon):
            age = quarter - begin
            load[quarter] += place.effort_fte[min(age, len(place.effort_fte) - 1)]
            if place.cost_eur:
                year = (quarter + 4 - inputs.quarters_in_first_year) // 4
                cost = place.cost_eur[min(age, len(place.cost_eur) - 1)]
                spent[year] = spent.get(year, 0.0) + cost
        # The curve is drawn for the usual start-up of two quarters.
        grown = max(0, horizon - begin + 2 - max(1, -(-place.startup_months // 3)))
        expected = place.households * curve[min(grown, len(curve) - 1)]
        if place.fixed_start is None and expected <= 0:
            text = f"{place.key} would bring nothing before the horizon from quarter {begin}"
            return BrokenRule("no_gain", number, begin, text)
        value += expected
    for one, other in inputs.adjacent:
        begun, joined = start[one], start[other]
        if begun is not None and joined is not None:
            value += inputs.adjacency_reward * (horizon - max(0, begun, joined))
    return _first_broken(inputs, load, kickoffs, spent, value=value, claimed=objective)


def _first_broken(
    inputs: ScheduleInputs,
    load: list[float],
    kickoffs: list[int],
    spent: dict[int, float],
    *,
    value: float,
    claimed: float | None,
) -> BrokenRule | None:
    for quarter, (used, capacity) in enumerate(zip(load, inputs.capacity_fte, strict=True)):
        if used > capacity + SLACK:
            text = f"quarter {quarter} takes {used:.2f} FTE of {capacity:.2f}"
            return BrokenRule("capacity", None, quarter, text)
        given = inputs.kickoffs_per_quarter
        if kickoffs[quarter] > (given if isinstance(given, int) else given[quarter]):
            text = f"quarter {quarter} has {kickoffs[quarter]} kick-offs"
            return BrokenRule("kickoffs", None, quarter, text)
    for year, budget in enumerate(inputs.budget_per_year or ()):
        if spent.get(year, 0.0) > budget * (1 + SLACK) + SLACK:
            text = f"year {year} costs {spent[year]:.0f} of {budget:.0f} euros"
            return BrokenRule("budget", None, year, text)
    if claimed is not None and abs(claimed - value) > SLACK * max(1.0, abs(value)):
        text = f"the plan is worth {value:.6f}, not {claimed:.6f}"
        return BrokenRule("objective", None, None, text)
    return None
