"""The frame of every page, the start page, one's work, an organisation's road, refusals."""

from datetime import timedelta

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone

from sneeuwbal.web import navigation, views

PUBLIC = [
    "/",
    "/over/",
    "/toegankelijkheid/",
    "/inloggen/",
    "/kaart/",
    "/bronnen/",
    "/lessen/",
    "/openbaar/",
]


@pytest.fixture
def decision(place, manager):
    from sneeuwbal.roadmap.models import Decision, Programme, RoadmapSession

    today = timezone.localdate()
    programme = Programme.objects.create(
        organisation=place, name="Samen", starts_on=today, ends_on=today + timedelta(days=700)
    )
    session = RoadmapSession.objects.create(programme=programme, title="Sessie", held_on=today)
    return Decision.objects.create(
        session=session,
        text="Bel de woningcorporatie",
        owner=manager,
        due_on=today - timedelta(days=3),
    )


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_is_clean_and_strict(client, db, clean_page, path, language):
    answer = client.get(f"{language}{path}")
    assert answer.status_code == 200
    clean_page(answer)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "script-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", [path for path in PUBLIC if path != "/inloggen/"])
def test_a_reader_without_account_gets_no_cookie(client, db, path):
    assert not client.get(path).cookies


@pytest.mark.parametrize(
    "path", ["/healthz", "/bestaat-niet/", "/werk/", "/static/sneeuwbal/page.js"]
)
def test_the_policy_is_on_every_answer(client, db, path):
    answer = client.get(path)
    assert "Content-Security-Policy" in answer.headers or path.startswith("/static/")


def test_the_checker_of_pages_finds_planted_faults(clean_page):
    good = "<html lang='nl'><body><main><h1>x</h1></main></body></html>"
    clean_page(good)
    for bad in (
        "<p style='color:red'>",
        "<button onclick='x()'>",
        "<script>x</script>",
        "<style>p{}</style>",
        "<img src='https://elders.example/x.png' alt=''>",
        "<i id='a'></i><i id='a'></i>",
        "<h1>y</h1>",
        "<img src='/x.png'>",
    ):
        with pytest.raises(AssertionError):
            clean_page(good.replace("</main>", f"{bad}</main>"))


def test_the_start_page_leads_a_stranger_to_public_pages(client, db):
    text = client.get("/").content.decode()
    for url in ("/kaart/", "/openbaar/", "/lessen/", "/bronnen/", "/inloggen/"):
        assert f'href="{url}"' in text
    assert "/werk/" not in text.split("<main")[1]
    assert "Er is nog niets openbaar" in text


def test_the_start_page_leads_who_works_here_to_their_own_pages(as_manager):
    text = as_manager.get("/").content.decode()
    for part in ("routekaart", "kiezen", "bereik", "bewijs", "leren", "publiceren"):
        assert f'href="/werk/proefstad/{part}/"' in text


def test_the_start_page_tells_what_was_published_and_what_withheld(client, place, town):
    from sneeuwbal.publication.models import PublicNumber, Release

    release = Release.objects.create(
        organisation=place, as_of=timezone.localdate(), digest="0" * 64, hidden=3
    )
    area = town.neighbourhoods[0]
    PublicNumber.objects.create(
        release=release, area=area, kind="reach", value=0.2, n=40, method="m"
    )
    text = client.get("/").content.decode()
    assert "1 cijfer openbaar" in text and "3 niet getoond" in text
    assert f'href="/openbaar/{town.municipality.code}/"' in text
    assert f'href="/openbaar/buurt/{area.code}/"' in text
    release.withdrawn_at = timezone.now()
    release.save()
    assert "1 cijfer openbaar" not in client.get("/").content.decode()


def test_fictional_towns_are_marked_on_start_and_work(as_manager, place):
    for path in ("/", "/werk/proefstad/", "/werk/proefstad/mensen/"):
        assert "Fictieve gegevens." in as_manager.get(path).content.decode()
    place.fictional, place.example_figures = False, True
    place.save()
    assert "Voorbeeldcijfers." in as_manager.get("/werk/proefstad/").content.decode()


