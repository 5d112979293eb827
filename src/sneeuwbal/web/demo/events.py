"""A simulated town, told to the ledger as if it had happened: conversations, costs, teams."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np
from django.utils import timezone

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.analysis.simulation import simulate_town
from sneeuwbal.analysis.town import (
    BASES,
    CHANNELS,
    COST_KINDS,
    KINDS,
    MOVED,
    OBJECTION,
    ROLES,
    TENURES,
    Town,
    TownSpec,
)
from sneeuwbal.outreach import ledger
from sneeuwbal.outreach.consents import keep_contact
from sneeuwbal.outreach.ledger import NewCost, NewEvent
from sneeuwbal.places.models import Value
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood
from sneeuwbal.web.demo.programme import Member
from sneeuwbal.web.demo.towns import FIRST_MONDAY, LAST_DAY, WEEKS

# Names of the simulation that differ from the ledger's catalogue.
CHANNEL_SLUG = {"handover": "professional", "own_initiative": "energy_desk"}
ROLE_NAMES = {
    "neighbourhood_worker": "buurtbegeleider",
    "programme_manager": "programmamanager",
    "communication": "communicatie",
    "": "",
}
FINAL = (OBJECTION, MOVED)


def _key(*parts: object) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join(["sneeuwbal-demo", *map(str, parts)]))


def _shares(members: list[Member], indicator: str, default: float) -> tuple[float, ...]:
    areas = [member.row.area_id for member in members]
    known = dict(
        Value.objects.filter(area__in=areas, series__indicator__key=indicator, value__isnull=False)
        .order_by("series__year")
        .values_list("area_id", "value")
    )
    return tuple(float(known.get(area) or default) for area in areas)


# Where it takes off, nobody may have begun before the programme: three years of R above 1
# would leave no household to join.
TAKE_OFF = {"background_per_year": 0.0004, "campaign_intensity": 0.4, "dispersion_k": 1.0}
# Elsewhere about one household in twelve takes part in three years, as campaigns report.
STEADY = {"background_per_year": 0.004, "campaign_intensity": 0.45, "followed_up": 0.35}


def towns_of(members: list[Member], seed: int) -> Iterator[tuple[Town, list[Member]]]:
    """Simulate the members; those where it takes off in a town of their own."""
    steady = [member for member in members if member.course.true_r <= 1]
    yield _town(steady, seed, STEADY), steady
    for member in members:
        if member.course.true_r > 1:
            yield _town([member], seed, TAKE_OFF), [member]


def _town(members: list[Member], seed: int, changes: dict[str, float]) -> Town:
    """Simulate three years in these neighbourhoods, with the truth that the demo states."""
    owner = _shares(members, "owner_occupied_share", 0.5)
    corporation = _shares(members, "corporation_share", 0.3)
    spec = TownSpec(
        **changes,  # type: ignore[arg-type]
        neighbourhoods=len(members),
        weeks=WEEKS,
        r=tuple(member.course.true_r for member in members),
        start_quarter=tuple(
            -1 if member.course.start_quarter is None else member.course.start_quarter
            for member in members
        ),
        team_formed=tuple(member.course.team for member in members),
        household_counts=tuple(member.row.households or 0 for member in members),
        owner_shares=owner,
        corporation_shares=tuple(min(c, 1 - o) for c, o in zip(corporation, owner, strict=True)),
    )
    return simulate_town(spec, np.random.default_rng(seed))


def _day(number: int) -> date:
    return FIRST_MONDAY + timedelta(days=int(number))


def _evening(number: int) -> datetime:
    return timezone.make_aware(datetime.combine(_day(number), time(20, 0)))


def new_events(town: Town, members: list[Member], name: str) -> Iterator[NewEvent]:
    """Give the rows that a ledger takes: no step back, nothing after an objection or a move."""
    events, homes = town.events, town.households
    reached: dict[int, int] = {}
    ended: set[int] = set()
    columns = (
        events.household, events.neighbourhood, events.day, events.recorded_day, events.stage,
        events.channel, events.recruiter, events.basis,
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (home, place, day, recorded, stage, channel, recruiter, basis) in enumerate(rows):
        if home in ended or stage < reached.get(home, 0):
            continue
        if stage in FINAL:
            ended.add(home)
        elif stage < min(FINAL):
            reached[home] = stage
        slug = CHANNELS[channel]
        yield NewEvent(
            key=_key(name, "event", number),
            neighbourhood=members[place].row,
            household=_key(name, "household", home),
            stage=stage,
            channel=CHANNEL_SLUG.get(slug, slug),
            happened_on=_day(day),
            basis=BASES[basis],
            referrer=_key(name, "household", recruiter) if recruiter >= 0 else None,
            tenure=TENURES[homes.tenure[home]] if stage > 1 else "",
            household_kind=KINDS[homes.kind[home]] if stage > 1 else "",
            recorded_at=_evening(recorded),
        )


def new_costs(
    town: Town, members: list[Member], organisation: Organisation, name: str
) -> Iterator[NewCost]:
    """Give the hours and euros of the simulation as cost lines."""
    costs = town.costs
    columns = (
        costs.neighbourhood,
        costs.month,
        costs.kind,
        costs.role,
        costs.hours,
        costs.amount_eur,
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (place, month, kind, role, hours, amount) in enumerate(rows):
        on = min(FIRST_MONDAY + timedelta(days=int((month + 1) * 365.25 / 12) - 1), LAST_DAY)
        in_hours = COST_KINDS[kind] in ("hours", "volunteer")
        if (hours if in_hours else amount) < 0.01:
            continue
        yield NewCost(
            key=_key(name, "cost", number),
            organisation=organisation,
            neighbourhood=members[place].row if place >= 0 else None,
            on=on,
            kind=COST_KINDS[kind],
            role=ROLE_NAMES[ROLES[role]],
            hours=Decimal(f"{hours:.2f}") if in_hours else None,
            amount_eur=Decimal(f"{amount:.2f}") if amount >= 0.01 else None,
            recorded_at=timezone.make_aware(datetime.combine(on, time(17, 0))),
        )


def add_contacts(members: list[Member], worker: User, events: list[NewEvent]) -> None:
    """Give the worker a few people to call back, with made-up details and their permission."""
    started = [member.row for member in members if member.started]
    for place in started[:3]:
        keys = [
            event.household
            for event in events
            if event.neighbourhood.pk == place.pk and event.stage == ledger.Stage.INTERESTED
        ]
        for number, household in enumerate(keys[-6:], start=1):
            _add_contact(place, household, number, worker)


def _add_contact(place: ProgrammeNeighbourhood, household: UUID, number: int, worker: User) -> None:
    contact = ledger.Contact(
        street="Voorbeeldstraat",
        house_number=str(2 * number),
        contact_name=f"Fictieve bewoner {number}",
        phone=f"06-0000000{number}",
        email=f"bewoner{number}@voorbeeld.example",
    )
    keep_contact(
        household,
        neighbourhood=place,
        contact=contact,
        purposes=["contact"] if number % 2 else ["contact", "news"],
        key=_key(place.pk, "contact", number),
        by=worker,
        channel="door",
    )
