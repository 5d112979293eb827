"""In a real browser: at the door with a phone, and a neighbour with a card."""

import os
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from sneeuwbal.outreach import ledger
from sneeuwbal.outreach.models import Event, Household, ReferralCode, Stage
from sneeuwbal.outreach.teams import end_team, start_team

pytestmark = pytest.mark.browser

PHONE_SIZE = {"width": 360, "height": 740}
DESK_SIZE = {"width": 1280, "height": 900}
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def door(page, live_server, browser_town):
    """The worker's phone at the doorstep form."""
    sign_in(page, live_server, browser_town.worker)
    page.set_viewport_size(PHONE_SIZE)
    page.goto(f"{live_server.url}/werk/duinstad/bereik/")
    page.get_by_role("link", name="Gesprek vastleggen in Zeewijk").click()
    return page


def sign_in(page, live_server, person):
    client = Client()
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def picture(page, name):
    """Keep a screenshot when someone wants to look at them."""
    if folder := os.environ.get("SNEEUWBAL_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"outreach-{name}.png", full_page=True)


def check_accessible(page):
    found = Axe().run(page, options=WCAG)
    assert found.violations_count == 0, found.generate_report()
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, f"scrolls sideways by {width} px"


def test_a_conversation_takes_two_taps_on_a_phone(door, browser_town):
    check_accessible(door)
    picture(door, "conversation-360")
    door.get_by_text("Niet thuis").click()
    door.get_by_role("button", name="Vastleggen").click()
    door.get_by_role("heading", name="Vastgelegd").wait_for()
    check_accessible(door)
    row = Event.objects.get()
    assert (row.stage, row.outcome, row.recorded_by) == (1, "nobody_home", browser_town.worker)


def test_permission_is_asked_only_when_there_is_interest(door):
    question = door.get_by_label("mag contact met mij opnemen")
    expect(question).to_be_hidden()
    door.get_by_text("Geen interesse").click()
    expect(question).to_be_hidden()
    door.locator("label:has([value=interested])").click()
    expect(question).to_be_visible()
    picture(door, "conversation-interested-360")
    check_accessible(door)


def test_a_double_click_gives_one_row(door):
    door.get_by_text("Gesproken").click()
    door.get_by_role("button", name="Vastleggen").dblclick()
    door.get_by_role("heading", name="Vastgelegd").wait_for()
    assert Event.objects.count() == 1
    # Going back gives an empty form, so that nobody records the same door twice by habit.
    door.go_back()
    door.get_by_role("button", name="Vastleggen").click()
    expect(door.get_by_role("radio", name="Gesproken")).to_be_visible()
    assert Event.objects.count() == 1


def test_contact_details_without_a_tick_are_not_kept(door):
    door.get_by_text("Doet mee").click()
    door.get_by_label("Telefoon").fill("0612345678")
    door.get_by_role("button", name="Vastleggen").click()
    door.get_by_role("alert").wait_for()
    check_accessible(door)
    picture(door, "conversation-error-360")
    assert Event.objects.count() == Household.objects.count() == 0
    door.get_by_label("mag contact met mij opnemen").check()
    door.get_by_role("button", name="Vastleggen").click()
    door.get_by_role("heading", name="Vastgelegd").wait_for()
    assert Household.objects.get().phone == "0612345678"


def test_the_whole_form_works_with_the_keyboard_alone(door):
    door.get_by_role("radio", name="Niet thuis").focus()
    for _ in range(3):
        door.keyboard.press("ArrowDown")
    assert door.get_by_role("radio", name="Gesproken").is_checked()
    for _ in range(8):
        door.keyboard.press("Tab")
        if door.evaluate("document.activeElement.textContent.trim()") == "Vastleggen":
            break
    door.keyboard.press("Enter")
    door.get_by_role("heading", name="Vastgelegd").wait_for()
    assert Event.objects.get().stage == Stage.SPOKEN


def test_from_the_door_to_a_card_that_a_neighbour_redeems(door, live_server, browser, browser_town):
    door.get_by_text("Doet mee").click()
    door.get_by_role("button", name="Vastleggen").click()
    picture(door, "recorded-360")
    door.get_by_role("button", name="Kaartje maken").click()
    code = door.locator(".paper-card__code").inner_text()
    check_accessible(door)
    picture(door, "card-360")
    neighbour = browser.new_page(viewport=PHONE_SIZE, locale="nl-NL")
    neighbour.goto(f"{live_server.url}/kaartje/")
    picture(neighbour, "card-code-360")
    check_accessible(neighbour)
    neighbour.get_by_label("Code op uw kaartje").fill(code.lower())
    neighbour.keyboard.press("Enter")
    neighbour.get_by_role("heading", name="U kreeg dit kaartje van een buur").wait_for()
    picture(neighbour, "redeem-360")
    check_accessible(neighbour)
    neighbour.get_by_role("button", name="Ik wil meer weten").dblclick()
    neighbour.get_by_role("heading", name="Dank u wel").wait_for()
    picture(neighbour, "thanks-360")
    check_accessible(neighbour)
    neighbour.close()
    giver, referred = Event.objects.order_by("pk")
    assert (referred.origin, referred.referrer) == ("referral", giver.household)


@pytest.mark.parametrize("size", [PHONE_SIZE, DESK_SIZE], ids=["360", "1280"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_accessible(page, live_server, browser_town, size, language):
    town = browser_town
    row = a_busy_week(town)
    sign_in(page, live_server, town.manager)
    page.set_viewport_size(size)
    code = ReferralCode.objects.get().code
    paths = {
        "overview": "",
        "conversations": "gesprekken/",
        "recorded": f"vastgelegd/{row.key}/",
        "correct": f"vastgelegd/{row.key}/verbeteren/",
        "card": f"kaartje/{code}/",
        "household": f"huishouden/{row.household}/",
        "details": f"huishouden/{row.household}/gegevens/",
        "erase": f"huishouden/{row.household}/wissen/",
        "teams": "teams/",
        "team": "teams/nieuw/",
        "costs": "kosten/",
        "cost": "kosten/nieuw/",
        "conversation": "gesprek/BU99990000/",
    }
    start = live_server.url + ("/en" if language == "en" else "")
    addresses = {name: f"{start}/werk/duinstad/bereik/{path}" for name, path in paths.items()}
    addresses["redeem"] = f"{start}/kaartje/{code}/"
    for name, address in addresses.items():
        answer = page.goto(address)
        assert answer.status == 200, name
        picture(page, f"{name}-{size['width']}-{language}")
        check_accessible(page)
        assert not re.search(r"[a-z]+_[a-z]+|%\(", page.locator("main").inner_text()), name


def a_busy_week(town):
    """Something on every page: a participant with details, a card, corrections, teams, costs."""
    today = timezone.localdate()

    def talk(stage, **more):
        given = {"by": town.worker, "key": uuid4(), "stage": stage, "channel": "door"}
        return ledger.record_conversation(town.here, **{"held_on": today, **given, **more})

    row = talk(
        Stage.INTERESTED,
        held_on=today - timedelta(days=12),
        consents=["contact"],
        contact=ledger.Contact(phone="0612345678", street="Duinweg", house_number="7"),
    )
    talk(Stage.PARTICIPANT, household=row.household, channel="energy_party")
    ledger.issue_code(row.household, key=uuid4(), neighbourhood=town.here, by=town.worker)
    wrong = talk(Stage.SPOKEN, outcome="spoken")
    ledger.correct(wrong, key=uuid4(), by=town.worker, stage=Stage.APPROACHED)
    ledger.undo(talk(Stage.NOT_INTERESTED, outcome="not_interested"), by=town.worker)
    for hours in (3, 5):
        cost = ledger.NewCost(
            uuid4(), town.organisation, today, "hours", town.here, "buurtbegeleider", hours=hours
        )
        line = ledger.record_cost(cost)
    ledger.reverse_cost(line, key=uuid4(), by=None)
    more = {"started_on": today - timedelta(days=200), "worker": town.worker, "members": 6}
    start_team(town.here, name="Warm Samen", members_with_measure=3, **more)
    stopped = start_team(town.there, name="Bosrand Actief", **more)
    end_team(stopped, ended_on=today, reason="Te weinig mensen met tijd")
    return row
