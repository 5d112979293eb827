"""Rounds: rows become arrays, the analysis answers, the answer is stored.

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
from sneeuwbal.accounts.models import User
from sneeuwbal.analysis.selection import Acceptability, normalised, rank_acceptability
from sneeuwbal.analysis.weighting import TooNarrow, WeightStatement, weight_draws
from sneeuwbal.places.models import Area
from sneeuwbal.places.wording import indicator_name
from sneeuwbal.planning.fairness import equity, without_energy
from sneeuwbal.planning.models import Criterion, SelectionResult, SelectionRound, Weighing
from sneeuwbal.planning.offers import known_by_criterion

Floats = NDArray[np.float64]


def evaluate_round(*, progress: Progress, organisation: str, round_id: int) -> dict[str, Any]:
    """Draw weights and data within what people said, and store how often each place is chosen."""
    chosen = SelectionRound.objects.get(pk=round_id, programme__organisation__slug=organisation)
    criteria = list(chosen.criteria.select_related("indicator"))
    areas = candidates(chosen)
    _refuse_small(chosen, areas, criteria)
    progress(0.1, _("Reading the statistics"))
    raw = indicator_table(areas, criteria)
    _refuse_useless(raw, criteria)
    progress(0.2, _("Drawing weights within what everyone said"))
    rng = np.random.default_rng(chosen.seed)
    said = list(chosen.weighings.select_related("participant").order_by("participant_id"))
    parts = drawn_weights(said, criteria, draws=chosen.draws, rng=rng)
    values, errors = _with_errors(raw, criteria)
    progress(0.4, _("Ranking the neighbourhoods for each weighting"))
    weights = np.concatenate(parts)
    found = rank_acceptability(values, weights, rng=rng, top=chosen.places, data_sd=errors)
    progress(0.7, _("Comparing participants and criteria"))
    each = [
        rank_acceptability(values, part, rng=rng, top=chosen.places, data_sd=errors).top_share
        for part in (parts if said else [])
    ]
    summary = {
        "draws": found.draws,
        "participants": len(said),
        "missing": int(np.isnan(raw).sum()),
        "candidates": len(areas),
        "equity": equity(areas, found.top_share),
        "without_energy": without_energy(
            areas, criteria, values, weights, found, data_sd=errors, rng=rng
        ),
    }
    digest = inputs_digest(chosen, areas, criteria, raw, said)
    progress(0.9, _("Storing the result"))
    people = [weighing.participant for weighing in said]
    rows = [
        _result(chosen, area, number, criteria, raw[number], found)
        for number, area in enumerate(areas)
    ]
    for number, row in enumerate(rows):
        row.details["people"] = _by_person(people, each, number)
    _store(chosen, rows, summary=summary, digest=digest)
    return {"round": chosen.pk}


def _refuse_small(
    chosen: SelectionRound, areas: Sequence[Area], criteria: Sequence[Criterion]
) -> None:
    if len(areas) <= chosen.places:
        raise JobError(_("There are not more neighbourhoods than places: nothing to choose."))
    if len(criteria) < 2:
        raise JobError(_("Choose at least two criteria."))


def candidates(chosen: SelectionRound) -> list[Area]:
    """The neighbourhoods of a round without those left out on its day."""
    left_out = chosen.exclusions.filter(until__gte=chosen.held_on).values("area")
    return list(chosen.candidates.exclude(pk__in=left_out).order_by("code"))


def indicator_table(areas: Sequence[Area], criteria: Sequence[Criterion]) -> Floats:
    """Values by neighbourhood and criterion; NaN where the statistics have none.

    Statistics hang on the codes of their own year, so neighbourhoods are matched by code.
    """
    known = known_by_criterion(criteria, areas)
    rows = [
        [known[criterion.pk].get(area.code, np.nan) for criterion in criteria] for area in areas
    ]
    return np.array(rows, float)


def _refuse_useless(raw: Floats, criteria: Sequence[Criterion]) -> None:
    for column, criterion in enumerate(criteria):
        known = raw[np.isfinite(raw[:, column]), column]
        name = indicator_name(criterion.indicator)
        if not known.size:
            raise JobError(
                _("“%(name)s” has no value in any of these neighbourhoods.") % {"name": name}
            )
        if known.min() == known.max():
            raise JobError(
                _("“%(name)s” is the same everywhere, so it cannot help to choose.")
                % {"name": name}
            )


def _with_errors(raw: Floats, criteria: Sequence[Criterion]) -> tuple[Floats, Floats]:
    """Values from 0 to 1, higher always counting, and their standard errors."""
    higher = np.array([criterion.higher_is_better for criterion in criteria])
    values, span = normalised(raw, higher_is_better=higher)
    errors = np.array([criterion.error_share for criterion in criteria])
    spread = errors * np.nanstd(raw, axis=0) / span
    return values, np.broadcast_to(spread, values.shape).copy()


def drawn_weights(
    said: Sequence[Weighing],
    criteria: Sequence[Criterion],
    *,
    draws: int,
    rng: np.random.Generator,
) -> list[Floats]:
    """Weights for each participant, in equal parts; without participants every weighting counts."""
    if not said:
        return [weight_draws(len(criteria), draws, rng=rng)]
    parts = []
    for weighing in said:
        try:
            parts.append(
                weight_draws(
                    len(criteria),
                    -(-draws // len(said)),
                    rng=rng,
                    statement=statement(weighing, criteria),
                )
            )
        except TooNarrow as error:
            raise JobError(
                _("The ranges of %(name)s leave almost no weights over. Make them wider.")
                % {"name": weighing.participant.name}
            ) from error
    return parts


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


def inputs_digest(
    chosen: SelectionRound,
    areas: Sequence[Area],
    criteria: Sequence[Criterion],
    raw: Floats,
    said: Sequence[Weighing],
) -> str:
    """A fingerprint of all that the result depends on: the same inputs give the same result."""
    statements = [statement(weighing, criteria) for weighing in said]
    inputs = {
        "areas": [[area.code, area.year] for area in areas],
        "criteria": [
            [row.indicator.key, row.year, row.higher_is_better, row.error_share] for row in criteria
        ],
        "values": [[None if np.isnan(value) else float(value) for value in row] for row in raw],
        "said": [[one.order, sorted(one.ranges.items())] for one in statements],
        "seed": chosen.seed,
        "draws": chosen.draws,
        "places": chosen.places,
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _by_person(people: Sequence[User], each: Sequence[Floats], number: int) -> Mapping[str, float]:
    return {
        str(person.pk): round(float(share[number]), 4)
        for person, share in zip(people, each, strict=True)
    }


def _store(
    chosen: SelectionRound,
    rows: Sequence[SelectionResult],
    *,
    summary: Mapping[str, Any],
    digest: str,
) -> None:
    """Replace the result. What changed while this ran leaves the result out of date."""
    with transaction.atomic():
        chosen.results.all().delete()
        SelectionResult.objects.bulk_create(rows)
        chosen.evaluated_at = timezone.now()
        chosen.evaluated_revision = chosen.revision
        chosen.inputs_digest = digest
        chosen.summary = dict(summary)
        chosen.save(
            update_fields=["evaluated_at", "evaluated_revision", "inputs_digest", "summary"]
        )


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
