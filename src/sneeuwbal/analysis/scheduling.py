"""Which neighbourhoods start in which quarter, within staff, budget and kick-offs?

Method page: docs/methods/scheduling.md. Quarters run from 0 to the horizon; a start before 0
is a neighbourhood that is already running.
"""

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from sneeuwbal.analysis.scheduling_check import BrokenRule, check_schedule
from sneeuwbal.analysis.scheduling_inputs import (
    MIN_STARTUP_MONTHS,
    Place,
    ScheduleInputs,
    ShortStartUp,
    check_inputs,
    effort_profile,
    quarters_of,
    reach_curve,
)

__all__ = [
    "Binding",
    "BrokenRule",
    "Place",
    "Schedule",
    "ScheduleError",
    "ScheduleInputs",
    "ShortStartUp",
    "check_schedule",
    "effort_profile",
    "greedy_start",
    "reach_curve",
    "schedule",
]

Floats = NDArray[np.float64]
Start = tuple[int | None, ...]

NODE_LIMIT = 200
RELATIVE_GAP = 0.005
SLACK = 1e-6


class ScheduleError(ValueError):
    """The starts that are fixed already break a rule by themselves."""


@dataclass(frozen=True, slots=True)
class Binding:
    """Why a place is not in the plan: the rule, the quarter or year, and what is short."""

    place: int
    rule: str
    at: int
    shortfall: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """A plan that passed the checker. At most `possible_gain` (a share) better is possible."""

    start: Start
    objective: float
    bound: float
    possible_gain: float
    method: str
    not_scheduled: tuple[Binding, ...]
    load_fte: tuple[float, ...]
    expected_households: tuple[float, ...]


def schedule(
    inputs: ScheduleInputs, *, node_limit: int = NODE_LIMIT, time_limit_s: float = 4.0
) -> Schedule:
    """Plan starts by quarter so that most households are expected by the horizon.

    Parameters
    ----------
    inputs : ScheduleInputs
        Places, capacity, budget, kick-offs and adjacency.
    node_limit : int
        Where the exact search stops; the same on every machine.
    time_limit_s : float
        A second stop, for machines under load only.

    Returns
    -------
    Schedule
        The best of the exact search and "largest first", after filling and shifting, with
        a bound: no plan is better than that.

    Raises
    ------
    ScheduleError
        If the fixed starts by themselves break a rule.
    ValueError
        If the inputs do not fit together.

    Notes
    -----
    Mixed-integer model solved by HiGHS through `scipy.optimize.milp`, first without the
    reward for adjacency, which finds good plans fast, then with it, which gives the bound.
    Every result passes `check_schedule`, which shares no code with the model.
    """
    check_inputs(inputs)
    fixed: Start = tuple(place.fixed_start for place in inputs.places)
    if broken := check_schedule(inputs, fixed):
        raise ScheduleError(f"the fixed starts break a rule: {broken.text}")
    model = _Model(inputs)
    candidates = {"greedy": _improved(model, greedy_start(inputs))}
    rewarded = bool(inputs.adjacent) and inputs.adjacency_reward > 0
    bound = inf
    for with_pairs in (False, True) if rewarded else (False,):
        found, bound = model.solve(
            with_pairs=with_pairs,
            node_limit=node_limit,
            time_limit_s=time_limit_s / (2 if rewarded else 1),
        )
        if found is not None:
            candidates[f"search {with_pairs}"] = _improved(model, found)
    method, best = max(candidates.items(), key=lambda one: (_objective(inputs, one[1]), one[0]))
    method = method.split()[0]
    value = _objective(inputs, best)
    bound = max(bound, value)
    if broken := check_schedule(inputs, best, objective=value):
        raise RuntimeError(f"the planner made a plan that the checker refuses: {broken.text}")
    gain = bound / value - 1 if value > 0 else 0.0
    return Schedule(
        start=best,
        objective=value,
        bound=bound,
        possible_gain=gain,
        method="exact" if method == "search" and gain <= RELATIVE_GAP else method,
        not_scheduled=_bindings(model, best),
        load_fte=tuple(model.used(best)[0].tolist()),
        expected_households=tuple(
            0.0 if begin is None else model.reach(place, begin) for place, begin in enumerate(best)
        ),
    )


def greedy_start(inputs: ScheduleInputs) -> Start:
    """Return the plan made by hand: largest first, each in the earliest quarter that fits."""
    model = _Model(inputs)
    start: list[int | None] = [place.fixed_start for place in inputs.places]
    largest = sorted(range(len(start)), key=lambda one: (-inputs.places[one].households, one))
    room = model.room(tuple(start))
    for place in largest:
        for quarter in model.window(place) if start[place] is None else ():
            if model.fits(room, place, quarter):
                start[place] = quarter
                room = model.room(tuple(start))
                break
    return tuple(start)


