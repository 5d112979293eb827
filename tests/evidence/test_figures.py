"""Stored figures: counted by hand, refused where too little is known, and computable again."""

import json
from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from sneeuwbal.accounts.jobs import Cancelled, JobError
from sneeuwbal.analysis.costs import poisson_interval
from sneeuwbal.evidence import figures, reduction, stored
from sneeuwbal.evidence.models import Figure, FigureUpdate
from sneeuwbal.evidence.reduction import Moment
from sneeuwbal.evidence.scopes import members_of
from sneeuwbal.evidence.spread import Compared, rate_ratio
from sneeuwbal.evidence.tables import read_ledger
from sneeuwbal.places.models import Value

pytestmark = pytest.mark.django_db
START = date(2024, 1, 1)


def quiet(_share, _message):
    """Nobody watches."""


def update(programme, day=400, **more):
    as_of = (START + timedelta(days=day)).isoformat()
    return figures.update_organisation(
        progress=quiet, organisation=programme.organisation.slug, as_of=as_of, **more
    )


def figure(programme, kind, place=None):
    area = None if place is None else programme.places[place].area_id
    found = stored.by_area(stored.newest(programme.organisation))
    return found[area][kind]


def tiny(programme):
    """Six households of the first neighbourhood, one of the second; every count by hand."""
    book = programme.book
    book.event("a", 1, 40, channel="letter")
    book.event("a", 2, 45)
    book.joins("a", 50)
    book.event("b", 3, 60, via="a")
    book.joins("b", 61, via="a")
    book.event("c", 11, 62)
    book.event("d", 13, 63)
    book.event("e", 2, 64, tenure="corporation")
    book.joins("f", 65, origin="unknown")
    book.event("f", 7, 90)
    book.joins("g", 70, place=1, origin="neighbour")
    book.cost(1000, 50)
    book.cost(None, 50, kind="hours", hours=10)
    book.cost(500, 51, place=None)
    book.cost(None, 51, kind="volunteer", hours=20)


def test_the_funnel_of_a_tiny_ledger_is_what_one_counts_by_hand(programme):
    tiny(programme)
    update(programme)
    row = figure(programme, "funnel", 0)
    counts = {stage["key"]: stage["count"] for stage in row.details["stages"]}
    assert counts == {
        "approached": 6,
        "spoken": 5,
        "interested": 3,
        "participant": 3,
        "preparing": 1,
        "decided": 1,
        "done": 1,
    }
    exits = {item["key"]: item["count"] for item in row.details["exits"]}
    assert exits == {"not_interested": 1, "objection": 0, "unreachable": 1, "moved": 0}
    assert row.details["households"] == 200 and row.details["not_reached"] == 194
    assert row.value == 3 / 200 and row.low < row.value < row.high and row.n == 3


def test_neighbourhoods_add_up_to_the_whole(programme):
    tiny(programme)
    update(programme)
    parts = [figure(programme, "funnel", place).details["stages"] for place in (0, 1, 2)]
    whole = figure(programme, "funnel").details["stages"]
    for number, stage in enumerate(whole):
        assert stage["count"] == sum(part[number]["count"] for part in parts)


def test_reach_compares_tenures_with_the_open_statistics(programme):
    for number in range(30):
        programme.book.event(number, 2, 40, tenure="owner" if number < 24 else "corporation")
    update(programme)
    row = figure(programme, "reach", 0)
    assert row.value == 30 / 200
    groups = {group["key"]: group for group in row.details["groups"]}
    assert groups["owner"]["value"] == pytest.approx(0.8 / 0.5)
    assert groups["private"]["value"] == 0
    assert groups["owner"]["low"] > 1 > groups["private"]["high"]


def test_more_households_than_the_statistics_know_give_no_share(programme):
    for number in range(210):
        programme.book.event(number, 2, 40)
    update(programme)
    row = figure(programme, "reach", 0)
    assert row.value is None and row.verdict == "not_determinable"
    assert figure(programme, "funnel", 0).details["not_reached"] is None


def test_unknown_households_are_no_zero(programme):
    area = programme.places[1].area
    Value.objects.filter(area=area).delete()
    update(programme)
    row = figure(programme, "reach", 1)
    assert row.value is None and row.verdict == "no_data"
    assert figure(programme, "reach").value is None


def test_the_households_of_the_open_statistics_serve_where_the_programme_gives_none(programme):
    assert programme.places[1].households is None
    update(programme)
    assert figure(programme, "reach", 1).details["households"] == 400


