"""Borders of areas from GeoJSON, TopoJSON and GeoPackage, in WGS84 or RD New, ready to draw."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from sneeuwbal.places import catalogue, codes, drawing
from sneeuwbal.places.batch import Batch, DatasetData, Progress, ShapeData
from sneeuwbal.places.layers import CODE_COLUMNS, Layer, read_layers, year_in_name
from sneeuwbal.places.matching import batch_from
from sneeuwbal.places.problems import ImportProblem

PLAIN_FAMILY = "cbs_map"
AT = re.compile(r"\[(\S+) (\S+)\]")

Geometries = NDArray[np.object_]


def read_map(
    path: Path, told: dict[str, Any], *, progress: Progress, repair: bool, repair_reason: str = ""
) -> Batch:
    """Read a map with the figures in its attributes. `told` is what the catalogue says of it."""
    progress(0, path.name)
    year = int(told.get("year") or year_in_name(path))
    dataset = _dataset(path, told, year)
    batch = Batch(dataset, file=path.name)
    for layer in read_layers(path, told):
        part = _figures(layer, told, dataset, progress)
        progress(0.3, path.name)
        _add_shapes(part, layer, year, repair=repair, reason=repair_reason)
        _join(batch, part)
        progress(0.9, path.name)
    if not batch.shapes:
        raise ImportProblem(
            _("No layer has polygons with area codes."),
            file=path.name,
            column=", ".join(CODE_COLUMNS[:5]),
            remedy=_("Use a map with a column of codes such as BU05991080."),
        )
    return batch


def _figures(layer: Layer, told: dict[str, Any], dataset: DatasetData, progress: Progress) -> Batch:
    """The figures in the attributes, if any are known; else codes and names only."""
    family = catalogue.families()[told.get("family") or PLAIN_FAMILY]
    known = {stem for spec in family.columns for stem in spec.stems}
    if not known & {column.key for column in layer.table.columns}:
        return _names_only(layer, dataset)
    return batch_from(
        layer.table,
        family,
        dataset,
        progress=lambda share, text: progress(share / 4, text),
        code_column=layer.code,
        name_column=layer.name,
    )


def _names_only(layer: Layer, dataset: DatasetData) -> Batch:
    """A map without known figures still gives codes, names and borders."""
    batch = Batch(dataset, file=layer.table.file)
    at, name = layer.table.index(layer.code), layer.table.index(layer.name) if layer.name else None
    seen: dict[str, int] = {}
    for file, number, cells in layer.table.rows:
        batch.report.rows_read += 1
        code = codes.clean(cells[at or 0])
        if codes.kind_of(code) is None:
            batch.report.unknown_codes[code or "-"] += 1
            continue
        if seen.setdefault(code, number) != number:
            raise ImportProblem(
                _("Area %(code)s already stands in row %(earlier)s.")
                % {"code": code, "earlier": seen[code]},
                file=file,
                row=number,
                column=layer.code,
                remedy=_("Join the parts of an area into one feature."),
            )
        batch.report.rows_matched += 1
        batch.areas[code, dataset.area_year] = "" if name is None else str(cells[name] or "")
    return batch


def _add_shapes(part: Batch, layer: Layer, year: int, *, repair: bool, reason: str) -> None:
    at = layer.table.index(layer.code) or 0
    rows = list(layer.table.rows)
    known = [
        (index, codes.clean(row[2][at]))
        for index, row in enumerate(rows)
        if (codes.clean(row[2][at]), year) in part.areas
    ]
    if not known:
        return
    index = np.array([place for place, _code in known])
    geometries = layer.geometries[index]
    labels = [f"{layer.features[place]} ({code})" for place, code in known]
    _refuse_other_kinds(geometries, labels, part.file)
    rd = geometries if layer.in_rd else drawing.to_rd(geometries)
    _refuse_elsewhere(rd, labels, part.file)
    wrong = np.flatnonzero(~shapely.is_valid(geometries))
    if wrong.size and not repair:
        raise _crossing(geometries[wrong[0]], labels[wrong[0]], part.file, layer.in_rd, wrong.size)
    mended = rd.copy()
    for place in wrong.tolist():
        mended[place] = drawing.mended(rd[place])
        part.report.repaired.append(
            _repair_told(labels[place], rd[place], mended[place], geometries[place], reason)
        )
    kinds = [str(codes.kind_of(code)) for _place, code in known]
    repaired = set(wrong.tolist())
    for here, drawn in enumerate(drawing.draw_shapes(mended, kinds)):
        part.shapes.append(
            ShapeData(code=known[here][1], year=year, repaired=here in repaired, **drawn)
        )


def _refuse_other_kinds(geometries: Geometries, labels: list[str], file: str) -> None:
    kinds = shapely.get_type_id(geometries)
    polygonal = np.isin(kinds, [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    wrong = np.flatnonzero(~polygonal | shapely.is_empty(geometries))
    if wrong.size:
        raise ImportProblem(
            _("This area has no polygon."),
            file=file,
            row=labels[wrong[0]],
            column="geometry",
            remedy=_("Give each area a polygon, or remove it from the file."),
        )


def _refuse_elsewhere(rd: Geometries, labels: list[str], file: str) -> None:
    bounds = shapely.bounds(rd)
    low_x, low_y, high_x, high_y = drawing.NETHERLANDS_RD
    inside = (bounds[:, 0] >= low_x) & (bounds[:, 1] >= low_y)
    inside &= (bounds[:, 2] <= high_x) & (bounds[:, 3] <= high_y)
    if not inside.all():
        raise ImportProblem(
            _("This area lies outside the Netherlands."),
            file=file,
            row=labels[int(np.flatnonzero(~inside)[0])],
            column="geometry",
            remedy=_("Longitude and latitude may be exchanged, or the coordinate system is wrong."),
        )


def _crossing(geometry: Any, label: str, file: str, in_rd: bool, count: int) -> ImportProblem:
    told = AT.search(shapely.is_valid_reason(geometry))
    place = f"{told[1]}, {told[2]} ({'RD' if in_rd else 'WGS84'})" if told else "?"
    more = _(" %(count)s features of this file are like this.") % {"count": count}
    return ImportProblem(
        _("The border of this area crosses itself at %(place)s.") % {"place": place}
        + (more if count > 1 else ""),
        file=file,
        row=label,
        column="geometry",
        remedy=_(
            "Mend the polygon in a map program, or import with --repair; "
            "the report then tells how much the surface changed."
        ),
    )


def _repair_told(label: str, before: Any, after: Any, source: Any, reason: str) -> dict[str, Any]:
    old, new = float(shapely.area(before)), float(shapely.area(after))
    return {
        "feature": label,
        "what": str(shapely.is_valid_reason(source)),
        "area_before_m2": round(old, 1),
        "area_after_m2": round(new, 1),
        "change_share": round((new - old) / old, 6) if old else None,
        "reason": reason,
    }


def _join(batch: Batch, part: Batch) -> None:
    batch.areas |= part.areas
    _join_series(batch, part)
    batch.shapes += part.shapes
    mine, other = batch.report, part.report
    mine.rows_read += other.rows_read
    mine.rows_matched += other.rows_matched
    mine.unknown_codes += other.unknown_codes
    mine.other_regions += other.other_regions
    mine.missing += other.missing
    mine.empty_columns += other.empty_columns
    mine.unmapped_columns += other.unmapped_columns
    mine.absent_indicators += other.absent_indicators
    mine.repaired += other.repaired


def _join_series(batch: Batch, part: Batch) -> None:
    """Municipalities, districts and neighbourhoods in layers of one map form one series."""
    mine = {(series.indicator, series.year): series for series in batch.series}
    for series in part.series:
        if one := mine.get((series.indicator, series.year)):
            one.areas += series.areas
            one.values += series.values
            one.reasons += series.reasons
        else:
            batch.series.append(series)


def _dataset(path: Path, told: dict[str, Any], year: int) -> DatasetData:
    family = catalogue.families()[told.get("family") or PLAIN_FAMILY]
    stem = re.sub(r"\.(geojson|topojson|json|gpkg)(\.gz)?$", "", path.name)
    key = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    return DatasetData(
        key=f"map-{key}"[:80],
        publisher=told.get("publisher", family.publisher),
        table=stem[:80],
        title=told.get("title", family.title).format(year=year),
        year=year,
        area_year=year,
        licence=told.get("licence", family.licence),
        address="" if told.get("publisher") else family.address,
    )
