"""An effect in plain words and as a picture: the verdict first, or why there is none."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sneeuwbal.evidence.analysis_plans import CHOSEN
from sneeuwbal.evidence.models import AnalysisPlan, Figure
from sneeuwbal.evidence.wording import written
from sneeuwbal.places.wording import indicator_name, unit_sign

REFUSALS: dict[str, Promise] = {
    "no_data": gettext_lazy("there are no complete data over these years"),
    "too_few_clusters": gettext_lazy("there are fewer than eight neighbourhoods with data"),
    "too_few_cohorts": gettext_lazy(
        "all neighbourhoods started in the same year, so the start cannot be told from whatever "
        "else happened in that year"
    ),
    "cohort_of_one": gettext_lazy("in some year only one neighbourhood started"),
    "comparison_of_one": gettext_lazy("there is only one neighbourhood to compare with"),
    "no_period_before": gettext_lazy("there is no year before the start"),
    "no_controls": gettext_lazy("there is nobody to compare with"),
}
CAUTIONS: dict[str, Promise] = {
    "one_period_after": gettext_lazy("There is only one year of outcome after the first start."),
    "shock_after_start": gettext_lazy(
        "In a year after the start something else hit everybody. That year says little."
    ),
    "pre_trend_not_tested": gettext_lazy(
        "It could not be tested whether the neighbourhoods moved alike before the start."
    ),
    "pre_trend_differs": gettext_lazy(
        "Before the start the neighbourhoods already moved differently. Do not read this as an "
        "effect."
    ),
    "few_clusters": gettext_lazy("There are fewer than twenty neighbourhoods."),
    "left_out_always_treated": gettext_lazy(
        "Neighbourhoods that had started before the first year are left out."
    ),
}
STATES = {"effect_shown": "shown", "no_effect_shown": "none"}


def state(figure: Figure) -> str:
    """Which colour the verdict has; a difference that was there before is no effect."""
    if "pre_trend_differs" in figure.details["cautions"]:
        return "unknown"
    return STATES.get(figure.verdict, "unknown")


def scale(plan: AnalysisPlan) -> float:
    """A share is told in percentage points."""
    return 100.0 if plan.outcome.unit == "share" and not plan.per_household else 1.0


def decimals(plan: AnalysisPlan) -> int:
    """One more than the publisher gives, as an effect is smaller than a level."""
    return plan.outcome.decimals + (3 if plan.per_household else 1)


def unit(plan: AnalysisPlan) -> str:
    """In what the effect is told."""
    if scale(plan) > 1:
        return _("percentage points")
    sign = unit_sign(plan.outcome.unit)
    return _("%(unit)s per household") % {"unit": sign} if plan.per_household else sign


def number(plan: AnalysisPlan, value: float | None) -> str:
    """An effect as the reader's language writes it."""
    return written(None if value is None else value * scale(plan), decimals(plan))


def headline(figure: Figure, plan: AnalysisPlan) -> str:
    """The verdict in one sentence."""
    told = {
        "value": number(plan, figure.value),
        "low": number(plan, figure.low),
        "high": number(plan, figure.high),
        "unit": unit(plan),
    }
    if figure.value is None:
        reasons = [str(REFUSALS[key]) for key in figure.details["refusals"]]
        return _("We cannot say it: %(reason)s.") % {"reason": reasons[0]}
    if figure.verdict == "effect_shown" and "pre_trend_differs" in figure.details["cautions"]:
        sentence = _(
            "We cannot call it an effect: the difference is %(value)s %(unit)s (%(low)s to "
            "%(high)s), but these neighbourhoods already moved differently before the start."
        )
    elif figure.verdict == "effect_shown":
        sentence = _("Starting made a difference of %(value)s %(unit)s (%(low)s to %(high)s).")
    else:
        sentence = _(
            "No effect shown: the difference lies between %(low)s and %(high)s %(unit)s, and that "
            "includes zero."
        )
    return sentence % told


def reasons(figure: Figure) -> list[str]:
    """The other reasons why there is no number, and what to know beside one."""
    told = figure.details
    more = [_("Also: %(reason)s.") % {"reason": REFUSALS[key]} for key in told["refusals"][1:]]
    return more + [str(CAUTIONS[key]) for key in told["cautions"]]


