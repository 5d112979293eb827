"""The map in a real browser: keyboard, read-out, small screens, accessibility."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = [
    "/kaart/",
    "/kaart/GM9990/?indicator=gas",
    "/buurt/BU99900004/2020/",
    "/bronnen/",
]
VALUES = {
    "gas": [1200.0, 900.0, None, 1500.0, 700.0, 1100.0, 1000.0, 950.0, 1300.0],
    "density": [1000.0, 1100.0, 9000.0, 5000.0, 800.0, 950.0, 900.0, 870.0, 990.0],
    "household_size": [2.1, 2.2, 1.4, 1.8, 2.6, 2.0, 2.3, 2.2, 2.1],
}


@pytest.fixture
def site(live_server, make_town):
    make_town(columns=3, rows=3, values=VALUES)
    make_town("GM9991", name="Testdorp", shapes=False)
    return live_server.url


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_arrow_keys_walk_over_the_map_and_enter_opens_an_area(page, site):
    page.goto(f"{site}/en/kaart/GM9990/?indicator=gas")
    page.locator(".map__area[tabindex='0']").focus()
    assert focused(page).startswith("Proefstad buurt 1: 1,200.0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("Proefstad buurt 5: 700.0")
    assert page.locator("[data-map-readout]").inner_text() == focused(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert focused(page).startswith("Proefstad buurt 1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/buurt/BU99900000/2020/")


def test_the_map_is_one_stop_in_the_tab_order(page, site):
    page.goto(f"{site}/kaart/GM9990/?indicator=gas")
    page.locator(".map__area[tabindex='0']").focus()
    page.keyboard.press("Tab")
    assert not page.evaluate("document.activeElement.closest('.map__svg')")


def test_pointing_at_an_area_reads_its_value_below_the_map(page, site):
    page.goto(f"{site}/en/kaart/GM9990/?indicator=gas")
    page.locator(".map__area").nth(2).hover()
    assert "kept secret" in page.locator("[data-map-readout]").inner_text()


def test_the_area_with_focus_stands_out(page, site):
    page.goto(f"{site}/kaart/GM9990/?indicator=gas")
    width = "el => parseFloat(getComputedStyle(el.querySelector('path')).strokeWidth)"
    area = page.locator(".map__area").nth(4)
    before = area.evaluate(width)
    page.locator(".map__area[tabindex='0']").focus()
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    assert area.evaluate(width) >= before + 2


def test_without_scripts_every_area_is_in_the_tab_order(browser, site):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/en/kaart/GM9990/?indicator=gas")
    page.locator(".map__area").first.focus()
    page.keyboard.press("Tab")
    # Evaluating is impossible without scripts, so ask for what has focus through its selector.
    assert (
        page.locator(".map__area:focus").get_attribute("aria-label").startswith("Proefstad buurt 2")
    )


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("path", PATHS)
def test_pages_fit_the_screen_and_have_no_accessibility_faults(page, site, path, width, language):
    page.set_viewport_size({"width": width, "height": 800})
    complaints = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.goto(f"{site}{language}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []
