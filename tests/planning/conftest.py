"""A made-up town of nine neighbourhoods, its people, a programme with staff, and a round."""

from datetime import date

import pytest
from django.test import Client
from django.utils import translation

from sneeuwbal.accounts.models import Membership, Organisation, ReportingUnit, Role, User
from sneeuwbal.places.models import Area, Indicator
from sneeuwbal.planning import plans, rounds, schedules
from sneeuwbal.planning.models import Criterion, Schedule, SelectionRound
from sneeuwbal.planning.quarters import quarter_after, quarter_of
from sneeuwbal.roadmap import programmes
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

# Two criteria that pull apart: need rises from west to east, energy falls, the fifth is middling.
NEED = [0.0, 10.0, 20.0, 30.0, 45.0, 60.0, 70.0, 80.0, 100.0]
ENERGY = [100.0, 80.0, 85.0, 60.0, 55.0, 30.0, 35.0, 10.0, 0.0]
TENURE = [0.1, 0.2, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9]
HOUSEHOLDS = [400.0, 500.0, 300.0, 600.0, 450.0, 350.0, 550.0, 250.0, 700.0]


def quiet(share, message):
    """Progress that nobody watches."""


@pytest.fixture
def town(make_town):
    return make_town(
        columns=3,
        rows=3,
        values={
            "need": NEED,
            "energy": ENERGY,
            "corporation_share": TENURE,
            "households": HOUSEHOLDS,
        },
    )


def add_organisation(slug, municipality):
    organisation = Organisation.objects.create(slug=slug, name=slug.capitalize())
    ReportingUnit.objects.create(organisation=organisation, municipality=municipality)
    return organisation


def add_person(organisation, role, name):
    person = User.objects.create_user(
        f"{name.replace(' ', '.')}@{organisation.slug}.example", "wachtwoord-lang-genoeg", name=name
    )
    Membership.objects.create(user=person, organisation=organisation, role=role)
    return person


@pytest.fixture
def organisation(town):
    return add_organisation("proefstad", town.municipality)


@pytest.fixture
def manager(organisation):
    return add_person(organisation, Role.PROGRAMME_MANAGER, "Mila Manager")


@pytest.fixture
def adviser(organisation):
    return add_person(organisation, Role.POLICY_ADVISER, "Arie Adviseur")


@pytest.fixture
def stranger(db):
    area = Area.objects.create(
        kind="GM", code="GM9802", year=2020, name="Elders", municipality_code="GM9802"
    )
    return add_person(add_organisation("elders", area), Role.PROGRAMME_MANAGER, "Vera Vreemd")


@pytest.fixture
def programme(organisation):
    today = date.today()
    return Programme.objects.create(
        organisation=organisation,
        name="Samen warm",
        starts_on=date(today.year - 1, 1, 1),
        ends_on=date(today.year + 4, 12, 31),
    )


@pytest.fixture
def first_quarter():
    return quarter_after(quarter_of(date.today()), 1)


@pytest.fixture
def staff(programme, first_quarter):
    """One FTE and one start in each of sixteen quarters."""
    rows = [(quarter_after(first_quarter, number), 1, 1) for number in range(16)]
    programmes.set_capacity(programme, rows)
    return programme


@pytest.fixture
def candidates(programme, town, manager):
    """Six candidates with households."""
    return [
        programmes.add_neighbourhood(
            programme, area, phase="candidate", by=manager, households=round(households)
        )
        for area, households in zip(town.neighbourhoods[:6], HOUSEHOLDS, strict=False)
    ]


@pytest.fixture
def chosen(programme, town, manager):
    """A round over all nine with two criteria and no errors in the data."""
    made = SelectionRound.objects.create(
        programme=programme,
        made_by=manager,
        name="Eerste ronde",
        held_on=date.today(),
        places=3,
        seed=20,
    )
    made.candidates.set(town.neighbourhoods)
    for position, (key, axis) in enumerate([("need", "need"), ("energy", "energy")]):
        Criterion.objects.create(
            round=made,
            indicator=Indicator.objects.get(key=key),
            year=2020,
            axis=axis,
            error_share=0.0,
            position=position,
        )
    return made


@pytest.fixture
def evaluate():
    """Do the worker's job on a round."""

    def run(chosen):
        slug = chosen.programme.organisation.slug
        plans.evaluate_round(progress=quiet, organisation=slug, round_id=chosen.pk)
        chosen.refresh_from_db()
        return {row.area.code: row for row in chosen.results.select_related("area", "deciding")}

    return run


@pytest.fixture
def order():
    """Let someone put criteria in an order: keys, most important first."""

    def say(chosen, person, *keys):
        found = {row.indicator.key: row.pk for row in chosen.criteria.select_related("indicator")}
        places = {found[key]: place for place, key in enumerate(keys, 1)}
        return rounds.give_order(chosen, by=person, places=places)

    return say


@pytest.fixture
def plan(first_quarter):
    """Do the worker's job of making a schedule."""

    def run(programme, rows, *, quarters=12, **more):
        codes = [row.area.code for row in rows]
        made = schedules.make_schedule(
            progress=quiet,
            organisation=programme.organisation.slug,
            programme_id=programme.pk,
            first_quarter=first_quarter.isoformat(),
            quarters=quarters,
            codes=codes,
            **more,
        )
        return Schedule.objects.get(pk=made["schedule"])

    return run


@pytest.fixture
def as_user():
    """A browser in which this person is logged in."""

    def logged_in(person):
        client = Client()
        client.force_login(person)
        return client

    return logged_in


@pytest.fixture
def running():
    """Let a candidate start on a day."""

    def start(row, on):
        ProgrammeNeighbourhood.objects.filter(pk=row.pk).update(phase="startup", startup_on=on)

    return start


@pytest.fixture
def english():
    """Read messages in the language they are written in."""
    with translation.override("en"):
        yield
