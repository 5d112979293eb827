"""What no page gets to see, and what does not reach the log."""

import logging

import pytest

from sneeuwbal.web.requests import Discreet

NULL = [
    "/kaart/%00/",
    "/buurt/a%00b/2020/",
    "/openbaar/%00/",
    "/kaartje/a%00b/",
    "/kaart/?zoek=%00",
    "/kaart/GM9901/?indicator=a%2500",
]


@pytest.mark.parametrize("path", NULL[:-1])
def test_a_null_character_in_an_address_is_refused(client, db, path):
    assert client.get(path).status_code == 400


def test_what_only_looks_like_a_null_character_is_not_refused(client, db):
    assert client.get(NULL[-1]).status_code == 404


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/kaartje/C4H7KM9X/bedankt/", "/kaartje/…/bedankt/"),
        ("/en/kaartje/c4h7-km9x/", "/en/kaartje/…/"),
        ("/wachtwoord/Mg/d2f-abc/", "/wachtwoord/…/"),
        ("/werk/x/bereik/huishouden/c8bedf28-f025-556b-adce-31057d98bb54/wissen/", "…/wissen/"),
        ("/kaart/GM9901/", "/kaart/GM9901/"),
    ],
)
def test_the_log_keeps_no_code_of_a_card_or_key_of_a_household(path, kept):
    record = logging.LogRecord("x", logging.WARNING, "", 1, "Not Found: %s", (path,), None)
    assert Discreet().filter(record)
    assert record.getMessage().endswith(kept)
    assert "KM9X" not in record.getMessage() and "c8bedf28" not in record.getMessage()


def test_the_log_of_the_site_is_discreet(settings):
    console = settings.LOGGING["handlers"]["console"]
    assert console["filters"] == ["discreet"]
    assert settings.LOGGING["filters"]["discreet"]["()"] == "sneeuwbal.web.requests.Discreet"
