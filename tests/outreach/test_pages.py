"""The pages of the outreach room: who may open them, and what they keep."""

import logging
import re
from datetime import date, timedelta
from uuid import UUID, uuid4, uuid5

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sneeuwbal.accounts.models import Membership
from sneeuwbal.outreach import codes, ledger
from sneeuwbal.outreach.models import (
    Consent,
    CostLine,
    Event,
    Household,
    ReferralCode,
    Stage,
    Team,
)

PHONE, EMAIL, NAME = "0687654321", "vera.voorbeeld@example.org", "Vera Voorbeeld"
DETAILS = {"phone": PHONE, "email": EMAIL, "contact_name": NAME}


def page(name, town, *args):
    return reverse(name, args=[town.organisation.slug, *args])


def door(town, place=None):
    return page("conversation", town, (place or town.here).area.code)


def answers(**more):
    given = {
        "key": uuid4(),
        "outcome": "spoken",
        "channel": "door",
        "held_on": timezone.localdate().isoformat(),
    }
    return {**given, **more}


@pytest.fixture
def worker(client, town):
    client.force_login(town.worker)
    return client


def participant(town, **more):
    given = {"by": town.worker, "key": uuid4(), "stage": Stage.PARTICIPANT, "channel": "door"}
    return ledger.record_conversation(
        town.here, **{**given, "held_on": timezone.localdate(), **more}
    )


def test_a_conversation_is_recorded_in_one_request_and_once(worker, town):
    sent = answers(outcome="not_interested")
    first = worker.post(door(town), sent)
    again = worker.post(door(town), sent)
    assert first.status_code == again.status_code == 302
    assert first.url == again.url
    row = Event.objects.get()
    assert (row.stage, row.outcome) == (Stage.NOT_INTERESTED, "not_interested")
    assert row.recorded_by == town.worker


def test_the_form_brings_a_fresh_key_and_says_not_to_ask_for_a_name(worker, town):
    pages = [worker.get(door(town)).content.decode() for _ in range(2)]
    keys = [re.search(r'name="key" value="([0-9a-f-]{36})"', text)[1] for text in pages]
    assert keys[0] != keys[1]
    assert "schrijf geen naam op" in pages[0]


def test_changed_answers_under_the_same_key_are_refused_with_an_explanation(worker, town):
    sent = answers()
    worker.post(door(town), sent)
    text = worker.post(door(town), {**sent, "outcome": "joins"}).content.decode()
    assert "al eerder vastgelegd" in text
    assert Event.objects.get().stage == Stage.SPOKEN


def test_without_a_tick_no_contact_details_are_stored(worker, town):
    text = worker.post(door(town), answers(outcome="interested", **DETAILS)).content.decode()
    assert "Vink aan" in text
    assert Household.objects.count() == Event.objects.count() == 0


def test_contact_details_of_who_is_not_interested_are_forgotten(worker, town):
    worker.post(door(town), answers(outcome="not_interested", contact="on", **DETAILS))
    assert Event.objects.count() == 1
    assert Household.objects.count() == Consent.objects.count() == 0


def test_a_tick_needs_a_way_to_reach_the_household(worker, town):
    worker.post(door(town), answers(outcome="interested", contact="on"))
    assert Event.objects.count() == 0


def test_with_a_tick_permission_and_details_are_kept_with_the_wording(worker, town):
    worker.post(door(town), answers(outcome="joins", contact="on", **DETAILS))
    home = Household.objects.get()
    assert (home.phone, home.contact_name) == (PHONE, NAME)
    consent = Consent.objects.get()
    assert (consent.purpose, consent.given, consent.witness) == ("contact", True, town.worker)
    assert consent.text_version == "2026-11"


def test_a_mistyped_code_is_told_at_its_field(worker, town):
    text = worker.post(door(town), answers(code="C4H7-KM9Y")).content.decode()
    assert "typefout" in text
    assert Event.objects.count() == 0


