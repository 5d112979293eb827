"""How numbers look in each language, and that none stands alone."""

from datetime import date

import pytest
from django.template import Context, Template
from django.utils import translation

from sneeuwbal.web.templatetags import sneeuwbal as tags


def draw(template, language="nl", **context):
    with translation.override(language):
        return Template("{% load sneeuwbal %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("value", "decimals", "dutch", "english"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (-0.26, 1, "−0,3", "−0.3"),
        (-0.01, 1, "0,0", "0.0"),
        (0, 2, "0,00", "0.00"),
        (None, 1, "–", "–"),
        (float("nan"), 1, "–", "–"),
        (float("inf"), 1, "–", "–"),
        ("", 1, "–", "–"),
    ],
)
def test_a_number_is_written_as_the_reader_does(value, decimals, dutch, english):
    with translation.override("nl"):
        assert tags.number(value, decimals) == dutch
    with translation.override("en"):
        assert tags.number(value, decimals) == english


def test_a_share_becomes_a_percentage_only_on_screen():
    assert draw("{{ 0.1234|percent:1 }}") == "12,3\N{NO-BREAK SPACE}%"
    assert draw("{{ none|percent }}", none=None) == "–"


def test_euros_follow_the_language():
    assert draw("{{ 1234|euro }}") == "€\N{NO-BREAK SPACE}1.234"
    assert draw("{{ 1234|euro:2 }}", "en") == "€1,234.00"


def test_the_weeks_of_the_ledger_begin_on_the_first_monday_of_2018():
    assert tags.week_start(0) == date(2018, 1, 1)
    assert tags.week_start(52) == date(2018, 12, 31)
    assert tags.week_start(None) is None


def test_an_interval_is_written_in_words_or_not_at_all():
    assert draw("{% interval 0.42 1.1 %}") == "0,4 tot 1,1"
    assert draw("{% interval 0.42 1.1 2 %}", "en") == "0.42 to 1.10"
    assert draw("{% interval none 1.1 %}", none=None) == ""


def test_a_stat_shows_interval_n_and_method():
    page = draw(
        "{% stat label='R' value=0.42 low=0.1 high=0.9 n=1200 method='doorgevers' as_of=day %}",
        day=date(2026, 9, 27),
    )
    for part in ("0,4", "0,1 tot 0,9", "n = 1.200", "doorgevers", "27 september 2026"):
        assert part in page


@pytest.mark.parametrize("part", ["method='x'", "n=3"])
def test_a_stat_without_n_or_method_is_an_error(part):
    with pytest.raises(ValueError, match="n and method"):
        draw("{% stat label='R' value=0.42 " + part + " %}")


def test_a_withheld_stat_shows_its_reason_and_no_number():
    page = draw("{% stat label='R' value=0.42 n=7 method='x' withheld='te klein' %}")
    assert "te klein" in page and "0,4" not in page and "n = 7" not in page
    assert "te weinig om iets te zeggen" in draw("{% stat label='R' value=none %}", none=None)


def test_a_share_in_a_stat_is_a_percentage_with_its_interval():
    page = draw("{% stat label='x' value=0.5 low=0.25 high=0.75 n=9 method='m' share=True %}")
    assert "50,0" in page and "25,0 tot 75,0 %" in page


def test_a_badge_says_it_in_words_and_escapes_them():
    page = draw("{% badge text 'safe' %}", text="<b>")
    assert "&lt;b&gt;" in page and "utrecht-status-badge--safe" in page
    with pytest.raises(ValueError, match="no such badge"):
        draw("{% badge 'x' 'purple' %}")


def test_an_empty_state_offers_the_next_step():
    page = draw("{% empty_state 'Nog niets' 'Begin hier.' '/werk/' 'Begin' %}")
    assert 'href="/werk/"' in page and "Begin hier." in page
    assert "href" not in draw("{% empty_state 'Nog niets' 'Later.' %}")
