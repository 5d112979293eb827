"""Write one checked batch as fast as the database allows.

SQLite takes rows through executemany, PostgreSQL through COPY.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.db import connection

from sneeuwbal.places import catalogue, codes
from sneeuwbal.places.batch import Batch, DatasetData, SeriesData
from sneeuwbal.places.catalogue import IndicatorSpec
from sneeuwbal.places.models import Area, Dataset, Indicator, Series, Shape, Value

ROWS_AT_ONCE = 20_000
VALUE_COLUMNS = ("series_id", "area_id", "value", "missing")

Areas = dict[tuple[str, int], int]
Row = Sequence[str | int | float | None]


def write(batch: Batch) -> Dataset:
    """Put the batch in place of what an earlier edition of the same dataset left.

    The caller holds the transaction, because the neighbours and the report belong in it too.
    """
    dataset = write_dataset(batch.dataset)
    indicators = _write_indicators({s.indicator for s in batch.series}, batch.indicators)
    areas = _write_areas(batch)
    values = _write_series(batch.series, dataset, indicators, areas)
    shapes = _write_shapes(batch, dataset, areas)
    batch.report.written = {"areas": len(batch.areas), "values": values, "shapes": shapes}
    return dataset


def write_dataset(data: DatasetData) -> Dataset:
    """The dataset with its source and licence."""
    told = {
        "publisher": data.publisher,
        "table": data.table,
        "title": data.title,
        "year": data.year,
        "area_year": data.area_year,
        "licence": data.licence,
        "address": data.address.format(table=data.table),
    }
    return Dataset.objects.update_or_create(key=data.key, defaults=told)[0]


def bulk_insert(table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert many rows; returns how many."""
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    target = f"{connection.ops.quote_name(table)} ({names})"
    if connection.vendor == "postgresql":
        return _copy(target, rows)
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {target} VALUES ({marks})"  # noqa: S608 - names of our own tables
    count = 0
    ahead = iter(rows)
    with connection.cursor() as cursor:
        while some := list(islice(ahead, ROWS_AT_ONCE)):
            cursor.executemany(statement, some)
            count += len(some)
    return count


