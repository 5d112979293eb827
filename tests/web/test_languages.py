"""Both languages are complete, in every room."""

import re

import pytest

from sneeuwbal.web import messages

ROOMS = messages.rooms()
NAMES = [room.name for room in ROOMS]
# Words that occur in any Dutch page of ours and in no English one.
DUTCH = [" het ", " een ", " niet ", " buurt ", "gemeente", "Inloggen", " wij ", " voor de "]
PUBLIC = [
    "",
    "over/",
    "toegankelijkheid/",
    "inloggen/",
    "kaart/",
    "bronnen/",
    "lessen/",
    "openbaar/",
]
STAFF = ["werk/", "werk/proefstad/", "werk/proefstad/mensen/", "werk/proefstad/gegevens/",
         "werk/proefstad/taken/", "account/", "account/wachtwoord/"]  # fmt: skip


@pytest.mark.parametrize("room", ROOMS, ids=NAMES)
def test_every_text_has_its_dutch(room):
    assert messages.missing(room) == []


@pytest.mark.parametrize("room", ROOMS, ids=NAMES)
def test_dutch_and_english_name_the_same_placeholders(room):
    assert messages.wrong_placeholders(room) == []


@pytest.mark.parametrize("room", ROOMS, ids=NAMES)
def test_the_file_holds_no_doubtful_or_unused_dutch(room):
    known = messages.catalogue(room)
    used = {(text.forms[0], text.context) for text in messages.found_in(room)}
    for entry in known:
        first = entry.id if isinstance(entry.id, str) else entry.id[0]
        if first:
            assert not entry.fuzzy, first
            assert (first, entry.context) in used, f"nothing says {first!r} any more"
    assert not known.obsolete


def test_a_text_has_one_dutch_in_all_rooms():
    """Django keeps one translation per text and context: a second would never be seen."""
    seen = {}
    for room in ROOMS:
        for entry in messages.catalogue(room):
            first = entry.id if isinstance(entry.id, str) else entry.id[0]
            if first and entry.string:
                seen.setdefault((first, entry.context), {}).setdefault(
                    str(entry.string), []
                ).append(room.name)
    doubled = {text: ways for text, ways in seen.items() if len(ways) > 1}
    assert not doubled


def _words(html):
    """What a reader or a screen reader meets in a page: not its addresses, which are Dutch."""
    main = html.split("<main", 1)[1].split("</main>")[0]
    return re.sub(r' (href|action|hx-get|hx-post|value|id|name|class)="[^"]*"', "", main)


@pytest.mark.parametrize("path", PUBLIC)
def test_no_public_page_in_english_holds_dutch(client, db, path):
    answer = client.get(f"/en/{path}")
    assert answer.status_code == 200
    html = answer.content.decode()
    assert '<html lang="en"' in html
    assert [word for word in DUTCH if word in _words(html)] == []


@pytest.mark.parametrize("path", STAFF)
def test_no_staff_page_in_english_holds_dutch(as_manager, path):
    answer = as_manager.get(f"/en/{path}")
    assert answer.status_code == 200
    assert [word for word in DUTCH if word in _words(answer.content.decode())] == []


@pytest.mark.parametrize("path", [*PUBLIC, *STAFF])
def test_each_page_links_to_itself_in_the_other_language(as_manager, path):
    if path == "inloggen/":
        as_manager.logout()
    dutch, english = (as_manager.get(f"{start}{path}") for start in ("/", "/en/"))
    assert f'hreflang="en" href="/en/{path}"' in dutch.content.decode()
    assert f'hreflang="nl" href="/{path}"' in english.content.decode()


def test_the_other_language_of_a_page_keeps_its_question(client, db):
    page = client.get("/kaart/?zoek=a").content.decode()
    assert 'href="/en/kaart/?zoek=a"' in page


def test_a_page_that_does_not_exist_leads_to_the_other_languages_start(client, db):
    page = client.get("/bestaat-niet/")
    assert page.status_code == 404
    assert 'href="/en/"' in page.content.decode()
