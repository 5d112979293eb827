"""Every page of the room: clean, and in two languages."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from tests.learning.makers import add_figure, advise

from sneeuwbal.learning import lessons, sessions
from sneeuwbal.learning.steps import MINUTES, STEPS


@pytest.fixture
def held(session, towns, people):
    """A session with something in each step, and one before it."""
    before = sessions.start(
        title="Eerder", held_on=date(2024, 1, 1), organisations=towns, case_owner=towns[1]
    )
    sessions.agree(
        before,
        organisation=towns[1],
        text="Vragen wie iemand bracht",
        owner=people[1],
        due_on=date.today() - timedelta(days=3),
    )
    figures = [add_figure(towns[0]), add_figure(towns[0], kind="voice", n=4, value=4.0)]
    sessions.bring_case(session, case="Wat er gebeurde.", figures=figures, by=towns[0])
    sessions.note(session, question="Wat nu?", answers="Drie vragen.", analysis="Steeds dezelfden.")
    sessions.note_attendance(session, towns[:2])
    advise(session, towns[1], people[1])
    advise(session, towns[2], people[2], "Ga door met bellen.")
    sessions.agree(
        session, organisation=towns[0], text="Bellen", owner=people[0], due_on=date(2024, 5, 1)
    )
    lesson = lessons.write(towns[0], session=session, claim="Aanbellen werkt", test="Loot.")
    for figure in figures:
        lessons.link_figure(lesson, figure, by=towns[0], side="supports")
    session.refresh_from_db()
    return session, lesson


def paths_of(session, lesson):
    base = "/werk/aadorp/leren/"
    return [
        base,
        f"{base}nieuw/",
        f"{base}{session.pk}/",
        f"{base}{session.pk}/wijzigen/",
        f"{base}{session.pk}/verslag/",
        f"{base}{session.pk}/les/",
        f"{base}lessen/{lesson.slug}/wijzigen/",
        f"{base}lessen/{lesson.slug}/cijfers/",
        "/lessen/",
        "/lessen/?graad=S",
        f"/lessen/{lesson.slug}/",
    ]


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_page_is_clean_in_both_languages(held, people, as_user, clean_page, language):
    browser = as_user(people[0])
    for path in paths_of(*held):
        answer = browser.get(f"{language}{path}")
        assert answer.status_code == 200, path
        clean_page(answer)


def test_the_public_pages_need_no_account(held, client, clean_page):
    for path in paths_of(*held)[-3:]:
        clean_page(client.get(path))
    for path in paths_of(*held)[:-3]:
        assert client.get(path).status_code == 302


def test_refused_forms_come_back_clean(held, people, as_user, clean_page):
    session, _lesson = held
    browser, base = as_user(people[0]), f"/werk/aadorp/leren/{session.pk}/"
    for part in ("casus", "notitie/question", "advies", "afspraak", "les", "wijzigen"):
        answer = browser.post(f"{base}{part}/", {})
        assert answer.status_code == 200, part
        clean_page(answer)


def test_a_kind_of_figure_that_does_not_exist_is_refused(held, people, as_user):
    session, _lesson = held
    answer = as_user(people[0]).post(
        f"/werk/aadorp/leren/{session.pk}/casus/",
        {"case-case": "x", "case-place": "", "case-kinds": ["cost"]},
    )
    assert answer.status_code == 200 and answer.context["case_form"].errors["kinds"]


def test_a_closed_session_offers_no_forms(held, people, as_user, clean_page):
    session, _lesson = held
    sessions.close(session, on=date(2024, 5, 2))
    answer = as_user(people[0]).get(f"/werk/aadorp/leren/{session.pk}/")
    clean_page(answer)
    text = answer.content.decode()
    for absent in ("/advies/", '/afspraak/"', "/casus/", "/notitie/"):
        assert absent not in text
    assert "/heropenen/" in text


def test_the_seven_steps_stand_in_order_and_open_with_earlier_agreements(held, people, as_user):
    session, _lesson = held
    text = as_user(people[0]).get(f"/werk/aadorp/leren/{session.pk}/").content.decode()
    places = [text.index(f'<section class="section stack" id="{step.key}"') for step in STEPS]
    assert places == sorted(places) and len(places) == 7
    assert places[0] < text.index("Vragen wie iemand bracht") < places[1]
    assert [step.minutes for step in STEPS] == [5, 10, 5, 15, 10, 10, 10] and MINUTES == 65


def test_a_small_figure_stays_hidden_from_the_others(held, people, as_user):
    session, _lesson = held
    text = as_user(people[1]).get(f"/werk/beestad/leren/{session.pk}/").content.decode()
    assert "niet getoond: minder dan 10 huishoudens" in text and "n = 4" not in text


def test_the_form_takes_a_session_from_plan_to_minutes(towns, people, as_user):
    first, second = as_user(people[0]), as_user(people[1])
    answer = first.post(
        "/werk/aadorp/leren/nieuw/",
        {
            "title": "Avond",
            "held_on": "2024-03-01",
            "organisations": [towns[0].pk, towns[1].pk],
            "case_owner": towns[0].pk,
        },
    )
    page = answer["Location"]
    number = page.split("/")[-2]
    add_figure(towns[0], value=0.77)
    told = {"case-case": "Wat er gebeurde", "case-place": "", "case-kinds": ["snowball"]}
    first.post(f"{page}casus/", told)
    first.post(f"{page}notitie/question/", {"question-text": "Wat nu?"})
    first.post(f"{page}aanwezig/", {"attendance-present": [towns[0].pk]})
    theirs = f"/werk/beestad/leren/{number}/"
    key = str(uuid4())
    for _ in range(2):
        second.post(f"{theirs}advies/", {"advice-key": key, "advice-text": "Kleiner beginnen"})
    first.post(
        f"{page}afspraak/",
        {
            "agreement-text": "Bellen",
            "agreement-owner": people[0].pk,
            "agreement-due_on": "2024-05-01",
        },
    )
    assert first.post(f"{page}sluiten/").status_code == 302
    text = second.get(f"{theirs}verslag/").content.decode()
    assert text.count("Kleiner beginnen") == 1
    for part in (
        "Wat er gebeurde",
        "0,77",
        "Wat nu?",
        "Bellen",
        "Beestad was afwezig",
        "schriftelijk",
    ):
        assert part in text
    assert "nog open" not in text
