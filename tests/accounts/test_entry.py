"""Coming in: logging in, guessing passwords, links that set a password."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from sneeuwbal.accounts import people, throttle
from sneeuwbal.accounts.models import FailedLogin

PASSWORD = "een-lang-wachtwoord-voor-de-proef"


def log_in(client, email, password=PASSWORD, **more):
    return client.post("/inloggen/", {"username": email, "password": password}, **more)


def test_a_person_logs_in_with_an_address_in_any_capitals(client, place, person):
    person(place, email="ans@proef.example")
    answer = log_in(client, "Ans@Proef.example")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/werk/")


def test_a_wrong_password_gets_a_clear_answer_next_to_the_form(client, person, clean_page):
    person(email="ans@proef.example")
    answer = log_in(client, "ans@proef.example", "mis")
    text = answer.content.decode()
    clean_page(answer)
    assert "horen niet bij elkaar" in text and "error-summary" in text
    assert "<title>Fout:" in text


def test_after_five_failures_even_the_right_password_must_wait(client, person):
    person(email="ans@proef.example")
    for _ in range(throttle.PER_PAIR):
        log_in(client, "ans@proef.example", "mis")
    answer = log_in(client, "ans@proef.example")
    assert answer.status_code == 200
    assert "Wacht 15 minuten" in answer.content.decode()
    assert log_in(client, "ans@proef.example", REMOTE_ADDR="10.9.8.7").status_code == 302


def test_waiting_helps(client, person):
    person(email="ans@proef.example")
    for _ in range(throttle.PER_PAIR):
        log_in(client, "ans@proef.example", "mis")
    FailedLogin.objects.update(at=timezone.now() - throttle.WINDOW - timedelta(seconds=1))
    assert log_in(client, "ans@proef.example").status_code == 302


def test_one_address_cannot_try_every_account(client, person):
    person(email="ans@proef.example")
    for number in range(throttle.PER_ADDRESS):
        log_in(client, f"mens{number}@elders.example", "mis")
    assert log_in(client, "ans@proef.example").status_code == 200


def test_failures_are_kept_without_any_address(client, db, caplog):
    with caplog.at_level(logging.DEBUG):
        log_in(client, "geheim@proef.example", "mis", REMOTE_ADDR="10.1.2.3")
    kept = " ".join(FailedLogin.objects.values_list("digest", flat=True))
    for secret in ("geheim", "proef.example", "10.1.2.3"):
        assert secret not in kept
    assert "geheim@proef.example" not in caplog.text.replace("INSERT", "")


def test_getting_in_forgets_the_failures(client, person):
    person(email="ans@proef.example")
    log_in(client, "ans@proef.example", "mis")
    log_in(client, "ans@proef.example")
    client.post("/uitloggen/")
    for _ in range(throttle.PER_PAIR - 1):
        log_in(client, "ans@proef.example", "mis")
    assert log_in(client, "ans@proef.example").status_code == 302


def test_logging_in_does_not_lead_to_another_site(client, person):
    person(email="ans@proef.example")
    given = {
        "username": "ans@proef.example",
        "password": PASSWORD,
        "next": "https://elders.example",
    }
    assert client.post("/inloggen/", given).headers["Location"] == "/werk/"


def test_logging_out_needs_a_button_and_ends_the_session(as_manager):
    assert as_manager.get("/uitloggen/").status_code == 405
    assert as_manager.post("/uitloggen/").status_code == 302
    assert as_manager.get("/werk/").status_code == 302


def test_a_link_sets_a_password_once(client, person):
    user = person(email="nieuw@proef.example")
    user.set_unusable_password()
    user.save()
    link = people.password_link(user)
    page = client.get(link, follow=True)
    form = page.redirect_chain[-1][0]
    chosen = "vier-willekeurige-woorden-hier"
    done = client.post(form, {"new_password1": chosen, "new_password2": chosen}, follow=True)
    assert "Uw wachtwoord is ingesteld" in done.content.decode()
    assert log_in(client, "nieuw@proef.example", chosen).status_code == 302
    client.post("/uitloggen/")
    assert "al gebruikt" in client.get(link, follow=True).content.decode()


@pytest.mark.parametrize("weak", ["kort", "123456789012", "wachtwoord"])
def test_a_weak_password_is_refused_with_the_reason(as_manager, weak):
    given = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    answer = as_manager.post("/account/wachtwoord/", given)
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()


def test_a_changed_password_keeps_one_logged_in(as_manager):
    new = "vijf-andere-woorden-voor-ons"
    given = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    answer = as_manager.post("/account/wachtwoord/", given, follow=True)
    assert "Uw wachtwoord is gewijzigd" in answer.content.decode()


def test_a_name_can_be_changed_and_not_left_empty(as_manager, manager):
    assert "error-summary" in as_manager.post("/account/", {"name": ""}).content.decode()
    as_manager.post("/account/", {"name": "Ans de Wit"})
    manager.refresh_from_db()
    assert manager.name == "Ans de Wit"


def test_accounts_of_the_demo_are_offered_only_in_the_demo(client, place, person, settings):
    person(place, email="manager@proefstad.example")
    settings.MODE = "test"
    assert "manager@proefstad.example" not in client.get("/inloggen/").content.decode()
    settings.MODE = "demo"
    text = client.get("/inloggen/").content.decode()
    assert "manager@proefstad.example" in text and settings.DEMO_PASSWORD in text
    place.fictional = False
    place.save()
    assert "manager@proefstad.example" not in client.get("/inloggen/").content.decode()
