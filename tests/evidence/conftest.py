"""A programme with four neighbourhoods, and a short way to write its ledger."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4, uuid5

import pytest

from sneeuwbal.accounts.models import Membership, Organisation, ReportingUnit, Role, User
from sneeuwbal.outreach.models import Channel, CostLine, Event, Origin, Stage
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

START = date(2024, 1, 1)
SPACE = UUID(int=7)


class Book:
    """Writes rows as the ledger would hold them; `day` counts from the first of January 2024."""

    def __init__(self, organisation, places):
        self.organisation, self.places = organisation, places
        self.channels = {channel.slug: channel for channel in Channel.objects.all()}

    def home(self, name):
        return uuid5(SPACE, str(name))

    def event(self, home, stage, day, *, place=0, channel="door", origin=None, via=None, **extra):
        on = START + timedelta(days=day)
        known = extra.pop("recorded", day)
        happened = datetime.combine(START + timedelta(days=known), time(12), UTC)
        where = self.channels[channel]
        fields = {
            "key": uuid4(),
            "organisation": self.organisation,
            "neighbourhood": self.places[place],
            "household": self.home(home),
            "stage": stage,
            "channel": where,
            "origin": Origin.REFERRAL if via is not None else origin or where.origin,
            "referrer": self.home(via) if via is not None else None,
            "basis": "reported",
            "happened_on": on,
            "happened_week": (on - date(2018, 1, 1)).days // 7,
            "recorded_at": happened,
            "tenure": "owner",
            **extra,
        }
        return Event.objects.create(**fields)

    def joins(self, home, day, **extra):
        return self.event(home, Stage.PARTICIPANT, day, **extra)

    def corrects(self, row, *, day, void=False, **changes):
        fields = {
            name: getattr(row, name)
            for name in (
                "organisation", "neighbourhood", "household", "stage", "channel", "origin",
                "referrer", "basis", "happened_on", "happened_week", "tenure",
            )
        }  # fmt: skip
        known = datetime.combine(START + timedelta(days=day), time(12), UTC)
        more = {"key": uuid4(), "corrects": row, "void": void, "recorded_at": known}
        return Event.objects.create(**{**fields, **more, **changes})

    def cost(self, euro, day, *, place=0, kind="external", hours=None):
        on = START + timedelta(days=day)
        return CostLine.objects.create(
            key=uuid4(),
            organisation=self.organisation,
            neighbourhood=None if place is None else self.places[place],
            on=on,
            kind=kind,
            hours=hours,
            amount_eur=euro,
            recorded_at=datetime.combine(on, time(12), UTC),
        )


def add_person(organisation, role):
    person = User.objects.create_user(f"{role}@{organisation.slug}.example", name=str(role))
    Membership.objects.create(user=person, organisation=organisation, role=role)
    return person


@pytest.fixture
def programme(make_town):
    """Three neighbourhoods that started (two units' worth of one municipality) and two compared."""
    values = {
        "households": [200.0, 400.0, 300.0, 500.0, 250.0, 100.0],
        "owner_occupied_share": [0.5] * 6,
        "corporation_share": [0.3] * 6,
        "private_rented_share": [0.2] * 6,
    }
    town = make_town("GM9990", name="Proefstad", values=values)
    organisation = Organisation.objects.create(
        slug="proefstad", name="Gemeente Proefstad", fictional=True
    )
    unit = ReportingUnit.objects.create(organisation=organisation, municipality=town.municipality)
    row = Programme.objects.create(
        organisation=organisation, name="Warm", starts_on=START, ends_on=date(2027, 1, 1)
    )
    places = []
    for number, area in enumerate(town.neighbourhoods[:5]):
        compared = number >= 3
        places.append(
            ProgrammeNeighbourhood.objects.create(
                programme=row,
                unit=unit,
                area=area,
                households=None if number == 1 else values["households"][number],
                phase="comparison" if compared else "active",
                startup_on=None if compared else START,
                recruitment_on=None if compared else START + timedelta(days=30),
            )
        )
    return SimpleNamespace(
        organisation=organisation,
        town=town,
        unit=unit,
        programme=row,
        places=places,
        book=Book(organisation, places),
        manager=add_person(organisation, Role.PROGRAMME_MANAGER),
        auditor=add_person(organisation, Role.AUDITOR),
        volunteer=add_person(organisation, Role.TEAM_VOLUNTEER),
    )
