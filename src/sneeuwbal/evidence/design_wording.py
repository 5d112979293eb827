"""The answer to "how many neighbourhoods do we need?" in plain words, and as a picture."""

from typing import Any

from django.utils.translation import gettext as _

from sneeuwbal.evidence.models import DesignQuestion
from sneeuwbal.evidence.wording import written

ALMOST_NEVER = 0.2


def points(value: float) -> str:
    """A number of percentage points, without a needless decimal."""
    return written(value, 0 if value == round(value) else 1)


def headline(question: DesignQuestion) -> str:
    """What this plan can show, in one sentence."""
    told = question.result
    if told["impossible"]:
        return _("This plan cannot tell the effect from the passing of time.")
    sentences = {
        "never": _(
            "With %(count)s neighbourhoods you can almost never show a %(effect)s-point "
            "difference (chance %(chance)s %%)."
        ),
        "seldom": _(
            "With %(count)s neighbourhoods you will more often miss a %(effect)s-point "
            "difference than show it (chance %(chance)s %%)."
        ),
        "often": _(
            "With %(count)s neighbourhoods you will more often show a %(effect)s-point "
            "difference than miss it, but not surely (chance %(chance)s %%)."
        ),
        "enough": _(
            "With %(count)s neighbourhoods you can show a %(effect)s-point difference "
            "(chance %(chance)s %%)."
        ),
    }
    return sentences[state(question)] % {
        "count": written(question.inputs["neighbourhoods"]),
        "effect": points(question.inputs["effect"]),
        "chance": written(100 * told["power"]),
    }


def state(question: DesignQuestion) -> str:
    """How good the chance is: never, seldom, often or enough."""
    told = question.result
    power = 0.0 if told["impossible"] else told["power"]
    if power < ALMOST_NEVER:
        return "never"
    if power < told["hardly"]:
        return "seldom"
    return "often" if power < told["enough"] else "enough"


COLOURS = {"never": "none", "seldom": "none", "often": "partial", "enough": "shown"}


def advice(question: DesignQuestion) -> list[str]:
    """What to do with the answer."""
    told = question.result
    if told["impossible"]:
        return [_("Leave out fewer periods, or add periods after the last start.")]
    lines = []
    if told["needed"] is None:
        lines.append(
            _("Even with %(most)s neighbourhoods the chance stays below %(enough)s %%.")
            % {"most": written(told["most"]), "enough": written(100 * told["enough"])}
        )
    else:
        lines.append(
            _("For a chance of %(enough)s %% about %(needed)s neighbourhoods are needed.")
            % {"enough": written(100 * told["enough"]), "needed": written(told["needed"])}
        )
    if told["power"] < told["hardly"]:
        lines.append(
            _(
                "Say this before you start: the chance is below one half, so finding nothing "
                "will not mean that nothing happened."
            )
        )
        lines.append(
            _(
                "What helps: measure more households, add periods after the last start, or join "
                "with other municipalities."
            )
        )
    return lines


def curve(question: DesignQuestion) -> dict[str, Any] | None:
    """Chance against number of neighbourhoods."""
    told = question.result
    if told["impossible"]:
        return None
    numbers = [number for number, _power in told["curve"]]
    have = int(question.inputs["neighbourhoods"])
    marks = [{"x": numbers.index(have), "label": _("your plan")}]
    if told["needed"] is not None and told["needed"] != have:
        marks.append({"x": numbers.index(told["needed"]), "label": _("needed")})
    return {
        "title": _("Chance to show the difference"),
        "summary": _("The line stands at %(enough)s %%: a usual demand.")
        % {"enough": written(100 * told["enough"])},
        "x_label": _("Number of neighbourhoods"),
        "y_label": _("Chance"),
        "unit": "%",
        "decimals": 0,
        "x": [str(number) for number in numbers],
        "series": [{"name": _("Chance"), "values": [100 * power for _n, power in told["curve"]]}],
        "reference": 100 * told["enough"],
        "marks": marks,
    }
