"""What is refused before any page sees it, and what stays out of the log."""

import logging
import re
from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

# The code of a card, the key of a household or of what was recorded, the secret in a link.
SECRET_PARTS = re.compile(
    r"/(kaartje|huishouden|vastgelegd|uitnodiging)/[^/\s]+|/(wachtwoord)/[^/\s]+/[^/\s]+"
)


def without_null(get_response: Callable[[HttpRequest], HttpResponse]) -> object:
    """Refuse an address with a null character: PostgreSQL cannot even look it up."""

    def checked(request: HttpRequest) -> HttpResponse:
        query = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
        if "\0" in request.path_info or b"\0" in query:
            raise BadRequest("a null character in the address")
        return get_response(request)

    return checked


class Discreet(logging.Filter):
    """Take out of addresses in the log what leads to a household or opens an account."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message; every record passes."""
        told = record.getMessage()
        kept = SECRET_PARTS.sub(lambda found: f"/{found[1] or found[2]}/…", told)
        if kept != told:
            record.msg, record.args = kept, ()
        return True
