"""`{% area_map picture %}`: a map as SVG, with its legend and the same in a table; `|licence`."""

from typing import Any

from django import template

from sneeuwbal.places import wording
from sneeuwbal.places.maps import Picture

register = template.Library()


@register.inclusion_tag("places/area_map.html")
def area_map(picture: Picture, *, table: bool = True) -> dict[str, Any]:
    """Show the map; `table=False` where the page has a table of its own."""
    return {"picture": picture, "table": table}


@register.filter
def licence(text: str) -> str:
    """Name a licence in the language of the page."""
    return wording.licence_text(text)
