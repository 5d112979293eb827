"""The pages: verdict first, refusals in words, the right people only, in both languages."""

import csv
import os
import subprocess
import sys
from datetime import date, timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import translation

from sneeuwbal.accounts.models import Job, Membership, Organisation, Role, User
from sneeuwbal.evidence import figures, stored, wording
from sneeuwbal.evidence.models import Figure, FigureUpdate

pytestmark = pytest.mark.django_db
START = date(2024, 1, 1)


def quiet(_share, _message):
    """Nobody watches."""


def compute(programme, day=400):
    figures.update_organisation(
        progress=quiet,
        organisation=programme.organisation.slug,
        as_of=(START + timedelta(days=day)).isoformat(),
    )


def some_participants(programme):
    for number in range(7):
        programme.book.event(number, 1, 34, channel="letter")
        programme.book.joins(number, 35 + number)
    programme.book.joins("via", 60, via=0)
    programme.book.event("no", 11, 40)
    programme.book.joins("there", 50, place=1)
    programme.book.cost(2000, 40)


def address(name, *args, language="nl"):
    with translation.override(language):
        return reverse(name, args=args)


def page(client, person, name, *args, language="nl"):
    client.force_login(person)
    return client.get(address(name, *args, language=language))


def test_the_overview_says_first_that_it_cannot_say(client, programme):
    some_participants(programme)
    compute(programme)
    text = page(client, programme.manager, "evidence", "proefstad").content.decode()
    assert "We kunnen het nog niet zeggen: 9 huishoudens doen mee, ongeveer 20 zijn nodig." in text
    assert text.index("verdict__title") < text.index("<table")
    assert "Nog nergens, voor zover we kunnen laten zien" in text
    for place in programme.places[:3]:
        assert place.area.name in text


def test_the_overview_speaks_english_too(client, programme):
    some_participants(programme)
    compute(programme)
    text = page(client, programme.manager, "evidence", "proefstad", language="en").content.decode()
    assert "We cannot say it yet: 9 households take part, about 20 are needed." in text


def test_without_figures_the_page_says_what_to_do(client, programme):
    text = page(client, programme.manager, "evidence", "proefstad").content.decode()
    assert "Nog geen cijfers" in text and address("update_evidence", "proefstad") in text
    text = page(client, programme.auditor, "evidence", "proefstad").content.decode()
    assert "Vraag de programmamanager" in text
    assert address("update_evidence", "proefstad") not in text


def test_the_neighbourhood_page_shows_each_figure_with_what_it_rests_on(client, programme):
    some_participants(programme)
    compute(programme)
    code = programme.places[0].area.code
    text = page(client, programme.manager, "evidence_area", "proefstad", code).content.decode()
    for slug in stored.METHOD_SLUGS.values():
        assert address("method", slug) in text, slug
    assert "Niet bereikt" in text and "Geen interesse" in text
    assert text.count("<svg") >= 2 and "Werving begint" in text
    for row in Figure.objects.filter(area=programme.places[0].area):
        assert row.inputs_digest[:8] in text, row.kind


def test_the_whole_programme_and_a_municipality_have_a_page(client, programme):
    some_participants(programme)
    compute(programme)
    assert page(client, programme.manager, "evidence_whole", "proefstad").status_code == 200
    code = programme.town.municipality.code
    assert page(client, programme.manager, "evidence_area", "proefstad", code).status_code == 200
    gone = page(client, programme.manager, "evidence_area", "proefstad", "BU00000000")
    assert gone.status_code == 404


def test_before_the_first_update_the_parts_lead_back_to_the_overview(client, programme):
    answer = page(client, programme.manager, "evidence_whole", "proefstad")
    assert answer.status_code == 302 and answer.url == address("evidence", "proefstad")


def test_a_comparison_neighbourhood_is_named_as_such(client, programme):
    programme.book.joins("x", 40, place=3)
    compute(programme)
    text = page(client, programme.manager, "evidence", "proefstad").content.decode()
    assert "Vergelijkingsbuurten" in text
    code = programme.places[3].area.code
    text = page(client, programme.manager, "evidence_area", "proefstad", code).content.decode()
    assert "Hier is geen vergelijking" in text


def test_a_newer_event_makes_the_figures_stale_until_they_are_computed_again(client, programme):
    some_participants(programme)
    compute(programme)
    stale = "Er is iets vastgelegd nadat deze cijfers zijn berekend"
    assert stale not in page(client, programme.manager, "evidence", "proefstad").content.decode()
    programme.book.joins("new", 70)
    assert stale in page(client, programme.manager, "evidence", "proefstad").content.decode()
    compute(programme)
    assert stale not in page(client, programme.manager, "evidence", "proefstad").content.decode()


def test_another_organisations_events_make_nothing_stale(programme):
    compute(programme)
    other = Organisation.objects.create(slug="elders", name="Elders")
    update = stored.newest_update(programme.organisation)
    assert not stored.is_stale(programme.organisation, update)
    assert stored.newest_rows(other) == (0, 0)
    FigureUpdate.objects.filter(pk=update.pk).update(newest_event=99)
    update.refresh_from_db()
    assert stored.is_stale(programme.organisation, update)