def test_a_conversation_by_card_counts_as_a_referral(worker, town):
    giver = participant(town)
    card = ledger.issue_code(giver.household, key=uuid4(), neighbourhood=town.here, by=None)
    worker.post(door(town), answers(outcome="interested", code=card.code, channel="door"))
    row = Event.objects.latest("pk")
    assert (row.origin, row.referrer, row.channel.slug) == (
        "referral",
        giver.household,
        "neighbour",
    )


def test_the_confirmation_leads_on_back_and_to_a_card(worker, town):
    answer = worker.post(door(town), answers(outcome="interested"), follow=True)
    text = answer.content.decode()
    assert "Volgende deur" in text and "Kaartje maken" in text
    key = Event.objects.get().key
    card = worker.post(page("hand_on", town, key), follow=True)
    assert re.search(
        r"[346789CDFGHJKMNPQRTVWXY]{4}-[346789CDFGHJKMNPQRTVWXY]{4}", card.content.decode()
    )
    assert worker.post(page("hand_on", town, key)).url == card.redirect_chain[-1][0]


def test_undo_leaves_both_rows_visible(worker, town):
    worker.post(door(town), answers())
    key = Event.objects.get().key
    worker.post(page("undo_conversation", town, key))
    worker.post(page("undo_conversation", town, key))
    assert Event.objects.count() == 2
    text = worker.get(page("conversations", town)).content.decode()
    assert "telt niet meer mee" in text and "laat een andere rij vervallen" in text


def test_a_correction_shows_both_versions(worker, town):
    row = participant(town)
    sent = {"key": uuid4(), "stage": 3, "channel": "phone", "happened_on": row.happened_on}
    worker.post(page("correct_conversation", town, row.key), sent)
    text = worker.get(page("conversations", town)).content.decode()
    assert "vervangen" in text and "verbetering" in text


def test_the_list_can_be_filtered_by_week_and_colleague(worker, town):
    participant(town)
    participant(town, by=town.manager, held_on=timezone.localdate() - timedelta(days=21))
    address = page("conversations", town)
    assert worker.get(address).content.decode().count("<tr>") == 3
    mine = worker.get(address, {"wie": town.worker.pk}).content.decode()
    assert mine.count("<tr>") == 2
    week = Event.objects.order_by("happened_on").first().happened_week
    assert town.manager.name in worker.get(address, {"week": week}).content.decode()


def test_a_volunteer_works_in_the_own_neighbourhood_only(client, town):
    client.force_login(town.volunteer)
    assert client.get(door(town)).status_code == 200
    assert client.get(door(town, town.there)).status_code == 404
    assert client.post(door(town, town.there), answers()).status_code == 404
    there = ledger.record_conversation(
        town.there, by=town.worker, key=uuid4(), stage=4, channel="door", held_on=date(2025, 1, 7)
    )
    for name in ("recorded", "correct_conversation", "undo_conversation", "hand_on"):
        assert client.post(page(name, town, there.key)).status_code in {404, 405}
    assert client.get(page("household", town, there.household)).status_code == 403
    assert "Zeewijk" in client.get(page("outreach", town)).content.decode()
    assert "Bosrand" not in client.get(page("conversations", town)).content.decode()
    assert Event.objects.count() == 1


def test_a_partner_and_an_auditor_open_nothing_here(client, town):
    row = participant(town)
    addresses = [
        page("outreach", town),
        door(town),
        page("conversations", town),
        page("recorded", town, row.key),
        page("household", town, row.household),
        page("teams", town),
        page("costs", town),
    ]
    for person in (town.partner, town.auditor):
        client.force_login(person)
        assert {client.get(address).status_code for address in addresses} == {403}


def test_people_of_another_organisation_learn_nothing(client, town, another_town):
    row = participant(town)
    client.force_login(another_town.worker)
    assert client.get(page("outreach", town)).status_code == 404
    for name, value in (("recorded", row.key), ("household", row.household)):
        assert client.get(page(name, another_town, value)).status_code == 404