def test_costs_are_shared_by_participants_and_hours_without_price_are_told(programme):
    tiny(programme)
    update(programme)
    row = figure(programme, "cost", 0)
    few, many = poisson_interval(3)
    assert row.value == pytest.approx(1000 / 3)
    assert (row.low, row.high) == pytest.approx((1000 / many, 1000 / few))
    assert row.details["per_reached"]["value"] == 200
    assert row.details["hours_without_amount"] == 10 and row.details["volunteer_hours"] == 20
    whole = figure(programme, "cost")
    assert whole.details["euro"] == 1500 and whole.details["volunteer_hours"] == 20
    assert whole.details["additional"] == "not_determinable"


def test_without_costs_nothing_is_free(programme):
    programme.book.joins("a", 50)
    update(programme)
    row = figure(programme, "cost", 0)
    assert row.value is None and row.verdict == "no_data"


def test_channels_count_each_stage_for_the_channel_that_brought_it(programme):
    tiny(programme)
    update(programme)
    row = figure(programme, "channels", 0)
    channels = {item["key"]: item for item in row.details["channels"]}
    assert channels["letter"]["contacts"] == 1 and channels["letter"]["spoken"] == 0
    door = channels["door"]
    assert (door["spoken"], door["interested"], door["participants"]) == (5, 3, 3)
    assert row.value == pytest.approx(1 / 3) and row.details["unknown"] == 1
    assert door["name_nl"] == "Aan de deur" and door["name_en"] == "At the door"


def test_few_conversations_are_not_enough(programme):
    tiny(programme)
    update(programme)
    row = figure(programme, "voice", 0)
    assert row.value == 5 and row.details == {"needed": 10, "enough": False, "households": 200}
    assert figure(programme, "voice").details["needed"] == 10 + 20 + 15


def test_seven_participants_give_no_snowball_number(programme):
    tiny(programme)
    update(programme)
    row = figure(programme, "snowball")
    assert row.value is None and row.verdict == "too_few"
    assert row.details["referred"] == 1 and row.details["neighbour"] == 1
    assert row.details["unknown"] == 1 and row.details["campaign"] == 1
    assert row.details["referrals"] == 1.0 and row.details["needed"] >= 11


def chain(programme, campaign, per_person, *, place=0, origin=None):
    """Campaign arrivals who each bring in some neighbours a month later."""
    for number in range(campaign):
        programme.book.joins(("c", number), 40 + number % 5, place=place, origin=origin)
        for recruit in range(per_person[number % len(per_person)]):
            programme.book.joins((number, recruit), 75 + recruit, place=place, via=("c", number))


def test_recorded_referrals_give_a_snowball_number_with_its_interval(programme):
    chain(programme, 60, [1, 0, 1, 2, 1, 1])
    update(programme, day=800)
    row = figure(programme, "snowball", 0)
    assert row.n == 120 and row.details["referrals"] == 60
    assert row.low < row.value < row.high
    assert 0.3 < row.value < 0.6
    assert row.verdict == "boost" and row.method == "referrals" and row.level == 0.95
    weekly = row.details["weekly"]
    assert sum(weekly["referred"]) == 60 and sum(weekly["campaign"]) == 60


def test_relabelling_referrals_as_campaign_never_raises_the_number(programme):
    chain(programme, 60, [1])
    update(programme, day=800)
    before = figure(programme, "snowball", 0).value
    for number, row in enumerate(list(programme.book.organisation.pk and _referred())):
        if number % 3 == 0:
            programme.book.corrects(row, day=801, origin="campaign", referrer=None)
    update(programme, day=802)
    assert figure(programme, "snowball", 0).value < before


def _referred():
    from sneeuwbal.outreach.models import Event

    return Event.objects.filter(origin="referral").order_by("pk")


def test_too_many_unknown_origins_give_bounds_and_no_number(programme):
    chain(programme, 60, [1], origin="unknown")
    update(programme, day=800)
    row = figure(programme, "snowball", 0)
    assert row.value is None and row.verdict == "origin_unknown"
    assert row.low is not None and row.low < row.high
    assert row.details["share_unknown"] == 0.5


def test_growth_is_a_ratio_of_rates_with_an_exact_interval():
    own = Compared(np.array([40]), np.array([800.0]))
    other = Compared(np.array([10, 10]), np.array([500.0, 500.0]))
    found = rate_ratio(own, other)
    assert found.value == pytest.approx((40 / 800) / (20 / 1000))
    assert 1 < found.low < found.value < found.high
    assert rate_ratio(own, Compared(np.array([]), np.array([]))).silence == "not_determinable"
    none = rate_ratio(own, Compared(np.array([0]), np.array([1000.0])))
    assert none.value is None and none.low > 1


