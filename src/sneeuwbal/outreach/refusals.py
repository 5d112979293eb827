"""What the ledger does not take, and why. The text of each is meant for the screen."""

from django.utils.translation import gettext as _


class Refused(Exception):
    """The ledger does not take this; nothing was changed."""


class StageError(Refused):
    """A household cannot have walked this road."""


class KeyConflict(Refused):
    """The same key came with other content: that is no replay but a mistake."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This form was recorded before, with other answers. Nothing was changed. "
                "Correct the recorded row, or start a new form."
            )
        )