def test_the_call_back_list_holds_who_agreed_and_nobody_else(worker, town):
    participant(town)
    kept = participant(town, consents=["contact"], contact=ledger.Contact(phone=PHONE))
    news = participant(town, consents=["news"], contact=ledger.Contact(email=EMAIL))
    text = worker.get(page("outreach", town)).content.decode()
    assert page("household", town, kept.household) in text
    assert page("household", town, news.household) not in text
    ledger.withdraw(kept.household, purpose="contact", key=uuid4(), by=town.worker)
    text = worker.get(page("outreach", town)).content.decode()
    assert page("household", town, kept.household) not in text


def test_a_household_takes_its_next_step(worker, town):
    row = participant(town)
    address = page("household", town, row.household)
    assert worker.get(address).status_code == 200
    sent = {
        "key": uuid4(),
        "stage": 7,
        "channel": "phone",
        "basis": "verified",
        "happened_on": timezone.localdate(),
    }
    for _ in range(2):
        assert worker.post(address, sent).status_code == 302
    assert list(Event.objects.values_list("stage", flat=True)) == [4, 7]
    back = worker.post(address, {**sent, "key": uuid4(), "stage": 2})
    assert "stap terug" in back.content.decode()


def test_details_can_be_mended_and_permission_withdrawn(worker, town):
    row = participant(town, consents=["contact"], contact=ledger.Contact(phone="0611111111"))
    sent = {"key": uuid4(), "contact": "on", "news": "on", "phone": PHONE}
    address = page("household_details", town, row.household)
    for _ in range(2):
        assert worker.post(address, sent).status_code == 302
    assert Household.objects.get().phone == PHONE
    assert Consent.objects.count() == 2
    for purpose in ("news", "contact"):
        worker.post(page("withdraw_consent", town, row.household, purpose), {"key": uuid4()})
    assert Household.objects.count() == 0


def test_two_permissions_are_withdrawn_from_one_page(worker, town, clean_page):
    row = participant(town, consents=["contact", "news"], contact=ledger.Contact(phone=PHONE))
    opened = worker.get(page("household", town, row.household))
    clean_page(opened)
    forms = r'intrekken/(\w+)/".*?name="key" value="([^"]+)"'
    for purpose, key in re.findall(forms, opened.content.decode(), re.S):
        address = page("withdraw_consent", town, row.household, purpose)
        assert worker.post(address, {"key": key}).status_code == 302
    assert Household.objects.count() == 0


def test_erasing_asks_for_the_short_name_and_keeps_the_count(worker, town):
    row = participant(town, consents=["contact"], contact=ledger.Contact(phone=PHONE))
    address = page("erase_household", town, row.household)
    assert worker.post(address, {"typed": "H-000000"}).status_code == 200
    assert Household.objects.count() == 1
    worker.post(address, {"typed": f"h-{row.household.hex[:6]}"})
    assert Household.objects.count() == 0
    assert Event.objects.count() == 1
    assert worker.get(page("household", town, row.household)).status_code == 200


def test_teams_that_stopped_stay_with_their_reason(worker, town):
    sent = {
        "name": "Warm Samen",
        "neighbourhood": town.here.pk,
        "worker": town.worker.pk,
        "started_on": "2025-02-03",
        "members": 5,
        "members_with_measure": 2,
    }
    assert (
        worker.post(page("team_new", town), {**sent, "members_with_measure": 9}).status_code == 200
    )
    worker.post(page("team_new", town), sent)
    team = Team.objects.get()
    end = {"ended_on": "2025-09-01", "end_reason": ""}
    assert worker.post(page("team_end", town, team.pk), end).status_code == 200
    worker.post(page("team_end", town, team.pk), {**end, "end_reason": "Te weinig tijd"})
    text = worker.get(page("teams", town)).content.decode()
    assert "Warm Samen" in text and "Te weinig tijd" in text


