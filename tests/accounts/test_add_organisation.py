"""A new municipality is set up with one command."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sneeuwbal.accounts.models import Membership, Organisation

pytestmark = pytest.mark.django_db


def add(*codes, slug="nieuw"):
    out = StringIO()
    wanted = [part for code in codes for part in ("--municipality", code)]
    who = ["--manager", "baas@nieuw.example", "--manager-name", "De Baas"]
    call_command("add_organisation", slug, "Gemeente Nieuw", *wanted, *who, stdout=out)
    return out.getvalue()


def test_the_manager_of_a_new_organisation_sets_a_password_once(client, make_town):
    make_town("GM9990")
    link = re.search(r"https://<the site>(\S+)", add("GM9990")).group(1)
    page = client.get(link, follow=True)
    password = "een-lang-genoeg-wachtwoord"
    form = {"new_password1": password, "new_password2": password}
    client.post(page.redirect_chain[-1][0], form)
    assert client.login(username="baas@nieuw.example", password=password)
    assert client.get("/werk/nieuw/").status_code == 200
    client.logout()
    assert "new_password1" not in client.get(link, follow=True).content.decode()


def test_two_municipalities_can_act_as_one_organisation(make_town):
    make_town("GM9990")
    make_town("GM9991", name="Buurstad")
    add("GM9990", "GM9991")
    assert Organisation.objects.get().units.count() == 2


def test_it_takes_the_year_of_which_the_households_are_known(make_town):
    make_town("GM9990", year=2020, values={"households": [400] * 6})
    make_town("GM9990", year=2025)
    add("GM9990")
    assert Organisation.objects.get().units.get().municipality.year == 2020


@pytest.mark.parametrize(
    ("codes", "slug", "said"),
    [
        (["GM0000"], "nieuw", "import its official table first"),
        (["GM9990"], "oud", "already"),
        (["GM9990", "GM9991"], "nieuw", "belongs to another organisation"),
    ],
)
def test_a_mistake_is_named_and_adds_nothing(make_town, codes, slug, said):
    make_town("GM9990")
    make_town("GM9991", name="Buurstad")
    add("GM9991", slug="oud")
    with pytest.raises(CommandError, match=said):
        add(*codes, slug=slug)
    assert (Organisation.objects.count(), Membership.objects.count()) == (1, 1)
