"""The road in a real browser: at the door with a phone, and at a desk without an account.

The town is made by the steps of tests/test_story.py, so it is the same Vogelstad.
"""

from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from tests import test_story as story
from tests.vogelstad import code_of, months_of_work, write_map, write_table

from sneeuwbal.outreach.models import Event, Household, ReferralCode

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
STEPS = ("routekaart", "kiezen", "bereik", "bewijs", "leren", "publiceren")


@pytest.fixture
def town(live_server, tmp_path):
    """A programme that runs, with a manager and a neighbourhood worker."""
    call_command("import", write_map(tmp_path))
    table, mapping = write_table(tmp_path)
    call_command("import", table, mapping=mapping)
    manager = story.first_account("vogelstad", "Gemeente Vogelstad")
    story.welcome(manager, "Wim Buurt", "neighbourhood_worker", ["Merelhof"])
    story.make_the_programme(manager)
    return manager


@pytest.fixture
def published(town):
    """The same, months later, with a round, a schedule, figures and a release."""
    adviser = story.welcome(town, "Ada Beleid", "policy_adviser")
    story.map_the_field(adviser, town)
    story.weigh_where_to_begin(town, adviser)
    story.make_a_schedule(town)
    story.book_costs(town)
    months_of_work()
    story.name_a_number(town)
    story.learn_together(town, story.first_account("elders", "Gemeente Elders"))
    story.publish(town)


@pytest.fixture
def watched(page, live_server):
    """A page that fails the test on an error, a missing file or a request to another site."""
    faults, own = [], urlsplit(live_server.url).netloc
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("request", lambda r: faults.append(r.url) if urlsplit(r.url).netloc != own else None)
    yield page
    assert faults == []


@pytest.fixture
def look(watched, axe, shot):
    """`look(name)` judges the page that is open: accessible, no wider than the screen."""

    def judge(name=""):
        axe(watched)
        wide = watched.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{watched.url} is {wide} px wider than the screen"
        if name:
            shot(watched, f"story-{name}")

    return judge


def log_in(page, live_server, email):
    """With the keyboard only."""
    page.goto(f"{live_server.url}/inloggen/")
    page.get_by_label("E-mailadres").focus()
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(story.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/werk/")


def test_a_neighbourhood_worker_works_at_the_door_with_a_phone(watched, live_server, town, look):
    page = watched
    page.set_viewport_size(PHONE)
    log_in(page, live_server, "wim@vogelstad.example")
    look("mijn-werk")
    page.goto(f"{live_server.url}/werk/vogelstad/bereik/")
    look()
    page.get_by_role("link", name="Gesprek vastleggen in Merelhof").click()
    look("aan-de-deur")
    # A slip of the finger: recorded by keyboard, taken back, both rows stay.
    page.get_by_role("radio", name="Niet thuis").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Vastleggen").press("Enter")
    page.get_by_role("heading", name="Vastgelegd").wait_for()
    look()
    page.get_by_role("button", name="Laat deze rij vervallen").click()
    page.get_by_role("heading", name="Deze rij is vervallen").wait_for()
    look()
    assert list(Event.objects.order_by("pk").values_list("void", flat=True)) == [False, True]
    # The next door is interested, and agrees to be called.
    page.get_by_role("link", name="Volgende deur").click()
    page.locator("label:has([value=interested])").click()
    page.get_by_label("mag contact met mij opnemen").press("Space")
    page.get_by_label("Telefoon").fill("0612345678")
    look("toestemming")
    page.get_by_role("button", name="Vastleggen").click()
    page.get_by_role("button", name="Kaartje maken").click()
    page.get_by_role("heading", name="Kaartje om door te geven").wait_for()
    look("kaartje")
    code = ReferralCode.objects.get().code
    assert page.locator(".paper-card__code").inner_text().replace("-", "") == code
    assert Household.objects.get().phone == "0612345678"


def test_a_finished_road_is_readable_by_anyone_and_complete_for_its_people(
    watched, live_server, published, look
):
    read_without_account(watched, live_server, look, "", "Tonen", "Nog geen bewijs")
    read_without_account(watched, live_server, look, "/en", "Show", "No evidence yet")
    log_in(watched, live_server, "manager@vogelstad.example")
    for size in (DESK, PHONE):
        watched.set_viewport_size(size)
        for step in STEPS:
            watched.goto(f"{live_server.url}/werk/vogelstad/{step}/")
            look(step)


def read_without_account(page, live_server, look, language, show, no_evidence):
    """From the start page to the map, a profile, the public page and a neighbourhood."""
    page.set_viewport_size(DESK)
    page.goto(f"{live_server.url}{language}/")
    look(f"start{language[1:]}")
    page.goto(f"{live_server.url}{language}/kaart/")
    look()
    page.get_by_label("Vogelstad").or_(page.get_by_role("link", name="Vogelstad")).first.click()
    page.locator("select[name=indicator]").select_option("volunteering_share")
    page.get_by_role("button", name=show, exact=True).click()
    page.wait_for_url("**indicator=volunteering_share**")
    look(f"kaart{language[1:]}")
    page.locator("main table").get_by_role("link", name="Merelhof").first.click()
    page.wait_for_url(f"**/buurt/{code_of('Merelhof')}/2020/")
    look(f"profiel{language[1:]}")
    page.goto(f"{live_server.url}{language}/openbaar/")
    look()
    page.get_by_role("main").get_by_role("link", name="Vogelstad").first.click()
    page.get_by_text(no_evidence).first.wait_for()
    look(f"openbaar{language[1:]}")
    page.get_by_role("main").get_by_role("link", name="Merelhof").first.click()
    page.get_by_text("n = ").first.wait_for()
    look(f"openbare-buurt{language[1:]}")
    assert page.locator("html").get_attribute("lang") == (language[1:] or "nl")
    assert page.context.cookies() == []
