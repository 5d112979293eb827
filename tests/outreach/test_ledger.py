"""The ledger only grows, and a replay adds nothing."""

from datetime import date, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from sneeuwbal.outreach import ledger
from sneeuwbal.outreach.ledger import (
    CardError,
    Contact,
    KeyConflict,
    NewEvent,
    Refused,
    StageError,
)
from sneeuwbal.outreach.models import Channel, Consent, CostLine, Event, Household, Origin, Stage
from sneeuwbal.places.models import Dataset, Indicator, Series, Value

DAY = date(2024, 5, 14)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def talk(town, key=None, **more):
    given = {
        "by": town.worker,
        "key": key or uuid4(),
        "stage": Stage.INTERESTED,
        "channel": "door",
        "held_on": DAY,
    }
    return ledger.record_conversation(town.here, **{**given, **more})


def new(town, **more):
    given = {
        "key": uuid4(),
        "neighbourhood": town.here,
        "household": uuid4(),
        "stage": Stage.INTERESTED,
        "channel": "door",
        "happened_on": DAY,
    }
    return NewEvent(**{**given, **more})


def test_a_replay_adds_nothing_and_returns_the_first_row(town):
    key = uuid4()
    first = talk(town, key)
    assert talk(town, key).pk == first.pk
    assert Event.objects.count() == 1


def test_the_same_key_with_other_content_is_a_clear_conflict(town):
    key = uuid4()
    talk(town, key)
    with pytest.raises(KeyConflict, match="other answers"):
        talk(town, key, stage=Stage.PARTICIPANT)
    assert Event.objects.count() == 1


def test_the_same_key_with_other_contact_details_is_a_conflict(town):
    key = uuid4()
    talk(town, key, consents=["contact"], contact=Contact(phone="0612345678"))
    with pytest.raises(KeyConflict):
        talk(town, key, consents=["contact"], contact=Contact(phone="0687654321"))
    with pytest.raises(KeyConflict):
        talk(town, key)
    assert Household.objects.get().phone == "0612345678"


def test_two_replays_inside_one_batch_give_one_row(town):
    one = new(town)
    rows = ledger.record_events([one, one])
    assert rows[0].pk == rows[1].pk
    assert Event.objects.count() == 1


