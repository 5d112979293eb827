"""An account made elsewhere holds no role here until its owner opened our invitation."""

import re

import pytest

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right
from sneeuwbal.accounts.models import Membership

pytestmark = pytest.mark.django_db
ADDRESS = "nieuw@havenstad.example"


def invite(client, place):
    form = {"email": ADDRESS, "name": "Nieuw", "role": "programme_manager"}
    answer = client.post(f"/werk/{place.slug}/mensen/nieuw/", form)
    return client.get(answer.url).content.decode()


def link_in(page):
    return re.search(r"<code>https?://[^/]+(/[^<]+)</code>", page)[1]


def test_whoever_made_an_account_elsewhere_gets_no_role_with_it(
    client, place, elsewhere, person, manager
):
    hijacker = person(elsewhere, email=ADDRESS)
    client.force_login(manager)
    assert "/uitnodiging/" in link_in(invite(client, place))
    assert not access.may(hijacker, Right.SEE_WORK, place)
    assert place not in access.organisations_of(hijacker)
    client.force_login(hijacker)
    assert client.get(f"/werk/{place.slug}/mensen/").status_code == 404


def test_the_owner_takes_up_the_role_with_the_link(client, place, elsewhere, person, manager):
    owner = person(elsewhere, email=ADDRESS)
    client.force_login(manager)
    link = link_in(invite(client, place))
    client.force_login(owner)
    assert "Takes up" not in client.get(link).content.decode()
    client.post(link)
    assert client.get(f"/werk/{place.slug}/mensen/").status_code == 200


def test_an_invitation_is_of_no_use_to_another_account(client, place, elsewhere, person, manager):
    person(elsewhere, email=ADDRESS)
    client.force_login(manager)
    link = link_in(invite(client, place))
    client.force_login(person(elsewhere))
    assert client.get(link).status_code == 404
    assert client.post(link).status_code == 404
    assert client.get("/uitnodiging/onzin/").status_code == 404
    assert not Membership.objects.get(user__email=ADDRESS, organisation=place).accepted


def test_someone_invited_does_not_count_as_the_last_manager(
    client, place, elsewhere, person, manager
):
    person(elsewhere, email=ADDRESS)
    client.force_login(manager)
    invite(client, place)
    own = Membership.objects.get(user=manager, organisation=place)
    client.post(f"/werk/{place.slug}/mensen/{own.pk}/beeindigen/")
    assert Membership.objects.filter(pk=own.pk).exists()


def test_who_works_here_already_needs_no_invitation_for_a_second_role(place, person):
    from sneeuwbal.accounts import people

    colleague = person(place, role="policy_adviser")
    second = people.add(place, email=colleague.email, name="", role="partner", areas=[])
    assert second.accepted


def test_with_several_organisations_only_who_manages_the_site_imports_open_data(
    place, elsewhere, manager
):
    assert not access.may(manager, Right.IMPORT, place)
    assert Right.IMPORT not in access.rights(manager, place)
    manager.manages_site = True
    assert access.may(manager, Right.IMPORT, place)
    elsewhere.delete()
    manager.manages_site = False
    assert access.may(manager, Right.IMPORT, place)
