"""What became of each area code: the same, parts of it, or not known.

Never guessed: without a list, a change mark or borders the successor is `unknown`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import shapely
from django.db import transaction
from numpy.typing import NDArray

from sneeuwbal.places import drawing
from sneeuwbal.places.models import Area, Shape, Succession, Value
from sneeuwbal.places.writing import bulk_insert

Basis = Succession.Basis
KINDS = ("GM", "WK", "BU")
COLUMNS = ("from_code", "from_year", "to_code", "to_year", "share", "basis")
# Overlaps smaller than this are the width of a drawn line, not a piece of land.
SLIVER = 0.005
UNCHANGED = 1

Row = tuple[str, int, str, int, float | None, str]


@dataclass
class Shares:
    """How many codes of one year still exist in another."""

    codes: int = 0
    kept: int = 0
    by_basis: dict[str, int] = field(default_factory=dict)

    @property
    def kept_share(self) -> float | None:
        """The share of codes that still exist; None without codes."""
        return self.kept / self.codes if self.codes else None


def update_successions(from_year: int, to_year: int) -> dict[str, Shares]:
    """Work out the successors of all codes of one year in another; returns figures per kind."""
    before, after = _areas(from_year), _areas(to_year)
    if not before or not after:
        return {}
    rows = list(_rows(before, after, from_year, to_year))
    with transaction.atomic():
        Succession.objects.filter(from_year=from_year, to_year=to_year).delete()
        bulk_insert(Succession._meta.db_table, COLUMNS, rows)
    return {kind: _shares(kind, before, after, rows) for kind in KINDS}


def kept_codes(from_year: int, to_year: int, *, kind: str, municipality: str = "") -> Shares:
    """Of the codes of one year, how many exist in another; for one municipality or all."""
    chosen = Area.objects.filter(kind=kind, fictional=False)
    if municipality:
        chosen = chosen.filter(municipality_code=municipality)
    before = set(chosen.filter(year=from_year).values_list("code", flat=True))
    after = set(chosen.filter(year=to_year).values_list("code", flat=True))
    return Shares(len(before), len(before & after))


def _areas(year: int) -> dict[str, tuple[str, bool]]:
    """Code to name, and whether the list of that year itself gave the name."""
    rows = Area.objects.filter(year=year, kind__in=KINDS, fictional=False)
    return {
        code: (name, name_year == year)
        for code, name, name_year in rows.values_list("code", "name", "name_year")
    }


def _rows(
    before: dict[str, tuple[str, bool]],
    after: dict[str, tuple[str, bool]],
    from_year: int,
    to_year: int,
) -> Iterator[Row]:
    overlaps = _overlaps(from_year, to_year)
    official = _unchanged_codes(from_year, to_year)
    lists = {code[:2] for code in after}
    for code in sorted(before):
        if code[:2] not in lists:
            continue
        if code in official:
            yield code, from_year, code, to_year, 1.0, Basis.OFFICIAL
        elif code in overlaps:
            for other, share in overlaps[code]:
                yield code, from_year, other, to_year, share, Basis.OVERLAP
        elif code in after and _same_name(before[code], after[code]):
            yield code, from_year, code, to_year, 1.0, Basis.SAME_CODE
        elif code in after:
            # The code exists, but under another name: perhaps another place.
            yield code, from_year, code, to_year, None, Basis.UNKNOWN
        else:
            yield code, from_year, "", to_year, None, Basis.UNKNOWN


def _same_name(one: tuple[str, bool], other: tuple[str, bool]) -> bool:
    """Only names that each year's own list gave can agree; district numbers do not count."""
    return one[1] and other[1] and plain_name(one[0]) == plain_name(other[0])


def plain_name(name: str) -> str:
    """A name without "Wijk 01", signs and capitals, as lists of different years vary these."""
    words = "".join(c if c.isalnum() else " " for c in name.casefold()).split()
    if len(words) > len(("wijk", "01")) and words[0] == "wijk" and words[1].isdigit():
        words = words[2:]
    return " ".join(words)


def _unchanged_codes(from_year: int, to_year: int) -> set[str]:
    """Codes that CBS marks as unchanged in every step from one year to the other."""
    if to_year <= from_year:
        return set()
    kept: set[str] | None = None
    for year in range(from_year + 1, to_year + 1):
        marked = set(
            Value.objects.filter(
                series__indicator__key="boundary_change",
                series__year=year,
                value=UNCHANGED,
                area__year=year,
            ).values_list("area__code", flat=True)
        )
        kept = marked if kept is None else kept & marked
        if not kept:
            return set()
    return kept or set()


def _overlaps(from_year: int, to_year: int) -> dict[str, list[tuple[str, float]]]:
    """Shares of the old area's surface in each new one, where both have borders."""
    found: dict[str, list[tuple[str, float]]] = {}
    for kind in KINDS:
        old_codes, old = _borders(kind, from_year)
        new_codes, new = _borders(kind, to_year)
        if len(old) and len(new):
            found |= overlap_shares(old_codes, old, new_codes, new)
    return found


def overlap_shares(
    old_codes: list[str],
    old: NDArray[np.object_],
    new_codes: list[str],
    new: NDArray[np.object_],
) -> dict[str, list[tuple[str, float]]]:
    """For each old area that the new map covers: which new areas hold which share of it."""
    left, right = shapely.STRtree(new).query(old, predicate="intersects")
    surfaces = shapely.area(shapely.intersection(old[left], new[right])) / shapely.area(old[left])
    shares: dict[str, list[tuple[str, float]]] = {}
    for one, other, share in zip(left.tolist(), right.tolist(), surfaces.tolist(), strict=True):
        if share >= SLIVER:
            shares.setdefault(old_codes[one], []).append((new_codes[other], min(1.0, share)))
    # The new map may cover only part of the country: then nothing is known of the rest.
    return {
        code: sorted(parts, key=lambda part: -part[1])
        for code, parts in shares.items()
        if sum(share for _code, share in parts) > 1 - 10 * SLIVER
    }


def _borders(kind: str, year: int) -> tuple[list[str], NDArray[np.object_]]:
    rows = list(
        Shape.objects.filter(area__kind=kind, area__year=year, area__fictional=False).values_list(
            "area__code", "geometry"
        )
    )
    geometries = shapely.from_geojson(
        np.array([geometry for _code, geometry in rows], dtype=object)
    )
    return [code for code, _geometry in rows], drawing.to_rd(geometries) if rows else geometries


def _shares(
    kind: str,
    before: dict[str, tuple[str, bool]],
    after: dict[str, tuple[str, bool]],
    rows: list[Row],
) -> Shares:
    mine = {code for code in before if code[:2] == kind}
    bases: dict[str, set[str]] = {}
    for code, _from, _to_code, _to, _share, basis in rows:
        if code[:2] == kind:
            bases.setdefault(str(basis), set()).add(code)
    return Shares(
        len(mine), len(mine & after.keys()), {b: len(found) for b, found in sorted(bases.items())}
    )
