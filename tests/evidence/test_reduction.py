"""The SQL texts against a plain reading of the same rows, on every engine that is here."""

import importlib.util
import random
import shutil
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.db import connection

from sneeuwbal.evidence import engines, reduction, tables
from sneeuwbal.evidence.reduction import Moment
from sneeuwbal.outreach.models import Channel, CostLine, Event

pytestmark = pytest.mark.django_db
START = date(2024, 1, 1)


def load_reference():
    spec = importlib.util.spec_from_file_location(
        "reference", Path(__file__).with_name("reference.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


reference = load_reference()


def day(number):
    return START + timedelta(days=number)


def random_ledger(programme, seed, size=800):
    """Rows without any order in them: steps back, late entries, corrections of corrections."""
    dice = random.Random(seed)
    channels = list(Channel.objects.all())
    homes = [UUID(int=dice.getrandbits(128), version=4) for _ in range(size // 5)]
    written = []
    for _ in range(size):
        old = dice.choice(written) if written and dice.random() < 0.15 else None
        if old is not None and old.pk in {row.corrects_id for row in written}:
            old = None
        on = day(dice.randrange(700))
        home = old.household if old else dice.choice(homes)
        origin = dice.choice(["campaign", "campaign", "referral", "neighbour", "unknown"])
        late = dice.choice([0, 0, 1, 30, 200])
        row = Event(
            key=uuid4(),
            organisation=programme.organisation,
            neighbourhood=old.neighbourhood if old else dice.choice(programme.places),
            household=home,
            stage=dice.choice([1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 6, 7, 11, 12, 13, 14]),
            channel=dice.choice(channels),
            origin=origin,
            referrer=dice.choice([h for h in homes if h != home]) if origin == "referral" else None,
            basis="reported",
            happened_on=on,
            happened_week=(on - date(2018, 1, 1)).days // 7,
            recorded_at=datetime.combine(on, time(dice.randrange(24)), UTC) + timedelta(days=late),
            corrects=old,
            void=bool(old) and dice.random() < 0.4,
            tenure=dice.choice(["", "owner", "corporation", "private"]),
        )
        row.save()
        written.append(row)
    return written


def random_costs(programme, seed, size=60):
    dice = random.Random(seed)
    for _ in range(size):
        CostLine.objects.create(
            key=uuid4(),
            organisation=programme.organisation,
            neighbourhood=dice.choice([None, *programme.places]),
            on=day(dice.randrange(700)),
            kind=dice.choice(["hours", "material", "external", "volunteer"]),
            hours=Decimal(dice.randrange(0, 4000)) / 100,
            amount_eur=dice.choice([None, Decimal(dice.randrange(-5000, 900000)) / 100]),
        )


def rows(columns):
    return [tuple(values) for values in zip(*(c.tolist() for c in columns.values()), strict=True)]


def moments(programme):
    for number in (800, 350):
        yield Moment.end_of(day(number), organisation=programme.organisation.pk)


def engines_here():
    return ["duckdb"] + (["postgresql"] if connection.vendor == "postgresql" else [])


@pytest.mark.parametrize("seed", [1, 2])
def test_each_engine_gives_what_a_plain_reading_gives(programme, seed):
    random_ledger(programme, seed)
    events = list(Event.objects.all())
    for moment in moments(programme):
        expected = reference.reduce(events, moment)
        for engine in engines_here():
            found = tables.read_ledger(moment, engine=engine)
            for name, wanted in expected.items():
                assert rows(getattr(found, name)) == wanted, (engine, name, moment.as_of)
        assert expected["referrals"], "a ledger without referrals tests nothing"


def test_every_engine_gives_the_same_arrays_to_the_bit(programme):
    random_ledger(programme, 3, size=600)
    random_costs(programme, 3)
    for moment in moments(programme):
        digests = {tables.read_ledger(moment, engine=name).digest() for name in engines_here()}
        assert len(digests) == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the tests run on SQLite")
def test_counting_in_place_never_loops_row_by_row_and_leaves_no_setting_behind(programme):
    moment = Moment.end_of(day(10), organisation=programme.organisation.pk)
    text = reduction.text_of("participants")
    with engines.PostgreSQL(moment) as engine:
        plan = engine.run("EXPLAIN " + text, moment.parameters())
    assert "Nested Loop" not in "\n".join(plan[0])
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone() == ("on",)


@pytest.mark.spark
def test_spark_gives_the_same_arrays_to_the_bit(programme):
    if shutil.which("java") is None:
        pytest.skip("no Java on this machine: Spark skipped")
    pytest.importorskip("pyspark", reason="the spark extra is not installed")
    random_ledger(programme, 4, size=600)
    random_costs(programme, 4)
    for moment in moments(programme):
        duck = tables.read_ledger(moment, engine="duckdb")
        assert tables.read_ledger(moment, engine="spark").digest() == duck.digest()


def test_costs_add_up_to_the_cent(programme):
    random_costs(programme, 5)
    moment = Moment.end_of(date(2030, 1, 1), organisation=programme.organisation.pk)
    lines = list(CostLine.objects.all())
    for engine in engines_here():
        costs = tables.read_ledger(moment, engine=engine).costs
        euro = sum((line.amount_eur or 0 for line in lines), Decimal(0))
        unpriced = sum((line.hours for line in lines if line.amount_eur is None), Decimal(0))
        assert costs["cents"].sum() == 100 * euro
        assert costs["centihours"].sum() == 100 * sum(line.hours for line in lines)
        assert costs["unpriced_centihours"].sum() == 100 * unpriced


def test_an_empty_ledger_gives_empty_arrays_with_their_types(programme):
    moment = Moment.end_of(day(10), organisation=programme.organisation.pk)
    for engine in engines_here():
        ledger = tables.read_ledger(moment, engine=engine)
        for name, shape in reduction.SHAPES.items():
            columns = getattr(ledger, name)
            assert {key: column.size for key, column in columns.items()} == dict.fromkeys(shape, 0)
            assert (
                columns["neighbourhood" if "neighbourhood" in shape else "recruit"].dtype == "int64"
            )


def test_another_organisations_rows_stay_out(programme):
    programme.book.joins("here", 5)
    moment = Moment.end_of(day(10), organisation=programme.organisation.pk + 1)
    for engine in engines_here():
        assert tables.read_ledger(moment, engine=engine).participants["participant"].size == 0


def test_no_array_holds_a_household(programme):
    programme.book.joins("someone", 5)
    moment = Moment.end_of(day(10), organisation=programme.organisation.pk)
    ledger = tables.read_ledger(moment)
    names = {name for shape in reduction.SHAPES.values() for name in shape}
    assert "household" not in names and "referrer" not in names
    texts = [c for t in vars(ledger).values() for c in t.values() if c.dtype.kind == "U"]
    assert all(len(text) <= 12 for column in texts for text in np.unique(column))


# Known rows, counted by hand


def ledger_of(programme, number):
    moment = Moment.end_of(day(number), organisation=programme.organisation.pk)
    return tables.read_ledger(moment)


def funnel_of(programme, number):
    found = ledger_of(programme, number).funnel
    return {(row[1], row[2]): row[4] for row in rows(found)}


def test_a_correction_replaces_and_a_cancellation_removes(programme):
    book = programme.book
    wrong = book.joins("a", 10)
    gone = book.event("b", 3, 11)
    assert funnel_of(programme, 20) == {(4, 0): 1, (3, 0): 1}
    right = book.corrects(wrong, day=30, stage=3)
    book.corrects(gone, day=31, void=True)
    assert funnel_of(programme, 40) == {(3, 0): 1}
    book.corrects(right, day=50, stage=2)
    assert funnel_of(programme, 60) == {(2, 0): 1}


def test_what_was_known_then_can_still_be_computed_later(programme):
    row = programme.book.joins("a", 10)
    before = ledger_of(programme, 20).digest()
    programme.book.corrects(row, day=30, void=True)
    programme.book.joins("late", 12, recorded=35)
    assert ledger_of(programme, 20).digest() == before
    assert ledger_of(programme, 40).digest() != before


def test_a_cancelled_cancellation_counts_again(programme):
    row = programme.book.joins("a", 10)
    cancelled = programme.book.corrects(row, day=11, void=True)
    assert funnel_of(programme, 12) == {}
    programme.book.corrects(cancelled, day=13, void=False)
    assert funnel_of(programme, 14) == {(4, 0): 1}


def test_a_recruit_with_two_claimed_recruiters_is_shared(programme):
    book = programme.book
    for name in ("a", "b"):
        book.joins(name, 1)
    book.event("c", 3, 20, via="a")
    book.event("c", 3, 21, via="b")
    book.joins("c", 22)
    referrals = ledger_of(programme, 30).referrals
    assert referrals["claims"].tolist() == [2, 2]
    assert len(set(referrals["recruit"].tolist())) == 1
    assert set(np.unique(referrals["recruiter"])) == set(
        Event.objects.filter(happened_on=day(1)).values_list("pk", flat=True)
    )


def test_a_card_redeemed_after_joining_is_no_referral(programme):
    programme.book.joins("a", 1)
    programme.book.joins("b", 10)
    programme.book.event("b", 5, 20, via="a")
    ledger = ledger_of(programme, 30)
    assert ledger.referrals["recruit"].size == 0
    assert ledger.participants["source"].tolist() == [3, 3]


def test_nobody_recruits_an_elder(programme):
    programme.book.joins("a", 10)
    programme.book.joins("b", 5, via="a")
    assert ledger_of(programme, 30).referrals["recruit"].size == 0


def test_a_correction_of_an_early_row_does_not_become_the_last_word(programme):
    first = programme.book.event("a", 2, 10)
    programme.book.event("a", 11, 10)
    programme.book.corrects(first, day=12, tenure="private")
    assert funnel_of(programme, 20) == {(2, 11): 1}


def test_the_texts_name_no_dialect():
    for name in reduction.SHAPES:
        text = reduction.text_of(name).lower()
        for word in ("::", "ilike", "date_trunc", "strftime", "qualify", "limit", "list_", "["):
            assert word not in text, (name, word)


def test_a_dropped_correction_is_caught(programme, monkeypatch):
    """Planted fault: without its correction clause the text no longer agrees with the rows."""
    random_ledger(programme, 6, size=400)
    moment = next(moments(programme))
    whole = reduction.text_of

    def broken(name):
        text = whole(name)
        start = text.find("AND NOT EXISTS")
        return (
            text
            if start < 0
            else text[:start] + text[text.index(")", text.index("known.id", start)) + 1 :]
        )

    expected = reference.reduce(list(Event.objects.all()), moment)
    assert rows(tables.read_ledger(moment).funnel) == expected["funnel"]
    monkeypatch.setattr(reduction, "text_of", broken)
    assert rows(tables.read_ledger(moment).funnel) != expected["funnel"]


def test_the_module_with_the_rows_is_not_loaded_by_the_pages():
    assert "sneeuwbal.evidence.tables" in sys.modules  # this file loads it; the pages must not
    source = Path(reduction.__file__).parent
    for name in ("views.py", "urls.py", "stored.py", "models.py"):
        if (source / name).exists():
            text = (source / name).read_text()
            assert "evidence.tables" not in text and "outreach" not in text.split("NEWEST = ")[0]
