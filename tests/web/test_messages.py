"""Finding texts in code and templates, and keeping their Dutch."""

import pytest
from django.utils.translation import override

from sneeuwbal.web import messages

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext_lazy
A = _("Save (all) \\"now\\"")
B = ngettext("%(n)s house", "%(n)s houses", 2) % {"n": 2}
C = pgettext_lazy("interval", "to")
D = f"{A} not a text"
"""
TEMPLATE = """
{% load i18n %}{# a comment with _( in it #}
<p title="{% translate 'Skip (now)' %}">{{ value|default:_("none yet") }} X_(x)</p>
{% blocktranslate trimmed with name=user.name %}
  Hello {{ name }},
  it is 100 % done
{% endblocktranslate %}
{% blocktranslate trimmed count n=list|length context "doors" %}
  {{ n }} door{% plural %}{{ n }} doors
{% endblocktranslate %}
{% translate "May" context "month" %}
"""


@pytest.fixture
def room(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "views.py").write_text(PYTHON)
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    return tmp_path


def test_every_kind_of_text_is_found(room):
    found = {(text.forms, text.context) for text in messages.found_in(room)}
    assert found == {
        (('Save (all) "now"',), None),
        (("%(n)s house", "%(n)s houses"), None),
        (("to",), "interval"),
        (("Skip (now)",), None),
        (("none yet",), None),
        (("Hello %(name)s, it is 100 %% done",), None),
        (("%(n)s door", "%(n)s doors"), "doors"),
        (("May",), "month"),
    }


def test_what_was_translated_stays_and_what_is_gone_goes(room):
    messages.update(room)
    file = messages.file_of(room)
    file.write_text(
        file.read_text().replace(
            'msgid "none yet"\nmsgstr ""', 'msgid "none yet"\nmsgstr "nog geen"'
        )
    )
    (room / "views.py").write_text(
        'from django.utils.translation import gettext as _\nE = _("New")\n'
    )
    left = messages.update(room)
    texts = {entry.id: entry.string for entry in messages.catalogue(room) if entry.id}
    assert texts["none yet"] == "nog geen"
    assert "New" in texts and ("%(n)s house", "%(n)s houses") not in texts
    assert "views.py: New" in left and not any("none yet" in text for text in left)


def test_a_file_that_is_up_to_date_is_left_alone(room):
    messages.update(room)
    first = messages.file_of(room).read_bytes()
    messages.update(room)
    assert messages.file_of(room).read_bytes() == first
    head = first.decode().split("#:")[0]
    assert "fuzzy" not in head and "Date" not in head and "EMAIL" not in head


def test_a_text_that_became_plural_asks_for_new_dutch(room):
    (room / "views.py").write_text(
        'from django.utils.translation import gettext as _\nE = _("%(n)s tree")\n'
    )
    messages.update(room)
    file = messages.file_of(room)
    file.write_text(
        file.read_text().replace(
            'msgid "%(n)s tree"\nmsgstr ""', 'msgid "%(n)s tree"\nmsgstr "%(n)s boom"'
        )
    )
    (room / "views.py").write_text(
        "from django.utils.translation import ngettext\n"
        'E = ngettext("%(n)s tree", "%(n)s trees", 1)\n'
    )
    assert "views.py: %(n)s tree" in messages.update(room)


def test_a_placeholder_that_differs_is_found(room):
    (room / "views.py").write_text(
        'from django.utils.translation import gettext as _\nE = _("%(n)s trees")\n'
    )
    messages.update(room)
    file = messages.file_of(room)
    file.write_text(
        file.read_text().replace(
            'msgid "%(n)s trees"\nmsgstr ""', 'msgid "%(n)s trees"\nmsgstr "%(m)s bomen"'
        )
    )
    assert messages.wrong_placeholders(room) == [f"{room.name}: %(m)s bomen"]


def test_a_page_in_dutch_falls_back_on_no_english(client, db):
    with override("nl"):
        assert "Naar de inhoud" in client.get("/").content.decode()
    assert "Skip to the content" in client.get("/en/").content.decode()
