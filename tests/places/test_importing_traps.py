"""Maps that name other files: an import reads the file that was handed in, and nothing else."""

import gzip
import json
import sqlite3
from secrets import token_hex

import numpy as np
import pyogrio
import pytest
import shapely

from sneeuwbal.places.layers import read_layers
from sneeuwbal.places.problems import ImportProblem


def write_gpkg(path, code):
    """A GeoPackage with one neighbourhood."""
    square = np.array([shapely.box(155_000, 463_000, 156_000, 464_000)], dtype=object)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(square),
        [np.array([code], dtype=object)],
        ["buurtcode"],
        geometry_type="Polygon",
        crs="EPSG:28992",
        driver="GPKG",
        layer="buurten",
    )


def describing_another(path, *, inside_json=""):
    """Text that GDAL, left to itself, opens as a description of another file."""
    text = (
        "<OGRVRTDataSource><OGRVRTLayer name='secret'>"
        f"<SrcDataSource>{path}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    return inside_json.replace("?", text) if inside_json else text


@pytest.mark.parametrize(
    ("name", "around"),
    [
        ("buurten_2018.gpkg", ""),
        ("buurten_2018.gpkg.gz", ""),
        ("buurten_2018.geojson", '{"type":"FeatureCollection","x":"?","features":[]}'),
        ("buurten_2018.geojson.gz", '{"type":"FeatureCollection","x":"?","features":[]}'),
        ("buurten_2018.topojson", '{"type":"Topology","x":"?","objects":{},"arcs":[]}'),
        ("buurten_2018.json", '{"type":"FeatureCollection","x":"?","features":[]}'),
    ],
)
def test_a_map_that_names_another_file_does_not_open_it(tmp_path, name, around):
    secret = tmp_path / "secret.geojson"
    square = {"type": "Polygon", "coordinates": [[[5, 52], [6, 52], [6, 53], [5, 52]]]}
    facts = {"type": "Feature", "properties": {"statcode": "BU09980000"}, "geometry": square}
    secret.write_text(json.dumps({"type": "FeatureCollection", "features": [facts]}))
    assert read_layers(secret, {})[0].table.rows
    text = describing_another(secret, inside_json=around)
    trap = tmp_path / name
    trap.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    try:
        layers = read_layers(trap, {})
    except ImportProblem:
        return
    assert not any(len(layer.table.rows) for layer in layers)


def test_a_database_that_reads_elsewhere_shows_nothing_of_it(tmp_path):
    elsewhere, trap = tmp_path / "elsewhere.gpkg", tmp_path / "buurten_2018.gpkg"
    write_gpkg(elsewhere, "BU09980000")
    write_gpkg(trap, "BU09980001")
    assert read_layers(trap, {})[0].table.rows
    with sqlite3.connect(trap) as database:
        database.execute("PRAGMA writable_schema = 1")
        database.execute(
            "UPDATE sqlite_master SET sql = ?, rootpage = 0 WHERE name = 'buurten'",
            [f"CREATE VIRTUAL TABLE buurten USING VirtualOGR('{elsewhere}', 0, 'buurten')"],
        )
    try:
        layers = read_layers(trap, {})
    except ImportProblem:
        return
    assert "BU09980000" not in str([layer.table.rows for layer in layers])


def test_reading_a_packed_map_writes_nothing_beside_it(tmp_path):
    square = {"type": "Polygon", "coordinates": [[[5, 52], [6, 52], [6, 53], [5, 52]]]}
    # What does not pack well, so that GDAL finds the file large enough to note its size.
    facts = [
        {
            "type": "Feature",
            "properties": {"statcode": f"BU0998{number:04}", "noise": token_hex(200)},
            "geometry": square,
        }
        for number in range(9000)
    ]
    path = tmp_path / "buurten_2018.geojson.gz"
    path.write_bytes(
        gzip.compress(json.dumps({"type": "FeatureCollection", "features": facts}).encode())
    )
    assert len(read_layers(path, {})[0].table.rows) == len(facts)
    assert list(tmp_path.iterdir()) == [path]
