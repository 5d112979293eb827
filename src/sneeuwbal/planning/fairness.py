"""Who a round would leave out, and what it owes to people who are active already.

Runs in the worker, as part of `plans`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.selection import Acceptability, rank_acceptability
from sneeuwbal.places.models import Area, Value
from sneeuwbal.planning.models import Criterion

Floats = NDArray[np.float64]
# Shown next to every round: who would be left out. Share of dwellings or adults, by neighbourhood.
EQUITY = ("corporation_share", "private_rented_share", "trouble_making_ends_meet_share")


def equity(areas: Sequence[Area], top_share: Floats) -> list[dict[str, Any]]:
    """Compare the places likely chosen with the rest on tenure and on money trouble.

    Twice: each neighbourhood counting once, and each household counting once.
    """
    households = _newest("households", areas)
    found = []
    for key in EQUITY:
        known = _newest(key, areas)
        rows = [
            (known[area.code], share, households.get(area.code, np.nan))
            for area, share in zip(areas, top_share, strict=True)
            if area.code in known
        ]
        if rows:
            values, weight, homes = (np.array(column, float) for column in zip(*rows, strict=True))
            found.append(
                {
                    "indicator": key,
                    "n": len(rows),
                    "chosen": _mean(values, weight),
                    "left_out": _mean(values, 1 - weight),
                    "chosen_households": _mean(values, weight * homes),
                    "left_out_households": _mean(values, (1 - weight) * homes),
                }
            )
    return found


def _newest(key: str, areas: Sequence[Area]) -> Mapping[str, float]:
    rows = Value.objects.filter(
        series__indicator__key=key,
        area__code__in=[area.code for area in areas],
        value__isnull=False,
    ).order_by("series__year", "series__dataset__year")
    return {
        code: value for code, value in rows.values_list("area__code", "value") if value is not None
    }


def _mean(values: Floats, weight: Floats) -> float | None:
    """The weighted mean; None where a weight is unknown or there is none."""
    total = float(weight.sum())
    return float(values @ weight / total) if np.isfinite(total) and total > 0 else None


def without_energy(
    areas: Sequence[Area],
    criteria: Sequence[Criterion],
    values: Floats,
    weights: Floats,
    found: Acceptability,
    *,
    data_sd: Floats,
    rng: np.random.Generator,
) -> list[dict[str, Any]] | None:
    """Neighbourhoods whose label changes when what people already do does not count.

    None when the question makes no sense: no such criterion, or nothing else.
    """
    kept = np.array([row.axis != Criterion.Axis.ENERGY for row in criteria])
    if kept.all() or not kept.any():
        return None
    rest = weights[:, kept]
    rest = rest / np.maximum(rest.sum(axis=1, keepdims=True), 1e-12)
    other = rank_acceptability(
        values[:, kept], rest, rng=rng, top=found.top, data_sd=data_sd[:, kept]
    )
    return [
        {
            "code": area.code,
            "name": area.name,
            "label": str(found.label[number]),
            "label_without": str(other.label[number]),
            "share": float(found.top_share[number]),
            "share_without": float(other.top_share[number]),
        }
        for number, area in enumerate(areas)
        if found.label[number] != other.label[number]
    ]
