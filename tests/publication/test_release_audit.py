"""What readers of all releases together can compute, and what the release withholds for it."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.publication.attacker import HOUSEHOLDS, STAGES, TOWN, Attacker, K
from tests.publication.towns import town_of

from sneeuwbal.publication import public, releasing, steps
from sneeuwbal.publication.knowledge import Telling
from sneeuwbal.publication.models import PublicNumber, Release
from sneeuwbal.publication.protection import FEW, OTHERS
from sneeuwbal.publication.release_audit import protect

pytestmark = pytest.mark.django_db

# Nine and fourteen, later eleven and fourteen: the second release shows both.
BEFORE = [[200, 100, 9, 0], [200, 100, 14, 0]]
AFTER = [[200, 100, 11, 0], [200, 100, 14, 0]]


def quiet(share, message):
    """Progress that nobody watches."""


def release(neighbourhoods, earlier, *, audited=True):
    """A release of a town, and what the audit did."""
    made = Telling(town_of(neighbourhoods), public.safe_numbers(town_of(neighbourhoods)))
    last = steps.LastShown(one.numbers for one in earlier)
    steps.keep_small_steps(made.numbers, last, threshold=K)
    return made, protect(made, earlier, threshold=K) if audited else None


def attack(*releases, neighbourhoods=2):
    """Somebody who read these releases."""
    return Attacker([one.numbers for one in releases], neighbourhoods)


def test_without_the_audit_two_releases_give_a_small_number_away():
    first, _ = release(BEFORE, [])
    second, _ = release(AFTER, [first], audited=False)
    attacker = attack(first, second)
    assert attacker.interval((0, 1, "participant")) == (6, 12)


def test_the_audit_withholds_what_would_give_it_away():
    first, did = release(BEFORE, [])
    assert did == (0, 0, 0)
    second, did = release(AFTER, [first])
    assert did.numbers == 6 and not did.beyond_help
    told = {(number.kind, number.area.pk): number.withheld for number in second.numbers}
    for kind in ("funnel", "snowball", "cost"):
        assert told[kind, 1] == told[kind, 2] == OTHERS
        assert not told[kind, TOWN]
    assert not told["voice", 1]
    attacker = attack(first, second)
    attacker.told((0, 1, "participant"), 0, K - 1)
    assert attacker.interval((0, 1, "participant")) == (0, 9)


def test_alone_the_second_release_needs_nothing_more():
    _, did = release(AFTER, [])
    assert did == (0, 0, 0)


def test_nine_of_a_town_that_shows_its_total_stay_hidden_to_who_knows_they_are_few():
    _, did = release([[230, 60, 10, 9], [228, 199, 9, 1]], [])
    assert did.cells == 1


def later(counts):
    """Some months later: every stage has grown a little or a lot."""
    grown = [min(HOUSEHOLDS, count + step) for count, step in counts]
    return sorted(grown, reverse=True)


small_and_large = st.one_of(st.integers(0, 14), st.integers(0, 399))
stage = st.tuples(small_and_large, st.sampled_from([0, 1, 2, 5, 9, 12, 30]))
neighbourhood = st.lists(stage, min_size=4, max_size=4).map(
    lambda row: sorted(row, key=lambda pair: -pair[0])
)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(neighbourhood, min_size=2, max_size=3))
def test_an_attacker_with_two_releases_narrows_no_small_number_down(drawn):
    """Not even one who was told which counts are below ten."""
    before = [[count for count, _ in row] for row in drawn]
    after = [later(row) for row in drawn]
    first, did_first = release(before, [])
    second, did_second = release(after, [first])
    attacker = attack(first, second, neighbourhoods=len(drawn))
    protected = []
    for when, (counts, did) in enumerate([(before, did_first), (after, did_second)]):
        assert not did.beyond_help
        rows = {
            **dict(enumerate(counts, 1)),
            TOWN: [sum(column) for column in zip(*counts, strict=True)],
        }
        for area, row in rows.items():
            for count, name in zip(row, STAGES, strict=True):
                if count < K or (area != TOWN and count > HOUSEHOLDS - K):
                    protected.append((when, area, name))
                    if count < K:
                        attacker.told((when, area, name), 0, K - 1)
    for cell in protected:
        assert attacker.possible(cell) >= K


def test_between_two_releases_no_count_moves_by_less_than_ten():
    first, _ = release([[300, 200, 60, 30], [300, 200, 80, 30]], [])
    second, _ = release([[304, 209, 66, 41], [300, 200, 80, 39]], [first])
    one, two = ({(n.kind, n.area.pk): n for n in made.numbers} for made in (first, second))
    moved = set()
    for key, number in two.items():
        moved.add(number.n - one[key].n)
        for cell, former in zip(steps.cells_of(number), steps.cells_of(one[key]), strict=True):
            if None not in (cell.shown, former.shown):
                moved.add(cell.shown - former.shown)
    assert 10 in moved
    assert all(step == 0 or abs(step) >= K for step in moved)


def number(**fields):
    """A public number of a town."""
    given = {"kind": "snowball", "value": 0.4, "n": 80, "method": "referrals", "verdict": "boost"}
    return PublicNumber(area_id=1, **(given | fields))


@pytest.mark.parametrize(
    ("changed", "value"),
    [
        ({"n": 85}, 0.4),  # five more households: the whole number stays
        ({"n": 90}, 0.7),  # ten more: renewed
        ({"verdict": "snowball"}, 0.7),  # news, also where nobody came
        ({"method": "better"}, 0.7),
        ({"kind": "reach", "n": 85, "verdict": "other"}, 0.4),  # a share would tell of the few
    ],
)
def test_an_estimate_is_renewed_for_ten_households_or_for_news(changed, value):
    former = number(kind=changed.get("kind", "snowball"))
    new = number(value=0.7, **changed)
    steps.keep_small_steps([new], steps.LastShown([[former]]), threshold=K)
    assert new.value == value
    assert new.n in (80, 90)


def test_a_count_withheld_in_between_is_still_compared_with_when_it_was_shown():
    shown, hidden = number(), number(value=None, n=None, withheld=FEW)
    new = number(n=85)
    steps.keep_small_steps([new], steps.LastShown([[shown], [hidden]]), threshold=K)
    assert new.n == 80


def test_a_withdrawn_release_was_read_too(organisation, released, figure, town):
    Release.objects.update(withdrawn_at="2026-10-01T00:00Z")
    figure("snowball", town.municipality, n=133, value=0.9, as_of="2026-10-04")
    releasing.make_release(progress=quiet, organisation=organisation.slug)
    newest = public.latest_release(organisation)
    assert newest != released
    assert public.numbers_of(newest, town.municipality.pk)["snowball"].n == 130


def test_a_change_too_small_to_show_makes_no_release(organisation, released, figure, town):
    day = released.as_of + timedelta(days=7)
    details = {"share_unknown": 0.123}
    figure(
        "snowball", town.municipality, n=133, value=0.5, verdict="boost", as_of=day, details=details
    )
    again = releasing.make_release(progress=quiet, organisation=organisation.slug)
    assert again == {"release": released.pk, "new": False}


def test_the_result_says_how_many_are_withheld_and_why(organisation, figures, town):
    told = releasing.make_release(progress=quiet, organisation=organisation.slug)
    made = organisation.releases.get()
    by_reason = {
        reason: made.numbers.filter(withheld=reason).count()
        for reason in made.numbers.exclude(withheld="").values_list("withheld", flat=True)
    }
    assert told["withheld"] == by_reason
    assert made.hidden == sum(by_reason.values()) + told["cells"]


def test_the_public_is_not_told_why_a_number_is_withheld(client, released):
    """It would tell which of the withheld numbers are the small ones."""
    text = client.get("/openbaar/GM9990/buurtregister.csv").content.decode()
    assert FEW not in text and OTHERS not in text
    assert ",yes," in text


def test_the_manager_reads_how_many_are_withheld_and_why(
    client, manager, organisation, figures, clean_page
):
    told = releasing.make_release(progress=quiet, organisation=organisation.slug)
    organisation.jobs.create(name="make_release", state="done", result=told, arguments={})
    client.force_login(manager)
    response = client.get("/werk/proefstad/publiceren/")
    clean_page(response)
    page = " ".join(response.content.decode().split())
    assert f"{told['withheld'][FEW]} getallen niet getoond" in page
    assert "vergeleken met alle eerdere uitgaven" in page
