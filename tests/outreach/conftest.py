"""A small programme with two neighbourhoods and people in several roles."""

import sqlite3
from contextlib import closing
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection, connections

from sneeuwbal.accounts.models import Membership, Organisation, ReportingUnit, Role, User
from sneeuwbal.places.models import Area
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

START = date(2024, 1, 8)


def add_person(organisation, role, address, areas=()):
    """Someone with one role, limited to some neighbourhoods or not."""
    person = User.objects.create_user(address, name=address.partition("@")[0].title())
    membership = Membership.objects.create(user=person, organisation=organisation, role=role)
    membership.areas.set(areas)
    return person


def add_town(slug="duinstad", number=99):
    """An organisation with two active neighbourhoods and someone in each role that matters."""
    stem = f"99{number:02d}"
    town = Area.objects.create(
        kind="GM", code=f"GM{stem}", year=2020, name="Duinstad", fictional=True
    )
    areas = [
        Area.objects.create(
            kind="BU",
            code=f"BU{stem}000{i}",
            year=2020,
            name=name,
            municipality_code=town.code,
            fictional=True,
        )
        for i, name in enumerate(["Zeewijk", "Bosrand"])
    ]
    organisation = Organisation.objects.create(slug=slug, name="Gemeente Duinstad", fictional=True)
    unit = ReportingUnit.objects.create(organisation=organisation, municipality=town)
    programme = Programme.objects.create(
        organisation=organisation, name="Samen warm", starts_on=START, ends_on=date(2028, 1, 8)
    )
    places = [
        ProgrammeNeighbourhood.objects.create(
            programme=programme, unit=unit, area=area, phase="active", households=800
        )
        for area in areas
    ]
    domain = f"{slug}.example"
    return SimpleNamespace(
        organisation=organisation,
        programme=programme,
        areas=areas,
        here=places[0],
        there=places[1],
        manager=add_person(organisation, Role.PROGRAMME_MANAGER, f"manager@{domain}"),
        worker=add_person(organisation, Role.NEIGHBOURHOOD_WORKER, f"werker@{domain}"),
        volunteer=add_person(
            organisation, Role.TEAM_VOLUNTEER, f"vrijwilliger@{domain}", [areas[0]]
        ),
        partner=add_person(organisation, Role.PARTNER, f"partner@{domain}"),
        auditor=add_person(organisation, Role.AUDITOR, f"controle@{domain}"),
    )


@pytest.fixture
def town(db):
    return add_town()


@pytest.fixture
def another_town(town):
    """A second organisation, whose people must see nothing of the first."""
    return add_town("bergstad", 98)


@pytest.fixture
def database_file(transactional_db, tmp_path):
    """SQLite as it is in use: a file, that threads share. None on PostgreSQL.

    In the tests SQLite lives in memory, where threads trip over each other's table locks.
    """
    if connection.vendor != "sqlite":
        yield None
        return
    file, in_memory = tmp_path / "ledger.sqlite3", connections["default"]
    in_memory.ensure_connection()
    with closing(sqlite3.connect(file)) as target:
        in_memory.connection.backup(target)
    in_file = in_memory.copy()
    in_file.settings_dict["NAME"] = str(file)
    name = connections.settings["default"]["NAME"]
    connections.settings["default"]["NAME"] = str(file)
    connections["default"] = in_file
    yield file
    in_file.close()
    connections["default"] = in_memory
    connections.settings["default"]["NAME"] = name


@pytest.fixture
def lasting_town(database_file):
    """The same, in a database without the transaction that a test otherwise runs in."""
    return add_town()


@pytest.fixture
def browser_town(live_server):
    """The same, for the browser: visible to the server's own thread."""
    return add_town()
