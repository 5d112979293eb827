"""The neighbourhoods an organisation can speak of, grouped as people know them."""

from collections.abc import Collection, Iterable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.places.models import Area

Choices = list[tuple[str, list[tuple[int, str]]]]


def neighbourhoods_of(organisation: Organisation) -> QuerySet[Area]:
    """All neighbourhoods of the municipalities an organisation reports on."""
    lies_in = Q(pk__in=[])
    for unit in organisation.units.select_related("municipality"):
        town = unit.municipality
        lies_in |= Q(municipality_code=town.code, year=town.year)
    return Area.objects.filter(lies_in, kind=Area.Kind.NEIGHBOURHOOD).order_by("name")


def grouped(areas: Iterable[Area], *, first: Collection[int] = ()) -> Choices:
    """Choices by district; the areas in `first` come in a group of their own on top."""
    known = list(areas)
    places = {(area.municipality_code, area.year) for area in known}
    names = {
        (area.code, area.year): area.name
        for area in Area.objects.filter(
            kind=Area.Kind.DISTRICT,
            municipality_code__in={code for code, _year in places},
            year__in={year for _code, year in places},
        )
    }
    groups: dict[str, list[tuple[int, str]]] = {}
    for area in known:
        if area.pk in first:
            title = _("Neighbourhoods that take part")
        else:
            title = names.get((area.district_code, area.year)) or _("Other neighbourhoods")
        groups.setdefault(title, []).append((area.pk, area.name))
    taking_part = _("Neighbourhoods that take part")
    return sorted(groups.items(), key=lambda group: (group[0] != taking_part, group[0]))
