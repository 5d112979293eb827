"""How many neighbourhoods a plan needs: a stored question in, its answer kept beside it.

Runs in the worker; the web process never loads it. Method page: docs/methods/design.md.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from sneeuwbal.accounts.jobs import JobError, Progress
from sneeuwbal.analysis.design.needed import ENOUGH, HARDLY, neighbourhoods_needed
from sneeuwbal.analysis.design.wedge import Variation, share_sd, wedge_power
from sneeuwbal.evidence.figures import code_version
from sneeuwbal.evidence.models import DesignQuestion

MOST = 200  # a programme of more neighbourhoods is no answer anyone can use
SHOWN = 40  # points of the picture


def design_power(*, progress: Progress, organisation: str, question: int) -> dict[str, Any]:
    """Answer a stored question and keep the answer with it."""
    row = DesignQuestion.objects.filter(pk=question, organisation__slug=organisation).first()
    if row is None:
        raise JobError(_("There is no such question."))
    progress(0.1, _("Trying numbers of neighbourhoods"))
    row.result, row.code_version = answer(row.inputs), code_version()
    row.save(update_fields=["result", "code_version"])
    return {"question": row.pk}


def answer(inputs: dict[str, Any]) -> dict[str, Any]:
    """Power of the asked number of neighbourhoods, the number needed, and the curve."""
    power_at = _power_at(inputs)
    waves, have = int(inputs["waves"]), int(inputs["neighbourhoods"])
    try:
        needed = neighbourhoods_needed(power_at, fewest=waves, most=MOST)
    except ValueError:
        # With so many periods left out no period is left that tells effect from time.
        return {"impossible": True}
    known = dict(needed.curve)
    known[have] = power_at(have)
    return {
        "impossible": False,
        "power": known[have],
        "needed": needed.clusters,
        "enough": ENOUGH,
        "hardly": HARDLY,
        "most": MOST,
        "curve": _thinned(sorted(known.items()), keep={have, needed.clusters}),
    }


def _power_at(inputs: dict[str, Any]) -> Callable[[int], float]:
    baseline, effect = inputs["baseline"] / 100, inputs["effect"] / 100
    variation = Variation(
        household_sd=share_sd(baseline, effect),
        households=float(inputs["households"]),
        cluster_sd=inputs["spread"] / 100,
    )

    def power_at(neighbourhoods: int) -> float:
        return wedge_power(
            neighbourhoods,
            effect,
            variation=variation,
            waves=int(inputs["waves"]),
            before=int(inputs["before"]),
            after=int(inputs["after"]),
            transition=int(inputs["transition"]),
        )

    return power_at


def _thinned(curve: list[tuple[int, float]], *, keep: set[int | None]) -> list[tuple[int, float]]:
    """Few enough points to read; the ones that matter always stay."""
    step = -(-len(curve) // SHOWN)
    last = len(curve) - 1
    return [
        point
        for place, point in enumerate(curve)
        if place % step == 0 or place == last or point[0] in keep
    ]
