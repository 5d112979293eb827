"""Whatever is sent, in whatever order and how often: the ledger holds what a simple model holds."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sneeuwbal.outreach import entries, ledger, stages
from sneeuwbal.outreach.models import Event, Stage
from sneeuwbal.outreach.refusals import Refused

DAY = date(2024, 3, 4)
HOMES = [UUID(int=number + 1) for number in range(2)]
# Few enough that they meet often: contacts, steps, an exit with a way back, two without.
STAGES = [Stage(number) for number in (1, 2, 3, 4, 7, 11, 12)]

records = st.tuples(
    st.just("record"),
    st.integers(0, 5),  # key: few, so that many are sent twice
    st.sampled_from(range(2)),
    st.sampled_from(STAGES),
    st.integers(0, 6),
)
corrections = st.tuples(
    st.just("correct"), st.integers(0, 5), st.sampled_from(STAGES), st.integers(0, 6)
)
voids = st.tuples(st.just("void"), st.integers(0, 5))
histories = st.lists(st.one_of(records, records, corrections, voids), max_size=12)


def walkable(steps):
    """The rules of docs/ledger.md written down once more, as plainly as possible."""
    reached, last = 0, None
    for _day, _order, stage in sorted(steps):
        if last in (Stage.OBJECTION, Stage.MOVED):
            return False
        if stage <= Stage.DONE:
            if stage < reached or (stage == reached and stage > Stage.SPOKEN):
                return False
            reached = stage
        elif stage == last:
            return False
        last = stage
    return True


class Model:
    """What the ledger should hold: by key, the content that stands now, or None when void."""

    def __init__(self):
        self.first = {}  # key -> content as it was first sent
        self.now = {}  # key -> content that counts
        self.rows = 0
        self.newest = {}  # key -> number of corrections

    def steps(self, home, without=None):
        return [
            (day, list(self.first).index(key), stage)
            for key, content in self.now.items()
            if content and key != without
            for owner, stage, day in [content]
            if owner == home
        ]

    def record(self, key, home, stage, day):
        if key in self.first:
            return self.first[key] == (home, stage, day)
        if not walkable([*self.steps(home), (day, 10_000, stage)]):
            return False
        self.first[key] = self.now[key] = (home, stage, day)
        self.rows += 1
        return True

    def correct(self, key, stage, day):
        if key not in self.first:
            return None
        home = self.first[key][0]
        if self.now[key] == (home, stage, day):
            return False
        order = list(self.first).index(key)
        if not walkable([*self.steps(home, without=key), (day, order, stage)]):
            return False
        self.now[key] = (home, stage, day)
        self.rows += 1
        return True

    def void(self, key):
        if key not in self.first:
            return None
        if self.now[key] is None:
            return False
        self.now[key] = None
        self.rows += 1
        return True


def newest(event):
    while newer := Event.objects.filter(corrects=event).first():
        event = newer
    return event


def send(town, keys, step):
    """Do one step against the real ledger; tells whether it took it."""
    kind, number, *rest = step
    try:
        if kind == "record":
            home, stage, day = rest
            new = entries.NewEvent(
                key=keys[number],
                neighbourhood=town.here,
                household=HOMES[home],
                stage=stage,
                channel="door",
                happened_on=DAY + timedelta(days=day),
            )
            ledger.record_events([new])
            return True
        first = Event.objects.filter(key=keys[number]).first()
        if first is None:
            return None
        if kind == "void":
            ledger.void(newest(first), key=uuid4(), by=None)
        else:
            stage, day = rest
            ledger.correct(
                newest(first),
                key=uuid4(),
                by=None,
                stage=stage,
                happened_on=DAY + timedelta(days=day),
            )
    except Refused:
        return False
    return True


def check_against_the_model(town, history):
    """Walk a history through both and compare after every step, replaying each once."""
    model, keys = Model(), [uuid4() for _ in range(6)]
    for step in history:
        kind, number, *rest = step
        expected = getattr(model, kind)(number, *rest)
        assert send(town, keys, step) == expected, step
        if kind == "record":
            send(town, keys, step)  # the phone sends again
        standing = stages.current(Event.objects.filter(household__in=HOMES))
        found = sorted((str(r.household), r.stage, r.happened_on) for r in standing)
        wanted = sorted(
            (str(HOMES[home]), int(stage), DAY + timedelta(days=day))
            for content in model.now.values()
            if content
            for home, stage, day in [content]
        )
        assert found == wanted
        assert Event.objects.count() == model.rows
        in_database = stages.counting(Event.objects.all()).count()
        assert in_database == len(standing)


some = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class RollBack(Exception):
    """Ends an example without leaving rows behind."""


def in_a_clean_ledger(town, history):
    with pytest.raises(RollBack), transaction.atomic():
        check_against_the_model(town, history)
        raise RollBack


@some
@given(history=histories)
def test_the_ledger_is_what_a_simple_model_says(town, history):
    in_a_clean_ledger(town, history)


def test_a_ledger_that_doubles_a_replay_is_caught(town, monkeypatch):
    """A planted fault: looking up known keys finds nothing, and the key is made unique again."""
    monkeypatch.setattr(entries, "existing_rows", lambda keys: {})
    original = entries._drafts

    def with_new_keys(fresh, digests, places):
        drafts = original(fresh, digests, places)
        for draft in drafts:
            draft.key = uuid4()
        return drafts

    monkeypatch.setattr(entries, "_drafts", with_new_keys)
    replay = ("record", 0, 0, Stage.APPROACHED, 0)
    with pytest.raises((AssertionError, KeyError)):
        check_against_the_model(town, [replay, replay])


def test_the_database_catches_a_replay_that_the_writer_missed(town, monkeypatch):
    monkeypatch.setattr(entries, "existing_rows", lambda keys: {})
    keys, step = [uuid4()], ("record", 0, 0, Stage.APPROACHED, 0)
    send(town, keys, step)
    with pytest.raises(IntegrityError):
        send(town, keys, step)


def test_the_funnel_of_one_household(town):
    """Nobody home, spoken, not interested, then interested through a card, participant, done."""
    home, by_card = HOMES[0], HOMES[1]
    road = [
        (Stage.APPROACHED, "door"),
        (Stage.APPROACHED, "door"),
        (Stage.SPOKEN, "door"),
        (Stage.NOT_INTERESTED, "door"),
        (Stage.INTERESTED, "neighbour"),
        (Stage.PARTICIPANT, "energy_party"),
        (Stage.PREPARING, "phone"),
        (Stage.DECIDED, "phone"),
        (Stage.DONE, "phone"),
    ]
    rows = ledger.record_events(
        [
            entries.NewEvent(
                key=uuid4(),
                neighbourhood=town.here,
                household=home,
                stage=stage,
                channel=channel,
                happened_on=DAY + timedelta(days=7 * week),
                referrer=by_card if stage == Stage.INTERESTED else None,
            )
            for week, (stage, channel) in enumerate(road)
        ]
    )
    assert [row.stage for row in stages.current(rows)] == [stage for stage, _ in road]
    assert [row.origin for row in rows] == ["campaign"] * 4 + ["referral"] * 5
    assert {row.referrer for row in rows[4:]} == {by_card}
    assert [row.happened_week for row in rows] == list(range(322, 331))
    assert stages.next_stages(rows, DAY + timedelta(days=90)) == [
        Stage.NOT_INTERESTED,
        Stage.OBJECTION,
        Stage.UNREACHABLE,
        Stage.MOVED,
    ]
