"""What a schedule depends on: places, their effort and reach, capacity and budget.

Part of `scheduling`. Method page: docs/methods/scheduling.md.
"""

from dataclasses import dataclass
from math import ceil

# The approach asks at least four months of start-up; docs/methods/scheduling.md.
MIN_STARTUP_MONTHS = 4
MONTHS_PER_QUARTER = 3
QUARTERS_PER_YEAR = 4


class ShortStartUp(ValueError):
    """A start-up below four months, without a recorded reason."""


@dataclass(frozen=True, slots=True)
class Place:
    """One neighbourhood: what it is expected to bring, what it takes, when it may start.

    `effort_fte` and `cost_eur` run by quarters since the start; their last value lasts.
    """

    key: str
    households: float
    effort_fte: tuple[float, ...]
    cost_eur: tuple[float, ...] = ()
    earliest: int = 0
    latest: int | None = None
    fixed_start: int | None = None
    startup_months: int = MIN_STARTUP_MONTHS
    reason: str = ""

    def __post_init__(self) -> None:
        if self.startup_months < MIN_STARTUP_MONTHS and not self.reason.strip():
            raise ShortStartUp(
                f"{self.key}: a start-up of {self.startup_months} months needs a recorded reason"
            )
        if not self.effort_fte or min(self.effort_fte) <= 0 or self.households < 0:
            raise ValueError(f"{self.key}: presence lasts, so effort is above 0 in every quarter")
        if min(self.effort_fte[: quarters_of(self.startup_months)]) < max(self.effort_fte):
            raise ValueError(f"{self.key}: effort stays at its peak during the whole start-up")


@dataclass(frozen=True, slots=True)
class ScheduleInputs:
    """Everything a schedule depends on. Kick-offs: one number, or one for each quarter."""

    places: tuple[Place, ...]
    capacity_fte: tuple[float, ...]
    kickoffs_per_quarter: int | tuple[int, ...]
    budget_per_year: tuple[float, ...] | None = None
    adjacent: tuple[tuple[int, int], ...] = ()
    adjacency_reward: float = 0.0
    quarters_in_first_year: int = QUARTERS_PER_YEAR
    curve: tuple[float, ...] | None = None

    @property
    def horizon(self) -> int:
        """Return the number of quarters."""
        return len(self.capacity_fte)

    @property
    def kickoffs(self) -> tuple[int, ...]:
        """Return the starts that fit in each quarter."""
        given = self.kickoffs_per_quarter
        return (given,) * self.horizon if isinstance(given, int) else given

    def year(self, quarter: int) -> int:
        """Return the budget year in which a quarter lies, from 0."""
        return (quarter + QUARTERS_PER_YEAR - self.quarters_in_first_year) // QUARTERS_PER_YEAR


def quarters_of(months: int) -> int:
    """Return the quarters that so many months take up, rounded up."""
    return max(1, ceil(months / MONTHS_PER_QUARTER))


def effort_profile(
    horizon: int,
    *,
    peak_fte: float,
    floor_fte: float,
    startup_months: int = MIN_STARTUP_MONTHS,
    half_life_quarters: float = 2.0,
) -> tuple[float, ...]:
    """Return the staff a place takes by quarters since its start, in FTE.

    Parameters
    ----------
    horizon : int
        Number of quarters to give.
    peak_fte, floor_fte : float
        During start-up, and the presence that stays.
    startup_months : int
        Rounded up to quarters.
    half_life_quarters : float, > 0
        Time in which what lies above the floor halves, after start-up.
    """
    if not 0 < floor_fte <= peak_fte or half_life_quarters <= 0:
        raise ValueError("the floor lies above 0 and not above the peak; the half-life above 0")
    startup = quarters_of(startup_months)
    ages = [max(0, age - startup + 1) for age in range(horizon)]
    above = peak_fte - floor_fte
    return tuple(floor_fte + above * 0.5 ** (age / half_life_quarters) for age in ages)


def reach_curve(
    horizon: int, *, startup_months: int = MIN_STARTUP_MONTHS, full_after_quarters: int = 8
) -> tuple[float, ...]:
    """Return the share of the expected households after 0, 1, ... horizon quarters.

    Nothing during start-up, then evenly up to 1 at `full_after_quarters`. A place with a
    longer start-up than four months runs behind this curve by as many quarters.
    """
    startup = quarters_of(startup_months)
    if full_after_quarters <= startup:
        raise ValueError("full reach comes after the start-up")
    grown = [(age - startup) / (full_after_quarters - startup) for age in range(horizon + 1)]
    return tuple(min(1.0, max(0.0, share)) for share in grown)


def check_inputs(inputs: ScheduleInputs) -> None:
    """Raise ValueError if the inputs do not fit together, saying why."""
    size, horizon = len(inputs.places), inputs.horizon
    if not horizon or min(inputs.capacity_fte) < 0 or min(inputs.kickoffs) < 0:
        raise ValueError("there is at least one quarter; capacity and kick-offs are not negative")
    if len(inputs.kickoffs) != horizon:
        raise ValueError("there are as many numbers of kick-offs as quarters")
    if not 1 <= inputs.quarters_in_first_year <= QUARTERS_PER_YEAR:
        raise ValueError("the first budget year has 1 to 4 quarters left")
    budget = inputs.budget_per_year
    if budget is not None and len(budget) <= inputs.year(horizon - 1):
        raise ValueError("there is no budget for every year of the horizon")
    if inputs.curve is not None and list(inputs.curve) != sorted(inputs.curve):
        raise ValueError("the curve of reach never falls")
    if any(not (0 <= a < size and 0 <= b < size) or a == b for a, b in inputs.adjacent):
        raise ValueError("an adjacent pair names two different places")
    if inputs.adjacency_reward < 0:
        raise ValueError("the reward for adjacency is not negative")
    if any(
        place.fixed_start is not None and place.fixed_start >= horizon for place in inputs.places
    ):
        raise ValueError("a fixed start lies before the horizon")
