"""What a simulated town consists of: its specification, its records and its known truth.

Codes are indices into the tuples below. Method page: docs/methods/simulation.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Stage codes of the ledger: 1 to 7 are the funnel, 11 to 14 the exits.
APPROACHED, SPOKEN, INTERESTED, PARTICIPANT, PREPARING, DECIDED, DONE = range(1, 8)
NOT_INTERESTED, OBJECTION, UNREACHABLE, MOVED = range(11, 15)
FIRST_EXIT = NOT_INTERESTED

CHANNELS = (
    "flyer",
    "letter",
    "door",
    "phone",
    "meeting",
    "thermal_camera",
    "social_media",
    "handover",
    "school",
    "own_initiative",
    "neighbour",
    "unknown",
)
ORIGINS = ("campaign", "referral", "neighbour", "unknown")
BASES = ("reported", "observed", "verified")
TENURES = ("owner", "corporation", "private")
KINDS = ("single", "couple", "family")
AGE_BANDS = ("18-34", "35-64", "65+")
ERAS = ("before_1945", "1945-1974", "1975-1991", "1992-2005", "after_2005")
INCOME_CLASSES = ("low", "middle", "high")
COST_KINDS = ("hours", "material", "external", "volunteer")
ROLES = ("neighbourhood_worker", "programme_manager", "communication", "")

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class TownSpec:
    """The truth of a town before anything happens in it. Every number is made up.

    `r`, `start_quarter` and `team_formed` hold one value per neighbourhood and are
    repeated if shorter. `start_quarter` -1 is a comparison neighbourhood: never started.
    `household_counts`, `owner_shares` and `corporation_shares` lay the town over known
    neighbourhoods; empty, they are drawn.
    """

    neighbourhoods: int = 20
    households: int = 800
    weeks: int = 156
    r: tuple[float, ...] = (1.2, *(0.6,) * 3, *(0.3,) * 8, 0.0, 0.0, *(0.0,) * 6)
    start_quarter: tuple[int, ...] = (4, 0, 1, 2, 0, 1, 1, 2, 3, 3, 4, 5, 2, 4, *(-1,) * 6)
    team_formed: tuple[bool, ...] = (*(True,) * 12, False, False, *(True,) * 6)
    dispersion_k: float = 0.5
    delay_mean_days: float = 56.0
    delay_shape: float = 2.0
    saturation: float = 0.5
    code_redeemed: float = 0.75
    via_neighbour: float = 0.15
    campaign_unknown: float = 0.08
    campaign_says_neighbour: float = 0.05
    registration_delay_days: float = 5.0
    background_per_year: float = 0.008
    shock_week: int = 92
    shock_weeks: int = 17
    shock_factor: float = 5.0
    campaign_intensity: float = 1.0
    followed_up: float = 0.45
    household_counts: tuple[int, ...] = ()
    owner_shares: tuple[float, ...] = ()
    corporation_shares: tuple[float, ...] = ()

    def of(self, values: tuple[float, ...] | tuple[int, ...] | tuple[bool, ...]) -> Floats:
        """Return one value per neighbourhood, repeated if the tuple is shorter."""
        return np.resize(np.asarray(values, float), self.neighbourhoods)

    @property
    def days(self) -> int:
        """Return the length of the simulation in days."""
        return 7 * self.weeks


@dataclass(frozen=True, slots=True)
class Neighbourhoods:
    """One entry per neighbourhood; shares lie in [0, 1] and tenure shares add up to 1."""

    households: Ints
    owner_share: Floats
    corporation_share: Floats
    private_share: Floats
    era: Ints
    income_class: Ints
    energy: Floats
    start_quarter: Ints
    team_formed: Bools


@dataclass(frozen=True, slots=True)
class Households:
    """One entry per household; its position is its number everywhere else."""

    neighbourhood: Ints
    tenure: Ints
    kind: Ints
    age_band: Ints


@dataclass(frozen=True, slots=True)
class Events:
    """One entry per ledger row, in order of day. A household reaches each stage once.

    `recruiter` is the household whose code was redeemed, else -1; `origin` is what was
    recorded, which is not always what happened. Rows recorded after the end are absent.
    """

    household: Ints
    neighbourhood: Ints
    day: Ints
    recorded_day: Ints
    stage: Ints
    channel: Ints
    origin: Ints
    recruiter: Ints
    basis: Ints

    @property
    def week(self) -> Ints:
        """Return the week of each row, from 0."""
        return self.day // 7


@dataclass(frozen=True, slots=True)
class Attempts:
    """One entry per action: households approached, spoken with, and newly interested."""

    neighbourhood: Ints
    week: Ints
    channel: Ints
    approached: Ints
    spoken: Ints
    interested: Ints


@dataclass(frozen=True, slots=True)
class Costs:
    """One entry per neighbourhood (-1: the programme), month, kind and role; hours and euros."""

    neighbourhood: Ints
    month: Ints
    kind: Ints
    role: Ints
    hours: Floats
    amount_eur: Floats


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened. `recruiter` per household: -1 campaign, -2 never took part.

    `effective_r` is R times the share of referrals that still found a free household;
    `additional` counts participants who would not have come by themselves by the end.
    """

    r: Floats
    effective_r: Floats
    recruiter: Ints
    joined_day: Ints
    would_have_come: Bools
    participants: Ints
    additional: Ints


@dataclass(frozen=True, slots=True)
class Town:
    """A simulated town: what a programme would have on record, and the truth behind it."""

    spec: TownSpec
    neighbourhoods: Neighbourhoods
    households: Households
    events: Events
    attempts: Attempts
    costs: Costs
    truth: Truth
