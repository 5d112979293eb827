"""How indicators, units and values are put into words."""

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sneeuwbal.places.models import Area, Indicator, Missing

# Keys that tell about the table, not about the place.
TECHNICAL = {"boundary_change"}
# Tables of which the publisher says that small areas are estimated from a model.
MODELLED = {"50090NED", "50120NED"}
LICENCES = {"as stated by the publisher": gettext_lazy("as stated by the publisher")}
SPACE = "\N{NO-BREAK SPACE}"
TOPICS = {
    "population": gettext_lazy("Population"),
    "households": gettext_lazy("Households"),
    "housing": gettext_lazy("Housing"),
    "energy": gettext_lazy("Energy"),
    "solar": gettext_lazy("Solar power"),
    "income": gettext_lazy("Income and work"),
    "health": gettext_lazy("Health and living together"),
    "mobility": gettext_lazy("Mobility"),
    "amenities": gettext_lazy("Amenities nearby"),
    "area": gettext_lazy("Area"),
}


def indicator_name(indicator: Indicator) -> str:
    """The name of an indicator in the language of the page."""
    return indicator.name_nl if get_language() == "nl" else indicator.name_en


def topic_name(topic: str) -> str:
    """The name of a topic; one we do not know is shown as it is."""
    return str(TOPICS.get(topic, topic))


# A share is shown as a percentage; a density has its unit in its name.
SIGNS = {"share": "%", "1/km²": ""}


def unit_sign(unit: str) -> str:
    """The unit as it stands behind a number."""
    return SIGNS.get(unit, unit)


def measure(value: float, unit: str = "", decimals: int = 0) -> str:
    """Write a value with its unit in the language of the page."""
    shown = round(value * 100 if unit == "share" else value, decimals)
    number = number_format(shown + 0.0, decimals, force_grouping=True)
    if unit == "€":
        return f"€{SPACE if get_language() == 'nl' else ''}{number}"
    sign = unit_sign(unit)
    return f"{number}{SPACE}{sign}" if sign else number


def reason(missing: int | None) -> str:
    """Why there is no value."""
    return str(Missing(missing or Missing.UNKNOWN).label)


def licence_text(licence: str) -> str:
    """The licence of a dataset, or that none is stated."""
    return str(LICENCES.get(licence, licence)) or _("licence not stated")


def kind_plural(kind: str) -> str:
    """The areas of a kind, as in "12 neighbourhoods"."""
    return _("districts") if kind == Area.Kind.DISTRICT else _("neighbourhoods")