def test_costs_add_up_and_a_mistake_is_taken_back(worker, town):
    sent = {"key": uuid4(), "on": "2025-03-03", "neighbourhood": town.here.pk, "kind": "hours"}
    assert worker.post(page("cost_new", town), sent).status_code == 200
    for _ in range(2):
        worker.post(page("cost_new", town), {**sent, "hours": "3.5", "role": "buurtbegeleider"})
    worker.post(
        page("cost_new", town),
        {"key": uuid4(), "on": "2025-03-04", "kind": "material", "amount_eur": "1250.40"},
    )
    assert CostLine.objects.count() == 2
    text = worker.get(page("costs", town)).content.decode()
    assert "3,5" in text and "1.250,40" in text
    line = CostLine.objects.get(kind="hours")
    for _ in range(2):
        worker.post(page("cost_reverse", town, line.pk))
    assert CostLine.objects.count() == 3
    assert sum(row.hours or 0 for row in CostLine.objects.all()) == 0


@pytest.fixture
def card(town):
    giver = participant(town)
    return ledger.issue_code(giver.household, key=uuid4(), neighbourhood=town.here, by=town.worker)


def test_who_works_in_one_neighbourhood_books_nothing_for_the_whole(town):
    person = town.worker
    Membership.objects.get(user=person).areas.set(town.areas[:1])
    browser = Client()
    browser.force_login(person)
    sent = {"key": uuid4(), "on": "2026-03-02", "kind": "hours", "hours": "3"}
    refused = browser.post(page("cost_new", town), sent)
    assert refused.context["form"].errors.keys() == {"neighbourhood"}
    assert "het programma als geheel" not in refused.content.decode()
    with pytest.raises(PermissionDenied):
        ledger.record_cost(
            ledger.NewCost(
                uuid4(), town.organisation, date(2026, 3, 2), "hours", hours=3, by=person
            )
        )
    there = browser.post(page("cost_new", town), {**sent, "neighbourhood": town.there.pk})
    assert there.context["form"].errors.keys() == {"neighbourhood"}
    assert not CostLine.objects.exists()
    browser.post(page("cost_new", town), {**sent, "neighbourhood": town.here.pk})
    assert CostLine.objects.get().neighbourhood == town.here


def test_a_neighbour_redeems_a_card_without_an_account(client, town, card):
    address = reverse("redeem", args=[card.code])
    shown = client.get(address)
    assert shown["X-Robots-Tag"] == "noindex, nofollow"
    assert "0 euro" in shown.content.decode() and "Gemeente Duinstad" in shown.content.decode()
    sent = {"key": uuid4()}
    for _ in range(2):
        assert client.post(address, sent).url == reverse("thanks", args=[card.code])
    row = Event.objects.latest("pk")
    assert (row.stage, row.origin, row.referrer) == (Stage.INTERESTED, "referral", card.household)
    assert row.recorded_by is None
    assert Event.objects.count() == 2 and Household.objects.count() == 0
    assert "Dank u wel" in client.get(reverse("thanks", args=[card.code])).content.decode()


def test_a_resident_without_account_gets_no_cookie(town, card):
    strict = Client(enforce_csrf_checks=True)
    address = reverse("redeem", args=[card.code])
    for answer in (
        strict.get(reverse("card_code")),
        strict.get(address),
        strict.post(address, {"key": uuid4()}),
        strict.get(reverse("thanks", args=[card.code])),
    ):
        assert answer.status_code in {200, 302}
        assert not answer.cookies


def test_details_on_the_card_page_need_a_tick(client, town, card):
    address = reverse("redeem", args=[card.code])
    assert "Vink aan" in client.post(address, {"key": uuid4(), **DETAILS}).content.decode()
    assert Household.objects.count() == 0
    client.post(address, {"key": uuid4(), "contact": "on", **DETAILS})
    assert Household.objects.get().email == EMAIL


