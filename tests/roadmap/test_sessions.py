"""Cards and decisions of a session, and when a roadmap can be adopted."""

import csv
from datetime import date, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from sneeuwbal.roadmap import board, exports, sessions
from sneeuwbal.roadmap.models import Card, Decision
from sneeuwbal.roadmap.texts import no_contact_details

TODAY = date(2024, 6, 1)


def put(session, by, **facts):
    given = {"key": uuid4(), "kind": "risk", "title": "Iets", "text": "", "area": None} | facts
    return sessions.add_card(session, by=by, **given)


def test_a_double_send_adds_nothing(session, manager):
    key = uuid4()
    first, second = (put(session, manager, key=key) for _ in range(2))
    assert first == second and Card.objects.count() == 1


def test_a_double_send_of_the_form_adds_nothing(session, manager, as_user):
    data = {"key": str(uuid4()), "kind": "chance", "title": "Riool", "text": "", "area": ""}
    browser = as_user(manager)
    address = f"/werk/proefstad/routekaart/{session.pk}/kaart-toevoegen/"
    assert [browser.post(address, data).status_code for _ in range(2)] == [302, 302]
    assert Card.objects.count() == 1


def test_a_key_cannot_reach_a_card_of_another_session(session, programme, manager, card):
    other = sessions.start_session(programme, title="Andere", held_on=TODAY, place="", by=manager)
    with pytest.raises(PermissionDenied):
        put(other, manager, key=card.key)


def test_a_withdrawn_card_leaves_the_board_and_can_come_back(session, card, manager):
    sessions.withdraw_card(card, by=manager)
    assert not board.cards_on(session).exists()
    sessions.restore_card(card, by=manager)
    assert board.cards_on(session).get() == card


def test_a_worker_writes_cards_in_their_own_neighbourhood_only(session, worker, areas):
    assert put(session, worker, area=areas[0]).author == worker
    for elsewhere in (areas[1], None):
        with pytest.raises(PermissionDenied):
            put(session, worker, area=elsewhere)


def test_a_worker_cannot_move_a_card_out_of_their_neighbourhood(session, worker, areas):
    card = put(session, worker, area=areas[0])
    with pytest.raises(PermissionDenied):
        sessions.change_card(card, by=worker, area=areas[1])


def test_the_form_of_a_worker_offers_their_own_neighbourhood_only(session, worker, as_user):
    page = as_user(worker).get(f"/werk/proefstad/routekaart/{session.pk}/").context
    offered = [area.name for area in page["card_form"].fields["area"].queryset]
    assert offered == ["Havenbuurt"] and page["card_form"].fields["area"].required


def test_deciding_twice_on_a_card_makes_one_decision(card, manager):
    assert sessions.decide_on(card, by=manager) == sessions.decide_on(card, by=manager)
    assert card.decisions.count() == 1


def test_a_roadmap_without_decisions_is_not_adopted(session):
    with pytest.raises(ValidationError):
        sessions.adopt(session, on=TODAY)


@pytest.mark.parametrize("missing", ["owner", "due_on"])
def test_a_decision_without_owner_or_date_holds_up_the_adoption(session, card, manager, missing):
    decision = sessions.decide_on(card, by=manager)
    facts = {"owner": manager, "due_on": TODAY} | {missing: None}
    sessions.change_decision(decision, by=manager, **facts)
    with pytest.raises(ValidationError):
        sessions.adopt(session, on=TODAY)
    sessions.change_decision(decision, by=manager, owner=manager, due_on=TODAY)
    assert sessions.adopt(session, on=TODAY).status == "adopted"


def test_an_owner_who_left_holds_up_the_adoption(session, card, manager, worker):
    decision = sessions.decide_on(card, by=manager)
    sessions.change_decision(decision, by=manager, owner=worker, due_on=TODAY)
    worker.memberships.all().delete()
    with pytest.raises(ValidationError):
        sessions.adopt(session, on=TODAY)


