"""Read one number from a cell, or the reason why there is none."""

import math

from django.utils.translation import gettext as _

from sneeuwbal.places.models import Missing
from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.reading import Cell

# CBS: "." is unknown, too uncertain or secret; "x" is its older sign for the same.
MARKS = {".": Missing.SUPPRESSED, "x": Missing.SUPPRESSED, "-": Missing.NOT_APPLICABLE}
# The maps of CBS say -99999999, -99997 and the like where a figure is kept secret.
SECRET = -99990.0


def read_number(
    cell: Cell, *, empty: Missing, file: str, row: int, column: str
) -> tuple[float | None, Missing | None]:
    """The number in a cell of an official table, or why it is missing."""
    if isinstance(cell, Missing):
        return None, cell
    if cell is None:
        return None, empty
    if isinstance(cell, str):
        text = cell.strip()
        if not text:
            return None, empty
        if text in MARKS:
            return None, MARKS[text]
        try:
            number = float(text)
        except ValueError:
            raise wrong_number(text, file=file, row=row, column=column) from None
        if "_" in text:
            raise wrong_number(text, file=file, row=row, column=column)
    else:
        number = float(cell)
    if math.isnan(number):
        return None, empty
    if math.isinf(number):
        raise wrong_number(str(cell), file=file, row=row, column=column)
    return (None, Missing.SUPPRESSED) if number <= SECRET else (number, None)


def scaled(number: float, factor: float) -> float:
    """The number times the factor; a hundredth is a division, which keeps 57 % at 0.57."""
    if factor == 1:
        return number
    return round(number / round(1 / factor), 12) if factor < 1 else number * factor


def wrong_number(text: str, *, file: str, row: int, column: str) -> ImportProblem:
    """Say that a cell holds no number, and whether a decimal comma is the cause."""
    comma = "," in text and text.replace(",", "").replace(".", "").lstrip("-").isdigit()
    remedy = (
        _("Write it with a decimal point, or import the file with a mapping that says decimal=“,”.")
        if comma
        else _("Correct the cell, or leave it empty if the figure is missing.")
    )
    what = _("“%(text)s” has a decimal comma.") if comma else _("“%(text)s” is not a number.")
    return ImportProblem(
        what % {"text": text[:40]}, file=file, row=row, column=column, remedy=remedy
    )