class _Model:
    """The inputs as arrays: what each place uses if it starts in each quarter."""

    def __init__(self, inputs: ScheduleInputs) -> None:
        self.inputs = inputs
        self.curve = np.array(inputs.curve or reach_curve(inputs.horizon))
        self.years = len(inputs.budget_per_year or ())
        budget = np.array(inputs.budget_per_year or (), float)
        kickoffs = np.array(inputs.kickoffs, float)
        self.limits = np.concatenate([np.array(inputs.capacity_fte), budget, kickoffs])
        self._use: dict[tuple[int, int], Floats] = {}

    def use(self, place: int, begin: int) -> Floats:
        """Return what a start takes: FTE per quarter, euros per year, kick-offs per quarter."""
        if (place, begin) in self._use:
            return self._use[place, begin]
        inputs, horizon = self.inputs, self.inputs.horizon
        quarters = np.arange(max(0, begin), horizon)
        load, years, kick = np.zeros(horizon), np.zeros(self.years), np.zeros(horizon)
        effort = np.array(inputs.places[place].effort_fte)
        load[quarters] = effort[np.minimum(quarters - begin, effort.size - 1)]
        cost = np.array(inputs.places[place].cost_eur)
        if self.years and cost.size:
            when = [inputs.year(int(quarter)) for quarter in quarters]
            np.add.at(years, when, cost[np.minimum(quarters - begin, cost.size - 1)])
        if begin >= 0:
            kick[begin] = 1
        self._use[place, begin] = np.concatenate([load, years, kick])
        return self._use[place, begin]

    def reach(self, place: int, begin: int) -> float:
        """Return the households expected by the horizon from a start."""
        one = self.inputs.places[place]
        age = _grown(one, self.inputs.horizon - begin)
        return float(one.households * self.curve[min(age, self.curve.size - 1)])

    def window(self, place: int) -> range | list[int]:
        """Return the quarters in which a start is allowed and still brings something."""
        one = self.inputs.places[place]
        last = self.inputs.horizon - 1 if one.latest is None else one.latest
        allowed = range(max(0, one.earliest), min(last, self.inputs.horizon - 1) + 1)
        return [quarter for quarter in allowed if self.reach(place, quarter) > 0]

    def room(self, start: Start) -> Floats:
        """Return what a plan leaves of every limit."""
        left = self.limits.copy()
        for place, begin in enumerate(start):
            if begin is not None:
                left -= self.use(place, begin)
        return left

    def used(self, start: Start) -> tuple[Floats, Floats]:
        """Return the FTE per quarter and the euros per year that a plan takes."""
        used = self.limits - self.room(start)
        horizon = self.inputs.horizon
        return used[:horizon], used[horizon : horizon + self.years]

    def fits(self, room: Floats, place: int, begin: int) -> bool:
        """Say whether a start fits in the room that is left."""
        return bool((self.use(place, begin) <= room + SLACK / 2).all())

    def solve(
        self, *, with_pairs: bool, node_limit: int, time_limit_s: float
    ) -> tuple[Start | None, float]:
        """Return the plan found by HiGHS, if any, and the value no plan can exceed.

        Without pairs the model is small and its plan good, but the value is no bound.
        """
        inputs = self.inputs
        fixed: Start = tuple(place.fixed_start for place in inputs.places)
        columns = [
            (place, quarter)
            for place, begin in enumerate(fixed)
            if begin is None
            for quarter in self.window(place)
        ]
        constant = _objective(inputs, fixed)
        if not columns:
            return fixed, constant
        gain = np.array([self.reach(place, quarter) for place, quarter in columns])
        constraints: list[LinearConstraint] = []
        if with_pairs:
            pairs = _PairRows(inputs, fixed, columns)
            gain = np.concatenate([gain, pairs.gain])
            constraints.append(LinearConstraint(pairs.matrix, -inf, pairs.upper))
            # Pairs that run already are in the constant and would count twice.
            constant -= _pair_reward(inputs, fixed)
        constraints += self._limits_on(columns, self.room(fixed), width=gain.size)
        result = milp(
            -gain,
            integrality=(np.arange(gain.size) < len(columns)).astype(np.int64),
            bounds=Bounds(0, 1),
            constraints=constraints,
            options={
                "node_limit": node_limit,
                "time_limit": time_limit_s,
                "mip_rel_gap": RELATIVE_GAP,
            },
        )
        dual = getattr(result, "mip_dual_bound", None)
        bound = constant + (float(gain.sum()) if dual is None else -float(dual))
        if result.x is None:
            return None, bound
        start = list(fixed)
        for column, chosen in zip(columns, result.x, strict=False):
            if chosen > 0.5:
                start[column[0]] = column[1]
        return tuple(start), bound

    def _limits_on(
        self, columns: list[tuple[int, int]], room: Floats, *, width: int
    ) -> list[LinearConstraint]:
        """Return the rows of capacity, budget and kick-offs, and one start per place."""
        use = np.array([self.use(*column) for column in columns]).T
        row, column = np.nonzero(use)
        limits = csr_array((use[row, column], (row, column)), shape=(room.size, width))
        which = np.array([place for place, _ in columns])
        ones = (np.ones(which.size), (which, np.arange(which.size)))
        once = csr_array(ones, shape=(len(self.inputs.places), width))
        return [LinearConstraint(limits, -inf, room), LinearConstraint(once, -inf, 1.0)]