def test_growth_says_descriptive_and_counts_only_since_recruitment(programme):
    programme.book.joins("before", 10)
    for number in range(30):
        programme.book.joins(number, 60)
    for number in range(5):
        programme.book.joins(("other", number), 60, place=3)
    programme.book.joins(("early", 1), 3, place=3)
    update(programme)
    row = figure(programme, "growth", 0)
    assert row.n == 30 and row.details["comparison_participants"] == 5
    assert row.details["label"] == "descriptive" and row.details["comparison_areas"] == 2
    assert row.value > 1 and row.details["exceeds"] is True
    assert (
        "growth"
        not in stored.by_area(stored.newest(programme.organisation))[programme.places[3].area_id]
    )


def test_a_stopped_neighbourhood_stays_in_every_figure(programme):
    tiny(programme)
    place = programme.places[0]
    place.phase, place.stopped_on, place.stop_reason = "stopped", START, "no team"
    place.save()
    update(programme)
    assert figure(programme, "funnel").n == 4
    assert figure(programme, "cost").details["euro"] == 1500


# Storing


def test_the_same_inputs_add_no_figure(programme):
    tiny(programme)
    first = update(programme)
    assert first["added"] == first["figures"] == Figure.objects.count() > 30
    assert update(programme)["added"] == 0
    programme.book.joins("h", 71, place=2)
    changed = update(programme)
    assert 0 < changed["added"] < first["figures"]


def test_figures_of_an_earlier_day_do_not_hide_later_ones(programme):
    tiny(programme)
    update(programme, day=300)
    update(programme, day=55)
    assert figure(programme, "funnel").as_of == START + timedelta(days=300)
    early = stored.newest(programme.organisation, as_of=START + timedelta(days=60))
    assert {row.as_of for row in early} == {START + timedelta(days=55)}
    assert next(r for r in early if r.kind == "funnel" and r.area is None).n == 1


def test_every_figure_says_what_it_rests_on(programme):
    tiny(programme)
    update(programme)
    for row in Figure.objects.all():
        assert len(row.inputs_digest) == 64 and row.method and row.code_version
        assert (row.value is None) <= bool(row.verdict)
        assert json.loads(json.dumps(row.details)) == row.details


def test_verification_computes_again_and_a_late_correction_changes_nothing(programme):
    tiny(programme)
    update(programme)
    row = figure(programme, "snowball", 0)
    out = StringIO()
    call_command("verify_figure", *[f.pk for f in Figure.objects.all()[:12]], stdout=out)
    assert out.getvalue().count(": the same") == 12
    programme.book.corrects(_referred().first(), day=500, void=True)
    call_command("verify_figure", row.pk, stdout=StringIO())


def test_a_figure_that_was_tampered_with_is_caught(programme):
    tiny(programme)
    update(programme)
    row = figure(programme, "funnel", 0)
    Figure.objects.filter(pk=row.pk).update(value=0.9)
    out = StringIO()
    with pytest.raises(CommandError, match="not reproduced"):
        call_command("verify_figure", row.pk, stdout=out)
    assert "same inputs; different: value" in out.getvalue()


def test_the_command_tells_a_line_per_organisation_and_refuses_unknown_ones(programme):
    out = StringIO()
    call_command("update_figures", as_of=date(2025, 1, 1), stdout=out)
    assert out.getvalue().startswith("proefstad: ") and "as of 2025-01-01" in out.getvalue()
    with pytest.raises(CommandError, match="no such organisation: elders"):
        call_command("update_figures", organisation=["elders"], stdout=out)


def test_a_cancelled_update_leaves_nothing(programme):
    tiny(programme)

    def stop(share, _message):
        if share > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        figures.update_organisation(progress=stop, organisation="proefstad")
    assert not Figure.objects.exists() and not FigureUpdate.objects.exists()


def test_an_unknown_organisation_is_told_to_the_one_who_asked(db):
    with pytest.raises(JobError):
        figures.update_organisation(progress=quiet, organisation="nowhere")


def test_an_update_of_today_does_not_count_what_comes_later_today(programme):
    figures.update_organisation(progress=quiet, organisation="proefstad")
    row = figure(programme, "funnel")
    moment = Moment(programme.organisation.pk, row.update.as_of, row.update.known_before)
    today = (row.update.as_of - START).days
    programme.book.joins("a", today, recorded_at=timezone.now())
    assert read_ledger(moment).digest() == row.update.ledger_digest
    assert reduction.Moment.end_of(date(2024, 7, 1), organisation=1).known_before.hour == 0


def test_the_planned_date_of_a_candidate_is_no_start(programme):
    row = programme.places[0]
    row.phase = "candidate"
    row.save()
    assert row.pk not in {one.key for one in members_of(programme.organisation, date(2026, 1, 1))}
