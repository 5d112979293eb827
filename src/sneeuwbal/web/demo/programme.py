"""The programme of a demo organisation: neighbourhoods, phases, staff, money, Routekaart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from sneeuwbal.accounts.models import Organisation, ReportingUnit, Role, User
from sneeuwbal.places.models import Area, Value
from sneeuwbal.roadmap.models import (
    Budget,
    Card,
    Decision,
    PhaseChange,
    Programme,
    ProgrammeNeighbourhood,
    RoadmapSession,
    StaffCapacity,
)
from sneeuwbal.web.demo.stories import CARDS, DECISIONS
from sneeuwbal.web.demo.towns import FIRST_MONDAY, LAST_DAY, WEEKS, Course, Tenant, Unit

# Too small to say anything about, or too large to visit.
SMALLEST, LARGEST = 250, 4000
Phase = ProgrammeNeighbourhood.Phase


@dataclass(frozen=True)
class Member:
    """A neighbourhood of the programme with what will happen there."""

    row: ProgrammeNeighbourhood
    course: Course

    @property
    def started(self) -> bool:
        """Whether it takes part, and is not there to compare with."""
        return self.course.start_quarter is not None


def quarter_start(number: int) -> date:
    """First day of a quarter, counted from the quarter of FIRST_MONDAY."""
    months = FIRST_MONDAY.month - 1 + 3 * number
    return date(FIRST_MONDAY.year + months // 12, months % 12 // 3 * 3 + 1, 1)


def households_of(areas: list[Area]) -> dict[int, int]:
    """Latest known number of households by area id."""
    rows = (
        Value.objects.filter(area__in=areas, series__indicator__key="households", value__gt=0)
        .order_by("series__year")
        .values_list("area_id", "value")
    )
    return {area: int(value) for area, value in rows if value}


def add_programme(organisation: Organisation, tenant: Tenant) -> tuple[Programme, list[Member]]:
    """Add the programme of three years with its neighbourhoods."""
    programme = Programme.objects.create(
        organisation=organisation,
        name="Samen van het gas, buurt voor buurt",
        goal="Meer huishoudens laten meedoen dan de mensen die vanzelf komen, en laten zien of dat lukt.",
        starts_on=FIRST_MONDAY,
        ends_on=FIRST_MONDAY + timedelta(weeks=WEEKS + 104),
    )
    _add_means(programme, tenant)
    members: list[Member] = []
    for unit in tenant.units:
        members += _add_neighbourhoods(programme, organisation, unit)
    return programme, members


def _add_means(programme: Programme, tenant: Tenant) -> None:
    for number in range(22):
        share = 1.0 if number < 16 else 0.8
        StaffCapacity.objects.create(
            programme=programme,
            quarter=quarter_start(number),
            fte=round(tenant.fte * share, 2),
            kickoffs=tenant.kickoffs,
        )
    for year, amount in enumerate(tenant.budget_eur, start=FIRST_MONDAY.year):
        for funder, part in (("Gemeente", 0.4), ("Rijk", 0.6)):
            Budget.objects.create(
                programme=programme, year=year, funder=funder, amount_eur=round(amount * part)
            )


def _eligible(unit: Unit) -> tuple[list[Area], dict[int, int]]:
    areas = list(
        Area.objects.filter(
            municipality_code=unit.code, kind=Area.Kind.NEIGHBOURHOOD, year=2020
        ).order_by("code")
    )
    households = households_of(areas)
    fitting = [area for area in areas if SMALLEST <= households.get(area.pk, 0) <= LARGEST]
    needed = len(unit.courses) + unit.candidates
    # A small municipality has fewer neighbourhoods of that size than the story needs.
    rest = [area for area in areas if area not in fitting and households.get(area.pk, 0) > 50]
    return (fitting + rest)[: max(needed, len(fitting))], households


def _add_neighbourhoods(
    programme: Programme, organisation: Organisation, unit: Unit
) -> Iterator[Member]:
    reporting = ReportingUnit.objects.get(organisation=organisation, municipality__code=unit.code)
    areas, households = _eligible(unit)
    started = [course for course in unit.courses if course.start_quarter is not None]
    compared = [course for course in unit.courses if course.start_quarter is None]
    first, last = areas[: len(started)], areas[len(started) :][::-1]
    pairs = [*zip(first, started, strict=False), *zip(last, compared, strict=False)]
    for area, course in pairs:
        row = ProgrammeNeighbourhood.objects.create(
            programme=programme,
            unit=reporting,
            area=area,
            households=households[area.pk],
            **_dates(course, households[area.pk]),
        )
        _add_phases(row, course)
        yield Member(row, course)
    for area in last[len(compared) :][::-1][: unit.candidates]:
        ProgrammeNeighbourhood.objects.create(
            programme=programme, unit=reporting, area=area, households=households[area.pk]
        )


def _dates(course: Course, households: int) -> dict[str, object]:
    if course.start_quarter is None:
        return {"phase": Phase.COMPARISON, "decided_on": FIRST_MONDAY}
    # The simulation starts its campaign 17 weeks after the start of the quarter.
    recruitment = FIRST_MONDAY + timedelta(weeks=13 * course.start_quarter + 17)
    startup = recruitment - timedelta(days=90 if course.short_startup else 126)
    active_for = (LAST_DAY - recruitment).days
    phase = Phase.AFTERCARE if active_for > 540 else Phase.ACTIVE
    fields: dict[str, object] = {
        "phase": Phase.STOPPED if course.stops else phase,
        "decided_on": startup - timedelta(days=21),
        "startup_on": startup,
        "recruitment_on": recruitment,
        "short_startup_reason": course.short_startup,
        "target_participants": max(10, 5 * round(0.06 * households / 5)),
    }
    if course.stops:
        fields["stopped_on"] = recruitment + timedelta(days=270)
        fields["stop_reason"] = "Er kwam geen buurtteam. De begeleider stopte na negen maanden."
    return fields


def _add_phases(row: ProgrammeNeighbourhood, course: Course) -> None:
    changes: list[tuple[str, date | None, str]] = [(Phase.COMPARISON, row.decided_on, "")]
    if course.start_quarter is not None:
        changes = [
            (Phase.CANDIDATE, row.decided_on, ""),
            (Phase.STARTUP, row.startup_on, ""),
            (Phase.ACTIVE, row.recruitment_on, row.short_startup_reason),
        ]
        if row.phase == Phase.AFTERCARE and row.recruitment_on:
            changes.append((Phase.AFTERCARE, row.recruitment_on + timedelta(days=540), ""))
        if row.stopped_on:
            changes.append((Phase.STOPPED, row.stopped_on, row.stop_reason))
    PhaseChange.objects.bulk_create(
        PhaseChange(neighbourhood=row, phase=phase, on=on, reason=reason)
        for phase, on, reason in changes
        if on is not None
    )


def person(organisation: Organisation, role: Role) -> User:
    """The demo person with this role."""
    return User.objects.filter(
        memberships__organisation=organisation, memberships__role=role
    ).order_by("pk")[0]


def add_roadmap(organisation: Organisation, programme: Programme, members: list[Member]) -> None:
    """Add an adopted Routekaart session, and a second one that is still open."""
    started = [member.row for member in members if member.started]
    adviser = person(organisation, Role.POLICY_ADVISER)
    session = RoadmapSession.objects.create(
        programme=programme,
        title="Routekaartsessie met wijkmanagers en beleid",
        held_on=FIRST_MONDAY + timedelta(days=10),
        place="Raadzaal",
        facilitator=adviser,
        status=RoadmapSession.Status.ADOPTED,
        adopted_on=FIRST_MONDAY + timedelta(days=10),
    )
    authors = [
        adviser,
        person(organisation, Role.DISTRICT_MANAGER),
        person(organisation, Role.PARTNER),
    ]
    cards = [
        Card.objects.create(
            key=uuid5(NAMESPACE_URL, f"{organisation.slug}/card/{number}"),
            session=session,
            kind=story.kind,
            title=story.title,
            text=story.text,
            area=None if story.place is None else started[story.place % len(started)].area,
            author=authors[number % len(authors)],
        )
        for number, story in enumerate(CARDS)
    ]
    for text, card, days, status in DECISIONS:
        due = session.held_on + timedelta(days=days)
        Decision.objects.create(
            session=session,
            card=None if card is None else cards[card],
            text=text,
            owner=authors[days % 2],
            due_on=due if status == Decision.Status.DONE else LAST_DAY + timedelta(days=days),
            status=status,
            closed_on=due if status == Decision.Status.DONE else None,
        )
    RoadmapSession.objects.create(
        programme=programme,
        title="Routekaart bijwerken: wat nu na drie jaar?",
        held_on=LAST_DAY + timedelta(days=24),
        place="Buurthuis",
        facilitator=adviser,
    )
