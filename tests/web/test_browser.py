"""Our pages in a real browser: nothing that axe-core objects to, no sideways scrolling."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PUBLIC = {"start": "/", "over": "/over/", "toegankelijkheid": "/toegankelijkheid/",
          "inloggen": "/inloggen/", "fout-404": "/bestaat-niet/"}  # fmt: skip
STAFF = {
    "mijn-werk": "/werk/",
    "organisatie": "/werk/proefstad/",
    "mensen": "/werk/proefstad/mensen/",
    "mens-nieuw": "/werk/proefstad/mensen/nieuw/",
    "gegevens": "/werk/proefstad/gegevens/",
    "taken": "/werk/proefstad/taken/",
    "account": "/account/",
}
PASSWORD = "een-lang-wachtwoord-voor-de-proef"


def fits(page):
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than the screen"


@pytest.fixture
def watched(page):
    """A page that fails the test on any error in the console or a foreign request."""
    faults = []
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    ours = [text for text in faults if "404" not in text and "403" not in text]
    assert ours == []


def log_in(page, live_server, manager):
    page.goto(f"{live_server.url}/inloggen/")
    page.get_by_label("E-mailadres").fill(manager.email)
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.locator("form.form").get_by_role("button", name="Inloggen").click()
    page.wait_for_url("**/werk/")


@pytest.mark.parametrize("width", [360, 1280])
def test_public_pages_are_accessible_and_fit(watched, live_server, axe, shot, width):
    watched.set_viewport_size({"width": width, "height": 800})
    for language in ("", "/en"):
        for name, path in PUBLIC.items():
            watched.goto(f"{live_server.url}{language}{path}")
            axe(watched)
            fits(watched)
            if not language:
                shot(watched, name)


@pytest.mark.parametrize("width", [360, 1280])
def test_staff_pages_are_accessible_and_fit(watched, live_server, manager, axe, shot, width):
    watched.set_viewport_size({"width": width, "height": 800})
    log_in(watched, live_server, manager)
    for name, path in STAFF.items():
        watched.goto(f"{live_server.url}{path}")
        axe(watched)
        fits(watched)
        shot(watched, name)


def test_a_wrong_login_moves_the_focus_to_the_errors(watched, live_server, axe, manager):
    watched.goto(f"{live_server.url}/inloggen/")
    watched.get_by_label("E-mailadres").fill(manager.email)
    watched.get_by_label("Wachtwoord", exact=True).fill("mis")
    watched.locator("form.form").get_by_role("button", name="Inloggen").click()
    watched.wait_for_selector(".error-summary")
    assert watched.evaluate("document.activeElement.classList.contains('error-summary')")
    axe(watched)


def test_progress_renews_itself_and_ends_with_a_link(
    watched, live_server, place, manager, axe, shot
):
    from sneeuwbal.accounts import jobs, signs
    from sneeuwbal.accounts.models import Job

    log_in(watched, live_server, manager)
    job = jobs.request(
        "update_figures", organisation=place, by=manager, return_path="/werk/proefstad/"
    )
    watched.goto(f"{live_server.url}/taak/{job.pk}/")
    assert "Wacht op zijn beurt" in watched.inner_text("main")
    Job.objects.update(state="running")
    signs.give(job.key, percent=42, message="Gesprekken lezen")
    watched.wait_for_selector("progress[value='42']")
    axe(watched)
    shot(watched, "taak")
    Job.objects.update(state="done", progress=100)
    watched.get_by_role("link", name="Bekijk het resultaat").wait_for()
    assert watched.locator("[hx-trigger]").count() == 0


def test_the_pages_work_without_scripts(browser, live_server, place, manager):
    page = browser.new_context(java_script_enabled=False).new_page()
    log_in(page, live_server, manager)
    page.goto(f"{live_server.url}/werk/proefstad/")
    page.get_by_role("link", name="Beheer").click()
    assert "Mensen en rollen" in page.inner_text("h1")
    page.get_by_role("button", name="Uitloggen").click()
    page.wait_for_url(f"{live_server.url}/")


def test_the_language_switch_keeps_the_page(watched, live_server):
    watched.goto(f"{live_server.url}/over/")
    watched.get_by_role("link", name="English").click()
    watched.wait_for_url("**/en/over/")
    assert watched.locator("html").get_attribute("lang") == "en"
    assert watched.context.cookies() == []
