"""Which municipalities there are, and what can be drawn of each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from django.urls import reverse
from django.utils.translation import gettext as _

from sneeuwbal.places.maps import Picture, draw
from sneeuwbal.places.models import Area, Shape

GRID_M = 1000  # of a map of the whole country nobody sees more


@dataclass(frozen=True)
class Municipality:
    """A municipality in the list."""

    code: str
    name: str
    year: int
    fictional: bool
    gone: bool
    borders: frozenset[str]

    @property
    def neighbourhoods_drawn(self) -> bool:
        """Whether borders of its neighbourhoods are here."""
        return Area.Kind.NEIGHBOURHOOD in self.borders

    @property
    def districts_drawn(self) -> bool:
        """Whether borders of its districts are here."""
        return Area.Kind.DISTRICT in self.borders


@dataclass(frozen=True)
class Group:
    """Municipalities under one heading."""

    title: str
    members: list[Municipality]


def municipalities() -> list[Municipality]:
    """Every municipality by its last name, whatever years are known; two queries."""
    rows = Area.objects.filter(kind=Area.Kind.MUNICIPALITY).order_by("year", "code")
    last = {row[0]: row for row in rows.values_list("code", "name", "year", "fictional")}
    drawn: dict[str, set[str]] = {}
    shapes = Shape.objects.filter(area__kind__in=[Area.Kind.NEIGHBOURHOOD, Area.Kind.DISTRICT])
    pairs = shapes.order_by().values_list("area__municipality_code", "area__kind").distinct()
    for code, kind in pairs:
        drawn.setdefault(code, set()).add(kind)
    newest = max((year for _c, _n, year, fictional in last.values() if not fictional), default=0)
    found = [
        Municipality(
            code=code,
            name=name,
            year=year,
            fictional=fictional,
            gone=not fictional and year < newest,
            borders=frozenset(drawn.get(code, ())),
        )
        for code, name, year, fictional in last.values()
    ]
    return sorted(found, key=lambda each: (_sorting(each.name), each.code))


def matching(every: Iterable[Municipality], search: str) -> list[Municipality]:
    """Those whose name or code holds every word that is searched for."""
    words = search.casefold().split()
    return [
        each
        for each in every
        if all(word in f"{each.name} {each.code}".casefold() for word in words)
    ]


def _sorting(name: str) -> str:
    """Sort 's-Hertogenbosch under H, as a Dutch reader expects."""
    return re.sub(r"^['’][a-z][- ]", "", name).casefold()


def grouped(found: Sequence[Municipality]) -> list[Group]:
    """Made-up towns first, then those with neighbourhood borders, then the alphabet."""
    fictional = [each for each in found if each.fictional]
    best = [each for each in found if not each.fictional and each.neighbourhoods_drawn]
    rest = [each for each in found if not each.fictional and not each.neighbourhoods_drawn]
    named = [each for each in rest if each.name != each.code]
    nameless = [each for each in rest if each.name == each.code]
    groups = [
        Group(_("Made-up towns of the demo"), fictional),
        Group(_("With borders of neighbourhoods"), best),
        *(
            Group(letter, list(members))
            for letter, members in groupby(named, key=lambda each: _sorting(each.name)[:1].upper())
        ),
        Group(_("Old codes of which we have no name"), nameless),
    ]
    return [group for group in groups if group.members]


def overview(found: Iterable[Municipality]) -> Picture | None:
    """A small map of all municipalities with a border, in the newest year that has borders."""
    shapes = Shape.objects.filter(area__kind=Area.Kind.MUNICIPALITY, area__fictional=False)
    years = shapes.order_by("-area__year").values_list("area__year", flat=True)
    if (year := years.first()) is None:
        return None
    drawn = list(shapes.filter(area__year=year).select_related("area").defer("geometry"))
    for shape in drawn:
        shape.path = coarse(shape.path)
    known = {each.code for each in found}
    return draw(
        drawn,
        title=_("Municipalities in %(year)s") % {"year": year},
        summary=_("Choose a municipality on the map or in the list."),
        links={
            shape.area_id: reverse("map", args=[shape.area.code])
            for shape in drawn
            if shape.area.code in known
        },
        names=False,
    )


RING = re.compile(r"M(-?\d+),(-?\d+)l([-\d, ]+)z")


def coarse(path: str) -> str:
    """Draw a path with fewer points: those that fall on the same place of a coarse grid go.

    Knows the paths that `drawing` writes, in relative steps; any other path stays as it is.
    """
    rings = RING.findall(path)
    if not rings or RING.sub("", path):
        return path
    return "".join(_coarse_ring(int(x), int(y), steps) for x, y, steps in rings)


def _coarse_ring(x: int, y: int, moves: str) -> str:
    points = [(x, y)]
    for step in moves.split():
        across, down = step.split(",")
        x, y = x + int(across), y + int(down)
        points.append((x, y))
    on_grid = ((round(x / GRID_M), round(y / GRID_M)) for x, y in points)
    kept = [point for point, _same in groupby(on_grid)]
    if len(set(kept)) < 3:
        return ""
    start = f"M{kept[0][0] * GRID_M},{kept[0][1] * GRID_M}"
    steps = (f"{(b[0] - a[0]) * GRID_M},{(b[1] - a[1]) * GRID_M}" for a, b in pairwise(kept))
    return f"{start}l{' '.join(steps)}z"
