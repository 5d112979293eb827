"""Three organisations that learn from each other, and one that does not take part."""

from datetime import date

import pytest
from django.test import Client
from tests.learning.makers import add_person

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.learning import sessions


@pytest.fixture
def towns(db):
    return [
        Organisation.objects.create(slug=name.lower(), name=name)
        for name in ("Aadorp", "Beestad", "Ceedam")
    ]


@pytest.fixture
def outsider(db):
    return Organisation.objects.create(slug="elders", name="Elders")


@pytest.fixture
def people(towns):
    return [add_person(town) for town in towns]


@pytest.fixture
def session(towns):
    return sessions.start(
        title="Steeds dezelfde mensen",
        held_on=date(2024, 3, 1),
        organisations=towns,
        case_owner=towns[0],
    )


@pytest.fixture
def as_user():
    """A browser in which this person is logged in."""

    def logged_in(person):
        client = Client()
        client.force_login(person)
        return client

    return logged_in
