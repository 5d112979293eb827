"""Two towns, the people who work there, and a programme."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from tests.roadmap.makers import add_area, add_person, add_shape

from sneeuwbal.accounts.models import Organisation, ReportingUnit, Role
from sneeuwbal.places.models import Dataset
from sneeuwbal.roadmap import sessions
from sneeuwbal.roadmap.models import Programme


@pytest.fixture
def dataset(db):
    return Dataset.objects.create(
        key="test", publisher="test", table="t", title="t", year=2020, area_year=2020, licence="-"
    )


@pytest.fixture
def town(db):
    area = add_area("GM9801", "Proefstad", kind="GM", district="")
    organisation = Organisation.objects.create(slug="proefstad", name="Proefstad")
    ReportingUnit.objects.create(organisation=organisation, municipality=area)
    return organisation


@pytest.fixture
def areas(town, dataset):
    add_area("WK980100", "Centrum", kind="WK")
    found = [
        add_area(f"BU9801000{n}", name)
        for n, name in enumerate(["Havenbuurt", "Bloemenbuurt", "Stationsbuurt"])
    ]
    for column, area in enumerate(found):
        add_shape(area, dataset, column)
    return found


@pytest.fixture
def other_town(db):
    area = add_area("GM9802", "Elders", kind="GM", town="GM9802", district="")
    organisation = Organisation.objects.create(slug="elders", name="Elders")
    ReportingUnit.objects.create(organisation=organisation, municipality=area)
    return organisation


@pytest.fixture
def manager(town):
    return add_person(town, Role.PROGRAMME_MANAGER)


@pytest.fixture
def worker(town, areas):
    """Someone who works in the first neighbourhood only."""
    return add_person(town, Role.NEIGHBOURHOOD_WORKER, areas[0])


@pytest.fixture
def auditor(town):
    return add_person(town, Role.AUDITOR)


@pytest.fixture
def stranger(other_town):
    """Manager of another municipality."""
    return add_person(other_town, Role.PROGRAMME_MANAGER)


@pytest.fixture
def programme(town):
    return Programme.objects.create(
        organisation=town,
        name="Samen warm",
        starts_on=date(2024, 1, 1),
        ends_on=date(2026, 12, 31),
    )


@pytest.fixture
def session(programme, manager, areas):
    return sessions.start_session(
        programme, title="Sessie in het stadhuis", held_on=date(2024, 2, 1), place="", by=manager
    )


@pytest.fixture
def card(session, manager, areas):
    return sessions.add_card(
        session,
        key=uuid4(),
        kind="chance",
        title="Straat gaat open",
        text="",
        area=areas[0],
        by=manager,
    )


@pytest.fixture
def as_user():
    """A browser in which this person is logged in."""

    def logged_in(person):
        client = Client()
        client.force_login(person)
        return client

    return logged_in
