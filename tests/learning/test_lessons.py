"""Lessons: writing, testing with figures, what readers may see, and the starter library."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from tests.learning.makers import add_figure, add_person

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.learning import lessons, numbers
from sneeuwbal.learning.grades import finding_of
from sneeuwbal.learning.models import Lesson
from sneeuwbal.places.models import Area


@pytest.fixture
def lesson(session, towns):
    return lessons.write(
        towns[0], session=session, claim="Aanbellen werkt", context="Overal", test="Loot straten."
    )


def test_writing_the_same_lesson_twice_adds_nothing(session, towns, lesson):
    assert lessons.write(towns[0], session=session, claim="Aanbellen werkt", test="x") == lesson


def test_equal_claims_of_two_organisations_have_their_own_address(towns, lesson):
    other = lessons.write(towns[1], claim="Aanbellen werkt", test="x")
    assert other.slug == f"{lesson.slug}-2"


def test_a_lesson_grows_stronger_when_others_find_the_same(lesson, towns):
    grades = []
    for town in towns[:2]:
        lessons.link_figure(lesson, add_figure(town), by=town, side="supports")
        grades.append(finding_of(lesson).grade)
    assert grades == ["D", "C"]


def test_a_failed_replication_lowers_the_grade(lesson, towns):
    for town in towns[:2]:
        lessons.link_figure(lesson, add_figure(town), by=town, side="supports")
    lessons.link_figure(lesson, add_figure(towns[2]), by=towns[2], side="contradicts")
    assert finding_of(lesson).grade == "D"


def test_an_organisation_links_its_own_figures_and_leaves_those_of_others(lesson, towns):
    figures = [add_figure(town) for town in towns[:2]]
    for town, figure in zip(towns, figures, strict=False):
        lessons.link_figure(lesson, figure, by=town, side="supports")
    with pytest.raises(PermissionDenied):
        lessons.link_figure(lesson, figures[0], by=towns[2], side="supports")
    with pytest.raises(PermissionDenied):
        lessons.unlink_figure(lesson, figures[1], by=towns[0])
    lessons.unlink_figure(lesson, figures[0], by=towns[0])
    assert list(lesson.supporting.all()) == [figures[1]]


def test_one_figure_is_not_both_for_and_against(lesson, towns):
    figure = add_figure(towns[0])
    for side in ("supports", "contradicts"):
        lessons.link_figure(lesson, figure, by=towns[0], side=side)
    assert not lesson.supporting.exists() and lesson.contradicting.get() == figure


def test_lowering_needs_a_reason_and_is_never_raising(lesson, towns):
    lessons.link_figure(lesson, add_figure(towns[0]), by=towns[0], side="supports")
    for to, reason in (("G", ""), ("C", "liever hoger"), ("D", "gelijk")):
        with pytest.raises(ValidationError):
            lessons.lower(lesson, by=towns[0], to=to, reason=reason)
    lessons.lower(lesson, by=towns[0], to="G", reason="meting klopt niet")
    assert finding_of(lesson).grade == "G" and finding_of(lesson).lowered
    lessons.lower(lesson, by=towns[0], to="", reason="")
    assert finding_of(lesson).grade == "D"


def test_the_database_refuses_lowering_without_a_reason(lesson):
    with pytest.raises(DatabaseError), transaction.atomic():
        Lesson.objects.filter(pk=lesson.pk).update(lowered_to="G")


def test_another_organisation_cannot_change_lower_or_withdraw(lesson, towns, people, as_user):
    browser = as_user(people[1])
    base = f"/werk/beestad/leren/lessen/{lesson.slug}/"
    assert browser.get(f"{base}cijfers/").status_code == 200
    assert browser.get(f"{base}wijzigen/").status_code == 404
    for part in ("verlagen", "intrekken"):
        assert browser.post(f"{base}{part}/", {}).status_code == 404
    with pytest.raises(PermissionDenied):
        lessons.change(lesson, by=towns[1], claim="anders")


def test_a_withdrawn_lesson_is_off_the_public_list_and_can_come_back(
    lesson, people, client, as_user
):
    browser, base = as_user(people[0]), f"/werk/aadorp/leren/lessen/{lesson.slug}/"
    browser.post(f"{base}intrekken/")
    assert client.get(f"/lessen/{lesson.slug}/").status_code == 404
    assert "Aanbellen werkt" not in client.get("/lessen/").content.decode()
    assert (
        as_user(people[1]).get(f"/werk/beestad/leren/lessen/{lesson.slug}/cijfers/").status_code
        == 403
    )
    browser.post(f"{base}intrekken/", {"back": "1"})
    assert client.get(f"/lessen/{lesson.slug}/").status_code == 200


def test_a_lesson_from_a_session_is_written_on_its_page(session, people, as_user):
    answer = as_user(people[2]).post(
        f"/werk/ceedam/leren/{session.pk}/les/", {"claim": "Kort bezoek helpt", "test": "Loot."}
    )
    assert answer.status_code == 302
    assert Lesson.objects.get(claim="Kort bezoek helpt").organisation.slug == "ceedam"


def test_contact_details_do_not_reach_a_public_lesson(session, people, as_user):
    answer = as_user(people[2]).post(
        f"/werk/ceedam/leren/{session.pk}/les/", {"claim": "Bel 06-12345678", "test": "Loot."}
    )
    assert answer.status_code == 200 and not Lesson.objects.filter(session=session).exists()


SMALL = [
    {"n": 9},
    {"kind": "voice", "unit": "households", "value": 9.0, "n": 9},
    {"kind": "reach", "unit": "share", "value": 0.5, "n": 9},
    {"kind": "reach", "unit": "share", "value": 0.95, "n": 95},
    {"kind": "funnel", "unit": "share", "value": 1.0, "n": 40},
    {"kind": "channels", "unit": "share", "value": 0.05, "n": 100},
    {"kind": "channels", "unit": "share", "value": 0.95, "n": 100},
    {"kind": "growth", "unit": "ratio", "details": {"comparison_participants": 4}},
]
LARGE = [
    {"n": 10},
    {"kind": "voice", "unit": "households", "value": 10.0, "n": 10},
    {"kind": "reach", "unit": "share", "value": 0.5, "n": 10},
    {"kind": "channels", "unit": "share", "value": 0.1, "n": 100},
    {"kind": "growth", "unit": "ratio", "details": {"comparison_participants": 10}},
]


@pytest.mark.parametrize("facts", SMALL)
def test_no_page_tells_about_fewer_than_ten_households(lesson, towns, client, facts):
    figure = add_figure(towns[0], **{"value": 0.4321} | facts)
    lessons.link_figure(lesson, figure, by=towns[0], side="supports")
    number = numbers.number_of(figure)
    assert number.value is number.low is number.high is None and number.withheld
    page = client.get(f"/lessen/{lesson.slug}/")
    assert page.status_code == 200
    assert "niet getoond" in page.content.decode()
    assert f"n = {figure.n}" not in page.content.decode()


@pytest.mark.parametrize("facts", LARGE)
def test_from_ten_households_a_number_is_shown(towns, facts):
    assert not numbers.number_of(add_figure(towns[0], **facts)).withheld


def test_no_exact_count_leaves_through_a_lesson(towns):
    """Seventy-six and seventy-seven read the same, and a cost cannot be divided back to either."""
    told = [
        numbers.number_of(add_figure(towns[0], kind="cost", unit=numbers.EURO, value=8100 / n, n=n))
        for n in (76, 77)
    ]
    assert [(one.n, one.value) for one in told] == [(75, 110.0)] * 2
    heard = numbers.number_of(add_figure(towns[0], kind="voice", unit="households", value=83, n=83))
    assert (heard.value, heard.n) == (85, 85)


def test_the_public_page_gives_interval_n_method_and_day(lesson, towns, client):
    area = Area.objects.create(kind="GM", code="GM9801", year=2020, name="Havenbuurt")
    figure = add_figure(towns[0], area=area)
    lessons.link_figure(lesson, figure, by=towns[0], side="supports")
    text = client.get(f"/lessen/{lesson.slug}/").content.decode()
    for part in (
        "0,40",
        "0,20",
        "0,70",
        "120",
        "kaartjes van buren",
        "Havenbuurt",
        "Aadorp",
        "2024",
    ):
        assert part in text


def test_a_number_of_one_neighbourhood_is_left_to_its_public_figures(lesson, towns, client):
    area = Area.objects.create(kind="BU", code="BU98010000", year=2020, name="Havenbuurt")
    lessons.link_figure(lesson, add_figure(towns[0], area=area), by=towns[0], side="supports")
    text = client.get(f"/lessen/{lesson.slug}/").content.decode()
    assert "alleen te zien bij de openbare cijfers" in text
    assert "0,40" not in text


def test_a_lesson_with_fictional_figures_is_marked(lesson, towns, client):
    invented = Organisation.objects.create(slug="f", name="Fantasie", fictional=True)
    assert "fictie" not in client.get(f"/lessen/{lesson.slug}/").content.decode().lower()
    lessons.link_figure(lesson, add_figure(invented), by=invented, side="supports")
    assert "fictie" in client.get(f"/lessen/{lesson.slug}/").content.decode().lower()


def test_the_starter_library_holds_ten_untested_claims_in_two_languages(db, client):
    claims = Lesson.objects.filter(from_approach=True)
    assert claims.count() == 10
    for claim in claims:
        assert finding_of(claim).grade == "S"
        assert all([claim.test, claim.test_en, claim.claim_en, claim.context, claim.context_en])
        for address, text in [("", claim.claim), ("/en", claim.claim_en)]:
            page = client.get(f"{address}/lessen/{claim.slug}/").content.decode()
            assert text.replace("'", "&#x27;") in page


def test_a_claim_of_the_approach_can_be_tested_by_anyone_but_lowered_by_nobody(
    towns, people, as_user
):
    claim = Lesson.objects.filter(from_approach=True).first()
    lessons.link_figure(claim, add_figure(towns[0]), by=towns[0], side="supports")
    assert finding_of(claim).grade == "D"
    with pytest.raises(PermissionDenied):
        lessons.lower(claim, by=towns[0], to="G", reason="x")
    page = as_user(people[0]).get(f"/werk/aadorp/leren/lessen/{claim.slug}/cijfers/")
    assert page.context["lower_form"] is None


def test_readers_choose_lessons_by_grade(lesson, client, towns):
    listed = client.get("/lessen/?graad=G").context["lessons"]
    assert [each.claim for each, _finding in listed] == ["Aanbellen werkt"]
    assert "Geen les heeft deze graad" in client.get("/lessen/?graad=A").content.decode()


def test_linking_on_the_page_says_the_new_grade(lesson, towns, as_user):
    figure = add_figure(towns[0])
    browser = as_user(add_person(towns[0], "researcher"))
    address = f"/werk/aadorp/leren/lessen/{lesson.slug}/cijfers/"
    page = browser.post(address, {"figure": figure.pk, "side": "supports"}, follow=True)
    assert "De graad is nu D." in page.content.decode()
    page = browser.post(f"{address}{figure.pk}/", follow=True)
    assert "De graad is nu G." in page.content.decode()


def test_a_figure_of_another_organisation_cannot_be_linked_or_unlinked(lesson, towns, as_user):
    theirs = add_figure(towns[1])
    lessons.link_figure(lesson, theirs, by=towns[1], side="contradicts")
    browser = as_user(add_person(towns[0], "researcher"))
    address = f"/werk/aadorp/leren/lessen/{lesson.slug}/cijfers/"
    refused = browser.post(address, {"figure": theirs.pk, "side": "supports"})
    assert refused.status_code == 200 and not lesson.supporting.exists()
    assert browser.post(f"{address}{theirs.pk}/").status_code == 404
    assert lesson.contradicting.get() == theirs
