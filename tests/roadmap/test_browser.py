"""A Routekaart session in a real browser, by keyboard alone."""

from datetime import date

import pytest

from sneeuwbal.roadmap import programmes
from sneeuwbal.roadmap.models import Card, Decision

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server, page, manager, programme, session, card, areas, as_user):
    """The site with someone logged in, in the browser's own cookie."""
    programmes.add_neighbourhood(programme, areas[0], phase="candidate", by=manager, households=400)
    cookie = as_user(manager).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    return live_server.url


def tab_to(page, wanted):
    """Press Tab until the element that matches has focus."""
    for _ in range(120):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"cannot reach {wanted} by Tab")


def test_cards_and_a_decision_are_added_by_keyboard_alone(page, site, session, manager):
    page.goto(f"{site}/werk/proefstad/routekaart/{session.pk}/")
    tab_to(page, "#add > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#id_kind")
    page.keyboard.type("risico")
    tab_to(page, "#id_title")
    page.keyboard.type("Drie partijen bellen aan")
    page.keyboard.press("Enter")
    page.wait_for_selector("#work [role=status]")
    assert page.evaluate("document.activeElement.id") == "id_title"
    page.keyboard.type("Nog een kaartje")
    page.keyboard.press("Enter")
    page.wait_for_selector("#work h4:has-text('Nog een kaartje')")
    assert set(Card.objects.values_list("title", "kind")) == {
        ("Straat gaat open", "chance"),
        ("Drie partijen bellen aan", "risk"),
        ("Nog een kaartje", "risk"),
    }
    tab_to(page, "form[action$='/besluit/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/routekaart/besluit/*/")
    tab_to(page, "#id_owner")
    page.keyboard.type(manager.name[:4])
    page.locator("#id_due_on").evaluate("field => field.type = 'text'")
    tab_to(page, "#id_due_on")
    page.keyboard.type("2030-01-31")
    tab_to(page, ".form__actions button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/routekaart/{session.pk}/")
    decision = Decision.objects.get()
    assert decision.owner == manager and decision.due_on == date(2030, 1, 31)


PAGES = [
    "programma/",
    "programma/buurt/{row}/",
    "programma/{programme}/capaciteit/",
    "programma/{programme}/budget/",
    "routekaart/",
    "routekaart/{session}/",
    "routekaart/{session}/?beeld=lijst",
    "routekaart/{session}/?beeld=kaart",
    "routekaart/{session}/afdrukken/",
    "routekaart/{session}/besluit-toevoegen/",
]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_the_screen_and_axe_finds_nothing(
    page, site, axe, shot, path, width, programme, session
):
    row = programme.neighbourhoods.get()
    page.set_viewport_size({"width": width, "height": 800})
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    filled = path.format(row=row.pk, programme=programme.pk, session=session.pk)
    page.goto(f"{site}/werk/proefstad/{filled}")
    shot(page, "roadmap-" + path.replace("/", "-").replace("?", "-"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    axe(page)
    assert complaints == []
