"""Borders: formats, coordinate systems, drawing, crossings, neighbours, successors."""

import json
import re

import numpy as np
import pyogrio
import pytest
import shapely

from sneeuwbal.places import drawing
from sneeuwbal.places.adjacency import adjacency_rows
from sneeuwbal.places.models import Adjacency, Area, ImportRun, Shape, Succession
from sneeuwbal.places.successions import (
    kept_codes,
    overlap_shares,
    plain_name,
    update_successions,
)

BOW_TIE = [[[5.0, 52.0], [5.01, 52.01], [5.01, 52.0], [5.0, 52.01], [5.0, 52.0]]]


@pytest.fixture
def geojson(write_json, features, three_squares):
    """A map of three neighbourhoods of 2017 with a figure in its attributes."""
    return write_json("buurten_2017.geojson", features(three_squares, aant_inw=50, p_koopw=40))


def write_gpkg(path, polygons, crs, layer="buurten", water="NEE", append=False):
    """The same polygons as a GeoPackage in the layout of PDOK."""
    columns = {
        f"{layer.removesuffix('en')}code": list(polygons),
        "gemeentecode": ["GM0998"] * len(polygons),
        "aantal_inwoners": [100] * len(polygons),
        "water": [water] * len(polygons),
    }
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(list(polygons.values()), dtype=object)),
        [
            np.array(cells, dtype=None if name == "aantal_inwoners" else object)
            for name, cells in columns.items()
        ],
        list(columns),
        geometry_type="Polygon",
        crs=crs,
        driver="GPKG",
        layer=layer,
        append=append,
    )


def numbers(path):
    """All points of an SVG path as absolute coordinates."""
    points = []
    for ring in re.findall(r"M(-?\d+),(-?\d+)l([^z]*)z", path):
        x, y = int(ring[0]), int(ring[1])
        points.append((x, y))
        for step in ring[2].split():
            dx, dy = step.split(",")
            x, y = x + int(dx), y + int(dy)
            points.append((x, y))
    return points


def test_a_map_gives_areas_borders_and_the_figures_in_its_attributes(importer, geojson, value_of):
    (outcome,) = importer(geojson)
    assert outcome.state == ImportRun.State.DONE
    assert Area.objects.get(code="BU09980001", year=2017).name == "Haven"
    assert value_of("population", "BU09980001", 2017) == (50, None)
    assert value_of("owner_occupied_share", "BU09980001", 2017) == (0.4, None)
    assert Shape.objects.count() == 3


def test_a_border_is_drawn_in_metres_with_y_downwards_and_its_label_inside(importer, geojson):
    importer(geojson)
    shape = Shape.objects.get(area__code="BU09980000")
    points = numbers(shape.path)
    assert len(points) == 4
    for x, y in points:
        assert shape.min_x - 1 <= x <= shape.max_x + 1 and shape.min_y - 1 <= y <= shape.max_y + 1
    assert shape.max_y < 0
    assert shape.min_x < shape.label_x < shape.max_x and shape.min_y < shape.label_y < shape.max_y
    assert shape.lon == pytest.approx(5.005, abs=0.002)
    assert shape.lat == pytest.approx(52.005, abs=0.002)
    north = min(y for _x, y in points)
    assert -north == pytest.approx(drawing.to_rd(shapely.points([[5.0, 52.01]]))[0].y, abs=1)
    assert shape.area_m2 == pytest.approx(0.01 * 111_270 * 0.01 * 68_680, rel=0.01)
    assert json.loads(shape.geometry)["type"] == "Polygon"
    assert not shape.repaired


def test_rd_new_is_converted_to_wgs84_and_back():
    tower = shapely.points([[155_000.0, 463_000.0]])
    degrees = drawing.to_wgs84(tower)
    assert degrees[0].x == pytest.approx(5.38720621, abs=1e-5)
    assert degrees[0].y == pytest.approx(52.15517440, abs=1e-5)
    back = drawing.to_rd(degrees)[0]
    assert (back.x, back.y) == pytest.approx((155_000, 463_000), abs=0.01)


def test_a_geopackage_in_rd_new_gives_the_same_borders(importer, geojson, tmp_path, three_squares):
    importer(geojson)
    expected = dict(Shape.objects.values_list("area__code", "area_m2"))
    degrees = np.array([shapely.Polygon(rings[0]) for rings in three_squares.values()])
    rd = dict(zip(three_squares, drawing.to_rd(degrees), strict=True))
    path = tmp_path / "wijkenbuurten_2018.gpkg"
    write_gpkg(path, rd, "EPSG:28992")
    (outcome,) = importer(path)
    assert outcome.state == ImportRun.State.DONE, outcome.problem
    for shape in Shape.objects.filter(area__year=2018).select_related("area"):
        assert shape.area_m2 == pytest.approx(expected[shape.area.code], rel=1e-6)
        first = json.loads(shape.geometry)["coordinates"][0][0]
        assert first == pytest.approx(three_squares[shape.area.code][0][0], abs=2e-6)


