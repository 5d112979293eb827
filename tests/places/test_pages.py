"""The public pages about places."""

import csv
import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from sneeuwbal.places.models import Adjacency, Area, Dataset, Shape, Succession, Value

pytestmark = pytest.mark.django_db
LANGUAGES = ["", "/en"]
VALUES = {"gas": [1200.0, 900.0, None, 1500.0, 700.0, 1100.0]}
FEATURES = {
    "density": [1000.0, 1100.0, 9000.0, 5000.0, 800.0, 950.0],
    "household_size": [2.1, 2.2, 1.4, 1.8, 2.6, 2.0],
    "urbanity": [3.0, 3.0, 3.0, 3.0, 3.0, 5.0],
    "population": [500.0, 600.0, 700.0, 800.0, 20.0, 900.0],
}


class _Reading(HTMLParser):
    VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        self.faults += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "script" and "src" not in given:
            self.faults.append("inline script")
        if "id" in given:
            self.ids.append(given["id"])

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data):
        self.text.append(data)


def clean(response):
    """The text of a page that is well formed and holds no inline code and no double id."""
    assert response.status_code == 200
    reading = _Reading()
    html = response.content.decode()
    reading.feed(html)
    assert reading.faults == []
    assert reading.open == []
    assert len(reading.ids) == len(set(reading.ids))
    assert "None" not in "".join(reading.text)
    assert not re.search(
        r"https?://(?!localhost|testserver|www\.w3\.org)[^\"]*\.(js|css|png)", html
    )
    return html


@pytest.fixture
def town(make_town):
    return make_town(values=VALUES | FEATURES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path",
    [
        "/kaart/",
        "/kaart/?zoek=proef",
        "/kaart/?zoek=nergens",
        "/kaart/GM9990/",
        "/kaart/GM9990/?indicator=gas&jaar=2016&niveau=buurt&sorteren=-waarde",
        "/kaart/GM9990/?indicator=../../x&jaar=-1&niveau=straat&sorteren=x",
        "/buurt/BU99900000/2020/",
        "/buurt/WK999000/2020/",
        "/bronnen/",
    ],
)
def test_every_page_is_clean_in_both_languages(client, make_town, town, language, path):
    make_town("GM9991", name="Proefdorp")
    clean(client.get(language + path))


@pytest.mark.parametrize("path", ["/kaart/", "/bronnen/"])
def test_an_empty_database_says_what_to_do_next(client, path):
    html = clean(client.get(path))
    assert 'class="empty' in html


@pytest.mark.parametrize("path", ["/kaart/GM0000/", "/kaart/GM0000/tabel.csv", "/buurt/BU1/2020/"])
def test_an_unknown_place_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_search_for_one_municipality_goes_straight_to_its_map(client, make_town):
    make_town("GM9990", name="Proefstad")
    make_town("GM9991", name="Testdorp")
    assert client.get("/kaart/?zoek=testd").url == "/kaart/GM9991/"
    assert client.get("/kaart/?zoek=gm9990").url == "/kaart/GM9990/"


def test_the_map_and_the_table_hold_the_same_numbers(client, town):
    html = clean(client.get("/en/kaart/GM9990/?indicator=gas"))
    drawn = dict(re.findall(r'map__area--\w+" aria-label="([^":]+): ([^"(]+?)(?: \(|")', html))
    table = html[html.index('id="tabel"') :]
    for area, value in zip(town.neighbourhoods, VALUES["gas"], strict=True):
        told = f"{value:,.1f}\N{NO-BREAK SPACE}%" if value else "no value"
        assert drawn[area.name] == told
        row = table[table.index(f">{area.name}</a>") :].split("</tr>")[0]
        assert (told if value else "kept secret or too uncertain") in row


def test_a_suppressed_value_is_not_a_zero(client, town):
    html = clean(client.get("/en/kaart/GM9990/?indicator=gas"))
    assert "5 of 6 neighbourhoods have a value" in html
    assert "kept secret or too uncertain" in html
    assert "map__area--missing" in html


def names_in_table(html):
    table = html[html.index('id="tabel"') :]
    return re.findall(r'<th scope="row"><a [^>]+>Proefstad buurt (\d)</a>', table)


def test_the_table_sorts_by_value_with_missing_values_last(client, town):
    up = clean(client.get("/kaart/GM9990/?indicator=gas&sorteren=waarde"))
    down = clean(client.get("/kaart/GM9990/?indicator=gas&sorteren=-waarde"))
    assert names_in_table(up) == ["5", "2", "6", "1", "4", "3"]
    assert names_in_table(down) == ["4", "1", "6", "2", "5", "3"]
    assert 'aria-sort="ascending"' in up
    assert 'aria-sort="descending"' in down


