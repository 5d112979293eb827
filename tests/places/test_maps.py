"""Maps: shades, legend, words, marks."""

from itertools import pairwise

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from sneeuwbal.places.classes import quantile_classes, shade_of
from sneeuwbal.places.maps import Mark, draw
from sneeuwbal.places.models import Shape
from sneeuwbal.places.municipalities import coarse

pytestmark = pytest.mark.django_db
numbers = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=60)


def shapes_of(town):
    ids = [area.pk for area in town.neighbourhoods]
    return list(Shape.objects.filter(area__in=ids).select_related("area"))


def shown(picture, **options):
    arguments = " ".join(f"{key}={value}" for key, value in options.items())
    page = Template("{% load maps %}{% area_map picture " + arguments + " %}")
    with translation.override("nl"):
        return page.render(Context({"picture": picture}))


@given(values=numbers)
def test_every_value_falls_in_one_class_and_classes_do_not_overlap(values):
    classes = quantile_classes(values, decimals=1)
    assert sum(each.count for each in classes) == len(values)
    assert len(classes) <= 5
    for lower, higher in pairwise(classes):
        assert lower.high < higher.low
        assert lower.shade < higher.shade
    for value in values:
        shade = shade_of(value, classes, decimals=1)
        (own,) = [each for each in classes if each.low <= round(value, 1) <= each.high]
        assert own.shade == shade


def test_equal_numbers_of_areas_fall_in_each_class():
    assert [each.count for each in quantile_classes(range(50))] == [10, 10, 10, 10, 10]


def test_numbers_that_look_the_same_get_the_same_shade():
    classes = quantile_classes([1.04, 0.96, 2, 3, 4, 5, 6], decimals=0)
    assert shade_of(1.04, classes) == shade_of(0.96, classes)


def test_an_area_without_value_is_hatched_and_says_why(make_town):
    town = make_town(columns=2, rows=1)
    known, unknown = (area.pk for area in town.neighbourhoods)
    with translation.override("nl"):
        picture = draw(
            shapes_of(town),
            title="Gas",
            summary="",
            values={known: 1234.5, unknown: None},
            unit="m3",
            decimals=1,
            notes={unknown: "kept secret"},
        )
    html = shown(picture)
    assert 'aria-label="Proefstad buurt 1: 1.234,5\N{NO-BREAK SPACE}m3"' in html
    assert 'aria-label="Proefstad buurt 2: geen waarde (kept secret)"' in html
    assert [item.shade for item in picture.legend] == ["3", "missing"]
    assert "map__hatch" in html


def test_the_map_holds_no_style_and_no_script(make_town):
    town = make_town()
    values = {area.pk: float(area.pk) for area in town.neighbourhoods}
    html = shown(draw(shapes_of(town), title="x", summary="y", values=values))
    assert "style" not in html
    assert "<script" not in html


def test_a_link_is_reachable_and_an_area_without_link_too(make_town):
    town = make_town(columns=2, rows=1)
    first = town.neighbourhoods[0].pk
    html = shown(draw(shapes_of(town), title="x", summary="y", links={first: "/buurt/a/"}))
    assert html.count('<a href="/buurt/a/" class="map__area') == 1
    assert html.count('<g tabindex="0" role="img"') == 1


def test_names_from_outside_are_escaped(make_town):
    town = make_town(name='<b onload="x">')
    assert "<b " not in shown(draw(shapes_of(town), title="<i>", summary="y"))


def test_numbers_inside_the_drawing_have_no_decimal_comma(make_town):
    town = make_town()
    with translation.override("nl"):
        picture = draw(shapes_of(town), title="x", summary="y", marks=marks_in(town, 3))
    for text in [picture.view_box, picture.transform, *(pin.place for pin in picture.pins)]:
        assert "," not in text


def marks_in(town, count):
    area = town.neighbourhoods[0].pk
    return [Mark(area, f"Card {number}", "risk") for number in range(count)]


def test_every_mark_is_drawn_inside_its_area_and_named(make_town):
    town = make_town()
    picture = draw(
        shapes_of(town),
        title="x",
        summary="y",
        marks=marks_in(town, 6),
        mark_labels={"risk": "Risk"},
    )
    assert len({pin.place for pin in picture.pins}) == 6
    assert picture.pin_legend[0].label == "Risk"
    assert picture.pin_legend[0].count == 6
    assert "Risk: Card 5" in picture.patches[0].label


def test_categories_keep_their_order_and_their_label(make_town):
    town = make_town(columns=3, rows=1)
    first, second, third = (area.pk for area in town.neighbourhoods)
    picture = draw(
        shapes_of(town),
        title="x",
        summary="y",
        categories={first: "late", second: "early"},
        category_labels={"early": "Starts early", "late": "Starts late"},
    )
    assert [patch.shade for patch in picture.patches] == ["5", "1", "missing"]
    assert [(item.label, item.count) for item in picture.legend[:2]] == [
        ("Starts early", 1),
        ("Starts late", 1),
    ]
    assert third in {patch.area_id for patch in picture.patches}


def test_a_withheld_number_is_never_written(make_town):
    town = make_town(columns=2, rows=1)
    small = town.neighbourhoods[0].pk
    picture = draw(
        shapes_of(town), title="x", summary="y", values={small: 4321.0}, withheld={small}
    )
    assert "4321" not in shown(picture) and "4.321" not in shown(picture)
    assert picture.patches[0].shade == "withheld"


def test_no_borders_give_a_figure_without_drawing():
    html = shown(draw([], title="Leeg", summary="Niets te tekenen"))
    assert "<svg" not in html
    assert "Niets te tekenen" in html


def test_the_table_can_be_left_out(make_town):
    picture = draw(shapes_of(make_town()), title="x", summary="y")
    assert "<table" in shown(picture)
    assert "<table" not in shown(picture, table="False")


def test_the_drawing_keeps_its_proportions(make_town):
    picture = draw(shapes_of(make_town(columns=1, rows=4)), title="x", summary="y")
    assert picture.view_box == "0 0 1000 1000"


def test_a_coarse_path_keeps_its_corners_and_loses_what_nobody_sees():
    square = "M100000,-450000l1200,0 3,1 797,0 0,1999 -2000,0z"
    assert coarse(square) == "M100000,-450000l1000,0 1000,0 0,2000 -2000,0z"
    island = "M0,0l10,0 0,10z"
    assert coarse(square + island) == coarse(square)
    assert coarse("M0 0H10V10Z") == "M0 0H10V10Z"


def test_a_share_is_shaded_and_told_as_a_percentage(make_town):
    town = make_town(columns=3, rows=1)
    shares = dict(
        zip((area.pk for area in town.neighbourhoods), (0.101, 0.204, 0.2041), strict=True)
    )
    with translation.override("en"):
        picture = draw(
            shapes_of(town), title="x", summary="y", values=shares, unit="share", decimals=1
        )
    assert [patch.value for patch in picture.patches] == ["10.1\xa0%", "20.4\xa0%", "20.4\xa0%"]
    assert [item.count for item in picture.legend] == [1, 2]


def test_names_on_the_map_stay_inside_their_area(make_town):
    wide = draw(shapes_of(make_town(columns=2, rows=2)), title="x", summary="y")
    assert {name.text for name in wide.names} == {f"Proefstad buurt {n}" for n in (1, 2, 3, 4)}
    narrow = draw(shapes_of(make_town("GM9991", columns=9, rows=9)), title="x", summary="y")
    assert narrow.names == ()