def test_layers_of_one_map_become_one_dataset_without_its_water(importer, tmp_path, value_of):
    path = tmp_path / "wijkenbuurten_2019.gpkg"
    land, water = (
        shapely.box(155_000, 463_000, 156_000, 464_000),
        shapely.box(0, 400_000, 1, 400_001),
    )
    write_gpkg(path, {"BU09980000": land}, "EPSG:28992")
    write_gpkg(path, {"BU09980000": water}, "EPSG:28992", water="JA", append=True)
    write_gpkg(path, {"WK099800": land}, "EPSG:28992", layer="wijken", append=True)
    (outcome,) = importer(path)
    assert outcome.state == ImportRun.State.DONE, outcome.problem
    assert value_of("population", "BU09980000", 2019) == (100, None)
    assert value_of("population", "WK099800", 2019) == (100, None)
    areas = dict(Shape.objects.values_list("area__code", "area_m2"))
    assert areas == {code: pytest.approx(1e6, rel=1e-6) for code in ("BU09980000", "WK099800")}


def test_topojson_is_read(importer, write_json):
    topology = {
        "type": "Topology",
        "transform": {"scale": [0.01, 0.01], "translate": [5.0, 52.0]},
        "objects": {
            "layer": {
                "type": "GeometryCollection",
                "geometries": [
                    {
                        "type": "Polygon",
                        "id": "BU09980000",
                        "arcs": [[0, 1]],
                        "properties": {"statcode": "BU09980000", "statnaam": "Dorp"},
                    },
                    {
                        "type": "Polygon",
                        "id": "BU09980001",
                        "arcs": [[2, -1]],
                        "properties": {"statcode": "BU09980001", "statnaam": "Haven"},
                    },
                ],
            }
        },
        "arcs": [
            [[1, 0], [0, 1]],
            [[1, 1], [-1, 0], [0, -1], [1, 0]],
            [[1, 0], [1, 0], [0, 1], [-1, 0]],
        ],
    }
    (outcome,) = importer(write_json("buurt_2015.topojson", topology))
    assert outcome.state == ImportRun.State.DONE, outcome.problem
    assert Area.objects.get(code="BU09980001", year=2015).name == "Haven"
    assert Adjacency.objects.count() == 2


def test_a_border_that_crosses_itself_is_refused_with_its_place(
    importer, write_json, features, three_squares, contents
):
    before = contents()
    broken = features(three_squares | {"BU09980001": BOW_TIE})
    (outcome,) = importer(write_json("buurten_2017.geojson", broken))
    assert outcome.state == ImportRun.State.FAILED
    start = "buurten_2017.geojson, row 2 (BU09980001), column geometry: "
    assert outcome.problem.startswith(start)
    assert "5.005, 52.005 (WGS84)" in outcome.problem and "--repair" in outcome.problem
    assert contents() == before


def test_a_repaired_border_is_marked_and_the_change_of_surface_told(
    importer, write_json, features, three_squares
):
    broken = features(three_squares | {"BU09980001": BOW_TIE})
    (outcome,) = importer(write_json("buurten_2017.geojson", broken), repair=True)
    (told,) = outcome.report["repaired"]
    assert told["feature"] == "2 (BU09980001)" and "Self-intersection" in told["what"]
    assert told["area_after_m2"] > 0 and told["reason"]
    repaired = Shape.objects.get(repaired=True)
    assert repaired.area.code == "BU09980001"
    assert shapely.from_geojson(repaired.geometry).is_valid


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"geometry": None}, "no polygon"),
        ({"geometry": {"type": "Point", "coordinates": [5, 52]}}, "no polygon"),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[52, 5], [52, 6], [53, 5], [52, 5]]],
                }
            },
            "outside the Netherlands",
        ),
    ],
)
def test_a_feature_that_is_no_area_on_the_map_is_refused(
    importer, write_json, features, three_squares, change, words
):
    collection = features(three_squares)
    collection["features"][1] |= change
    (outcome,) = importer(write_json("buurten_2017.geojson", collection))
    assert words in outcome.problem and "2 (BU09980001)" in outcome.problem


def test_metres_under_the_name_of_degrees_are_refused(importer, tmp_path):
    path = tmp_path / "buurten_2018.gpkg"
    write_gpkg(path, {"BU09980000": shapely.box(155_000, 463_000, 156_000, 464_000)}, "EPSG:4326")
    (outcome,) = importer(path)
    assert "no degrees" in outcome.problem and "EPSG:28992" in outcome.problem


def test_an_area_that_occurs_twice_on_a_map_is_refused(
    importer, write_json, features, three_squares
):
    collection = features(three_squares)
    collection["features"].append(collection["features"][0])
    (outcome,) = importer(write_json("buurten_2017.geojson", collection))
    assert "row 4" in outcome.problem and "BU09980000" in outcome.problem


