"""What leaves the house: nothing under ten, nothing that can be computed back, frozen."""

import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sneeuwbal.accounts.jobs import JobError
from sneeuwbal.evidence.models import Figure
from sneeuwbal.publication import public, releasing
from sneeuwbal.publication.models import PublicNumber, Release

AS_OF = date(2026, 9, 27)

pytestmark = pytest.mark.django_db


def quiet(share, message):
    """Progress that nobody watches."""


def counts_in(value):
    """All whole numbers in a public number's details."""
    if isinstance(value, dict):
        return [n for part in value.values() for n in counts_in(part)]
    if isinstance(value, list):
        return [n for part in value for n in counts_in(part)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def test_no_public_number_has_fewer_than_ten_households_behind_it(released):
    for number in released.numbers.all():
        assert number.withheld or number.n >= 10
        if number.withheld:
            assert (number.value, number.low, number.high, number.n) == (None,) * 4
            assert number.details == {}


def test_a_small_neighbourhood_is_withheld_whole(released, town):
    small = released.numbers.filter(area=town.neighbourhoods[1])
    shown = {number.kind for number in small if not number.withheld}
    # Fourteen conversations are enough to show; seven participants are not.
    assert shown == {"voice", "reach"}
    assert released.hidden == small.count() - len(shown)


def test_public_counts_are_rounded_to_fives(released):
    for number in released.numbers.filter(withheld=""):
        assert number.n % 5 == 0
        assert all(count % 5 == 0 and count >= 10 for count in counts_in(number.details))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    n=st.integers(0, 400),
    cells=st.lists(st.integers(0, 60), min_size=1, max_size=8),
)
def test_no_cell_under_ten_is_ever_shown(n, cells):
    figure = Figure(
        kind="funnel",
        n=n,
        method="Wilson",
        details={
            "households": 400,
            "not_reached": cells[0],
            "stages": [{"key": f"s{i}", "count": cell} for i, cell in enumerate(cells)],
            "exits": [],
        },
    )
    shown = public.SAFE["funnel"](figure)
    if not 10 <= n <= 390:  # few did, or few did not
        assert shown.keys() == {"withheld", "method"}
        return
    for row, cell in zip(shown["details"]["stages"][1:], cells, strict=True):
        assert (row["count"] is None) == (cell < 10)


@pytest.mark.parametrize(("reached", "shown"), [(9, False), (10, True), (390, True), (391, False)])
def test_a_share_needs_enough_people_on_both_sides(figure, reached, shown):
    number = public.SAFE["reach"](
        figure("reach", n=reached, value=reached / 400, details={"households": 400})
    )
    assert ("withheld" not in number) == shown


def test_a_cost_cannot_be_divided_back_to_an_exact_count(figure):
    number = public.SAFE["cost"](figure("cost", n=83, value=1234.5, low=1041.0, high=1519.0))
    assert (number["value"], number["low"], number["high"]) == (1200, 1000, 1500)


def test_a_kind_that_nobody_made_safe_stays_inside(organisation, figure, released):
    figure("snowball", n=60)
    kinds = set(public.SAFE)
    assert {f.kind for f in public.newest_figures(organisation)} <= kinds
    assert {n.kind for n in released.numbers.all()} <= kinds


def test_the_threshold_can_be_raised_but_never_lowered(settings, figure):
    settings.PUBLICATION_THRESHOLD = 60
    assert public.SAFE["snowball"](figure("snowball", n=50))["withheld"]
    settings.PUBLICATION_THRESHOLD = 5
    with pytest.raises(ValueError, match="never set below"):
        public.SAFE["snowball"](figure("snowball", n=7))


def test_the_same_numbers_again_make_no_new_release(organisation, released):
    again = releasing.make_release(progress=quiet, organisation=organisation.slug)
    assert again == {"release": released.pk, "new": False}
    assert Release.objects.count() == 1


def test_a_release_does_not_change_when_the_figures_do(organisation, released, figure, town):
    before = list(released.numbers.order_by("pk").values())
    figure("snowball", town.municipality, n=140, value=0.9, as_of=AS_OF + timedelta(days=7))
    releasing.make_release(progress=quiet, organisation=organisation.slug)
    assert list(released.numbers.order_by("pk").values()) == before
    newest = public.latest_release(organisation)
    assert newest != released
    assert public.numbers_of(newest, town.municipality.pk)["snowball"].value == 0.9


def test_without_figures_the_manager_is_told_what_to_do(organisation):
    with pytest.raises(JobError, match="bewijs"):
        releasing.make_release(progress=quiet, organisation=organisation.slug)


def test_one_newcomer_between_two_releases_shows_nowhere(organisation, released, town):
    """Sixty-one instead of sixty participants must not be told apart from a release apart."""
    Figure.objects.filter(area=town.neighbourhoods[0]).update(as_of=AS_OF)
    row = Figure.objects.get(kind="snowball", area=town.neighbourhoods[0])
    first = public.SAFE["snowball"](row)
    row.n += 1  # 83 becomes 84: both are 85 in fives
    assert public.SAFE["snowball"](row)["n"] == first["n"] == 85


