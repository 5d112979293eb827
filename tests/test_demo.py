"""The demo: fictional towns with a known truth, and every page behind it."""

import re
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from tests.reading import check_public_page
from tests.touring import tour
from tests.walking import Walker

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence import stored
from sneeuwbal.places.models import Area, Dataset
from sneeuwbal.publication import releasing
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood
from sneeuwbal.web.demo import events, load, towns

pytestmark = pytest.mark.django_db
FICTIONAL = {"nl": "Fictieve gegevens.", "en": "Fictional data."}
FICTIONAL_FILE = re.compile("fictie|fictional", re.I)
NUMBERS_FOR_ALL = re.compile(r"^(?:/en)?/(?:openbaar|lessen)/")


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo in an empty database, loaded once for this module, and the truth behind it."""
    truth, simulate = {}, events.towns_of

    def remembering(members, seed):
        for town, inside in simulate(members, seed):
            for member, number in zip(inside, town.truth.effective_r, strict=True):
                truth[member.row.area_id] = float(number)
            yield town, inside

    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "towns_of", remembering)
        load.load(lambda text: None)
        yield SimpleNamespace(truth=truth)
        transaction.set_rollback(True)


def log_in(email):
    walker = Walker().go("/inloggen/")
    return walker.submit(to="inloggen/", username=email, password=towns.PASSWORD)


def language_of(address):
    return "en" if address.startswith("/en/") else "nl"


def says_fictional(table):
    """Each row of a file says that it is made up; a file without rows has nothing to say."""
    marked_above = table.lstrip("\ufeff").startswith("# ")
    rows = table.strip().splitlines()[1:]
    return FICTIONAL_FILE.search(table) if marked_above else all(map(FICTIONAL_FILE.search, rows))


def snowball_figures():
    """The snowball number of each neighbourhood that started."""
    started = ProgrammeNeighbourhood.objects.exclude(phase__in=["candidate", "comparison"])
    known = {
        figure.area_id: figure
        for organisation in Organisation.objects.all()
        for figure in stored.newest(organisation)
        if figure.kind == "snowball"
    }
    return {row.area: known[row.area_id] for row in started.select_related("area")}


def test_everything_is_marked_fictional(demo):
    assert {row.slug for row in Organisation.objects.all()} == {t.slug for t in towns.FICTIONAL}
    for model in (Organisation, Area, Dataset):
        assert not model.objects.filter(fictional=False).exists()


def test_a_reader_finds_no_broken_page_no_small_number_and_always_the_mark(demo):
    reader, opened = Walker(), []
    for address in tour(reader, "/", "/en/"):
        opened.append(address)
        if ".csv" in address:
            assert says_fictional(reader.html), f"{address} does not say fictional"
            continue
        assert FICTIONAL[language_of(address)] in reader.text, address
        if NUMBERS_FOR_ALL.match(address):
            check_public_page(reader.html)
    assert {"/openbaar/GM9901/", "/en/openbaar/GM9905/"} & set(opened)
    assert sum(".csv" in address for address in opened) >= 4
    assert not reader.client.cookies.keys() - {"csrftoken"}  # of the page to log in


@pytest.mark.parametrize("who", ["manager", "beleid", "buurt", "vrijwilliger"])
def test_every_link_at_work_opens_for_who_sees_it(demo, who):
    person, opened = log_in(f"{who}@havenstad.example"), 0
    for address in tour(person, "/werk/havenstad/", inside="/werk/"):
        opened += 1
        if ".csv" in address:
            assert says_fictional(person.html), f"{address} does not say fictional"
        else:
            assert FICTIONAL["nl"] in person.text, address
    assert opened > 10


def test_the_figures_tell_the_known_truth(demo):
    numbers = [(demo.truth[a.pk], f) for a, f in snowball_figures().items() if f.value is not None]
    covered = [figure.low <= truth <= figure.high for truth, figure in numbers]
    assert len(numbers) >= 5
    assert sum(covered) >= 0.85 * len(covered)


def test_only_a_neighbourhood_that_takes_off_is_called_a_snowball(demo):
    figures = snowball_figures()
    called = [area for area, figure in figures.items() if figure.verdict == "snowball"]
    assert len(called) == 1 and demo.truth[called[0].pk] > 1
    assert any(figure.value is None for figure in figures.values()), "nowhere too few to say?"


def test_neighbourhoods_that_failed_stay_in_the_register(demo):
    page = Walker().go("/openbaar/GM9901/").text
    stopped = ProgrammeNeighbourhood.objects.filter(
        phase="stopped", area__municipality_code="GM9901"
    )
    assert stopped and all(row.area.name in page for row in stopped)


def test_loading_or_releasing_again_changes_nothing(demo, capsys):
    def rows():
        return {model._meta.label: model.objects.count() for model in apps.get_models()}

    before = rows()
    call_command("load_demo")
    told = capsys.readouterr().out
    assert "loaded already" in told and "manager@havenstad.example" in told
    again = releasing.make_release(progress=lambda *_: None, organisation="havenstad")
    assert again["new"] is False
    assert rows() == before
