"""Charts: each shows what it was given, and its table the same numbers."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sneeuwbal.web import drawing

LINE = {
    "title": "Deelnemers per maand",
    "summary": "Het aantal steeg.",
    "x_label": "maand",
    "y_label": "deelnemers",
    "unit": "",
    "decimals": 1,
    "x": ["jan", "feb", "mrt", "apr"],
    "series": [
        {
            "name": "Westerdok",
            "values": [1.5, None, 12.26, 20],
            "low": [1, None, 8, 15],
            "high": [2, None, 16, 25],
        }
    ],
    "reference": 10.0,
    "marks": [{"x": 2, "label": "Start"}],
}
BARS = {
    "title": "Kosten",
    "summary": "Per kanaal.",
    "unit": "euro",
    "decimals": 0,
    "bars": [
        {"label": "Deur", "value": 100, "low": 80, "high": 120},
        {"label": "Post", "value": None, "note": "minder dan 10 huishoudens"},
    ],
}
DOTS = {
    "title": "Sneeuwbalgetal",
    "summary": "Per buurt.",
    "decimals": 2,
    "reference": 1.0,
    "rows": [
        {"label": "Kompas", "value": 0.42, "low": 0.1, "high": 0.9, "n": 44, "url": "/kompas/"},
        {"label": "Bolwerk", "value": None, "note": "te weinig gegevens", "n": 3},
    ],
}


def draw(kind, chart, language="nl"):
    text = "{% load charts %}{% " + kind + " chart %}"
    with translation.override(language):
        return Template(text).render(Context({"chart": chart}))


class Cells(HTMLParser):
    def __init__(self):
        super().__init__()
        self.rows, self.inside = [], False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self.inside = True

    def handle_endtag(self, tag):
        if tag in {"td", "th"}:
            self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def table(page):
    cells = Cells()
    cells.feed(page)
    return cells.rows


def test_the_table_under_a_line_holds_the_same_numbers():
    assert table(draw("line_chart", LINE)) == [
        ["maand", "Westerdok"],
        ["jan", "1,5 (1,0 tot 2,0)"],
        ["feb", "–"],
        ["mrt", "12,3 (8,0 tot 16,0)"],
        ["apr", "20,0 (15,0 tot 25,0)"],
    ]


def test_the_table_under_bars_and_dots_holds_the_same_numbers():
    assert table(draw("bar_chart", BARS))[1:] == [
        ["Deur", "100", "80 tot 120", ""],
        ["Post", "–", "–", "minder dan 10 huishoudens"],
    ]
    assert table(draw("interval_chart", DOTS))[1:] == [
        ["Kompas", "0,42", "0,10 tot 0,90", "44", ""],
        ["Bolwerk", "–", "–", "3", "te weinig gegevens"],
    ]


def test_a_missing_value_leaves_a_gap_and_draws_nothing():
    page = draw("line_chart", LINE)
    assert page.count("<polyline") == 2
    assert page.count("<circle") == 3
    assert draw("bar_chart", BARS).count("<rect") == 1
    assert draw("interval_chart", DOTS).count("<circle") == 1
    for kind, chart in (("line_chart", LINE), ("bar_chart", BARS), ("interval_chart", DOTS)):
        assert "None" not in draw(kind, chart) and "nan" not in draw(kind, chart)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_coordinates_do_not_depend_on_the_language(language):
    page = draw("line_chart", LINE, language)
    points = re.findall(r'points="([^"]+)"', page)
    assert points
    for text in points:
        assert re.fullmatch(r"[\d.]+,[\d.]+( [\d.]+,[\d.]+)*", text)
    for place in re.findall(r' (?:x|x1|x2|cx|y1|cy)="([^"]*)"', page):
        assert re.fullmatch(r"-?[\d.]+%?", place)


@pytest.mark.parametrize("kind", ["line_chart", "bar_chart", "interval_chart"])
def test_texts_are_escaped(kind):
    evil = "<script>alert(1)</script>"
    chart = {
        "title": evil,
        "summary": evil,
        "x": [evil],
        "series": [{"name": evil, "values": [1]}, {"name": evil, "values": [2]}],
        "marks": [{"x": 0, "label": evil}],
        "bars": [{"label": evil, "value": 1, "note": evil}],
        "rows": [{"label": evil, "value": 1, "note": evil, "url": '"onload="x'}],
    }
    page = draw(kind, chart)
    assert "<script" not in page and '"onload="' not in page


@pytest.mark.parametrize(
    ("kind", "chart"),
    [
        ("line_chart", {"title": "x", "x": [], "series": []}),
        ("line_chart", {"title": "x", "x": ["a"], "series": [{"name": "s", "values": [None]}]}),
        ("line_chart", {"title": "x", "x": ["a"], "series": [{"name": "s", "values": [0]}]}),
        ("bar_chart", {"title": "x", "bars": []}),
        ("interval_chart", {"title": "x", "rows": []}),
    ],
)
def test_an_empty_chart_is_still_a_chart(kind, chart):
    assert "<figure" in draw(kind, chart)


def test_a_point_between_two_gaps_stays_visible_in_a_long_series():
    values = [1.0] * 15 + [None, 5.0, None] + [2.0] * 15
    chart = {
        "title": "x",
        "x": list(range(33)),
        "series": [{"name": "s", "values": values}],
    }
    assert draw("line_chart", chart).count("<circle") == 1


def test_two_charts_on_a_page_have_different_names():
    ids = re.findall(r'id="([^"]+)"', draw("line_chart", LINE))
    other = re.findall(r'id="([^"]+)"', draw("line_chart", LINE | {"title": "Anders"}))
    assert ids and not set(ids) & set(other)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_an_axis_holds_zero_and_every_value_between_round_steps(values):
    scale = drawing.scale_of(values)
    slack = scale.step * 1e-6
    assert scale.low - slack <= min(*values, 0) and max(*values, 0) <= scale.high + slack
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 8
    assert all(b > a for a, b in pairwise(ticks))
    assert all(0 <= scale.place(value) <= 100 for value in values)


@given(st.integers(1, 400))
def test_labels_of_an_axis_are_few_and_keep_both_ends(count):
    chosen = drawing.thinned(count)
    assert chosen[0] == 0 and chosen[-1] == count - 1
    assert len(chosen) <= drawing.MOST_LABELS + 1
    assert chosen == sorted(set(chosen))