def test_an_adopted_roadmap_takes_no_cards_until_it_is_reopened(session, card, manager):
    decision = sessions.decide_on(card, by=manager)
    sessions.change_decision(decision, by=manager, owner=manager, due_on=TODAY)
    sessions.adopt(session, on=TODAY)
    for refused in (
        lambda: put(session, manager),
        lambda: sessions.withdraw_card(card, by=manager),
        lambda: sessions.add_decision(session, by=manager, text="Nog iets"),
        lambda: sessions.change_decision(decision, by=manager, text="Anders"),
        lambda: sessions.change_decision(decision, by=manager, owner=None),
    ):
        with pytest.raises(ValidationError):
            refused()
    decision.refresh_from_db()
    sessions.change_decision(decision, by=manager, status="done")
    sessions.reopen(session)
    assert put(session, manager).pk


def test_an_owner_may_close_a_decision_outside_their_neighbourhood(session, manager, worker, areas):
    card = put(session, manager, area=areas[1])
    decision = sessions.decide_on(card, by=manager)
    with pytest.raises(PermissionDenied):
        sessions.change_decision(decision, by=worker, status="done")
    sessions.change_decision(decision, by=manager, owner=worker)
    sessions.change_decision(decision, by=worker, status="done")
    assert decision.closed_on == timezone.localdate()


def test_overdue_decisions_come_first_and_closed_ones_last(session, manager):
    facts = [("later", 30), ("late", -3), ("without date", None), ("closed", -9)]
    for text, days in facts:
        due = None if days is None else TODAY + timedelta(days=days)
        sessions.add_decision(session, by=manager, text=text, owner=manager, due_on=due)
    sessions.change_decision(Decision.objects.get(text="closed"), by=manager, status="done")
    listed = board.with_lateness(board.in_order(session.decisions.all()), today=TODAY)
    assert [(decision.text, days) for decision, days in listed] == [
        ("late", 3),
        ("later", 0),
        ("without date", 0),
        ("closed", 0),
    ]


@pytest.mark.parametrize("start", ["=1+1", "+31", "-2", "@som", "\t=1", "\r=1"])
def test_no_cell_of_an_export_runs_as_a_formula(session, manager, as_user, start):
    put(session, manager, title=f"{start} kans")
    body = as_user(manager).get(f"/werk/proefstad/routekaart/{session.pk}/kaarten.csv")
    rows = list(csv.reader(StringIO(body.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1][1].startswith("'")
    assert exports.safe("gewoon = tekst") == "gewoon = tekst"


def test_an_export_of_fictional_data_says_so_in_each_row(session, card, town):
    town.fictional = True
    town.save()
    session.refresh_from_db()
    rows = exports.cards_table(session, board.cards_on(session))
    assert all("ictie" in row[-1] for row in rows[1:])


def test_the_board_has_a_column_for_each_kind(session, card):
    columns = board.columns(board.cards_on(session))
    assert [column.kind for column in columns] == Card.Kind.values
    assert [len(column.cards) for column in columns] == [1, 0, 0, 0, 0, 0]


def test_the_map_counts_cards_by_neighbourhood_and_kind(session, card, manager, areas, town):
    put(session, manager, kind="chance", area=areas[0])
    put(session, manager, kind="risk", area=areas[1])
    put(session, manager, kind="risk", area=None)
    picture = board.cards_map(town, session, board.cards_on(session))
    assert [(pin.kind, pin.label) for pin in picture.pins] == [
        ("risk", "risico: 1 kaartje"),
        ("chance", "kans: 2 kaartjes"),
    ]


def test_cards_are_shown_by_kind_and_neighbourhood(session, card, manager, areas, as_user):
    put(session, manager, kind="risk", area=areas[1], title="Overlast")
    browser = as_user(manager)
    address = f"/werk/proefstad/routekaart/{session.pk}/"
    for query, seen in [("soort=risk", "Overlast"), (f"buurt={areas[0].pk}", "Straat gaat open")]:
        page = browser.get(f"{address}?beeld=lijst&{query}")
        assert [each.title for each in page.context["cards"]] == [seen]


@pytest.mark.parametrize(
    "text", ["mail jan@voorbeeld.nl", "bel 06-12345678", "bel +31 6 12 34 56 78", "1234 AB 12"]
)
def test_contact_details_are_refused(text):
    with pytest.raises(ValidationError):
        no_contact_details(text)


@pytest.mark.parametrize(
    "text", ["120 woningen in 2024", "Ingang via het buurthuis", "€ 1.200.000"]
)
def test_ordinary_text_is_not_refused(text):
    no_contact_details(text)
