"""Every page of the room: clean, in two languages, and only for who may see it."""

from datetime import date
from uuid import uuid4

import pytest
from tests.roadmap.makers import add_person

from sneeuwbal.accounts.models import Role
from sneeuwbal.roadmap import programmes, sessions

BASE = "/werk/proefstad/"


@pytest.fixture
def paths(programme, session, card, areas, manager):
    """Every page that answers to GET, by the right that it asks."""
    row = programmes.add_neighbourhood(
        programme, areas[0], phase="candidate", by=manager, households=400
    )
    programmes.add_neighbourhood(programme, areas[1], phase="comparison", by=manager)
    decision = sessions.decide_on(card, by=manager)
    plan, road = f"{BASE}programma/", f"{BASE}routekaart/"
    return {
        "see_roadmap": [
            plan,
            f"{plan}buurt/{row.pk}/",
            road,
            f"{road}{session.pk}/",
            f"{road}{session.pk}/?beeld=lijst",
            f"{road}{session.pk}/?beeld=kaart&soort=chance",
            f"{road}{session.pk}/afdrukken/",
        ],
        "write_roadmap": [
            f"{road}nieuw/",
            f"{road}{session.pk}/wijzigen/",
            f"{road}{session.pk}/besluit-toevoegen/",
            f"{road}kaart/{card.pk}/",
            f"{road}besluit/{decision.pk}/",
        ],
        "manage_programme": [
            f"{plan}nieuw/",
            f"{plan}{programme.pk}/wijzigen/",
            f"{plan}{programme.pk}/buurt-toevoegen/",
            f"{plan}{programme.pk}/capaciteit/",
            f"{plan}{programme.pk}/budget/",
            f"{plan}buurt/{row.pk}/wijzigen/",
        ],
    }


def all_of(paths):
    return [path for group in paths.values() for path in group]


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_is_clean_in_both_languages(paths, manager, as_user, clean_page, language):
    browser = as_user(manager)
    for path in all_of(paths):
        answer = browser.get(f"{language}{path}")
        assert answer.status_code == 200, path
        clean_page(answer)


def test_refused_forms_come_back_clean(paths, session, programme, manager, as_user, clean_page):
    browser = as_user(manager)
    for path in [*paths["write_roadmap"], *paths["manage_programme"][:3]]:
        answer = browser.post(path, {})
        assert answer.status_code == 200, path
        clean_page(answer)
    clean_page(browser.post(f"{BASE}routekaart/{session.pk}/kaart-toevoegen/", {}))
    row = programme.neighbourhoods.first()
    answer = browser.post(f"{BASE}programma/buurt/{row.pk}/fase/", {"phase": "stopped"})
    assert answer.status_code == 200
    clean_page(answer)


@pytest.mark.parametrize("asked", ["0", "²", "9" * 5000, "-1", "x"])
def test_a_programme_that_is_not_there_gives_the_newest(programme, manager, as_user, asked):
    answer = as_user(manager).get(f"{BASE}programma/", {"programma": asked})
    assert answer.status_code == 200 and answer.context["programme"] == programme


def test_another_municipality_finds_nothing(paths, stranger, as_user):
    browser = as_user(stranger)
    for path in all_of(paths):
        assert browser.get(path).status_code == 404, path
        own = path.replace("/proefstad/", "/elders/").split("?")[0]
        if any(sign.isdigit() for sign in own):
            assert browser.get(own).status_code == 404, own


def test_posts_through_the_address_of_another_municipality_find_nothing(
    paths, session, card, programme, stranger, as_user
):
    browser = as_user(stranger)
    decision, row = card.decisions.get(), programme.neighbourhoods.first()
    road = "/werk/elders/routekaart/"
    data = {"key": str(uuid4()), "kind": "risk", "title": "x", "status": "done", "phase": "stopped"}
    for path in (
        f"{road}{session.pk}/kaart-toevoegen/",
        f"{road}{session.pk}/vaststellen/",
        f"{road}{session.pk}/heropenen/",
        f"{road}kaart/{card.pk}/intrekken/",
        f"{road}kaart/{card.pk}/terugzetten/",
        f"{road}kaart/{card.pk}/besluit/",
        f"{road}besluit/{decision.pk}/status/",
        f"/werk/elders/programma/buurt/{row.pk}/fase/",
        f"/werk/elders/programma/buurt/{row.pk}/fase/terugdraaien/",
    ):
        assert browser.post(path, data).status_code == 404, path
    for path in (f"{road}{session.pk}/kaarten.csv", f"{road}{session.pk}/besluiten.csv"):
        assert browser.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("role", "groups"),
    [
        (Role.PROGRAMME_MANAGER, {"see_roadmap", "write_roadmap", "manage_programme"}),
        (Role.POLICY_ADVISER, {"see_roadmap", "write_roadmap"}),
        (Role.PARTNER, {"see_roadmap", "write_roadmap"}),
        (Role.AUDITOR, {"see_roadmap"}),
        (Role.RESEARCHER, set()),
        (Role.TEAM_VOLUNTEER, set()),
    ],
)
def test_each_role_opens_its_own_pages(paths, town, as_user, role, groups):
    person = add_person(town, role, name="Proef Persoon")
    browser = as_user(person)
    for group, addresses in paths.items():
        for path in addresses:
            assert browser.get(path).status_code == (200 if group in groups else 403), path


def test_an_auditor_reads_without_buttons(paths, session, town, auditor, as_user):
    page = as_user(auditor).get(f"{BASE}routekaart/{session.pk}/").content.decode()
    assert "Straat gaat open" in page
    for absent in ("kaart-toevoegen", "intrekken", "vaststellen", "/status/"):
        assert absent not in page


def test_an_empty_organisation_is_told_what_to_do_next(town, manager, as_user, clean_page):
    browser = as_user(manager)
    for path, hint in [("programma/", "Maak het programma"), ("routekaart/", "Naar het programma")]:
        answer = browser.get(f"{BASE}{path}")
        clean_page(answer)
        assert hint in answer.content.decode()


def test_a_card_sent_by_script_returns_the_board_with_an_empty_form(session, manager, as_user):
    answer = as_user(manager).post(
        f"{BASE}routekaart/{session.pk}/kaart-toevoegen/",
        {"key": str(uuid4()), "kind": "risk", "title": "Overlast", "text": "", "area": ""},
        headers={"HX-Request": "true"},
    )
    text = answer.content.decode()
    assert "<html" not in text and text.count("Overlast") >= 2
    assert 'value="Overlast"' not in text


def test_a_phase_is_changed_on_the_page_and_undone(programme, areas, manager, as_user):
    row = programmes.add_neighbourhood(programme, areas[0], phase="candidate", by=manager)
    browser, page = as_user(manager), f"{BASE}programma/buurt/{row.pk}/"
    today = date.today().isoformat()
    browser.post(f"{page}fase/", {"phase": "startup", "on": today, "reason": ""})
    row.refresh_from_db()
    assert row.phase == "startup"
    refused = browser.post(f"{page}fase/", {"phase": "active", "on": today, "reason": ""})
    assert "korter dan 4 maanden" in refused.content.decode()
    browser.post(f"{page}fase/terugdraaien/")
    row.refresh_from_db()
    assert row.phase == "candidate"
    assert "Teruggedraaid" in browser.get(page).content.decode()
