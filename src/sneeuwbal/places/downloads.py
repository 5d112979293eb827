"""The table of a map as a file, every row with its source."""

import csv
from collections.abc import Sequence
from io import StringIO

from django.utils.translation import gettext as _

from sneeuwbal.places import wording
from sneeuwbal.places.models import Series
from sneeuwbal.places.statistics import Row

# A spreadsheet runs a cell that begins so as a formula.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(text: str) -> str:
    """Keep a text from being run as a formula by a spreadsheet."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def as_csv(series: Series, rows: Sequence[Row]) -> str:
    """Write the rows with decimal points, commas between cells and the source in each row."""
    dataset, indicator = series.dataset, series.indicator
    file = StringIO()
    writer = csv.writer(file)
    writer.writerow(_headings())
    source = [harmless(text) for text in (dataset.publisher, dataset.table, dataset.licence)]
    for row in rows:
        place = [row.area.code, harmless(row.area.name), harmless(row.district), row.area.year]
        number = "" if row.value is None else repr(row.value)
        told = [harmless(wording.indicator_name(indicator)), series.year, number]
        writer.writerow([*place, *told, harmless(indicator.unit), row.reason, *source])
    return file.getvalue()


def _headings() -> list[str]:
    return [
        _("code"),
        _("name"),
        _("district"),
        _("year of the border"),
        _("indicator"),
        _("year"),
        _("value"),
        _("unit"),
        _("reason when missing"),
        _("publisher"),
        _("table"),
        _("licence"),
    ]
