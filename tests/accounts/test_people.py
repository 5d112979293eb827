"""Roles given, changed and ended by who may."""

import pytest

from sneeuwbal.accounts import people
from sneeuwbal.accounts.models import Membership, User

BASE = "/werk/proefstad/mensen/"


def add(client, **given):
    form = {"email": "nieuw@proef.example", "name": "Nia Nieuw", "role": "neighbourhood_worker"}
    return client.post(f"{BASE}nieuw/", form | given, follow=True)


def test_a_new_person_gets_a_role_neighbourhoods_and_a_link(as_manager, town, clean_page):
    here = town.neighbourhoods[0]
    page = add(as_manager, areas=[here.pk])
    clean_page(page)
    membership = Membership.objects.get(user__email="nieuw@proef.example")
    assert membership.role == "neighbourhood_worker"
    assert list(membership.areas.all()) == [here]
    assert not membership.user.has_usable_password()
    assert people.password_link(membership.user).rsplit("/", 2)[0] in page.content.decode()


def test_neighbourhoods_of_another_municipality_are_not_offered(as_manager, make_town):
    other = make_town("GM9991", name="Elders")
    page = add(as_manager, areas=[other.neighbourhoods[0].pk])
    assert "error-summary" in page.content.decode()
    assert not User.objects.filter(email="nieuw@proef.example").exists()


def test_who_has_an_account_keeps_name_and_password(as_manager, person):
    known = person(email="ans@proef.example")
    page = add(as_manager, email="Ans@proef.example")
    known.refresh_from_db()
    assert known.name != "Nia Nieuw" and known.has_usable_password()
    assert "wachtwoord/" not in page.content.decode().split("<main")[1]
    assert Membership.objects.filter(user=known).count() == 1


def test_the_same_role_twice_is_refused(as_manager):
    add(as_manager)
    assert "heeft deze rol al" in add(as_manager).content.decode()
    assert Membership.objects.filter(user__email="nieuw@proef.example").count() == 1


def test_the_last_programme_manager_cannot_go_or_step_back(as_manager, place, manager):
    own = Membership.objects.get(user=manager)
    page = as_manager.post(f"{BASE}{own.pk}/beeindigen/", follow=True)
    assert "laatste programmamanager" in page.content.decode()
    page = as_manager.post(f"{BASE}{own.pk}/", {"role": "auditor"})
    assert "laatste programmamanager" in page.content.decode()
    assert Membership.objects.get(pk=own.pk).role == "programme_manager"


def test_a_manager_with_a_successor_may_go(as_manager, place, manager, person):
    person(place)
    own = Membership.objects.get(user=manager)
    as_manager.post(f"{BASE}{own.pk}/beeindigen/")
    assert not Membership.objects.filter(pk=own.pk).exists()


def test_an_inactive_manager_is_no_successor(place, manager, person):
    gone = person(place)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    with pytest.raises(people.LastManager):
        people.end(Membership.objects.get(user=manager))


def test_a_role_is_changed(as_manager, place, person, town):
    user = person(place, "auditor")
    held = Membership.objects.get(user=user)
    here = town.neighbourhoods[1]
    given = {"role": "district_manager", "areas": [here.pk]}
    assert as_manager.post(f"{BASE}{held.pk}/", given).status_code == 302
    held.refresh_from_db()
    assert held.role == "district_manager" and list(held.areas.all()) == [here]


def test_ending_asks_first(as_manager, place, person, clean_page):
    held = Membership.objects.get(user=person(place, "auditor"))
    clean_page(as_manager.get(f"{BASE}{held.pk}/beeindigen/"))
    assert Membership.objects.filter(pk=held.pk).exists()


def test_a_membership_of_another_organisation_cannot_be_reached(as_manager, elsewhere, person):
    held = Membership.objects.get(user=person(elsewhere))
    for part in ("", "beeindigen/", "toegang/"):
        assert as_manager.post(f"{BASE}{held.pk}/{part}", {"role": "auditor"}).status_code == 404
    held.refresh_from_db()
    assert held.role == "programme_manager"


def test_a_manager_cannot_take_over_an_account_that_works_elsewhere(
    as_manager, place, elsewhere, person
):
    user = person(elsewhere, email="ans@proef.example")
    add(as_manager, email="ans@proef.example", role="auditor")
    held = Membership.objects.get(user=user, organisation=place)
    assert "/wachtwoord/" not in as_manager.get(f"{BASE}{held.pk}/toegang/").content.decode()
    Membership.objects.filter(pk=held.pk).update(accepted=True)
    assert as_manager.get(f"{BASE}{held.pk}/toegang/").status_code == 403
    assert f"{BASE}{held.pk}/toegang/" not in as_manager.get(BASE).content.decode()


def test_a_manager_cannot_take_over_the_account_of_the_site(as_manager, place, person):
    user = person(place, "auditor")
    User.objects.filter(pk=user.pk).update(manages_site=True)
    held = Membership.objects.get(user=user)
    assert as_manager.get(f"{BASE}{held.pk}/toegang/").status_code == 403


@pytest.mark.parametrize("path", ["", "nieuw/"])
def test_the_pages_obey_the_rules_of_the_house(as_manager, clean_page, path):
    clean_page(as_manager.get(f"{BASE}{path}"))
    clean_page(as_manager.get(f"/en{BASE}{path}"))
