"""The snowball number through time: the points, the gaps, and the page that shows them."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.urls import reverse
from django.utils import translation

from sneeuwbal.analysis.delays import DelayDistribution
from sneeuwbal.evidence import figures, over_time, pictures, stored, wording
from sneeuwbal.evidence.models import Figure
from sneeuwbal.evidence.over_time import Joined
from sneeuwbal.evidence.tables import CAMPAIGN, CARD, UNKNOWN

MONDAY = date(2018, 1, 1)
DELAY = DelayDistribution(28.0, 2.0, 40, "truncated gamma")


def joined(weeks, sources):
    week = np.array(weeks, np.int64)
    day = np.datetime64(MONDAY, "D") + week * 7
    return Joined(day, week, np.array(sources, np.int64), np.zeros(week.size))


def series(made, weeks, delay=DELAY, dispersion=5.0):
    as_of = MONDAY + timedelta(days=7 * weeks - 1)
    return over_time.half_years(made, as_of, delay=delay, dispersion=dispersion)


def steady(weeks=60, per_week=2):
    """Each week as many through the programme as with a card."""
    each = [week for week in range(weeks) for _ in range(per_week)]
    return joined(each * 2, [CAMPAIGN] * len(each) + [CARD] * len(each))


def test_half_of_a_steady_stream_with_a_card_is_half_a_recruit_each():
    told = series(steady(), 60)
    assert told["last_weeks"][-1] == 59 and set(np.diff(told["last_weeks"])) == {4}
    assert told["people"][-1] == 26 * 4 and told["mean_days"] == 28.0 and told["why"] == ""
    # By hand: 52 with a card over 26 weeks x 4 people who could bring them in; prior 1 and 2.
    assert told["values"][-1] == pytest.approx((1 + 52) / (2 + 104), abs=0.001)
    for value, low, high in zip(told["values"], told["low"], told["high"], strict=True):
        assert low < value < high


def test_a_week_that_is_not_over_is_no_point():
    as_of = MONDAY + timedelta(days=7 * 60 - 3)
    told = over_time.half_years(steady(), as_of, delay=DELAY, dispersion=5.0)
    assert told["last_weeks"][-1] == 58


def test_uneven_recruiting_widens_the_bounds_of_every_point():
    even, uneven = series(steady(per_week=6), 60), series(steady(per_week=6), 60, dispersion=1.0)
    assert all(a < b for a, b in zip(even["high"], uneven["high"], strict=True))


def test_weeks_with_too_few_recruits_are_gaps_and_others_are_not():
    late = steady(120)
    kept = (late.source == CAMPAIGN) & (late.week % 12 == 0) | (late.week >= 60)
    told = series(joined(late.week[kept], late.source[kept]), 120)
    assert told["values"][0] is None and told["values"][-1] is not None
    for name in ("values", "low", "high"):
        assert [one is None for one in told[name]] == [one is None for one in told["values"]]


def test_without_enough_to_say_the_reason_is_kept():
    assert series(joined([], []), 60)["why"] == "no_data"
    assert series(steady(10), 20)["why"] == "short"
    assert series(joined([0, 30], [CAMPAIGN, CARD]), 60)["why"] == "too_few"
    fast = DelayDistribution(5.0, 2.0, 40, "truncated gamma")
    assert series(steady(), 60, delay=fast)["why"] == "fast"


def test_when_most_origins_are_unknown_no_point_is_given():
    base = steady(per_week=4)
    order = np.arange(base.source.size) % 4
    # Per week as many with a card as through the programme, and as many again unknown.
    source = np.select([order == 0, order == 1], [CARD, CAMPAIGN], UNKNOWN)
    told = series(joined(base.week, source), 60)
    assert told["why"] == "origin_unknown" and set(told["values"]) == {None}


# From the ledger to the page


def chain(programme):
    """Campaign arrivals every week of a year and a half, each with a neighbour two months on."""
    for number in range(80):
        programme.book.joins(("c", number), 40 + 7 * number)
        programme.book.joins(("r", number), 96 + 7 * number, via=("c", number))


def compute(programme, day=700):
    figures.update_organisation(
        progress=lambda _share, _message: None,
        organisation=programme.organisation.slug,
        as_of=(date(2024, 1, 1) + timedelta(days=day)).isoformat(),
    )
    found = stored.by_area(stored.newest(programme.organisation))
    return found[programme.places[0].area_id][Figure.Kind.SNOWBALL]


def page(client, programme, language):
    with translation.override(language):
        place = programme.places[0].area.code
        link = reverse("evidence_area", args=[programme.organisation.slug, place])
    client.force_login(programme.manager)
    return client.get(link)


@pytest.mark.django_db
def test_the_stored_figure_holds_the_line_and_the_years_and_can_be_computed_again(programme):
    chain(programme)
    row = compute(programme)
    told = row.details["over_time"]
    assert any(value is not None for value in told["values"])
    years = told["cohorts"]
    assert [year["last_day"] for year in years] == ["2025-12-01", "2024-12-01"]
    assert sum(year["n"] for year in years) == row.n
    assert all(year["low"] < year["value"] < year["high"] for year in years)
    assert row.parameters["over_time_window_weeks"] == 26
    assert figures.verify(row).holds


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Door de tijd", "Sneeuwbalgetal door de tijd", "Per jaar waarin mensen")),
        ("en", ("Through time", "Snowball number through time", "By the year in which people")),
    ],
)
def test_the_page_shows_the_line_its_table_and_the_years(
    client, programme, clean_page, language, words
):
    chain(programme)
    row = compute(programme)
    answer = page(client, programme, language)
    clean_page(answer)
    text = answer.content.decode()
    for word in words:
        assert word in text
    part = text.partition('id="over-time"')[2].partition("</section>")[0]
    assert "<svg" in part and part.count("<table") == 2
    newest = row.details["over_time"]["cohorts"][0]["value"]
    with translation.override(language):
        assert f">{wording.written(newest, 2)}<" in part


@pytest.mark.django_db
def test_a_page_without_a_line_says_why(client, programme, clean_page):
    programme.book.joins("a", 50)
    row = compute(programme)
    assert pictures.number_line(row) is None
    answer = page(client, programme, "nl")
    clean_page(answer)
    text = answer.content.decode()
    part = text.partition('id="over-time"')[2].partition("</section>")[0]
    assert "Er is geen lijn: in geen enkel half jaar" in part and "<svg" not in part
    assert "te weinig om iets te zeggen" in part or "minder dan 5" in part


@pytest.mark.django_db
def test_a_figure_from_before_the_line_asks_to_compute_again(programme):
    row = compute(programme)
    row.details.pop("over_time")
    assert pictures.number_line(row) is None and pictures.joining_years(row) == []
    with translation.override("en"):
        assert "again" in wording.no_line(row)