def test_a_wrong_or_old_code_gets_a_friendly_answer(client, town, card):
    for code in ("ONZIN", "C4H7KM9X", "<script>"):
        answer = client.get(reverse("redeem", args=[code]))
        assert answer.status_code == 404
        assert "Kreeg u een kaartje" in answer.content.decode()
    card.expires_on = date(2025, 1, 31)
    card.save()
    text = client.get(reverse("redeem", args=[card.code])).content.decode()
    assert "31 januari 2025" in text


def test_a_typed_code_leads_to_the_card(client, town, card):
    typed = f" {card.code[:4].lower()}-{card.code[4:].lower()} "
    answer = client.get(reverse("card_code"), {"code": typed})
    assert answer.url == reverse("redeem", args=[card.code])


def test_the_card_page_slows_a_machine_down(client, town, card):
    address = reverse("redeem", args=[card.code])
    answers = [client.post(address, {"key": uuid4()}).status_code for _ in range(12)]
    assert answers == [302] * 10 + [200] * 2
    assert Event.objects.count() == 11


def test_who_guesses_codes_has_to_wait_and_finds_no_card_meanwhile(client, town, card):
    unknown = code_on_no_card()
    typing_error = reverse("redeem", args=["ONZIN"])
    for _ in range(50):
        assert client.get(typing_error).status_code == 404
    for number in range(40):
        address = reverse(["redeem", "thanks"][number % 2], args=[unknown])
        assert client.get(address).status_code in (404, 302)
    for address in (reverse("card_code"), reverse("redeem", args=[card.code])):
        answer = client.get(address)
        assert answer.status_code == 429
        assert "Wacht 15 minuten" in answer.content.decode()
    elsewhere = client.get(reverse("redeem", args=[card.code]), REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


def test_a_code_that_was_typed_counts_as_a_guess_too(client, town, card):
    for _ in range(40):
        assert client.get(reverse("card_code"), {"code": code_on_no_card()}).status_code == 200
    assert client.get(reverse("card_code"), {"code": card.code}).status_code == 429


def code_on_no_card():
    """A code without a typing error that nobody was given."""
    while ReferralCode.objects.filter(code=(code := codes.new_code())).exists():
        pass
    return code


def test_no_personal_data_in_logs_addresses_or_cookies(client, town, card, caplog):
    caplog.set_level(logging.DEBUG)
    client.force_login(town.worker)
    seen = []
    sent = answers(outcome="joins", contact="on", **DETAILS)
    seen.append(client.post(door(town), sent))
    seen.append(client.post(door(town), {**sent, "phone": "0600000000"}))
    home = Household.objects.get()
    seen.append(client.get(page("household", town, home.pk)))
    seen.append(client.post(page("erase_household", town, home.pk), {"typed": "x"}))
    seen.append(client.post(reverse("redeem", args=[card.code]), {"key": "x", **DETAILS}))
    written = caplog.text + "".join(str(a.headers) + a.request["PATH_INFO"] for a in seen)
    written += str(client.cookies) + str(dict(client.session))
    for personal in (PHONE, EMAIL, NAME, "0600000000"):
        assert personal not in written


def test_every_page_is_english_on_request(client, town, card):
    client.force_login(town.worker)
    text = client.get(f"/en{door(town)}").content.decode()
    assert "What came of it?" in text and "Nobody home" in text and "At the door" in text
    text = client.get(f"/en/kaartje/{card.code}/").content.decode()
    assert "What does it cost?" in text


def test_the_number_of_queries_does_not_grow_with_the_list(
    worker, town, django_assert_max_num_queries
):
    for _ in range(30):
        participant(town, consents=["contact"], contact=ledger.Contact(phone=PHONE, street="A"))
    for name in ("outreach", "conversations"):
        with django_assert_max_num_queries(40):
            worker.get(page(name, town))


def test_the_household_of_a_conversation_follows_from_its_key(town):
    key = UUID("6e1f0e0a-3f0f-4e5e-8a9b-0a1b2c3d4e5f")
    assert ledger.household_of(key) == uuid5(key, "household")