class _PairRows:
    """Rows that let a pair earn its reward in a quarter only when both have started.

    Beside the starts x there is Y, "has started by this quarter", and z, "both have":
    `Y_q <= Y_(q-1) + x_q` and `z_q <= Y_q` for either end, which keeps the rows short.
    """

    def __init__(
        self, inputs: ScheduleInputs, fixed: Start, columns: list[tuple[int, int]]
    ) -> None:
        horizon, first = inputs.horizon, len(columns)
        ends = sorted({end for pair in inputs.adjacent for end in pair})
        started = {end: first + horizon * number for number, end in enumerate(ends)}
        both = first + horizon * len(ends)
        self.size = horizon * (len(ends) + len(inputs.adjacent))
        chosen = {column: number for number, column in enumerate(columns)}
        entries: list[tuple[int, int, float]] = []
        upper: list[float] = []
        for end in ends:
            begin = fixed[end]
            for quarter in range(horizon):
                row = len(upper)
                entries.append((row, started[end] + quarter, 1.0))
                if quarter:
                    entries.append((row, started[end] + quarter - 1, -1.0))
                if (end, quarter) in chosen:
                    entries.append((row, chosen[end, quarter], -1.0))
                upper.append(float(begin is not None and max(0, begin) == quarter))
        for pair, two in enumerate(inputs.adjacent):
            for end in two:
                for quarter in range(horizon):
                    entries.append((len(upper), both + pair * horizon + quarter, 1.0))
                    entries.append((len(upper), started[end] + quarter, -1.0))
                    upper.append(0.0)
        rows, numbers, value = (np.array(part) for part in zip(*entries, strict=True))
        shape = (len(upper), first + self.size)
        self.matrix = csr_array((value.astype(float), (rows, numbers)), shape=shape)
        self.upper = np.array(upper)
        pairs = horizon * len(inputs.adjacent)
        self.gain = np.concatenate(
            [np.zeros(self.size - pairs), np.full(pairs, inputs.adjacency_reward)]
        )


def _pair_reward(inputs: ScheduleInputs, start: Start) -> float:
    together = 0
    for one, other in inputs.adjacent:
        first, second = start[one], start[other]
        if first is not None and second is not None:
            together += inputs.horizon - max(0, first, second)
    return inputs.adjacency_reward * together


def _grown(place: Place, quarters: int) -> int:
    """Return the quarters on the curve of reach: fewer if the start-up takes longer."""
    longer = quarters_of(place.startup_months) - quarters_of(MIN_STARTUP_MONTHS)
    return max(0, quarters - longer)


def _objective(inputs: ScheduleInputs, start: Start) -> float:
    curve = inputs.curve or reach_curve(inputs.horizon)
    reached = sum(
        place.households * curve[min(_grown(place, inputs.horizon - begin), len(curve) - 1)]
        for place, begin in zip(inputs.places, start, strict=True)
        if begin is not None
    )
    return reached + _pair_reward(inputs, start)


def _improved(model: _Model, start: Start) -> Start:
    """Add what still fits and shift starts to a better quarter, until nothing helps."""
    current = list(start)
    fixed = [place.fixed_start is not None for place in model.inputs.places]
    value = _objective(model.inputs, start)
    changed = True
    while changed:
        changed = False
        for place in (one for one in range(len(current)) if not fixed[one]):
            before = current[place]
            current[place] = None
            room = model.room(tuple(current))
            for quarter in model.window(place):
                if quarter == before or not model.fits(room, place, quarter):
                    continue
                trial = [*current[:place], quarter, *current[place + 1 :]]
                worth = _objective(model.inputs, tuple(trial))
                if worth > value + SLACK:
                    before, value, changed = quarter, worth, True
            current[place] = before
    return tuple(current)


def _bindings(model: _Model, start: Start) -> tuple[Binding, ...]:
    """Name for each place left out the rule that is nearest to letting it in."""
    room = model.room(start)
    found = []
    for place, begin in enumerate(start):
        if begin is not None:
            continue
        window = model.window(place)
        if not window:
            one = model.inputs.places[place]
            rule = "window" if one.earliest > 0 or one.latest is not None else "no_gain"
            found.append(Binding(place, rule, max(0, one.earliest), 0.0))
            continue
        found.append(
            min(
                (_shortage(model, room, place, quarter) for quarter in window),
                key=lambda pair: pair[0],
            )[1]
        )
    return tuple(found)


def _shortage(model: _Model, room: Floats, place: int, begin: int) -> tuple[float, Binding]:
    """Return how far a start is from fitting (relative), and the rule that stops it most."""
    horizon = model.inputs.horizon
    short = model.use(place, begin) - room
    relative = short / np.maximum(model.limits, 1e-9)
    worst = int(np.argmax(relative))
    missing = float(short[worst])
    if worst < horizon:
        return float(relative[worst]), Binding(place, "capacity", worst, missing)
    if worst < horizon + model.years:
        return float(relative[worst]), Binding(place, "budget", worst - horizon, missing)
    return float(relative[worst]), Binding(
        place, "kickoffs", worst - horizon - model.years, missing
    )
