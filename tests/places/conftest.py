"""Small made-up tables and maps in the official layouts, and a look at what an import changed."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from django.utils import translation

# A made-up municipality with two districts and three neighbourhoods.
AREAS = {
    "NL00": "Nederland",
    "GM0998": "Proefstad",
    "WK099800": "Wijk 00 Noord",
    "WK099801": "Wijk 01 Zuid",
    "BU09980000": "Dorp",
    "BU09980001": "Haven",
    "BU09980100": "Veld",
}
KINDS = {"NL": "Land", "GM": "Gemeente", "WK": "Wijk", "BU": "Buurt"}


@pytest.fixture(autouse=True)
def in_english():
    """Messages are compared in the language in which they are written."""
    with translation.override("en"):
        yield


@pytest.fixture
def areas():
    """Codes and names of the made-up municipality."""
    return dict(AREAS)


@pytest.fixture
def area_rows():
    """`area_rows(columns)`: one row per area, keys padded with blanks as CBS does."""

    def rows(values, areas=AREAS):
        return [
            {
                "ID": at,
                "WijkenEnBuurten": code.ljust(10),
                "Gemeentenaam_1": ("Nederland" if code == "NL00" else "Proefstad").ljust(40),
                "SoortRegio_2": KINDS[code[:2]].ljust(10),
                "Codering_3": code.ljust(10),
                **{key: value(code) if callable(value) else value for key, value in values.items()},
            }
            for at, code in enumerate(areas)
        ]

    return rows


@pytest.fixture
def write_csv(tmp_path):
    """`write_csv(name, rows)`; packed when the name ends in .gz."""

    def write(name, rows, *, delimiter=",", encoding="utf-8", folder=tmp_path):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        data = text.getvalue().encode(encoding)
        path = folder / name
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return path

    return write


@pytest.fixture
def write_json(tmp_path):
    """`write_json(name, content)`; a list of rows becomes a page of OData v3."""

    def write(name, content, folder=tmp_path):
        page = (
            {"odata.metadata": "made up", "value": content}
            if isinstance(content, list)
            else content
        )
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(page), encoding="utf-8")
        return path

    return write


@pytest.fixture
def solar_rows(area_rows):
    """The yearly table of solar panels."""

    def rows(areas=AREAS, **changed):
        return area_rows(
            {
                "IndelingswijzigingWijkenEnBuurten_4": "1",
                "AantalInstallatiesBijWoningen_5": "12.0",
                "OpgesteldVermogenVanZonnepanelen_6": lambda code: "" if code[-3:] == "100" else 40,
                **changed,
            },
            areas,
        )

    return rows


@pytest.fixture
def solar(write_csv, solar_rows):
    """The file of that table for 2020."""
    return write_csv("zonnestroom_2020_85447NED.csv.gz", solar_rows())


def square(x, y, size=0.01):
    """A square in degrees near the middle of the country."""
    west, south = 5.0 + x * size, 52.0 + y * size
    east, north = west + size, south + size
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


@pytest.fixture
def features():
    """`features({code: coordinates})` as a GeoJSON collection."""

    def collection(polygons, **more):
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"bu_code": code, "bu_naam": AREAS.get(code, code), **more},
                    "geometry": {"type": "Polygon", "coordinates": rings},
                }
                for code, rings in polygons.items()
            ],
        }

    return collection


@pytest.fixture
def three_squares():
    """Two neighbours that share a border and an island one square further."""
    return {
        "BU09980000": square(0, 0),
        "BU09980001": square(1, 0),
        "BU09980100": square(3, 0),
    }


@pytest.fixture
def importer(db):
    """`importer(path, ...)` imports and gives the outcomes."""
    from sneeuwbal.places import importing

    def run(*paths, **options):
        return importing.import_paths([Path(path) for path in paths], **options).outcomes

    return run


@pytest.fixture
def contents(db):
    """`contents()`: everything that open data left in the database, except the log of tries."""
    from sneeuwbal.places import models

    def all_rows():
        kept = (
            models.Area,
            models.Dataset,
            models.Indicator,
            models.Series,
            models.Value,
            models.Shape,
            models.Adjacency,
        )
        return {model.__name__: sorted(model.objects.values_list()) for model in kept}

    return all_rows


@pytest.fixture
def value_of(db):
    """`value_of(indicator, code, year)`: the value and the reason why it is missing."""
    from sneeuwbal.places.models import Value

    def find(indicator, code, year):
        return (
            Value.objects.filter(
                series__indicator__key=indicator, area__code=code, series__year=year
            )
            .values_list("value", "missing")
            .get()
        )

    return find