def test_a_map_without_codes_is_refused(importer, write_json, features, three_squares):
    collection = features(three_squares)
    for feature in collection["features"]:
        feature["properties"] = {"label": "x"}
    (outcome,) = importer(write_json("buurten_2017.geojson", collection))
    assert "No layer" in outcome.problem


def test_a_cut_map_is_refused(importer, geojson):
    geojson.write_text(geojson.read_text(encoding="utf-8")[:-50], encoding="utf-8")
    (outcome,) = importer(geojson)
    assert "cut off" in outcome.problem and "buurten_2017.geojson" in outcome.problem


def test_codes_of_another_year_on_a_map_are_refused(
    importer, write_csv, solar_rows, write_json, features, three_squares
):
    old = dict.fromkeys(three_squares, "x")
    new = {**dict.fromkeys(("BU09980200", "BU09980201"), "x"), "BU09980000": "x"}
    importer(write_csv("zonnestroom_2020_85447NED.csv", solar_rows(old)))
    importer(write_csv("zonnestroom_2022_86044NED.csv", solar_rows(new)))
    (outcome,) = importer(write_json("buurten_2022.geojson", features(three_squares)))
    assert "not those of 2022" in outcome.problem and "2020" in outcome.problem


def test_neighbours_share_a_border_and_an_island_knows_what_lies_nearest(importer, geojson):
    importer(geojson)
    rows = {
        (a.area.code[-3:], a.neighbour.code[-3:]): (a.shared_border_m, a.distance_m)
        for a in Adjacency.objects.select_related("area", "neighbour")
    }
    assert set(rows) == {("000", "001"), ("001", "000"), ("100", "001"), ("001", "100")}
    assert rows["000", "001"][0] == pytest.approx(0.01 * 111_270, rel=0.01)
    assert rows["000", "001"] == rows["001", "000"]
    assert rows["100", "001"] == (0, pytest.approx(0.01 * 68_680, rel=0.01))


def test_areas_that_meet_in_a_corner_or_are_drawn_apart():
    corner = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 100, 200, 200)])
    assert all(length == 0 for _a, _b, length, _d in adjacency_rows([1, 2], corner))
    apart = np.array([shapely.box(0, 0, 100, 100), shapely.box(100.5, 0, 200, 100)])
    rows = list(adjacency_rows([1, 2], apart))
    assert len(rows) == 2 and rows[0][2] == pytest.approx(100, abs=5)


def test_the_successor_of_a_code_is_told_or_unknown_but_never_guessed(importer, write_csv):
    old = {"BU09980000": "Dorp", "BU09980001": "Haven", "BU09980100": "Veld"}
    new = {"BU09980000": "Dorp", "BU09980001": "Nieuwbouw", "BU09980200": "Veld"}
    for year, codes in ((2024, old), (2025, new)):
        rows = [{f"Buurt{year}": c[2:], f"buurtnaam{year}": name} for c, name in codes.items()]
        importer(write_csv(f"codes_{year}.csv", rows, delimiter=";"))
    figures = update_successions(2024, 2025)
    found = {
        row[0]: row[1:]
        for row in Succession.objects.values_list("from_code", "to_code", "share", "basis")
    }
    assert found == {
        "BU09980000": ("BU09980000", 1.0, "code"),
        "BU09980001": ("BU09980001", None, "unknown"),
        "BU09980100": ("", None, "unknown"),
    }
    assert (figures["BU"].codes, figures["BU"].kept) == (3, 2)
    assert kept_codes(2024, 2025, kind="BU", municipality="GM0998").kept_share == 2 / 3
    assert update_successions(2024, 2025) == figures
    assert update_successions(1999, 2025) == {}


def test_a_code_marked_as_unchanged_each_year_is_its_own_successor(importer, write_csv, solar_rows):
    def mark(code):
        return "3" if code == "BU09980100" else "1"

    marks = {"IndelingswijzigingWijkenEnBuurten_4": mark}
    for year, table in ((2020, "85447NED"), (2021, "85775NED"), (2022, "86044NED")):
        importer(write_csv(f"zonnestroom_{year}_{table}.csv", solar_rows(**marks)))
    update_successions(2020, 2022)
    assert Succession.objects.get(from_code="BU09980001").basis == "official"
    assert Succession.objects.get(from_code="BU09980100").basis == "unknown"


def test_where_both_years_have_borders_the_shares_are_those_of_the_surface():
    old = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    new = np.array([shapely.box(0, 0, 25, 100), shapely.box(25, 0, 100.2, 100)])
    shares = overlap_shares(["A", "B"], old, ["C", "D"], new)
    assert shares == {"A": [("D", pytest.approx(0.75)), ("C", pytest.approx(0.25))]}


def test_names_are_compared_without_numbers_and_signs():
    assert plain_name("Wijk 01 Poelen-burg") == plain_name("poelen burg")
    assert plain_name("Wijk 01") != plain_name("Wijk 02")
