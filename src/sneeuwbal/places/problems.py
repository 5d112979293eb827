"""What can be wrong with a file, said so that its owner can mend it."""

from django.utils.translation import gettext as _


class ImportProblem(Exception):
    """A file cannot be imported; nothing was changed.

    Names the file, the row and column where known, what is wrong and what to do about it.
    """

    def __init__(
        self,
        what: str,
        *,
        file: str = "",
        row: int | str | None = None,
        column: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.file = file
        self.row = row
        self.column = column
        self.remedy = remedy

    def __str__(self) -> str:
        place = [self.file] if self.file else []
        if self.row is not None:
            place.append(_("row %(row)s") % {"row": self.row})
        if self.column:
            place.append(_("column %(column)s") % {"column": self.column})
        start = ", ".join(place)
        text = f"{start}: {self.what}" if start else self.what
        return f"{text} {self.remedy}".strip()

    def as_dict(self) -> dict[str, str | int | None]:
        """The same for the report that is kept of every import."""
        return {
            "file": self.file,
            "row": self.row,
            "column": self.column,
            "what": self.what,
            "remedy": self.remedy,
            "message": str(self),
        }
