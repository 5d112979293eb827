"""Read one recognised source into checked batches, by the reader of its format."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from sneeuwbal.places import (
    catalogue,
    checking,
    geography,
    mapped_csv,
    matching,
    odata,
    registers,
    spreadsheet,
)
from sneeuwbal.places.batch import Batch, DatasetData, Progress
from sneeuwbal.places.catalogue import Family
from sneeuwbal.places.models import Area
from sneeuwbal.places.reading import Table
from sneeuwbal.places.recognising import Source, dataset_key


@dataclass
class Asked:
    """What to read and how."""

    source: Source
    progress: Progress
    repair: bool


def read_source(source: Source, *, progress: Progress, repair: bool = False) -> list[Batch]:
    """Read and check a whole source; nothing is written."""
    batches = _READERS[source.importer](Asked(source, progress, repair))
    for batch in batches:
        checking.check_areas(batch)
    return batches


def official_dataset(family: Family, table: str, year: int, key: str = "") -> DatasetData:
    """An official table as a dataset."""
    return DatasetData(
        key=key or dataset_key(table),
        publisher=family.publisher,
        table=table,
        title=family.title.format(year=year),
        year=year,
        area_year=year,
        licence=family.licence,
        address=family.address,
    )


def _official(asked: Asked, table: Table) -> list[Batch]:
    number = asked.source.key.split("-", 1)[1].upper()
    family = catalogue.family_of(number) or catalogue.families()["kwb"]
    year = asked.source.year or family.tables[number]
    known = () if family.own_areas else set(Area.objects.values_list("code", flat=True).distinct())
    dataset = official_dataset(family, number, year, asked.source.key)
    return [matching.batch_from(table, family, dataset, progress=asked.progress, known=known)]


def _read_odata(asked: Asked) -> list[Batch]:
    assert asked.source.parts
    return _official(asked, odata.read_table(asked.source.parts))


def _read_codes(asked: Asked) -> list[Batch]:
    assert asked.source.parts and asked.source.year
    return [registers.read_code_list(asked.source.parts, asked.source.year)]


def _read_csv(asked: Asked) -> list[Batch]:
    return _official(asked, odata.read_csv(asked.source.files[0]))


def _read_spreadsheet(asked: Asked) -> list[Batch]:
    return _official(asked, spreadsheet.read_spreadsheet(asked.source.files[0]))


def _read_register(asked: Asked) -> list[Batch]:
    return [registers.read_register(asked.source.files[0])]


def _read_panel(asked: Asked) -> list[Batch]:
    """Tables of several years in one file: each year is the dataset that it came from."""
    family = catalogue.families()[asked.source.told["panel"]]
    whole = odata.read_csv(asked.source.files[0])
    at = whole.index(asked.source.told["year_column"])
    rows = list(whole.rows)
    batches = []
    for number, year in family.tables.items():
        mine = [row for row in rows if at is not None and str(row[2][at]).strip() == str(year)]
        if mine:
            table = Table(whole.file, whole.columns, mine, {}, len(mine))
            dataset = official_dataset(family, number, year)
            batches.append(matching.batch_from(table, family, dataset, progress=asked.progress))
    return batches


def _read_map(asked: Asked) -> list[Batch]:
    reason = asked.source.told.get("repair", "")
    batch = geography.read_map(
        asked.source.files[0],
        asked.source.told.get("map", {}),
        progress=asked.progress,
        repair=asked.repair or bool(reason),
        repair_reason=reason or _("asked for with --repair"),
    )
    return [batch]


def _read_mapped(asked: Asked) -> list[Batch]:
    assert asked.source.mapping
    return [
        mapped_csv.read_mapped(asked.source.files[0], asked.source.mapping, progress=asked.progress)
    ]


_READERS: dict[str, Callable[[Asked], list[Batch]]] = {
    "odata": _read_odata,
    "codes": _read_codes,
    "csv": _read_csv,
    "short": _read_csv,
    "spreadsheet": _read_spreadsheet,
    "register": _read_register,
    "panel": _read_panel,
    "map": _read_map,
    "mapped": _read_mapped,
}
