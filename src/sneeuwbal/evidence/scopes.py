"""For which parts of a programme figures are made, and who lives there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.places.models import Value
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase
TENURES = {
    "owner": "owner_occupied_share",
    "corporation": "corporation_share",
    "private": "private_rented_share",
}
PROGRAMME_WIDE = 0


@dataclass(frozen=True)
class Member:
    """A neighbourhood of the programme: its number in the ledger and what is known of it."""

    key: int
    area: int
    unit: int
    households: int | None
    tenures: tuple[float, ...] | None  # shares of TENURES, in that order
    start: date | None  # first day of recruitment, or of the start-up while that is unknown
    recruited: bool
    compared: bool


@dataclass(frozen=True)
class Scope:
    """A neighbourhood, a reporting unit or the whole: what one figure speaks of."""

    area: int | None
    members: tuple[Member, ...]
    comparison: tuple[Member, ...]
    overhead: bool = False  # whether the costs of the programme as a whole belong to it

    @property
    def keys(self) -> list[int]:
        """Numbers of its neighbourhoods in the ledger."""
        return [member.key for member in self.members]

    @property
    def households(self) -> int | None:
        """Households that could take part; None when one neighbourhood's number is unknown."""
        known = [member.households for member in self.members if member.households]
        return sum(known) if known and len(known) == len(self.members) else None

    def tenures(self) -> list[float] | None:
        """Households per tenure after the open statistics; None when any of it is unknown."""
        totals = [0.0] * len(TENURES)
        for member in self.members:
            if not member.households or member.tenures is None:
                return None
            for place, share in enumerate(member.tenures):
                totals[place] += share * member.households
        return totals if self.members else None


def scopes_of(organisation: Organisation, as_of: date) -> list[Scope]:
    """The whole, each reporting unit, and each neighbourhood that started or is compared with."""
    members = members_of(organisation, as_of)
    started = tuple(member for member in members if not member.compared)
    compared = tuple(member for member in members if member.compared)
    scopes = [Scope(None, started, compared, overhead=True)]
    for unit in sorted({member.unit for member in members}):
        inside = tuple(member for member in started if member.unit == unit)
        scopes.append(Scope(unit, inside, compared))
    areas = sorted({member.area for member in members})
    for area in areas:
        inside = tuple(member for member in members if member.area == area)
        others = tuple(member for member in compared if member.area != area)
        scopes.append(Scope(area, inside, others if any(not m.compared for m in inside) else ()))
    return scopes


def members_of(organisation: Organisation, as_of: date) -> list[Member]:
    """Neighbourhoods that had started on this day, stopped ones too, and comparison ones."""
    rows = [
        row
        for row in ProgrammeNeighbourhood.objects.filter(programme__organisation=organisation)
        .select_related("unit")
        .order_by("pk")
        if _start(row, as_of) or row.phase == Phase.COMPARISON
    ]
    statistics = newest_values([row.area_id for row in rows], ["households", *TENURES.values()])
    return [_member(row, statistics, as_of) for row in rows]


def newest_values(areas: Iterable[int], indicators: list[str]) -> dict[tuple[int, str], float]:
    """Newest known value by area and indicator."""
    rows = (
        Value.objects.filter(
            area__in=set(areas), series__indicator__key__in=indicators, value__isnull=False
        )
        .order_by("series__year", "series_id")
        .values_list("area_id", "series__indicator__key", "value")
    )
    return {(area, key): value for area, key, value in rows if value is not None}


def _start(row: ProgrammeNeighbourhood, as_of: date) -> date | None:
    if row.phase == Phase.CANDIDATE:
        return None  # its dates are plans of an adopted schedule, not facts
    begun = [day for day in (row.recruitment_on, row.startup_on) if day and day <= as_of]
    return begun[0] if begun else None


def _member(
    row: ProgrammeNeighbourhood, statistics: Mapping[tuple[int, str], float], as_of: date
) -> Member:
    shares = [statistics.get((row.area_id, key)) for key in TENURES.values()]
    whole = statistics.get((row.area_id, "households"))
    start = _start(row, as_of)
    return Member(
        key=row.pk,
        area=row.area_id,
        unit=row.unit.municipality_id,
        households=row.households or (int(whole) if whole else None),
        tenures=None if None in shares else tuple(share for share in shares if share is not None),
        start=start,
        recruited=bool(start and row.recruitment_on and row.recruitment_on <= as_of),
        compared=start is None,
    )