def test_a_year_that_does_not_exist_gives_way_to_the_nearest_and_the_page_says_so(
    client, make_town
):
    make_town(values=VALUES)
    html = clean(client.get("/en/kaart/GM9990/?indicator=gas&jaar=2016"))
    assert "There is no number for 2016. You see 2020" in html


def later_year(town):
    """The same neighbourhoods two years on, one of them new, none with a border."""
    new = [
        Area(kind="BU", code=area.code, year=2022, name=area.name, municipality_code="GM9990")
        for area in town.neighbourhoods
    ]
    new.append(
        Area(kind="BU", code="BU99900099", year=2022, name="Nieuw", municipality_code="GM9990")
    )
    return Area.objects.bulk_create(new)


def test_a_year_without_borders_borrows_those_of_the_nearest_year_and_says_so(
    client, town, give_values
):
    give_values(later_year(town), "solar", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 2022)
    html = clean(client.get("/en/kaart/GM9990/?indicator=solar"))
    assert "For 6 areas of 2022 the borders of 2020 with the same code are drawn" in html
    assert "1 area without border in our data" in html
    assert html.count('class="map__area ') == 6
    assert ">Nieuw</a>" in html
    assert "/buurt/BU99900000/2022/" in html


def test_without_any_border_the_table_stays_and_the_page_says_what_to_import(client, make_town):
    make_town(shapes=False, values=VALUES)
    html = clean(client.get("/en/kaart/GM9990/"))
    assert "No borders to draw" in html
    assert "1,500.0" in html


def test_districts_are_shown_first_where_only_they_have_borders(client, make_town, give_values):
    town = make_town(values=VALUES)
    Shape.objects.filter(area__kind="BU").delete()
    give_values(town.districts, "gas", [1000.0], 2020)
    html = clean(client.get("/en/kaart/GM9990/"))
    assert "Wijk 00 Proefstad: 1,000.0" in html


def test_a_municipality_without_statistics_says_what_to_import(client, make_town):
    make_town()
    assert "No statistics yet" in clean(client.get("/en/kaart/GM9990/"))


def test_every_number_names_its_table_and_licence(client, town):
    for path in ("/en/kaart/GM9990/?indicator=gas", "/en/buurt/BU99900000/2020/"):
        html = clean(client.get(path))
        assert "Proefbureau, Tabel gas" in html
        assert "CC BY 4.0" in html


def test_made_up_towns_carry_the_banner(client, town):
    for path in ("/kaart/GM9990/", "/buurt/BU99900000/2020/"):
        assert "banner--fictional" in client.get(path).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_areas(
    make_town, django_assert_max_num_queries
):
    many = [float(number) for number in range(100)]
    make_town(columns=10, rows=10, values=dict.fromkeys([*VALUES, *FEATURES], many))
    for path, most in [
        ("/kaart/", 4),
        ("/kaart/GM9990/", 11),
        ("/buurt/BU99900000/2020/", 24),
        ("/bronnen/", 7),
    ]:
        with django_assert_max_num_queries(most):
            clean(Client().get(path))


def rows_of(response):
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_the_download_holds_every_area_with_its_source(client, town):
    rows = rows_of(client.get("/en/kaart/GM9990/tabel.csv?indicator=gas&sorteren=waarde"))
    assert [row["value"] for row in rows] == ["700.0", "900.0", "1100.0", "1200.0", "1500.0", ""]
    assert rows[-1]["reason when missing"] == "kept secret or too uncertain"
    assert {row["licence"] for row in rows} == {"CC BY 4.0"}
    assert {row["year"] for row in rows} == {"2020"}


@pytest.mark.parametrize("name", ["=1+1", "+31", "-2", "@x", "\t=1"])
def test_a_name_is_never_run_as_a_formula_by_a_spreadsheet(client, town, name):
    Area.objects.filter(pk=town.neighbourhoods[0].pk).update(name=name)
    rows = rows_of(client.get("/en/kaart/GM9990/tabel.csv?indicator=gas"))
    assert f"'{name}" in {row["name"] for row in rows}


def test_a_profile_names_the_most_alike_neighbourhood_first(client, town):
    html = clean(client.get("/en/buurt/BU99900000/2020/"))
    section = html[html.index('id="comparable"') :]
    names = re.findall(r'<th scope="row"><a [^>]+>(Proefstad buurt \d)</a>', section)
    # Number 5 has too few residents, number 6 another class of urbanity.
    assert names == ["Proefstad buurt 2", "Proefstad buurt 4", "Proefstad buurt 3"]


