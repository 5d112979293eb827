"""Every public number passes here: figures in, safe numbers out. `releasing` freezes them.

Nothing personal can be reached from this room: it reads stored figures, which are numbers.
The order of work is that of docs/methods/disclosure.md: coarsen, round to fives, withhold, and
withhold more where subtracting would give a small number away (`protection`).
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.analysis.disclosure import (
    checked_threshold,
    publishable_count,
    publishable_share,
    rounded,
    suppressed,
)
from sneeuwbal.evidence.models import Figure
from sneeuwbal.places.models import Area
from sneeuwbal.publication.models import PublicNumber, Release
from sneeuwbal.publication.protection import FEW, Shown, stage_rows, without_subtraction
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

NEVER_STARTED = {
    ProgrammeNeighbourhood.Phase.CANDIDATE.value,
    ProgrammeNeighbourhood.Phase.COMPARISON.value,
}


def threshold() -> int:
    """Smallest number of households behind a public number; never below ten."""
    return checked_threshold(settings.PUBLICATION_THRESHOLD)


def two_digits(value: float | None) -> float | None:
    """Round an amount to two significant digits, so that no exact count can be divided out."""
    return None if value is None else float(f"{value:.2g}")


def _withheld(figure: Figure) -> dict[str, Any]:
    return {"withheld": FEW, "method": figure.method}


def _few_others(count: int, households: int | None) -> bool:
    """Whether so many were counted that those who were not are few."""
    return (
        households is not None
        and households >= count
        and publishable_count(households - count, threshold=threshold()) is None
    )


def _too_few(figure: Figure) -> bool:
    """Whether fewer than the threshold were counted, or were not."""
    few = publishable_count(figure.n, threshold=threshold()) is None
    return few or _few_others(figure.n, figure.details.get("households"))


def _estimate(figure: Figure, digits: Callable[[float | None], float | None]) -> dict[str, Any]:
    """A number with its interval, or the refusal that the figure already holds."""
    if _too_few(figure):
        return _withheld(figure)
    return {
        "value": digits(figure.value),
        "low": digits(figure.low),
        "high": digits(figure.high),
        "n": rounded(figure.n),
        "unit": figure.unit,
        "method": figure.method,
        "verdict": figure.verdict,
    }


def _two_decimals(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _snowball(figure: Figure) -> dict[str, Any]:
    shown = _estimate(figure, _two_decimals)
    if "withheld" not in shown:
        shown["details"] = {"share_unknown": _share_unknown(figure)}
    return shown


def _share_unknown(figure: Figure) -> float | None:
    """Share that came we know not how; a share needs enough people on both sides."""
    unknown = figure.details.get("share_unknown")
    if unknown is None:
        return None
    count = round(unknown * figure.n)
    kept = publishable_share(count, figure.n, threshold=threshold())
    return None if kept is None else round(unknown, 1)


def _growth(figure: Figure) -> dict[str, Any]:
    """A ratio gives away both its sides, so both must be large enough."""
    compared = int(figure.details.get("comparison_participants") or 0)
    if publishable_count(compared, threshold=threshold()) is None:
        return _withheld(figure)
    return _estimate(figure, two_digits)


def _reach(figure: Figure) -> dict[str, Any]:
    """Reached households as a share of all: numerator and remainder must both be large enough."""
    households = int(figure.details.get("households") or 0)
    reached = figure.n
    if (
        reached > households
        or publishable_share(reached, households, threshold=threshold()) is None
    ):
        return _withheld(figure)
    return _estimate(figure, _two_decimals) | {"details": {"households": rounded(households)}}


def _amount(figure: Figure) -> dict[str, Any]:
    return _estimate(figure, two_digits)


def _count(figure: Figure) -> dict[str, Any]:
    if _too_few(figure):
        return _withheld(figure)
    return {
        "value": float(rounded(figure.n)),
        "n": rounded(figure.n),
        "unit": figure.unit,
        "method": figure.method,
        "verdict": figure.verdict,
    }


def _cell(count: float | None) -> int | None:
    """A count rounded to fives; None below the threshold. Cells are rounded independently."""
    safe = None if count is None else publishable_count(int(count), threshold=threshold())
    return None if safe is None else rounded(safe)


def _funnel(figure: Figure) -> dict[str, Any]:
    """All eligible households: not reached, each stage, and those who said no."""
    if _too_few(figure):
        return _withheld(figure)
    households = figure.details.get("households")
    return {
        "n": rounded(figure.n),
        "unit": figure.unit,
        "method": figure.method,
        "details": {
            "households": _cell(households),
            "stages": [
                {"key": row["key"], "count": _stage(row["count"], households)}
                for row in stage_rows(figure)
            ],
        },
    }


def _stage(count: int | None, households: int | None) -> int | None:
    """A cell of the funnel; everybody knows how many live there, so the rest counts as well."""
    return None if count is None or _few_others(count, households) else _cell(count)


def _channels(figure: Figure) -> dict[str, Any]:
    """What each channel brought in a municipality or the whole; few stay few there.

    Channels of single neighbourhoods are not told: with the totals on both sides of such a table
    small cells could be computed.
    """
    if publishable_count(figure.n, threshold=threshold()) is None:
        return _withheld(figure)
    shown = {"n": rounded(figure.n), "unit": figure.unit, "method": figure.method}
    if figure.area and figure.area.kind == Area.Kind.NEIGHBOURHOOD:
        return shown
    told = figure.details.get("channels", [])
    rows: list[dict[str, Any]] = [{"key": row["key"]} for row in told]
    for name in ("spoken", "participants"):
        kept = suppressed([row.get(name) or 0 for row in told], threshold=threshold())
        for row, count in zip(rows, kept, strict=True):
            row[name] = None if count is None else rounded(count)
    return shown | {"details": {"channels": rows}}


# One entry per kind of figure; a kind that is not listed is never public.
SAFE: dict[str, Callable[[Figure], dict[str, Any]]] = {
    Figure.Kind.SNOWBALL: _snowball,
    Figure.Kind.GROWTH: _growth,
    Figure.Kind.REACH: _reach,
    Figure.Kind.COST: _amount,
    Figure.Kind.VOICE: _count,
    Figure.Kind.FUNNEL: _funnel,
    Figure.Kind.CHANNELS: _channels,
}


def newest_figures(organisation: Organisation) -> list[Figure]:
    """The newest figure of each kind, of the whole, each town, and what was ever started.

    A neighbourhood that others are compared with is no part of its town's totals.
    """
    never = ProgrammeNeighbourhood.objects.filter(
        programme__organisation=organisation, phase__in=NEVER_STARTED
    )
    started = ProgrammeNeighbourhood.objects.filter(programme__organisation=organisation).exclude(
        phase__in=NEVER_STARTED
    )
    compared = Q(area__in=never.values("area")) & ~Q(area__in=started.values("area"))
    return _newest(Figure.objects.filter(organisation=organisation).exclude(compared))


def figures_behind(release: Release, numbers: list[PublicNumber]) -> list[Figure]:
    """The figures from which the numbers of a release were made: figures are only added to."""
    known = Figure.objects.filter(
        organisation=release.organisation, computed_at__lte=release.released_at
    )
    told = {(number.area_id, number.kind) for number in numbers}
    return [figure for figure in _newest(known) if (figure.area_id, figure.kind) in told]


def _newest(figures: QuerySet[Figure]) -> list[Figure]:
    """Of each kind and area the newest that may become public."""
    newest = Window(
        RowNumber(),
        partition_by=[F("kind"), F("area_id")],
        order_by=[F("as_of").desc(), F("id").desc()],
    )
    return list(
        figures.filter(kind__in=SAFE)
        .annotate(place=newest)
        .filter(place=1)
        .select_related("area")
        .order_by("area__code", "kind")
    )


def safe_numbers(figures: list[Figure]) -> list[PublicNumber]:
    """What may be shown of these figures; unsaved rows."""
    shown = [
        Shown(figure, PublicNumber(area=figure.area, kind=figure.kind, **SAFE[figure.kind](figure)))
        for figure in figures
    ]
    without_subtraction(shown, threshold=threshold())
    return [one.number for one in shown]


def digest_of(numbers: list[PublicNumber]) -> str:
    """A fingerprint of the numbers: equal releases have equal fingerprints."""
    rows = sorted(
        [
            [n.area_id or 0, n.kind, n.value, n.low, n.high, n.n, n.verdict, n.withheld, n.details]
            for n in numbers
        ],
        key=lambda row: (row[0], row[1]),
    )
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def latest_release(organisation: Organisation) -> Release | None:
    """The release that readers see now."""
    return Release.objects.filter(organisation=organisation, withdrawn_at=None).first()


def numbers_of(release: Release, area_id: int | None) -> dict[str, PublicNumber]:
    """Public numbers of one area (None: the whole programme) by kind."""
    whose = Q(area__isnull=True) if area_id is None else Q(area=area_id)
    return {number.kind: number for number in release.numbers.filter(whose)}
