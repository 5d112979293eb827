"""Rounds and schedules: rows become arrays, the analysis answers, the answer is stored.

Runs in the worker; pages only read what is stored here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from sneeuwbal.accounts.jobs import JobError, Progress
from sneeuwbal.accounts.models import Organisation
from sneeuwbal.analysis.selection import Acceptability, normalised, rank_acceptability
from sneeuwbal.analysis.weighting import TooNarrow, WeightStatement, mixed_weight_draws
from sneeuwbal.places.models import Area, Value
from sneeuwbal.planning.models import Criterion, SelectionResult, SelectionRound, Weighing

Floats = NDArray[np.float64]
# Shown next to every round: who would be left out. Share of dwellings or adults, by neighbourhood.
EQUITY = ("corporation_share", "trouble_making_ends_meet_share")


def evaluate_round(*, progress: Progress, organisation: str, round_id: int) -> dict[str, Any]:
    """Draw weights and data within what people said, and store how often each place is chosen."""
    tenant = Organisation.objects.get(slug=organisation)
    chosen = SelectionRound.objects.get(pk=round_id, programme__organisation=tenant)
    criteria = list(chosen.criteria.select_related("indicator"))
    areas = candidates(chosen)
    if len(areas) <= chosen.places:
        raise JobError(_("There are not more neighbourhoods than places: nothing to choose."))
    if len(criteria) < 2:
        raise JobError(_("Choose at least two criteria."))
    progress(0.1, _("Reading the statistics"))
    raw = indicator_table(areas, criteria)
    _refuse_useless(raw, criteria)
    said = [statement(weighing, criteria) for weighing in chosen.weighings.order_by("pk")]
    progress(0.3, _("Drawing weights within what everyone said"))
    rng = np.random.default_rng(chosen.seed)
    try:
        weights = mixed_weight_draws(
            said or [WeightStatement()], len(criteria), draws=chosen.draws, rng=rng
        )
    except TooNarrow as error:
        raise JobError(
            _("The ranges of one participant leave almost no weights over. Make them wider.")
        ) from error
    values, span = normalised(
        raw, higher_is_better=np.array([criterion.higher_is_better for criterion in criteria])
    )
    spread = np.nanstd(raw, axis=0) / span
    errors = np.array([criterion.error_share for criterion in criteria]) * spread
    found = rank_acceptability(
        values, weights, rng=rng, top=chosen.places, data_sd=np.broadcast_to(errors, values.shape)
    )
    progress(0.8, _("Storing the result"))
    _store_round(chosen, areas, criteria, raw, found, said)
    return {"round": chosen.pk}


def candidates(chosen: SelectionRound) -> list[Area]:
    """The neighbourhoods of a round without those left out on its day."""
    left_out = chosen.exclusions.filter(until__gte=chosen.held_on).values("area")
    return list(chosen.candidates.exclude(pk__in=left_out).order_by("code"))


def indicator_table(areas: Sequence[Area], criteria: Sequence[Criterion]) -> Floats:
    """Values by neighbourhood and criterion; NaN where the statistics have none.

    Statistics hang on the codes of their own year, so neighbourhoods are matched by code.
    """
    row = {area.code: number for number, area in enumerate(areas)}
    table = np.full((len(areas), len(criteria)), np.nan)
    for column, criterion in enumerate(criteria):
        known = (
            Value.objects.filter(
                series__indicator=criterion.indicator_id,
                series__year=criterion.year,
                area__code__in=row,
                value__isnull=False,
            )
            .order_by("series__dataset__year", "series__dataset__key")
            .values_list("area__code", "value")
        )
        for code, value in known:
            table[row[code], column] = value
    return table


def _refuse_useless(raw: Floats, criteria: Sequence[Criterion]) -> None:
    for column, criterion in enumerate(criteria):
        known = raw[np.isfinite(raw[:, column]), column]
        name = criterion.indicator.name
        if not known.size:
            raise JobError(
                _("“%(name)s” has no value in any of these neighbourhoods.") % {"name": name}
            )
        if known.min() == known.max():
            raise JobError(
                _("“%(name)s” is the same everywhere, so it cannot help to choose.")
                % {"name": name}
            )


def statement(weighing: Weighing, criteria: Sequence[Criterion]) -> WeightStatement:
    """What one participant said, by the position of the criteria."""
    place = {criterion.pk: number for number, criterion in enumerate(criteria)}
    tiers = [[place[pk] for pk in tier if pk in place] for tier in weighing.order]
    ranges = {
        place[int(pk)]: (low / 100, high / 100)
        for pk, (low, high) in weighing.ranges.items()
        if int(pk) in place
    }
    return WeightStatement(order=tuple(tuple(tier) for tier in tiers if tier), ranges=ranges)


def _store_round(
    chosen: SelectionRound,
    areas: Sequence[Area],
    criteria: Sequence[Criterion],
    raw: Floats,
    found: Acceptability,
    said: Sequence[WeightStatement],
) -> None:
    digest = hashlib.sha256(np.nan_to_num(raw, nan=-1e300).tobytes())
    inputs = [[area.code for area in areas], [str(one) for one in said], chosen.seed, chosen.places]
    digest.update(json.dumps(inputs).encode())
    with transaction.atomic():
        chosen.results.all().delete()
        SelectionResult.objects.bulk_create(
            _result(chosen, area, number, criteria, raw[number], found)
            for number, area in enumerate(areas)
        )
        chosen.evaluated_at = timezone.now()
        chosen.inputs_digest = digest.hexdigest()
        chosen.summary = {
            "draws": found.draws,
            "participants": len(said),
            "missing": int(np.isnan(raw).sum()),
            "equity": equity(areas, found.top_share),
        }
        chosen.save(update_fields=["evaluated_at", "inputs_digest", "summary"])


def _result(
    chosen: SelectionRound,
    area: Area,
    number: int,
    criteria: Sequence[Criterion],
    raw: Floats,
    found: Acceptability,
) -> SelectionResult:
    central, deciding = found.central_weight[number], found.deciding[number]
    return SelectionResult(
        round=chosen,
        area=area,
        top_share=float(found.top_share[number]),
        label=str(found.label[number]),
        confidence=found.confidence_factor[number],
        deciding=None if deciding is None else criteria[deciding],
        details={
            "error": float(found.top_error[number]),
            "central": None if central is None else [round(float(w), 3) for w in central],
            "deciding_helps": found.deciding_helps[number],
            "ranks": [round(float(share), 4) for share in found.ranks[number]],
            "values": [None if np.isnan(value) else float(value) for value in raw],
        },
    )


def equity(areas: Sequence[Area], top_share: Floats) -> list[dict[str, Any]]:
    """Compare the places likely chosen with the rest on tenure and on money trouble."""
    found = []
    for key in EQUITY:
        known: Mapping[str, float] = dict(
            Value.objects.filter(
                series__indicator__key=key,
                area__code__in=[area.code for area in areas],
                value__isnull=False,
            )
            .order_by("series__year")
            .values_list("area__code", "value")
        )
        pairs = [
            (known[area.code], share)
            for area, share in zip(areas, top_share, strict=True)
            if area.code in known
        ]
        if pairs:
            values, weight = (np.array(column, float) for column in zip(*pairs, strict=True))
            found.append(
                {
                    "indicator": key,
                    "n": len(pairs),
                    "chosen": _mean(values, weight),
                    "left_out": _mean(values, 1 - weight),
                }
            )
    return found


def _mean(values: Floats, weight: Floats) -> float | None:
    return float(np.average(values, weights=weight)) if weight.sum() > 0 else None
