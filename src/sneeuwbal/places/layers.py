"""Open a map: its layers, the column with the area codes, the coordinate system."""

import gzip
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from sneeuwbal.places import codes
from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.reading import Column, Row, Table, read_bytes, read_json

TEXTS = (".geojson", ".topojson", ".json")
GEOPACKAGE = b"SQLite format 3\0"
# The driver that reads each: left to itself, GDAL opens whatever it finds in a file, also a
# description (VRT) that names other files, the database of this site or an address elsewhere.
DRIVERS = {"FeatureCollection": "GeoJSON:", "Topology": "TopoJSON:"}
# Nor does it run a reader that a database names, or write the size of a file beside it.
pyogrio.set_gdal_config_options(
    {"OGR_SQLITE_STATIC_VIRTUAL_OGR": "NO", "CPL_VSIL_GZIP_WRITE_PROPERTIES": "NO"}
)
# Columns that hold the code or the name of the area itself, in maps of CBS and PDOK.
CODE_COLUMNS = [
    "statcode",
    "bu_code",
    "buurtcode",
    "wk_code",
    "wijkcode",
    "gm_code",
    "gemeentecode",
    "buurtcode_cbs2020",
    "code",
    "identificatie",
]
NAME_COLUMNS = [
    "statnaam",
    "bu_naam",
    "buurtnaam",
    "wk_naam",
    "wijknaam",
    "gm_naam",
    "gemeentenaam",
    "name",
    "naam",
]
WATER_COLUMNS = ("water", "h2o")
LON_LAT = (-180.0, -90.0, 180.0, 90.0)
WGS84, RD_NEW = "EPSG:4326", "EPSG:28992"

Geometries = NDArray[np.object_]


@dataclass
class Layer:
    """One layer: attributes as a table, geometries beside it."""

    table: Table
    code: str
    name: str
    in_rd: bool
    geometries: Geometries
    features: list[int]  # number of the feature in the file, from 1


def year_in_name(path: Path) -> int:
    """The year of the codes, from the name of the file."""
    if found := re.search(r"(?<!\d)(20\d\d|199\d)(?!\d)", path.name):
        return int(found[1])
    raise ImportProblem(
        _("The year of the area codes is not known."),
        file=path.name,
        remedy=_("Put the year in the name of the file, for example buurten_2023.gpkg."),
    )


def read_layers(path: Path, told: dict[str, Any]) -> list[Layer]:
    """The layers of a map that have area codes, with their figures and polygons."""
    if path.name.removesuffix(".gz").lower().endswith(TEXTS):
        driver = _check_json(path)
    else:
        driver = ""
        _check_geopackage(path)
    place = f"/vsigzip/{path.resolve()}" if path.name.endswith(".gz") else str(path.resolve())
    place = driver + place
    layers: list[Layer] = []
    try:
        for number, (_name, kind) in enumerate(pyogrio.list_layers(place)):
            layer = _layer(place, number, path.name, told) if _polygonal(kind) else None
            layers += [layer] if layer else []
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _damaged(path) from error
    return layers


def _damaged(path: Path) -> ImportProblem:
    return ImportProblem(
        _("The map is cut off, damaged or of another format."),
        file=path.name,
        remedy=_("Download it again as GeoJSON, TopoJSON or GeoPackage."),
    )


def _check_geopackage(path: Path) -> None:
    """Refuse a file that only has the name of a GeoPackage."""
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            start = file.read(len(GEOPACKAGE))
    except (OSError, EOFError, zlib.error):
        start = b""
    if start != GEOPACKAGE:
        read_bytes(path)  # empty, cut or a web page: it says so
        raise _damaged(path)


def _polygonal(kind: str | None) -> bool:
    return kind is not None and ("Polygon" in kind or kind in {"Unknown", "Geometry"})


def _check_json(path: Path) -> str:
    """The driver for this map; a problem when the JSON is no map."""
    content = read_json(path)
    kind = str(content.get("type")) if isinstance(content, dict) else ""
    if kind not in DRIVERS:
        raise ImportProblem(
            _("This JSON holds no map."),
            file=path.name,
            row=1,
            column="type",
            remedy=_("Use GeoJSON (FeatureCollection) or TopoJSON (Topology)."),
        )
    return DRIVERS[kind]


def _layer(place: str, number: int, file: str, told: dict[str, Any]) -> Layer | None:
    meta, _fids, shapes, fields = pyogrio.raw.read(place, layer=number)
    keys = [str(key) for key in meta["fields"]]
    wanted = [told["code"]] if told.get("code") else CODE_COLUMNS
    lower = {key.lower(): key for key in reversed(keys)}
    code = _own_code(
        keys, fields, [lower[name.lower()] for name in wanted if name.lower() in lower]
    )
    if not code:
        if told.get("code"):
            raise ImportProblem(
                _("This column is missing. The file has: %(present)s.")
                % {"present": ", ".join(keys)[:200]},
                file=file,
                column=str(told["code"]),
                remedy=_("Use the map as it was published."),
            )
        return None
    names = [told["name"]] if told.get("name") else NAME_COLUMNS
    name = "" if told.get("name") == "" else next((lower[n] for n in names if n in lower), "")
    if not told:
        name = _beside(code, lower)
    water = next((lower[key] for key in WATER_COLUMNS if key in lower), None)
    rows: list[Row] = []
    kept: list[int] = []
    for at, cells in enumerate(zip(*fields, strict=True)):
        if water and str(cells[keys.index(water)]).upper() == "JA":
            continue
        rows.append((file, at + 1, [None if cell is None else _plain(cell) for cell in cells]))
        kept.append(at)
    geometries = shapely.force_2d(shapely.from_wkb(shapes[kept]))
    table = Table(file, [Column(key) for key in keys], rows, {}, len(rows))
    in_rd = _in_rd(meta.get("crs"), geometries, file)
    return Layer(table, code, name, in_rd, geometries, [at + 1 for at in kept])


def _beside(code: str, lower: dict[str, str]) -> str:
    """The name column that goes with a code column: bu_code, bu_naam; statcode, statnaam."""
    return lower.get(code.lower().replace("code", "naam"), lower.get("name", ""))


def _plain(cell: Any) -> Any:
    return cell.item() if isinstance(cell, np.generic) else cell


def _own_code(keys: list[str], fields: Sequence[Any], candidates: list[str]) -> str:
    """The column with the area's own code, not that of the larger area around it."""
    best, most = "", 0
    for key in candidates:
        cells = [codes.clean(cell) for cell in fields[keys.index(key)]]
        valid = {code for code in cells if codes.kind_of(code) or codes.is_other_region(code)}
        if len(valid) > most:
            best, most = key, len(valid)
    return best


def _in_rd(crs: str | None, geometries: Geometries, file: str) -> bool:
    bounds = shapely.total_bounds(geometries)
    degrees = all(low <= bound for low, bound in zip(LON_LAT[:2], bounds[:2], strict=True)) and all(
        bound <= high for bound, high in zip(bounds[2:], LON_LAT[2:], strict=True)
    )
    if crs in {None, "", "OGC:CRS84", WGS84, "EPSG:4258"} and degrees:
        return False
    if not degrees and (crs in {None, "", RD_NEW} or "RD New" in str(crs) or "28992" in str(crs)):
        return True
    if degrees:
        return False
    raise ImportProblem(
        _("The coordinates are no degrees, while the file says %(crs)s.") % {"crs": crs},
        file=file,
        column="geometry",
        remedy=_("Export the map in WGS84 (EPSG:4326) or RD New (EPSG:28992) and say so in it."),
    )
