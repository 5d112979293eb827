"""Intervision in a real browser: by keyboard alone, on small screens, without faults."""

from datetime import date

import pytest
from tests.learning.makers import add_figure, advise

from sneeuwbal.learning import lessons, sessions
from sneeuwbal.learning.models import Advice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server, page, session, towns, people, as_user):
    """The site, with a colleague of Beestad logged in, and a lesson with a figure."""
    figure = add_figure(towns[0])
    sessions.bring_case(session, case="Wat er gebeurde.", figures=[figure], by=towns[0])
    sessions.note_attendance(session, towns[:2])
    advise(session, towns[2], people[2])
    sessions.agree(
        session, organisation=towns[0], text="Bellen", owner=people[0], due_on=date(2024, 5, 1)
    )
    lesson = lessons.write(towns[1], session=session, claim="Aanbellen werkt", test="Loot.")
    lessons.link_figure(lesson, figure, by=towns[0], side="supports")
    cookie = as_user(people[1]).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return live_server.url


def tab_to(page, wanted):
    """Press Tab until the element that matches has focus."""
    for _ in range(150):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"cannot reach {wanted} by Tab")


def test_advice_is_given_by_keyboard_alone(page, site, session, towns, people):
    page.goto(f"{site}/werk/beestad/leren/{session.pk}/")
    tab_to(page, ".road__link[href='#advice']")
    page.keyboard.press("Enter")
    tab_to(page, "#id_advice-text")
    page.keyboard.type("Vraag bij elke aanmelding wie iemand bracht.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#advice .card__body:has-text('Vraag bij elke aanmelding')")
    given = Advice.objects.get(organisation=towns[1])
    assert given.author == people[1]


def test_the_clock_of_a_step_runs_and_is_not_needed(page, browser, site, session):
    address = f"{site}/werk/beestad/leren/{session.pk}/"
    page.goto(address)
    page.locator("#case [data-timer-start]").click()
    page.wait_for_selector("#case [data-timer-left]:has-text(':')")
    assert page.locator("#case [data-timer-left]").inner_text() in {"10:00", "9:59", "9:58"}
    plain = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state()
    ).new_page()
    plain.goto(address)
    assert not plain.locator("#case [data-timer-start]").is_visible()
    assert "10 minuten" in plain.locator("#case").inner_text()


PAGES = [
    "/werk/beestad/leren/",
    "/werk/beestad/leren/nieuw/",
    "/werk/beestad/leren/{session}/",
    "/werk/beestad/leren/{session}/verslag/",
    "/werk/beestad/leren/lessen/{lesson}/cijfers/",
    "/lessen/",
    "/en/lessen/{lesson}/",
]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_the_screen_and_axe_finds_nothing(page, site, axe, shot, path, width, session):
    lesson = session.lessons.get()
    page.set_viewport_size({"width": width, "height": 800})
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(site + path.format(session=session.pk, lesson=lesson.slug))
    shot(page, "learning" + path.replace("/", "-").replace("?", "-"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe(page)
    assert complaints == []
