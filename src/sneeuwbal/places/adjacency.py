"""Which areas touch: the length of the border they share; an island and what lies nearest."""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from django.db import transaction
from numpy.typing import NDArray

from sneeuwbal.places import drawing
from sneeuwbal.places.models import Adjacency, Shape
from sneeuwbal.places.writing import bulk_insert

# Borders drawn apart by less than this still touch: maps are rounded and simplified.
TOUCH_M = 2.0
# Shorter is a corner, not a border.
SHORTEST_M = 1.0
CORNER_M = 5 * TOUCH_M
COLUMNS = ("area_id", "neighbour_id", "shared_border_m", "distance_m")

Geometries = NDArray[np.object_]
Row = tuple[int, int, float, float]


def update_adjacency(sets: Sequence[tuple[str, int]]) -> int:
    """Work out who touches whom for each kind and year of areas; returns the number of rows."""
    return sum(_update(kind, year) for kind, year in sets)


def _update(kind: str, year: int) -> int:
    shapes = Shape.objects.filter(area__kind=kind, area__year=year, area__fictional=False)
    told = list(shapes.order_by("area_id").values_list("area_id", "geometry"))
    areas = [area for area, _geometry in told]
    rows: list[Row] = []
    if len(told) > 1:
        degrees = shapely.from_geojson(np.array([geometry for _area, geometry in told]))
        rows = list(adjacency_rows(areas, drawing.to_rd(degrees)))
    with transaction.atomic():
        Adjacency.objects.filter(area__kind=kind, area__year=year, area__fictional=False).delete()
        return bulk_insert(Adjacency._meta.db_table, COLUMNS, rows)


def adjacency_rows(areas: Sequence[int], geometries: Geometries) -> Iterator[Row]:
    """Rows in both directions; every area gets at least one neighbour."""
    tree = shapely.STRtree(geometries)
    left, right = tree.query(geometries, predicate="dwithin", distance=TOUCH_M)
    pairs = left < right
    left, right = left[pairs], right[pairs]
    lengths = shared_border(geometries, left, right)
    touching: set[int] = set()
    for one, other, length in zip(left.tolist(), right.tolist(), lengths.tolist(), strict=True):
        if length >= SHORTEST_M:
            touching |= {one, other}
            yield areas[one], areas[other], length, 0.0
            yield areas[other], areas[one], length, 0.0
    yield from _islands(areas, geometries, touching)


def shared_border(
    geometries: Geometries, left: NDArray[np.int64], right: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Length of the common border; where the lines do not coincide, of the strip between them."""
    borders = shapely.boundary(geometries)
    lengths = shapely.length(shapely.intersection(borders[left], borders[right]))
    loose = np.flatnonzero(lengths < SHORTEST_M)
    if loose.size:
        strips = shapely.buffer(borders[left[loose]], TOUCH_M, quad_segs=2)
        lengths[loose] = shapely.length(shapely.intersection(borders[right[loose]], strips))
        # Areas that meet in a corner only also have a few metres within the strip.
        lengths[loose] = np.where(lengths[loose] > CORNER_M, lengths[loose], 0.0)
    return np.asarray(lengths, dtype=np.float64)


def _islands(areas: Sequence[int], geometries: Geometries, touching: set[int]) -> Iterator[Row]:
    done: set[tuple[int, int]] = set()
    for one in range(len(areas)):
        if one in touching:
            continue
        others = np.delete(np.arange(len(areas)), one)
        distances = shapely.distance(geometries[one], geometries[others])
        other, distance = int(others[distances.argmin()]), float(distances.min())
        for a, b in ((one, other), (other, one)):
            if (a, b) not in done:
                done.add((a, b))
                yield areas[a], areas[b], 0.0, distance