def test_the_navigation_resolves_and_shows_only_what_may_be_opened(client, place, person):
    for _text, names in navigation.ORGANISATION:
        for name in names:
            assert navigation.address(name, organisation="proefstad"), name
    for _text, names in navigation.SITE:
        assert navigation.address(names[0]), names
    for role in ("programme_manager", "team_volunteer", "auditor"):
        client.force_login(person(place, role))
        page = client.get("/werk/proefstad/").content.decode()
        nav = page.split('class="site-nav"')[1].split("</nav>")[0]
        urls = [part.split('"')[0] for part in nav.split('href="')[1:]]
        assert urls[0] == "/werk/proefstad/"
        assert all(client.get(url).status_code == 200 for url in urls)


def test_the_page_one_is_on_is_marked_in_the_navigation(as_manager):
    page = as_manager.get("/werk/proefstad/gegevens/").content.decode()
    nav = page.split('class="site-nav"')[1].split("</nav>")[0]
    marked = [part for part in nav.split("<li>") if "aria-current" in part]
    assert len(marked) == 1 and "Beheer" in marked[0]


def test_an_address_that_nobody_has_is_no_link():
    assert navigation.address("no-such-page") == ""
    assert not navigation.may_open("", frozenset())


def test_my_work_shows_places_decisions_and_running_work(
    as_manager, place, manager, decision, clean_page
):
    from sneeuwbal.accounts import jobs

    jobs.request("update_figures", organisation=place, by=manager)
    page = as_manager.get("/werk/")
    clean_page(page)
    text = page.content.decode()
    for part in (
        "Proefstad",
        "Programmamanager".lower(),
        "Bel de woningcorporatie",
        "te laat",
        "Wacht op zijn beurt",
    ):
        assert part in text


def test_my_work_without_an_organisation_says_what_to_do(client, person, clean_page):
    client.force_login(person())
    page = client.get("/werk/")
    clean_page(page)
    assert "Vraag een programmamanager" in page.content.decode()


def test_an_empty_organisation_is_told_where_to_begin(as_manager, clean_page):
    page = as_manager.get("/werk/proefstad/")
    clean_page(page)
    text = page.content.decode()
    assert "Beschrijf uw programma" in text
    assert text.count("road__step--current") == 1 and "road__step--done" not in text


def test_a_step_that_holds_something_is_done_and_late_decisions_press(as_manager, decision):
    from uuid import uuid4

    from sneeuwbal.roadmap.models import Card

    Card.objects.create(key=uuid4(), session=decision.session, kind="chance", title="Subsidie")
    text = as_manager.get("/werk/proefstad/").content.decode()
    assert "1 kaartje op de kaart, 1 besluit" in text
    assert text.count("road__step--done") == 1
    assert "1 besluit is over de datum." in text


def test_a_volunteer_sees_the_road_without_doors_that_are_closed(client, place, person, decision):
    client.force_login(person(place, "team_volunteer"))
    text = client.get("/werk/proefstad/").content.decode()
    assert "/werk/proefstad/routekaart/" not in text
    assert "Bel de woningcorporatie" not in text


@pytest.mark.parametrize(("language", "told"), [("", "bestaat niet"), ("/en", "does not exist")])
def test_a_page_that_does_not_exist_is_told_in_both_languages(
    client, db, clean_page, language, told
):
    page = client.get(f"{language}/bestaat-niet/")
    assert page.status_code == 404
    clean_page(page)
    assert told in page.content.decode()


def test_a_form_without_its_token_is_refused_kindly(place, manager, clean_page):
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    page = client.post("/account/", {"name": "x"})
    assert page.status_code == 403
    clean_page(page)
    assert "te lang open" in page.content.decode()


def test_a_failure_of_ours_is_told_without_the_database(monkeypatch, clean_page):
    request = RequestFactory().get("/")
    page = views.server_error(request)
    assert page.status_code == 500
    clean_page(page)
    assert "Er ging bij ons iets mis" in page.content.decode()


def test_a_failure_inside_a_page_gives_our_own_page(client, db, monkeypatch, clean_page):
    monkeypatch.setattr(views.story, "newest_releases", lambda: 1 / 0)
    client.raise_request_exception = False
    page = client.get("/")
    assert page.status_code == 500
    clean_page(page)


def test_a_request_that_cannot_be_read_gives_our_own_page(client, db, monkeypatch, clean_page):
    def refuse():
        raise SuspiciousOperation

    monkeypatch.setattr(views.story, "newest_releases", refuse)
    page = client.get("/")
    assert page.status_code == 400
    clean_page(page)


def test_the_start_page_and_its_own_views_are_marked():
    for path in ("/", "/over/", "/werk/", "/healthz"):
        assert resolve(path).func.right in {"public", "signed_in"}
