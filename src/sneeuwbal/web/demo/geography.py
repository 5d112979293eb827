"""Fictional municipalities: organic borders, districts, neighbourhoods and their statistics.

They lie in the North Sea, so that nobody mistakes them for a real place. They are written as an
ordinary GeoJSON file and an ordinary CSV, and loaded by the same importers as official data.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.cluster.vq import kmeans2
from shapely import Polygon, union_all, voronoi_polygons
from shapely.geometry import LineString, MultiPoint, mapping

YEAR = 2020
SUMS = ("population", "households", "solar_installations")
STATISTICS = (
    *SUMS,
    "household_size",
    "density",
    "urbanity",
    "owner_occupied_share",
    "corporation_share",
    "gas_m3",
    "volunteering_share",
    "loneliness_share",
    "trouble_making_ends_meet_share",
    "age_65_plus_share",
)
Points = NDArray[np.float64]


@dataclass(frozen=True)
class Municipality:
    """What a fictional municipality is like."""

    code: str
    name: str
    neighbourhoods: tuple[str, ...]
    districts: int
    centre_m: tuple[float, float]
    radius_m: float
    density: float  # households per neighbourhood, on average
    urban: float  # 0 rural to 1 very urban
    river: bool = False


@dataclass(frozen=True)
class Place:
    """One neighbourhood with its border and statistics."""

    code: str
    name: str
    district: str
    border: Polygon
    statistics: dict[str, float | None]


def border(town: Municipality, rng: Generator) -> Polygon:
    """A coastline-like outline: a circle with a few slow waves."""
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    radius = np.ones_like(angle)
    for wave in range(2, 7):
        radius += rng.normal(0, 0.22 / wave) * np.sin(wave * angle + rng.uniform(0, 2 * np.pi))
    x = town.centre_m[0] + town.radius_m * radius * np.cos(angle) * 1.15
    y = town.centre_m[1] + town.radius_m * radius * np.sin(angle)
    return Polygon(np.column_stack([x, y]))


def _spread(outline: Polygon, number: int, rng: Generator) -> Points:
    """Points spread evenly inside an outline, denser towards the centre."""
    low_x, low_y, high_x, high_y = outline.bounds
    points: list[tuple[float, float]] = []
    centre = np.array([outline.centroid.x, outline.centroid.y])
    while len(points) < number:
        x, y = rng.uniform(low_x, high_x), rng.uniform(low_y, high_y)
        pulled = centre + (np.array([x, y]) - centre) * rng.uniform(0.75, 1.0)
        if outline.contains(MultiPoint([pulled]).geoms[0]):
            points.append((float(pulled[0]), float(pulled[1])))
    spread = np.array(points)
    for _ in range(4):
        cells = _cells(spread, outline)
        spread = np.array([[cell.centroid.x, cell.centroid.y] for cell in cells])
    return spread


def _cells(points: Points, outline: Polygon) -> list[Polygon]:
    cells = voronoi_polygons(MultiPoint(points), extend_to=outline.buffer(1000), ordered=True)
    return [_largest(cell.intersection(outline)) for cell in cells.geoms]


def _largest(shape: Any) -> Polygon:
    parts = [part for part in getattr(shape, "geoms", [shape]) if part.geom_type == "Polygon"]
    largest: Polygon = max(parts, key=lambda part: part.area)
    return largest


def _river(outline: Polygon, rng: Generator) -> Polygon:
    low_x, low_y, high_x, high_y = outline.bounds
    x = np.linspace(low_x - 500, high_x + 500, 60)
    middle = (low_y + high_y) / 2
    wave = (high_y - low_y) * 0.08 * np.sin(np.linspace(0, 3 * np.pi, 60) + rng.uniform(0, 3))
    return LineString(np.column_stack([x, middle + wave])).buffer(90)


def places(town: Municipality, rng: Generator) -> list[Place]:
    """All neighbourhoods of a municipality, with districts numbered from west to east."""
    outline = border(town, rng)
    points = _spread(outline, len(town.neighbourhoods), rng)
    cells = _cells(points, outline)
    if town.river:
        water = _river(outline, rng)
        cells = [_largest(cell.difference(water)) for cell in cells]
    _, group = kmeans2(points, town.districts, minit="++", seed=rng)
    order = np.argsort(
        [
            points[group == g][:, 0].mean() if (group == g).any() else 1e9
            for g in range(town.districts)
        ]
    )
    rank = {int(g): i for i, g in enumerate(order)}
    stem = town.code[2:]
    result: list[Place] = []
    counts: dict[int, int] = {}
    distance = np.hypot(*(points - np.array([outline.centroid.x, outline.centroid.y])).T)
    closeness = 1 - distance / distance.max()
    for i in np.argsort(
        [(rank[int(g)], -p[1]) for g, p in zip(group, points, strict=True)], axis=0
    )[:, 0]:
        district = rank[int(group[i])]
        counts[district] = counts.get(district, -1) + 1
        result.append(
            Place(
                code=f"BU{stem}{district:02d}{counts[district]:02d}",
                name=town.neighbourhoods[len(result)],
                district=f"WK{stem}{district:02d}",
                border=cells[i].simplify(5),
                statistics=_statistics(town, float(closeness[i]), cells[i], rng),
            )
        )
    return result


def _statistics(
    town: Municipality, closeness: float, cell: Polygon, rng: Generator
) -> dict[str, float | None]:
    """Statistics that hang together as in real neighbourhoods: dense, rented, young, little gas."""
    urban = np.clip(town.urban * 0.6 + closeness * 0.4 + rng.normal(0, 0.12), 0, 1)
    households = int(5 * round(town.density * rng.lognormal(-0.06, 0.35) / 5))
    size = 2.6 - 0.8 * urban + rng.normal(0, 0.08)
    owner = np.clip(0.82 - 0.5 * urban + rng.normal(0, 0.12), 0.08, 0.95)
    corporation = np.clip((1 - owner) * rng.uniform(0.5, 0.85), 0.02, 0.9)
    trouble = np.clip(28 - 24 * owner + rng.normal(0, 2.5), 3, 40)
    small = households < 60
    return {
        "population": float(5 * round(households * size / 5)),
        "households": float(households),
        "household_size": round(float(size), 1),
        "density": round(households * size / (cell.area / 1e6)),
        "urbanity": float(5 - round(4 * urban)),
        "owner_occupied_share": round(float(owner), 2),
        "corporation_share": round(float(corporation), 2),
        "gas_m3": None
        if small
        else float(10 * round((2050 - 1150 * urban + rng.normal(0, 130)) / 10)),
        "volunteering_share": _share(38 - 18 * urban + rng.normal(0, 3), 12, 48),
        "loneliness_share": _share(38 + 14 * urban + rng.normal(0, 2), 30, 62),
        "trouble_making_ends_meet_share": _share(trouble, 3, 40),
        "solar_installations": None
        if small
        else float(
            round(households * np.clip(0.34 * owner - 0.1 * urban + rng.normal(0, 0.03), 0.01, 0.6))
        ),
        "age_65_plus_share": _share(24 - 10 * urban + rng.normal(0, 4), 5, 45),
    }


def _share(percent: float, low: float, high: float) -> float:
    return round(float(np.clip(percent, low, high)) / 100, 3)


def features(town: Municipality, found: list[Place]) -> list[dict[str, Any]]:
    """GeoJSON features in RD New for the municipality, its districts and neighbourhoods."""
    districts: dict[str, list[Place]] = {}
    for place in found:
        districts.setdefault(place.district, []).append(place)
    rows = [(place.code, place.name, place.border) for place in found]
    for code, inside in districts.items():
        whole = union_all([place.border.buffer(1) for place in inside]).buffer(-1)
        rows.append((code, f"Wijk {inside[0].name}", whole))
    rows.append(
        (town.code, town.name, union_all([place.border.buffer(1) for place in found]).buffer(-1))
    )
    return [
        {
            "type": "Feature",
            "properties": {"statcode": code, "statnaam": name},
            "geometry": mapping(shape),
        }
        for code, name, shape in rows
    ]


def table(town: Municipality, found: list[Place]) -> list[dict[str, Any]]:
    """Rows with code and statistics for neighbourhoods, and totals for the municipality."""
    rows: list[dict[str, Any]] = [
        {"code": place.code, "name": place.name} | place.statistics for place in found
    ]
    total: dict[str, Any] = {"code": town.code, "name": town.name}
    weights = np.array([place.statistics["households"] for place in found], float)
    for key in STATISTICS:
        values = np.array([place.statistics[key] for place in found], float)
        known = np.isfinite(values)
        if key in SUMS:
            total[key] = float(values[known].sum())
        else:
            mean = float(np.average(values[known], weights=weights[known]))
            total[key] = round(mean, 3 if key.endswith("_share") else 1)
    total["urbanity"] = round(total["urbanity"])
    return [total, *rows]


PUBLISHER = "Sneeuwbal (fictief)"
LICENCE = "CC0-1.0"
MAPPING = """table = "sneeuwbal-demo"
publisher = "{publisher}"
title = "Fictieve kerncijfers van buurten"
licence = "{licence}"
code = "code"
area_year = {year}
year = {year}
delimiter = ","
decimal = "."
missing = {{ "" = "suppressed" }}

[columns]
{columns}
"""


def write(
    folder: Path, features: list[dict[str, Any]], rows: list[dict[str, Any]]
) -> tuple[Path, Path, Path]:
    """Write the map, the table and its mapping, as a municipality would hand them over."""
    borders = folder / f"fictieve_buurten_{YEAR}.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    collection = {
        "type": "FeatureCollection",
        "name": "fictieve_buurten",
        "crs": crs,
        "features": features,
    }
    borders.write_text(json.dumps(collection))
    figures = folder / f"fictieve_kerncijfers_{YEAR}.csv"
    with figures.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["code", "name", *STATISTICS])
        writer.writeheader()
        writer.writerows(rows)
    mapping_file = folder / "fictieve_kerncijfers.toml"
    columns = "\n".join(f'"{key}" = {{ indicator = "{key}" }}' for key in STATISTICS)
    told = MAPPING.format(publisher=PUBLISHER, licence=LICENCE, year=YEAR, columns=columns)
    mapping_file.write_text(told)
    return borders, figures, mapping_file