def test_a_profile_without_features_claims_no_likeness(client, make_town):
    make_town(values=VALUES)
    assert "Too little is known" in clean(client.get("/en/buurt/BU99900000/2020/"))


def test_a_profile_lists_its_neighbours_and_an_islands_nearest(client, town):
    html = clean(client.get("/en/buurt/BU99900000/2020/"))
    section = html[html.index('id="neighbours"') :].split("</section>")[0]
    assert re.findall(r"buurt (\d)</a>", section) == ["2", "4"]
    Adjacency.objects.all().delete()
    first, second = town.neighbourhoods[:2]
    Adjacency.objects.create(area=first, neighbour=second, shared_border_m=0, distance_m=120)
    assert "120 m away" in clean(client.get("/en/buurt/BU99900000/2020/"))


def test_an_unknown_successor_is_said_to_be_unknown(client, town):
    code = town.neighbourhoods[0].code
    Succession.objects.create(
        from_code=code, from_year=2020, to_code="", to_year=2025, basis="unknown"
    )
    Succession.objects.create(
        from_code=code,
        from_year=2020,
        to_code="BU99900077",
        to_year=2025,
        share=0.6,
        basis="overlap",
    )
    html = clean(client.get(f"/en/buurt/{code}/2020/"))
    assert "what became of it is unknown" in html
    assert "BU99900077 (60" in html


def test_a_profile_shows_a_missing_value_with_its_reason(client, town):
    html = clean(client.get(f"/en/buurt/{town.neighbourhoods[2].code}/2020/"))
    assert '<span class="missing">kept secret or too uncertain</span>' in html


def test_the_profile_of_a_municipality_is_its_map(client, town):
    assert client.get("/buurt/GM9990/2020/").url == "/kaart/GM9990/"


def test_the_sources_count_values_and_missing_ones(client, town):
    html = clean(client.get("/en/bronnen/"))
    row = html[html.index("Proeftabel gas") :].split("</tr>")[0]
    assert re.findall(r'numeric">(\d+)', row) == ["2020", "2020", "1", "5", "1", "0"]


def test_no_page_about_places_needs_an_account(town):
    from sneeuwbal.places import urls

    assert {pattern.callback.right for pattern in urls.urlpatterns} == {"public"}


def test_a_value_is_a_value_or_a_reason(town):
    assert Value.objects.filter(value=None).values_list("missing", flat=True).get() == 1


def test_a_profile_asks_little_of_the_history_of_codes(town, django_assert_num_queries):
    from sneeuwbal.places.profiles import history

    code = town.neighbourhoods[0].code
    for year in range(2021, 2026):
        Succession.objects.create(
            from_code=code, from_year=2020, to_code=code, to_year=year, share=1, basis="code"
        )
    with django_assert_num_queries(2):
        came_from, became = history(town.neighbourhoods[0])
    assert came_from == []
    assert [step.row.to_year for step in became] == [2021, 2022, 2023, 2024, 2025]


def test_an_indicator_that_is_not_known_here_gives_way_and_the_page_says_so(client, town):
    html = clean(client.get("/en/kaart/GM9990/?indicator=unheard_of"))
    assert "What you asked for is not known here at this level" in html


def test_model_estimates_are_called_estimates(client, town):
    Dataset.objects.filter(key="test-gas-2020").update(table="50090NED")
    told = "These numbers are estimates from a model"
    assert told in clean(client.get("/en/kaart/GM9990/?indicator=gas"))
    assert told in clean(client.get("/en/buurt/BU99900000/2020/"))
    assert told not in clean(client.get("/en/kaart/GM9990/?indicator=density"))


def test_what_tells_about_the_table_only_is_not_offered_as_an_indicator(client, make_town):
    make_town(values={"boundary_change": [1.0, 1.0, 2.0, 1.0, 1.0, 1.0]} | VALUES)
    assert "boundary_change" not in clean(client.get("/en/kaart/GM9990/"))
    assert "boundary_change (en)" not in clean(client.get("/en/buurt/BU99900000/2020/"))


def test_features_of_another_year_of_the_same_code_make_places_comparable(client, town):
    later_year(town)
    html = clean(client.get("/en/buurt/BU99900000/2022/"))
    section = html[html.index('id="comparable"') :]
    assert "Out of 3 areas of 2020, these 3 are nearest" in section
    assert "/buurt/BU99900001/2020/" in section