def _copy(target: str, rows: Iterable[Row]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _write_indicators(keys: set[str], own: dict[str, IndicatorSpec]) -> dict[str, int]:
    specs = catalogue.indicators() | own
    Indicator.objects.bulk_create(
        [
            Indicator(
                key=key,
                name_nl=specs[key].name_nl,
                name_en=specs[key].name_en,
                unit=specs[key].unit,
                decimals=specs[key].decimals,
                topic=specs[key].topic,
                featured=specs[key].featured,
            )
            for key in sorted(keys)
        ],
        update_conflicts=True,
        unique_fields=["key"],
        update_fields=["name_nl", "name_en", "unit", "decimals", "topic", "featured"],
    )
    return dict(Indicator.objects.filter(key__in=keys).values_list("key", "pk"))


def _write_areas(batch: Batch) -> Areas:
    years = {year for _code, year in batch.areas}
    known = _known_areas(years)
    if batch.makes_areas:
        _add_areas(batch, known)
        known = _known_areas(years)
        _improve_names(batch, known)
    return {area: pk for area, (pk, _name, _name_year) in known.items()}


def _known_areas(years: set[int]) -> dict[tuple[str, int], tuple[int, str, int | None]]:
    rows = Area.objects.filter(year__in=years).values_list(
        "code", "year", "pk", "name", "name_year"
    )
    return {(code, year): (pk, name, name_year) for code, year, pk, name, name_year in rows}


def _add_areas(batch: Batch, known: dict[tuple[str, int], tuple[int, str, int | None]]) -> None:
    new = [area for area in batch.areas if area not in known]
    if not new:
        return
    names = _names_of_other_years({code for code, year in new if not batch.areas[code, year]})
    columns = [
        "kind",
        "code",
        "year",
        "name",
        "name_year",
        "municipality_code",
        "district_code",
        "fictional",
    ]
    rows = []
    for code, year in new:
        given = batch.areas[code, year]
        found = (given, year) if given else _nearest(names.get(code, {}), year)
        name, name_year = found or (code, None)
        rows.append(
            (
                str(codes.kind_of(code)),
                code,
                year,
                name[:120],
                name_year,
                codes.municipality_of(code),
                codes.district_of(code),
                False,
            )
        )
    bulk_insert(Area._meta.db_table, columns, rows)


def _improve_names(batch: Batch, known: dict[tuple[str, int], tuple[int, str, int | None]]) -> None:
    """The list of the year itself knows better than a name taken from another year."""
    changed = [
        Area(pk=known[code, year][0], name=name[:120], name_year=year)
        for (code, year), name in batch.areas.items()
        if name and known[code, year][2] != year
    ]
    Area.objects.bulk_update(changed, ["name", "name_year"], batch_size=500)
    named = {code: (name, year) for (code, year), name in batch.areas.items() if name}
    nameless = [
        Area(pk=pk, name=named[code][0][:120], name_year=named[code][1])
        for pk, code in Area.objects.filter(name_year=None, fictional=False).values_list(
            "pk", "code"
        )
        if code in named
    ]
    Area.objects.bulk_update(nameless, ["name", "name_year"], batch_size=500)


def _names_of_other_years(wanted: set[str]) -> dict[str, dict[int, str]]:
    if not wanted:
        return {}
    names: dict[str, dict[int, str]] = {}
    rows = Area.objects.filter(fictional=False, name_year__isnull=False)
    for code, name_year, name in rows.values_list("code", "name_year", "name").iterator():
        if code in wanted and name_year is not None:
            names.setdefault(code, {})[name_year] = name
    return names


def _nearest(names: dict[int, str], year: int) -> tuple[str, int] | None:
    if not names:
        return None
    best = min(names, key=lambda other: (abs(other - year), other))
    return names[best], best


def _write_series(
    data: list[SeriesData], dataset: Dataset, indicators: dict[str, int], areas: Areas
) -> int:
    # An earlier edition may have had columns that this one lacks.
    _delete_values(list(dataset.series.values_list("pk", flat=True)))
    kept: list[int] = []
    count = 0
    for one in data:
        series, _new = Series.objects.update_or_create(
            indicator_id=indicators[one.indicator],
            dataset=dataset,
            year=one.year,
            defaults={
                "official_key": one.official_key[:120],
                "unit": one.unit[:40],
                "factor": one.factor,
                "empty": one.empty,
            },
        )
        kept.append(series.pk)
        if not one.empty:
            count += bulk_insert(Value._meta.db_table, VALUE_COLUMNS, _rows(one, series.pk, areas))
    dataset.series.exclude(pk__in=kept).delete()
    return count


def _rows(
    data: SeriesData, series: int, areas: Areas
) -> list[tuple[int, int, float | None, int | None]]:
    rows = [
        (series, areas[area], value, None if reason is None else int(reason))
        for area, value, reason in zip(data.areas, data.values, data.reasons, strict=True)
    ]
    rows.sort(key=lambda row: row[1])  # in the order of the index
    return rows


def _delete_values(series: list[int]) -> None:
    if series:
        marks = ", ".join(["%s"] * len(series))
        table = connection.ops.quote_name(Value._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE series_id IN ({marks})", series)  # noqa: S608


def _write_shapes(batch: Batch, dataset: Dataset, areas: Areas) -> int:
    if not batch.shapes:
        return 0
    Shape.objects.filter(dataset=dataset).delete()
    ids = [areas[shape.code, shape.year] for shape in batch.shapes]
    Shape.objects.filter(area__in=ids).delete()
    shapes = [
        Shape(
            area_id=areas[shape.code, shape.year],
            dataset=dataset,
            geometry=shape.geometry,
            path=shape.path,
            min_x=shape.box[0],
            min_y=shape.box[1],
            max_x=shape.box[2],
            max_y=shape.box[3],
            label_x=shape.label[0],
            label_y=shape.label[1],
            lon=shape.lon,
            lat=shape.lat,
            area_m2=shape.area_m2,
            repaired=shape.repaired,
        )
        for shape in batch.shapes
    ]
    return len(Shape.objects.bulk_create(shapes, batch_size=500))
