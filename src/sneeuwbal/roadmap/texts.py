"""Free text stays free of contact details: no record here speaks of a resident."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NO_NAMES = gettext_lazy("Write no names, addresses or telephone numbers of residents.")

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_TELEPHONE = re.compile(r"(?<!\d)(?:\+31|0031|0)(?:[\s-]?\d){9}(?!\d)")
_POSTCODE_AND_NUMBER = re.compile(r"\b[1-9]\d{3}\s?[A-Z]{2}\s?,?\s?\d+\b")


def no_contact_details(text: str) -> None:
    """Refuse a text with an e-mail address, a Dutch telephone number or a full address."""
    if _EMAIL.search(text):
        raise ValidationError(_("Leave the e-mail address out."), code="contact")
    if _TELEPHONE.search(text):
        raise ValidationError(_("Leave the telephone number out."), code="contact")
    if _POSTCODE_AND_NUMBER.search(text):
        raise ValidationError(_("Leave the postcode with house number out."), code="contact")
