"""People of a made-up organisation."""

import pytest

PASSWORD = "een-lang-wachtwoord-voor-de-proef"


@pytest.fixture(autouse=True)
def own_var(settings, tmp_path):
    settings.VAR = tmp_path
    return tmp_path


@pytest.fixture
def town(make_town):
    return make_town()


@pytest.fixture
def place(town):
    from sneeuwbal.accounts.models import Organisation, ReportingUnit

    place = Organisation.objects.create(slug="proefstad", name="Proefstad", fictional=True)
    ReportingUnit.objects.create(organisation=place, municipality=town.municipality)
    return place


@pytest.fixture
def elsewhere(db):
    from sneeuwbal.accounts.models import Organisation

    return Organisation.objects.create(slug="elders", name="Elders")


@pytest.fixture
def person(db):
    """`person(place, role)` makes someone who works there; `person()` only an account."""
    from sneeuwbal.accounts.models import Membership, User

    def make(place=None, role="programme_manager", email=None, areas=()):
        number = User.objects.count()
        user = User.objects.create_user(
            email or f"mens{number}@proef.example", PASSWORD, name=f"Mens {number}"
        )
        if place:
            membership = Membership.objects.create(user=user, organisation=place, role=role)
            membership.areas.set(areas)
        return user

    return make


@pytest.fixture
def manager(place, person):
    return person(place)


@pytest.fixture
def as_manager(client, manager):
    client.force_login(manager)
    return client