def test_a_batch_is_recorded_whole_or_not_at_all(town):
    late = new(town, happened_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(Refused):
        ledger.record_events([new(town), late])
    assert Event.objects.count() == 0


def test_two_workers_with_three_replays_each_give_one_row(lasting_town):
    town, key, start = lasting_town, uuid4(), Barrier(2)
    contact = Contact(phone="0612345678")
    found, trouble = [], []

    def work():
        start.wait()
        try:
            for _ in range(3):
                found.append(talk(town, key, consents=["contact"], contact=contact).pk)
        except Exception as error:
            trouble.append(error)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert trouble == []
    assert len(found) == 6 and len(set(found)) == 1
    assert (Event.objects.count(), Household.objects.count(), Consent.objects.count()) == (1, 1, 1)


def test_two_workers_cannot_take_one_household_through_the_same_stage(lasting_town):
    town, home, start, outcomes = lasting_town, uuid4(), Barrier(2), []

    def work():
        start.wait()
        try:
            outcomes.append(talk(town, household=home, stage=Stage.PARTICIPANT))
        except StageError as error:
            outcomes.append(error)
        finally:
            connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(isinstance(outcome, StageError) for outcome in outcomes) == 1
    assert Event.objects.count() == 1


@pytest.mark.parametrize("table", ["outreach_event", "outreach_consent", "outreach_costline"])
def test_the_database_refuses_to_change_or_remove_what_was_recorded(town, table):
    talk(town, consents=["contact"], contact=Contact(phone="0612345678"))
    ledger.record_cost(
        ledger.NewCost(uuid4(), town.organisation, DAY, "material", amount_eur=12, by=town.worker)
    )
    for statement in (f"UPDATE {table} SET key = key", f"DELETE FROM {table}"):
        with (
            pytest.raises(IntegrityError, match="only grows"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite replaces rows")
def test_replacing_a_row_of_the_ledger_is_refused_as_well(town):
    event = talk(town)
    names = [field.column for field in Event._meta.concrete_fields]
    taken = ", ".join("4" if name == "stage" else name for name in names)
    statement = f"INSERT OR REPLACE INTO outreach_event ({', '.join(names)}) SELECT {taken}"
    with (
        pytest.raises(IntegrityError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"{statement} FROM outreach_event")
    assert Event.objects.get().stage == event.stage


def test_a_colleague_who_recorded_something_cannot_be_deleted(town):
    talk(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        town.worker.delete()


def test_a_day_that_has_not_come_is_refused(town):
    with pytest.raises(Refused, match="future"):
        talk(town, held_on=timezone.localdate() + timedelta(days=1))


def test_a_day_before_the_programme_is_refused(town):
    with pytest.raises(Refused, match="before the first day"):
        talk(town, held_on=town.programme.starts_on - timedelta(days=1))


def test_late_registration_keeps_both_times(town):
    row = talk(town)
    assert row.happened_on == DAY
    assert row.happened_week == 332
    assert row.recorded_at.date() >= date(2026, 1, 1)


def test_nobody_records_in_a_neighbourhood_of_others(town):
    with pytest.raises(PermissionDenied):
        ledger.record_events([new(town, neighbourhood=town.there, by=town.volunteer)])
    assert len(ledger.record_events([new(town, by=town.volunteer)])) == 1


def test_a_partner_and_an_auditor_record_nothing(town):
    for person in (town.partner, town.auditor):
        with pytest.raises(PermissionDenied):
            ledger.record_events([new(town, by=person)])


def test_free_text_does_not_fit_in_the_ledger(town):
    for field in ("outcome", "tenure", "household_kind", "basis"):
        with pytest.raises(Refused):
            ledger.record_events([new(town, **{field: "mevrouw Jansen"})])


def test_a_household_walks_forward_only(town):
    home = talk(town, stage=Stage.PARTICIPANT).household
    with pytest.raises(StageError, match="step back"):
        talk(town, household=home, stage=Stage.SPOKEN, held_on=DAY + timedelta(days=2))
    assert talk(town, household=home, stage=Stage.DONE, held_on=DAY + timedelta(days=9))


def test_a_step_that_was_forgotten_is_recorded_late(town):
    home = talk(town, stage=Stage.PARTICIPANT).household
    assert talk(town, household=home, stage=Stage.SPOKEN, held_on=DAY - timedelta(days=2))


def test_who_objects_is_left_alone(town):
    home = talk(town, stage=Stage.OBJECTION).household
    with pytest.raises(StageError):
        talk(town, household=home, held_on=DAY + timedelta(days=200))


def test_who_was_not_interested_may_change_their_mind(town):
    home = talk(town, stage=Stage.NOT_INTERESTED).household
    assert talk(town, household=home, held_on=DAY + timedelta(days=60))


def test_the_origin_follows_from_channel_and_card(town):
    giver = talk(town)
    card = ledger.issue_code(giver.household, key=uuid4(), neighbourhood=town.here, by=town.worker)
    assert talk(town).origin == Origin.CAMPAIGN
    assert talk(town, channel="neighbour").origin == Origin.NEIGHBOUR
    assert talk(town, channel="unknown").origin == Origin.UNKNOWN
    referred = talk(town, code=card.code.lower())
    assert (referred.origin, referred.referrer) == (Origin.REFERRAL, giver.household)


def test_later_steps_remember_how_the_household_came_in(town):
    giver = talk(town)
    card = ledger.issue_code(giver.household, key=uuid4(), neighbourhood=town.here, by=None)
    home = talk(town, code=card.code).household
    joined = talk(
        town, household=home, stage=Stage.PARTICIPANT, channel="phone", held_on=DAY + timedelta(9)
    )
    assert (joined.origin, joined.referrer) == (Origin.REFERRAL, giver.household)
    by_neighbour = talk(town, channel="neighbour").household
    joined = talk(town, household=by_neighbour, stage=Stage.PARTICIPANT, held_on=DAY + timedelta(9))
    assert (joined.channel.slug, joined.origin) == ("door", Origin.NEIGHBOUR)


def test_no_household_refers_itself_or_the_one_that_referred_it(town):
    a, b = uuid4(), uuid4()
    with pytest.raises(Refused, match="its own card"):
        ledger.record_events([new(town, household=a, referrer=a)])
    ledger.record_events([new(town, household=a), new(town, household=b, referrer=a)])
    later = {"happened_on": DAY + timedelta(days=3), "stage": Stage.PARTICIPANT}
    with pytest.raises(Refused):
        ledger.record_events([new(town, household=a, referrer=b, **later)])


def test_a_circle_of_two_inside_one_batch_is_refused(town):
    a, b = uuid4(), uuid4()
    with pytest.raises(Refused):
        ledger.record_events(
            [new(town, household=a, referrer=b), new(town, household=b, referrer=a)]
        )


def test_a_card_serves_several_neighbours_and_each_of_them_once(town):
    giver = talk(town)
    card = ledger.issue_code(giver.household, key=uuid4(), neighbourhood=town.here, by=None)
    homes = [talk(town, code=card.code).household for _ in range(3)]
    assert len(set(homes)) == 3
    with pytest.raises(CardError, match="counts once"):
        talk(
            town,
            household=homes[0],
            stage=Stage.PARTICIPANT,
            code=card.code,
            held_on=DAY + timedelta(days=3),
        )


def test_an_old_card_is_refused_with_its_date(town):
    card = ledger.issue_code(talk(town).household, key=uuid4(), neighbourhood=town.here, by=None)
    card.expires_on = date(2024, 6, 1)
    card.save()
    with pytest.raises(CardError, match="valid until"):
        ledger.redeem(card.code, key=uuid4())


def test_only_who_is_interested_or_takes_part_gets_a_card(town):
    spoken = talk(town, stage=Stage.SPOKEN)
    with pytest.raises(CardError):
        ledger.issue_code(spoken.household, key=uuid4(), neighbourhood=town.here, by=town.worker)


def test_asking_for_the_same_card_twice_gives_one_card(town):
    home, key = talk(town).household, uuid4()
    first = ledger.issue_code(home, key=key, neighbourhood=town.here, by=town.worker)
    assert ledger.issue_code(home, key=key, neighbourhood=town.here, by=town.worker) == first


def test_a_card_that_is_used_by_a_machine_is_slowed_down_but_replays_pass(town):
    card = ledger.issue_code(talk(town).household, key=uuid4(), neighbourhood=town.here, by=None)
    keys = [uuid4() for _ in range(10)]
    for key in keys:
        ledger.redeem(card.code, key=key)
    with pytest.raises(ledger.TooBusy):
        ledger.redeem(card.code, key=uuid4())
    assert ledger.redeem(card.code, key=keys[0]).key == keys[0]


def test_statistics_are_frozen_at_the_event(town):
    dataset = Dataset.objects.create(
        key="kwb-2020", publisher="CBS", table="KWB", title="KWB", year=2020, area_year=2020
    )
    owners = Indicator.objects.create(
        key="owner_occupied_share", name_nl="koop", name_en="owned", unit="%", topic="wonen"
    )
    series = Series.objects.create(indicator=owners, dataset=dataset, year=2020, unit="%")
    Value.objects.create(series=series, area=town.here.area, value=61)
    row = talk(town)
    expected = {"owner_occupied_share": {"value": 61.0, "dataset": "kwb-2020", "year": 2020}}
    assert row.covariates == expected
    Value.objects.update(value=44)
    row.refresh_from_db()
    assert row.covariates == expected
    assert (
        ledger.correct(row, key=uuid4(), by=town.worker, stage=Stage.SPOKEN).covariates == expected
    )


def test_a_correction_is_a_new_row_and_both_stay(town):
    row = talk(town)
    key = uuid4()
    fixed = ledger.correct(row, key=key, by=town.worker, stage=Stage.SPOKEN, channel="phone")
    assert (
        ledger.correct(row, key=key, by=town.worker, stage=Stage.SPOKEN, channel="phone") == fixed
    )
    assert Event.objects.count() == 2
    assert (fixed.corrects, fixed.stage, fixed.channel.slug) == (row, Stage.SPOKEN, "phone")
    row.refresh_from_db()
    assert row.stage == Stage.INTERESTED


def test_a_row_is_corrected_once_and_then_its_correction(town):
    row = talk(town)
    fixed = ledger.correct(row, key=uuid4(), by=town.worker, stage=Stage.SPOKEN)
    with pytest.raises(Refused, match="newest row"):
        ledger.correct(row, key=uuid4(), by=town.worker, stage=Stage.APPROACHED)
    again = ledger.correct(fixed, key=uuid4(), by=town.worker, stage=Stage.APPROACHED)
    assert again.corrects == fixed


def test_a_correction_may_not_make_an_impossible_road(town):
    first = talk(town, stage=Stage.SPOKEN)
    talk(town, household=first.household, held_on=DAY + timedelta(days=5))
    with pytest.raises(StageError):
        ledger.correct(first, key=uuid4(), by=town.worker, stage=Stage.PARTICIPANT)


def test_a_correction_needs_the_same_right_as_recording(town):
    row = ledger.record_events([new(town, neighbourhood=town.there)])[0]
    with pytest.raises(PermissionDenied):
        ledger.void(row, key=uuid4(), by=town.volunteer)


def test_undoing_a_mistake_removes_its_contact_details_too(town):
    row = talk(town, consents=["contact"], contact=Contact(phone="0612345678"))
    ledger.undo(row, by=town.worker)
    ledger.undo(row, by=town.worker)
    assert Event.objects.filter(void=True, corrects=row).count() == 1
    assert Household.objects.count() == 0


def test_no_contact_details_without_permission(town):
    with pytest.raises(Refused):
        talk(town, contact=Contact(phone="0612345678"))
    with pytest.raises(Refused):
        talk(town, stage=Stage.SPOKEN, consents=["contact"], contact=Contact(phone="06"))
    assert Household.objects.count() == Event.objects.count() == 0


def test_withdrawing_is_a_row_and_the_last_one_takes_the_details_along(town):
    home = talk(town, consents=["contact", "news"], contact=Contact(phone="0612345678")).household
    key = uuid4()
    ledger.withdraw(home, purpose="news", key=key, by=town.worker)
    ledger.withdraw(home, purpose="news", key=key, by=town.worker)
    assert Household.objects.filter(pk=home).exists()
    ledger.withdraw(home, purpose="contact", key=uuid4(), by=town.worker)
    assert not Household.objects.filter(pk=home).exists()
    assert Consent.objects.filter(household=home).count() == 4


def test_a_replay_does_not_bring_an_erased_household_back(town):
    key, contact = uuid4(), Contact(phone="0612345678")
    row = talk(town, key, consents=["contact"], contact=contact)
    ledger.erase(row.household)
    assert talk(town, key, consents=["contact"], contact=contact).pk == row.pk
    assert Household.objects.count() == 0
    assert Event.objects.count() == 1


def test_an_erased_household_hands_on_no_cards(town):
    home = talk(town).household
    card = ledger.issue_code(home, key=uuid4(), neighbourhood=town.here, by=None)
    ledger.erase(home)
    with pytest.raises(CardError):
        ledger.redeem(card.code, key=uuid4())


def test_a_cost_is_booked_once_and_taken_back_by_its_opposite(town):
    cost = ledger.NewCost(
        uuid4(), town.organisation, DAY, "hours", town.here, "buurtbegeleider", hours=4,
        by=town.worker,
    )  # fmt: skip
    line = ledger.record_cost(cost)
    assert ledger.record_cost(cost).pk == line.pk
    key = uuid4()
    back = ledger.reverse_cost(line, key=key, by=town.worker)
    assert ledger.reverse_cost(line, key=key, by=town.worker).pk == back.pk
    assert sum(row.hours for row in CostLine.objects.all()) == 0
    with pytest.raises(Refused):
        ledger.reverse_cost(line, key=uuid4(), by=town.worker)


def test_the_catalogue_of_channels_has_both_languages(db):
    channels = Channel.objects.all()
    assert {"door", "letter", "neighbour", "unknown"} <= {channel.slug for channel in channels}
    assert all(channel.name_nl and channel.name_en for channel in channels)


def test_a_large_batch_takes_few_queries(town, django_assert_max_num_queries):
    news = []
    for number in range(500):
        home = uuid4()
        for stage in (1, 3, 4):
            day = DAY + timedelta(days=number % 200 + stage)
            news.append(new(town, household=home, stage=stage, happened_on=day, by=town.worker))
    with django_assert_max_num_queries(60):
        ledger.record_events(news)
    assert Event.objects.count() == 1_500
