"""Which border to draw for an area: its own, or that of the same code in the nearest year."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sneeuwbal.places.models import Area, Dataset, Shape


@dataclass(frozen=True)
class Borders:
    """Shapes to draw, and what the reader must know about them."""

    shapes: list[Shape]
    borrowed: dict[int, int]
    without: list[Area]
    sources: list[Dataset]


def nearest_shapes(areas: Sequence[Area]) -> Borders:
    """Find a border for each area; two queries, whatever the number of areas.

    Each shape's `area` is set, in memory, to the area that was asked for. `borrowed` counts per
    year the areas whose border comes from another year; `without` are those with none at all.
    """
    chosen = _nearest(areas)
    found = Shape.objects.filter(pk__in=chosen.values()).select_related("area", "dataset")
    by_pk = {shape.pk: shape for shape in found.defer("geometry")}
    shapes, borrowed, without = [], Counter[int](), []
    for area in areas:
        shape = by_pk.get(chosen.get(area.code, 0))
        if shape is None:
            without.append(area)
            continue
        if shape.area.year != area.year:
            borrowed[shape.area.year] += 1
        shape.area = area
        shapes.append(shape)
    sources = {shape.dataset_id: shape.dataset for shape in shapes}
    return Borders(shapes, dict(sorted(borrowed.items())), without, list(sources.values()))


def _nearest(areas: Sequence[Area]) -> dict[str, int]:
    """Give per code the key of the shape whose year is nearest; the later year wins a tie."""
    wanted = {area.code: area.year for area in areas}
    nearest: dict[str, tuple[int, int, int]] = {}
    rows = Shape.objects.filter(area__code__in=wanted)
    for pk, code, year in rows.values_list("pk", "area__code", "area__year"):
        rank = (abs(year - wanted[code]), -year, pk)
        nearest[code] = min(rank, nearest.get(code, rank))
    return {code: pk for code, (_distance, _year, pk) in nearest.items()}