@pytest.mark.parametrize("language", ["", "/en"])
def test_public_pages_are_clean_and_show_no_small_number(
    client, released, town, clean_page, language
):
    for path in [
        "/openbaar/",
        "/openbaar/GM9990/",
        f"/openbaar/buurt/{town.neighbourhoods[0].code}/",
        f"/openbaar/buurt/{town.neighbourhoods[1].code}/",
    ]:
        response = client.get(language + path)
        assert response.status_code == 200
        clean_page(response)
        for basis in re.findall(r"n = (\d+)", response.content.decode()):
            assert int(basis) >= 10


def test_the_page_of_a_small_neighbourhood_says_why_it_is_silent(client, released, town):
    page = client.get(f"/openbaar/buurt/{town.neighbourhoods[1].code}/").content.decode()
    assert "minder dan 10 huishoudens" in page
    assert "0,40" not in page


def test_the_register_lists_each_started_neighbourhood_also_the_stopped_one(client, released, town):
    page = client.get("/openbaar/GM9990/").content.decode()
    register = page.split('id="register"')[1].split("</table>")[0]
    started, never = town.neighbourhoods[:3], town.neighbourhoods[3:]
    assert all(f'{area.code}/"' in register for area in started)
    assert not any(f'{area.code}/"' in register for area in never)


def test_a_withheld_neighbourhood_counts_as_one_of_which_nothing_can_be_told(client, released):
    found = client.get("/openbaar/GM9990/").context["answers"][0].counts
    entries = client.get("/openbaar/GM9990/").context["entries"]
    assert any(entry.hidden for entry in entries)
    assert sum(found.values()) == len(entries)
    assert found["too_few"] >= sum(entry.hidden for entry in entries)


def test_a_neighbourhood_that_never_started_has_no_public_page(client, released, town):
    assert client.get(f"/openbaar/buurt/{town.neighbourhoods[4].code}/").status_code == 404


def test_nothing_is_public_before_the_first_release(client, organisation, figures, town):
    assert client.get("/openbaar/GM9990/").status_code == 404
    assert client.get(f"/openbaar/buurt/{town.neighbourhoods[0].code}/").status_code == 404
    assert "Proefstad" not in client.get("/openbaar/").content.decode().split("<main")[1]


def test_the_download_says_that_the_data_are_fictional(client, released):
    response = client.get("/openbaar/GM9990/buurtregister.csv")
    lines = response.content.decode().splitlines()
    assert lines[0].startswith("# fictional")
    assert lines[1].startswith("area_code,area_year,area_name,kind,value")
    withheld = [line for line in lines if ",yes," in line]
    assert withheld
    assert all(",,,,," in line for line in withheld)


def test_a_public_page_sets_no_cookie(client, released):
    for path in ("/", "/openbaar/", "/openbaar/GM9990/"):
        assert not client.get(path).cookies


def test_a_release_can_be_withdrawn_and_put_back(client, manager, organisation, released):
    client.force_login(manager)
    client.post(f"/werk/proefstad/publiceren/{released.pk}/intrekken/")
    client.logout()
    assert client.get("/openbaar/GM9990/").status_code == 404
    client.force_login(manager)
    client.post(f"/werk/proefstad/publiceren/{released.pk}/terugzetten/")
    client.logout()
    assert client.get("/openbaar/GM9990/").status_code == 200


def test_the_manager_sees_beforehand_what_will_be_withheld(client, manager, figures, clean_page):
    client.force_login(manager)
    response = client.get("/werk/proefstad/publiceren/")
    clean_page(response)
    assert "waarvan 3 niet getoond" in response.content.decode()


def test_asking_for_a_release_queues_one_job(client, manager, organisation, figures):
    client.force_login(manager)
    for _ in range(2):
        client.post("/werk/proefstad/publiceren/nu/")
    job = organisation.jobs.get()
    assert (job.name, job.arguments) == ("make_release", {"released_by": manager.pk})


def test_who_may_not_publish_is_refused(client, organisation, figures):
    from sneeuwbal.accounts.models import Membership, User

    worker = User.objects.create_user("w@proef.example", "een-lang-wachtwoord", name="W")
    Membership.objects.create(user=worker, organisation=organisation, role="neighbourhood_worker")
    client.force_login(worker)
    assert client.get("/werk/proefstad/publiceren/").status_code == 403
    assert client.post("/werk/proefstad/publiceren/nu/").status_code == 403
    assert not organisation.jobs.exists()


def test_public_rows_hold_no_key_of_a_household(released):
    text = json.dumps(list(PublicNumber.objects.values("details", "method", "verdict")))
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)
