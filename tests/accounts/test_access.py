"""Who may do what: the whole table, written out a second time on purpose."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import get_resolver, path

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right
from sneeuwbal.accounts.models import Role

# One column per role, in this order; a change of the policy is a change of this table.
ROLES = [
    "programme_manager",
    "policy_adviser",
    "district_manager",
    "neighbourhood_worker",
    "team_volunteer",
    "partner",
    "researcher",
    "auditor",
]
MATRIX = {
    #                    manager adviser district worker volunt. partner research. auditor
    "see_work": "yes     yes     yes     yes    yes     yes     yes       yes",
    "see_roadmap": "yes  yes     yes     yes    no      yes     no        yes",
    "write_roadmap": "yes yes    yes     yes    no      yes     no        no",
    "manage_programme": "yes no  no      no     no      no      no        no",
    "see_planning": "yes yes     yes     yes    no      no      yes       yes",
    "weigh": "yes        yes     yes     no     no      yes     no        no",
    "plan": "yes         no      no      no     no      no      no        no",
    "write_outreach": "yes no    no      yes    yes     no      no        no",
    "see_personal": "yes no      no      yes    no      no      no        no",
    "manage_teams": "yes no      yes     yes    no      no      no        no",
    "see_evidence": "yes yes     yes     yes    no      no      yes       yes",
    "update_evidence": "yes yes  no      no     no      no      no        no",
    "learn": "yes        yes     yes     yes    no      no      yes       no",
    "publish": "yes      no      no      no     no      no      no        no",
    "import": "yes       no      no      no     no      no      no        no",
    "administer": "yes   no      no      no     no      no      no        no",
}
# Django's own views and static files decide nothing about our data.
WITHOUT_MARK = {"static"}


def test_the_table_names_every_right_and_every_role():
    assert set(MATRIX) == {str(right) for right in Right}
    assert set(ROLES) == set(Role.values) == set(access.MAY)


@pytest.mark.parametrize("right", MATRIX)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_exactly_what_the_table_says(place, person, role, right):
    expected = MATRIX[right].split()[ROLES.index(role)] == "yes"
    assert access.may(person(place, role), Right(right), place) is expected


def test_no_role_gives_rights_in_another_organisation(place, elsewhere, person):
    worker = person(place)
    assert access.rights(worker, elsewhere) == frozenset()


def test_an_ended_account_has_no_rights(place, person):
    user = person(place)
    user.is_active = False
    user.save()
    assert access.rights(user, place) == frozenset()


def test_a_right_limited_to_a_neighbourhood_stops_at_its_border(place, town, person):
    here, there = town.neighbourhoods[:2]
    worker = person(place, "neighbourhood_worker", areas=[here])
    assert access.may(worker, Right.WRITE_OUTREACH, place, here)
    assert not access.may(worker, Right.WRITE_OUTREACH, place, there)
    assert access.area_codes(worker, Right.WRITE_OUTREACH, place) == {here.code}
    with pytest.raises(PermissionDenied):
        access.require(worker, Right.WRITE_OUTREACH, place, there)


def test_a_second_role_without_border_lifts_the_border(place, town, person):
    from sneeuwbal.accounts.models import Membership

    worker = person(place, "neighbourhood_worker", areas=town.neighbourhoods[:1])
    Membership.objects.create(user=worker, organisation=place, role="programme_manager")
    assert access.area_codes(worker, Right.WRITE_OUTREACH, place) is None


def _views(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        where = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _views(pattern, where)
        else:
            yield where, pattern


def unmarked(resolver):
    """Addresses whose view says neither which right it needs nor that it is public."""
    marks = {str(right) for right in Right} | {"public", "signed_in"}
    return [
        where
        for where, pattern in _views(resolver)
        if str(getattr(pattern.callback, "right", "")) not in marks
        and where.split("/")[0] not in WITHOUT_MARK
    ]


def test_every_address_says_who_may_open_it():
    assert unmarked(get_resolver()) == []


def test_a_planted_view_without_mark_is_found():
    class Planted:
        url_patterns = [path("werk/<slug:organisation>/lek/", lambda request: None)]

    assert unmarked(Planted()) == ["werk/<slug:organisation>/lek/"]


def test_every_address_of_an_organisation_asks_for_a_right():
    open_doors = [
        where
        for where, pattern in _views(get_resolver())
        if "organisation>" in where and pattern.callback.right in {"public", "signed_in"}
    ]
    assert open_doors == []


def test_a_page_of_another_organisation_does_not_exist(client, place, elsewhere, person):
    client.force_login(person(place))
    for part in ("", "mensen/", "taken/"):
        assert client.get(f"/werk/proefstad/{part}").status_code == 200
        assert client.get(f"/werk/elders/{part}").status_code == 404
        assert client.get(f"/werk/bestaat-niet/{part}").status_code == 404


def test_a_page_beyond_the_role_is_refused(client, place, person, clean_page):
    client.force_login(person(place, "team_volunteer"))
    refused = client.get("/werk/proefstad/mensen/")
    assert refused.status_code == 403
    assert "programmamanager" in refused.content.decode()
    clean_page(refused)


def test_who_is_not_logged_in_is_asked_to(client, place):
    answer = client.get("/werk/proefstad/mensen/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/inloggen/?next=/werk/proefstad/mensen/"
