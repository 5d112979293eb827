"""How labels, limits, weights and quarters are put into words."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sneeuwbal.places.wording import indicator_name
from sneeuwbal.planning.models import Criterion, Weighing
from sneeuwbal.planning.quarters import quarter_after

# In this order on maps and in tables: from light to dark.
LABELS = {
    "nearly_certainly_not": gettext_lazy("nearly certainly not"),
    "depends_on_choice": gettext_lazy("depends on the choice"),
    "nearly_certain": gettext_lazy("nearly certain"),
    "too_few": gettext_lazy("too little to say"),
}
BADGES = {"nearly_certain": "safe", "depends_on_choice": "warning"}
SPACE = "\N{NO-BREAK SPACE}"


def share_text(share: float) -> str:
    """A share of weightings in whole percents; never a claim of exactly none or all."""
    if share < 0.005:
        return _("less than %(share)s") % {"share": f"1{SPACE}%"}
    if share > 0.995:
        return _("more than %(share)s") % {"share": f"99{SPACE}%"}
    return f"{round(100 * share)}{SPACE}%"


def margin_points(error: float) -> int:
    """The Monte-Carlo margin (95 %) in whole percentage points, rounded up."""
    return max(1, ceil(196 * error))


def quarter_text(quarter: date) -> str:
    """A quarter, as in "Q3 2026"."""
    return _("Q%(number)s %(year)s") % {"number": (quarter.month + 2) // 3, "year": quarter.year}


def binding_text(binding: Mapping[str, Any], first: date) -> str:
    """Say which limit keeps a neighbourhood out of a schedule."""
    rule, at = binding.get("rule", ""), int(binding.get("at", 0))
    words: dict[str, Any] = {"quarter": quarter_text(quarter_after(first, at)), "year": at + 1}
    if rule == "capacity":
        words["short"] = number_format(round(float(binding.get("short", 0)), 2), 2)
        return _("Not enough staff: %(short)s FTE short in %(quarter)s.") % words
    if rule == "kickoffs":
        return _("No room for one more start in %(quarter)s.") % words
    if rule == "budget":
        return _("Not enough budget in year %(year)s of the schedule.") % words
    if rule == "households":
        return _("The number of households is not known. Fill it in with the programme.")
    return _("Too late: it would reach nobody before the end of the schedule.")


def weighing_text(weighing: Weighing, criteria: Sequence[Criterion]) -> str:
    """What someone said about the weights, in one line."""
    names = {criterion.pk: indicator_name(criterion.indicator) for criterion in criteria}
    if weighing.ranges:
        return "; ".join(
            _("%(name)s %(low)s to %(high)s percent")
            % {"name": names[int(pk)], "low": low, "high": high}
            for pk, (low, high) in weighing.ranges.items()
            if int(pk) in names
        )
    tiers = [[names[pk] for pk in tier if pk in names] for tier in weighing.order]
    return " > ".join(" = ".join(tier) for tier in tiers if tier)
