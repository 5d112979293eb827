"""Geometry for drawing: RD New and WGS84, simplified SVG paths, points for labels."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Geometries = NDArray[np.object_]

# Metres; the border may move this far so that a map of a municipality stays small.
TOLERANCE_M = {"BU": 4.0, "WK": 8.0, "GM": 20.0, "NL": 100.0}
# RD New with the sea areas of municipalities and a margin.
NETHERLANDS_RD = (-60_000.0, 280_000.0, 320_000.0, 700_000.0)
DEGREE_DECIMALS = 6  # 0.1 m


def to_rd(geometries: Geometries) -> Geometries:
    """From WGS84 degrees to RD New metres."""
    return _transformed(geometries, "EPSG:4326", "EPSG:28992")


def to_wgs84(geometries: Geometries) -> Geometries:
    """From RD New metres to WGS84 degrees."""
    return _transformed(geometries, "EPSG:28992", "EPSG:4326")


def mended(geometry: Any) -> Any:
    """A valid polygon that covers the same ground; loose lines and points fall away."""
    whole = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts) if len(parts) != 1 else parts[0]


def draw_shapes(rd: Geometries, kinds: list[str]) -> Iterator[dict[str, Any]]:
    """For each geometry the fields of a `Shape`: path, box, label, GeoJSON, surface."""
    simple = _simplified(rd, kinds)
    centres = label_points(rd)
    degrees = shapely.transform(to_wgs84(rd), lambda points: np.round(points, DEGREE_DECIMALS))
    points = shapely.get_coordinates(to_wgs84(centres))
    labels = shapely.get_coordinates(centres)
    texts = shapely.to_geojson(degrees)
    surfaces = shapely.area(rd)
    bounds = shapely.bounds(simple)
    for at in range(len(rd)):
        low_x, low_y, high_x, high_y = (float(bound) for bound in bounds[at])
        yield {
            "geometry": texts[at],
            "path": svg_path(simple[at]),
            "box": (low_x, -high_y, high_x, -low_y),
            "label": (float(labels[at][0]), -float(labels[at][1])),
            "lon": round(float(points[at][0]), DEGREE_DECIMALS),
            "lat": round(float(points[at][1]), DEGREE_DECIMALS),
            "area_m2": float(surfaces[at]),
        }


def label_points(rd: Geometries) -> Geometries:
    """A point well inside each polygon: the centre of the largest circle that fits."""
    largest = np.array(
        [max(shapely.get_parts(geometry), key=shapely.area) for geometry in rd], dtype=object
    )
    tolerance = np.maximum(1.0, np.sqrt(shapely.area(largest)) / 50)
    circles = shapely.maximum_inscribed_circle(largest, tolerance)
    centres = shapely.get_point(circles, 0)
    inside = shapely.contains(largest, centres)
    return np.where(inside, centres, shapely.point_on_surface(largest))


def svg_path(geometry: Any) -> str:
    """A path in whole metres with y downwards; steps are relative, which keeps it short."""
    rings = [
        ring
        for polygon in shapely.get_parts(geometry)
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return "".join(_ring(ring) for ring in rings)


def _ring(ring: Any) -> str:
    points = np.rint(shapely.get_coordinates(ring) * (1, -1)).astype(int)
    steps = np.diff(points, axis=0)[:-1]
    steps = steps[(steps != 0).any(axis=1)]
    start = f"M{points[0][0]},{points[0][1]}"
    return f"{start}l{' '.join(f'{x},{y}' for x, y in steps.tolist())}z" if len(steps) > 1 else ""


def _simplified(rd: Geometries, kinds: list[str]) -> Geometries:
    """Simplify each kind as one coverage, so that neighbours keep the same border."""
    simple = rd.copy()
    for kind in set(kinds):
        chosen = np.array([at for at, other in enumerate(kinds) if other == kind])
        tolerance = TOLERANCE_M[kind]
        if len(chosen) > 1 and shapely.coverage_is_valid(rd[chosen]):
            simple[chosen] = shapely.coverage_simplify(rd[chosen], tolerance)
        else:
            simple[chosen] = shapely.simplify(rd[chosen], tolerance, preserve_topology=True)
    lost = shapely.is_empty(simple)
    simple[lost] = rd[lost]
    return simple


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _transformed(geometries: Geometries, source: str, target: str) -> Geometries:
    change = _transformer(source, target)

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(points[:, 0], points[:, 1]))

    return shapely.transform(geometries, moved)