def beside(figure: Figure, plan: AnalysisPlan) -> list[str]:
    """Tests and second opinions."""
    told: dict[str, Any] = figure.details
    lines = []
    if told["pre_trend_p"] is not None:
        lines.append(
            _("Test of equal movement before the start: p = %(p)s.")
            % {"p": written(told["pre_trend_p"], 3)}
        )
    if told["lottery_p"] is not None:
        lines.append(
            _(
                "Among all orders in which neighbourhoods could have started: p = %(p)s (the "
                "smallest possible is %(smallest)s)."
            )
            % {
                "p": written(told["lottery_p"], 3),
                "smallest": written(told["lottery_smallest_p"], 4),
            }
        )
    second = told["second"]
    if second and second["value"] is not None:
        lines.append(
            _("A second way of computing (imputation) gives %(value)s (%(low)s to %(high)s).")
            % {name: number(plan, second[name]) for name in ("value", "low", "high")}
        )
    for bound in told["bounds"]:
        lines.append(
            _(
                "If neighbourhoods drift apart %(times)s times as much as before the start: "
                "%(low)s to %(high)s."
            )
            % {
                "times": written(bound["mbar"], 1),
                "low": number(plan, bound["low"]),
                "high": number(plan, bound["high"]),
            }
        )
    if told["incomplete"]:
        lines.append(
            _("Left out because a year is missing: %(count)s neighbourhoods.")
            % {"count": written(len(told["incomplete"]))}
        )
    return lines


def chart(figure: Figure, plan: AnalysisPlan) -> dict[str, Any] | None:
    """The parts of the effect: per year since the start, or per year."""
    rows = figure.details["rows"]
    if not rows and figure.value is not None:
        rows = [{"at": None, "value": figure.value, "low": figure.low, "high": figure.high}]
    if not rows:
        return None
    times = scale(plan)
    return {
        "title": _("Effect on: %(name)s") % {"name": indicator_name(plan.outcome)},
        "summary": _("At zero there is no difference with the neighbourhoods compared with."),
        "unit": unit(plan),
        "decimals": decimals(plan),
        "reference": 0.0,
        "rows": [
            {
                "label": _row_label(row["at"], plan),
                **{
                    side: None if row[side] is None else times * row[side]
                    for side in ("value", "low", "high")
                },
            }
            for row in rows
        ],
    }


def _row_label(at: int | None, plan: AnalysisPlan) -> str:
    if at is None:
        return _("All years after a start")
    if plan.estimand == AnalysisPlan.Estimand.GROUP:
        return _("Started in %(year)s") % {"year": at}
    if plan.estimand == AnalysisPlan.Estimand.CALENDAR:
        return str(at)
    if at < 0:
        before = ngettext(
            "%(years)s year before the start", "%(years)s years before the start", -at
        )
        return before % {"years": -at}
    if at == 0:
        return _("Year of the start")
    after = ngettext("%(years)s year after the start", "%(years)s years after the start", at)
    return after % {"years": at}


def agreed(plan: AnalysisPlan) -> list[tuple[str, str]]:
    """What a plan says, line by line."""
    return [(_label(name), _shown(plan, name)) for name in CHOSEN]


def changes(plan: AnalysisPlan) -> list[tuple[str, str, str]]:
    """What a version changes in the one before: name, before, now."""
    before = plan.follows
    if before is None:
        return []
    rows = [(_label(name), _shown(before, name), _shown(plan, name)) for name in CHOSEN]
    return [row for row in rows if row[1] != row[2]]


def versions(plan: AnalysisPlan) -> list[AnalysisPlan]:
    """This version and the ones before it, newest first."""
    found = [plan]
    while found[-1].follows:
        found.append(found[-1].follows)
    return found


def _label(name: str) -> str:
    if name == "shock_years":
        return _("Years in which something else hit everybody")
    label = str(AnalysisPlan._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def _shown(plan: AnalysisPlan, name: str) -> str:
    value = getattr(plan, name)
    if name == "outcome":
        return indicator_name(plan.outcome)
    if name == "shock_years":
        return ", ".join(map(str, value)) or _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    labels = {
        "comparison": plan.get_comparison_display,
        "controls": plan.get_controls_display,
        "estimand": plan.get_estimand_display,
    }
    return str(labels[name]()) if name in labels else str(value)
