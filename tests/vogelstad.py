"""A made-up municipality of six neighbourhoods, as official files and as months of work."""

import json
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from sneeuwbal.outreach import ledger
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

PLACES = ("Merelhof", "Spreeuwenhoek", "Lijsterlaan", "Vinkenveen", "Mezenburg", "Roodborst")
STATISTICS = {
    "huishoudens": "households",
    "koop": "owner_occupied_share",
    "corporatie": "corporation_share",
    "rondkomen": "trouble_making_ends_meet_share",
    "vrijwilligers": "volunteering_share",
    "eenzaam": "loneliness_share",
}
SHARES = ((35, 7), (45, -5), (10, 4), (44, -3))  # in percent: the first place, and each next one
MAPPING = """table = "vogelstad"
publisher = "Gemeente Vogelstad"
title = "Kerncijfers van buurten"
licence = "CC0-1.0"
code = "buurt"
area_year = 2020
year = 2020
delimiter = ";"
decimal = ","
missing = { "." = "suppressed" }

[columns]
"""


def ago(days):
    """The day so many days before today."""
    return timezone.localdate() - timedelta(days=days)


def code_of(name):
    """The official code of a neighbourhood."""
    return f"BU9980{PLACES.index(name):04d}"


def _square(code, name, left, right):
    ring = [[left, 4.5e5], [right, 4.5e5], [right, 4.51e5], [left, 4.51e5], [left, 4.5e5]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    return {
        "type": "Feature",
        "properties": {"statcode": code, "statnaam": name},
        "geometry": shape,
    }


def write_map(folder):
    """Write borders in RD New as GeoJSON."""
    edges = [1e5 + 800 * number for number in range(len(PLACES) + 1)]
    features = [
        _square("GM9980", "Vogelstad", edges[0], edges[-1]),
        _square("WK998000", "Wijk Vogels", edges[0], edges[-1]),
    ]
    for number, name in enumerate(PLACES):
        features.append(_square(code_of(name), name, edges[number], edges[number + 1]))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    path = folder / "vogelstad_buurten_2020.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    return path


def write_table(folder):
    """Write statistics as a Dutch spreadsheet saves them, and what their columns mean."""
    rows = [";".join(["buurt", *STATISTICS])]
    for number, name in enumerate(PLACES):
        shares = [f"0,{base + step * number}" for base, step in SHARES]
        lonely = "." if name == "Roodborst" else "0,41"
        rows.append(";".join([code_of(name), str(900 - 40 * number), *shares, lonely]))
    table, mapping = folder / "vogelstad.csv", folder / "vogelstad.toml"
    table.write_text("\ufeff" + "\n".join(rows), encoding="utf-8")
    mapping.write_text(MAPPING + "\n".join(f'{k} = "{v}"' for k, v in STATISTICS.items()))
    return table, mapping


def months_of_work():
    """What no test can click: over a hundred households, told to the ledger through its door."""
    places = {row.area.name: row for row in ProgrammeNeighbourhood.objects.all()}
    news = []

    def joins(name, day, by=None):
        home = uuid4()
        for stage in (ledger.Stage.SPOKEN, ledger.Stage.PARTICIPANT):
            event = ledger.NewEvent(
                key=uuid4(),
                neighbourhood=places[name],
                household=home,
                stage=stage,
                channel="neighbour" if by else "door",
                happened_on=day,
                referrer=by,
            )
            news.append(event)
        return home

    for number in range(50):
        recruiter = joins("Merelhof", ago(165 - 2 * number))
        if number % 2:
            joins("Merelhof", ago(145 - 2 * number), by=recruiter)
    for _ in range(6):
        joins("Spreeuwenhoek", ago(3))
    for number in range(5):
        joins("Vinkenveen", ago(150 - 20 * number))
    for number in range(25):
        joins("Roodborst", ago(150 - 5 * number))
    ledger.record_events(news)