def test_computing_is_asked_of_the_worker_once(client, programme):
    client.force_login(programme.manager)
    ask = address("update_evidence", "proefstad")
    for _ in range(2):
        assert client.post(ask).status_code == 302
    assert Job.objects.filter(name="update_figures").count() == 1
    text = client.get(address("evidence", "proefstad")).content.decode()
    assert "job--running" in text
    assert client.get(ask).status_code == 405


def test_who_may_only_look_cannot_compute(client, programme):
    client.force_login(programme.auditor)
    assert client.post(address("update_evidence", "proefstad")).status_code == 403
    assert page(client, programme.volunteer, "evidence", "proefstad").status_code == 403
    client.logout()
    assert client.get(address("evidence", "proefstad")).status_code == 302


def test_people_of_another_organisation_do_not_learn_that_it_exists(client, programme):
    other = Organisation.objects.create(slug="elders", name="Elders")
    stranger = User.objects.create_user("x@elders.example", name="X")
    Membership.objects.create(user=stranger, organisation=other, role=Role.PROGRAMME_MANAGER)
    for name in ("evidence", "evidence_whole", "evidence_csv"):
        assert page(client, stranger, name, "proefstad").status_code == 404


def test_a_person_of_one_neighbourhood_sees_only_that_one(client, programme):
    some_participants(programme)
    compute(programme)
    worker = User.objects.create_user("w@proefstad.example", name="W")
    role = Role.NEIGHBOURHOOD_WORKER
    member = Membership.objects.create(user=worker, organisation=programme.organisation, role=role)
    here, there = programme.places[0].area, programme.places[1].area
    member.areas.set([here])
    text = page(client, worker, "evidence", "proefstad").content.decode()
    assert here.name in text and there.name not in text
    assert page(client, worker, "evidence_area", "proefstad", there.code).status_code == 404
    assert there.code not in page(client, worker, "evidence_csv", "proefstad").content.decode()


def test_the_table_for_a_spreadsheet_holds_every_figure_and_says_that_it_is_fictional(
    client, programme
):
    some_participants(programme)
    compute(programme)
    answer = page(client, programme.manager, "evidence_csv", "proefstad")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 1 + Figure.objects.count()
    assert all("fictieve gegevens" in row[0] for row in rows[1:])
    assert {row[-2] for row in rows[1:]} == set(
        Figure.objects.values_list("inputs_digest", flat=True)
    )


@pytest.mark.parametrize("language", ["nl", "en"])
def test_each_method_is_explained_to_everyone(client, db, language):
    text = client.get(address("methods", language=language)).content.decode()
    for slug in stored.METHOD_SLUGS.values():
        link = address("method", slug, language=language)
        assert link in text
        answer = client.get(link)
        assert answer.status_code == 200
        main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
        assert main.count("<h2>") == 5
    assert client.get(address("method", "onzin")).status_code == 404


def test_every_kind_of_figure_has_a_method_page():
    assert set(stored.METHOD_SLUGS) == set(Figure.Kind)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("snowball", "It snowballs"),
        ("boost", "too few to grow by itself"),
        ("no_spread_shown", "No spread shown"),
        ("no_data", "nothing to say"),
        ("origin_unknown", "of 40 % of the participants"),
        ("too_few", "7 households came with a neighbour's card, about 30 are needed"),
    ],
)
def test_each_verdict_has_its_own_sentence(verdict, words):
    row = Figure(
        verdict=verdict,
        n=40,
        details={
            "share_unknown": 0.4,
            "needed": 30,
            "needed_participants": 20,
            "referrals": 7.0,
            "referred": 9,
            "neighbour": 0,
            "unknown": 16,
        },
    )
    with translation.override("en"):
        assert words in wording.headline(row)
        assert wording.label(row) and wording.state(row)


def test_a_group_of_fewer_than_five_is_not_counted_out(client, programme):
    code = programme.places[0].area.code
    silent = "We vergelijken hier geen eigenaren en huurders"
    for number in range(40):
        programme.book.event(number, 2, 40, tenure="owner" if number < 38 else "private")
    compute(programme)
    text = page(client, programme.manager, "evidence_area", "proefstad", code).content.decode()
    assert silent in text
    for number in range(3):
        programme.book.event(("more", number), 2, 40, tenure="private")
    compute(programme)
    text = page(client, programme.manager, "evidence_area", "proefstad", code).content.decode()
    assert silent not in text and "Huurders van een andere verhuurder" in text


def test_the_pages_load_no_science():
    program = (
        "import django, sys\n"
        "django.setup()\n"
        "import sneeuwbal.evidence.views, sneeuwbal.evidence.urls\n"
        "import sneeuwbal.evidence.templatetags.evidence\n"
        "heavy = {'numpy', 'scipy', 'duckdb', 'pyspark'}\n"
        "late = {'sneeuwbal.evidence.tables', 'sneeuwbal.evidence.engines'}\n"
        "print(sorted((heavy | late) & set(sys.modules)))\n"
    )
    settings = {"DJANGO_SETTINGS_MODULE": "sneeuwbal.web.settings", "SNEEUWBAL_MODE": "test"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={**os.environ, **settings},
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
