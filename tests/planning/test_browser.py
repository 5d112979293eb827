"""Choosing and planning in a real browser: by keyboard, on a phone, without faults."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from sneeuwbal.planning import rounds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(live_server, page, manager, as_user):
    client = as_user(manager)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
    return f"{live_server.url}%s/werk/proefstad"


@pytest.fixture
def story(chosen, candidates, staff, town, manager, adviser, order, evaluate, plan):
    """An evaluated round with an exclusion, and an adopted schedule with a start too many."""
    order(chosen, manager, "need", "energy")
    order(chosen, adviser, "energy")
    rounds.exclude(
        chosen, town.neighbourhoods[2], owner=manager, reason="Riool open", until=chosen.held_on
    )
    evaluate(chosen)
    made = plan(staff, candidates, quarters=6, round_id=chosen.pk)
    return {"round": chosen.pk, "schedule": made.pk}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("language", ["", "/en"])
def test_an_order_is_given_by_keyboard_and_its_result_is_read(
    page, site, chosen, town, evaluate, width, language
):
    page.set_viewport_size({"width": width, "height": 800})
    need, energy = chosen.criteria.values_list("pk", flat=True)
    page.goto(f"{site % language}/kiezen/{chosen.pk}/wegen/")
    page.locator(f"#id_place_{need}").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == f"id_place_{energy}"
    page.keyboard.press("2")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/kiezen/{chosen.pk}/")
    assert chosen.weighings.get().order == [[need], [energy]]
    evaluate(chosen)
    page.reload()
    table = page.locator("[aria-labelledby=neighbourhoods] tbody")
    first = table.locator("tr").first
    # Need weighs most, so the neighbourhoods in the south-east come first.
    assert first.locator("th").inner_text() in {area.name for area in town.neighbourhoods[-3:]}
    assert "%" in first.inner_text()
    # What is drawn on the map is read with the keyboard too.
    area = page.locator(".map__area[tabindex='0'], a.map__area").first
    area.focus()
    assert town.neighbourhoods[0].name in page.evaluate(
        "document.activeElement.getAttribute('aria-label')"
    )


PATHS = [
    "/kiezen/",
    "/kiezen/nieuw/",
    "/kiezen/{round}/",
    "/kiezen/{round}/criteria/",
    "/kiezen/{round}/wegen/",
    "/kiezen/{round}/wegen/?manier=grenzen",
    "/kiezen/{round}/weglaten/",
    "/kiezen/{round}/algoritmekaart/",
    "/wegen/",
    "/planning/",
    "/planning/nieuw/",
    "/planning/{schedule}/",
]


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_fit_the_screen_and_have_no_accessibility_faults(page, site, story, width, language):
    page.set_viewport_size({"width": width, "height": 800})
    complaints = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    for path in PATHS:
        url = site % language + path.format(**story)
        assert page.goto(url).ok, url
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        found = Axe().run(page)
        assert found.violations_count == 0, url + found.generate_report()
        assert complaints == [], url


def test_a_refused_form_keeps_its_answers_and_points_at_the_mistake(page, site, story, candidates):
    code = candidates[0].area.code
    page.goto(f"{site % ''}/planning/nieuw/")
    page.locator(f"#id_{code}-months").fill("2")
    page.locator(f"#id_{code}-use").check()
    page.locator("main form.form button").click()
    error = page.locator(f"#id_{code}-reason_error")
    assert error.is_visible()
    assert page.locator(f"#id_{code}-months").input_value() == "2"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
