"""What a figure says in plain words: the verdict first, and why there may be no number."""

from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from sneeuwbal.evidence.models import Figure

# Colour of a verdict: shown, partial, none shown, or nothing can be said.
STATES = {"snowball": "shown", "boost": "partial", "no_spread_shown": "none"}
LABELS: dict[str, Promise] = {
    "snowball": gettext_lazy("snowball"),
    "boost": gettext_lazy("brings in others"),
    "no_spread_shown": gettext_lazy("no spread shown"),
    "too_few": gettext_lazy("too little to say"),
    "origin_unknown": gettext_lazy("origin too often unknown"),
    "not_determinable": gettext_lazy("cannot be determined"),
    "no_data": gettext_lazy("no data yet"),
    "effect_shown": gettext_lazy("effect shown"),
    "no_effect_shown": gettext_lazy("no effect shown"),
}
BADGES = {"snowball": "safe", "boost": "active", "no_spread_shown": "neutral"}
METHODS: dict[str, Promise] = {
    "referrals": gettext_lazy("recorded cards of neighbours"),
    "bounds": gettext_lazy("lowest and highest possible"),
    "Wilson": gettext_lazy("share of households"),
    "ratio of sums, exact Poisson": gettext_lazy("all costs over all households"),
    "rate ratio, exact conditional": gettext_lazy("rate here over rate there"),
    "households spoken with": gettext_lazy("households spoken with"),
}
STAGES: dict[str, Promise] = {
    "approached": gettext_lazy("Approached"),
    "spoken": gettext_lazy("Spoken with"),
    "interested": gettext_lazy("Interested"),
    "participant": gettext_lazy("Takes part"),
    "preparing": gettext_lazy("Preparing a measure"),
    "decided": gettext_lazy("Decided on a measure"),
    "done": gettext_lazy("Measure taken"),
}
EXITS: dict[str, Promise] = {
    "not_interested": gettext_lazy("Not interested"),
    "objection": gettext_lazy("Objects to contact"),
    "unreachable": gettext_lazy("Could not be reached"),
    "moved": gettext_lazy("Moved away"),
}
TENURES: dict[str, Promise] = {
    "owner": gettext_lazy("Owners"),
    "corporation": gettext_lazy("Tenants of a housing association"),
    "private": gettext_lazy("Tenants of another landlord"),
}
COSTS: dict[str, Promise] = {
    "hours": gettext_lazy("Hours of staff"),
    "material": gettext_lazy("Materials"),
    "external": gettext_lazy("External parties"),
    "volunteer": gettext_lazy("Hours of volunteers"),
}
SOURCES: dict[str, Promise] = {
    "referred": gettext_lazy("With a neighbour's card"),
    "neighbour": gettext_lazy("Via a neighbour, without a card"),
    "campaign": gettext_lazy("Through the programme itself"),
    "unknown": gettext_lazy("We do not know how"),
}


NO_LINE: dict[str, Promise] = {
    "": gettext_lazy("Compute the figures again to see the number through time."),
    "no_data": gettext_lazy("Nobody takes part yet, so there is no number through time."),
    "short": gettext_lazy(
        "There is no line yet: it begins when participants have joined for more than half a year."
    ),
    "fast": gettext_lazy(
        "There is no line here: neighbours follow each other within a week, so we cannot tell "
        "per week who came first."
    ),
    "too_few": gettext_lazy(
        "There is no line: in no half year did enough neighbours bring in others to give a number."
    ),
    "origin_unknown": gettext_lazy(
        "There is no line: of too many participants we do not know how they came."
    ),
}


def written(value: float | None, decimals: int = 0) -> str:
    """A number as the reader's language writes it."""
    return "–" if value is None else number_format(round(value, decimals), decimals)


def label(figure: Figure | None) -> str:
    """One or two words for a verdict."""
    return str(LABELS.get(figure.verdict, "")) if figure else str(LABELS["no_data"])


def method(figure: Figure) -> str:
    """How a figure was made, in a few words."""
    if figure.kind == Figure.Kind.EFFECT:
        return _("change beside neighbourhoods that had not started")
    return str(METHODS.get(figure.method, figure.method))


def no_line(figure: Figure) -> str:
    """Why there is no line of the snowball number through time."""
    return str(NO_LINE[(figure.details.get("over_time") or {}).get("why", "")])


def refusal(figure: Figure) -> str:
    """Why a figure has no number; empty when it has one."""
    return label(figure) if figure.value is None else ""


def state(figure: Figure | None) -> str:
    """Which colour the verdict on spread has."""
    return STATES.get(figure.verdict, "unknown") if figure else "unknown"


def headline(figure: Figure) -> str:
    """The verdict on spread in one sentence."""
    told = figure.details
    known = {
        "snowball": _("It snowballs: each participant brings in more than one other."),
        "boost": _("Participants bring in others, but too few to grow by itself."),
        "no_spread_shown": _("No spread shown: we do not see that participants bring in others."),
        "no_data": _("Nobody takes part yet, so there is nothing to say about spread."),
        "origin_unknown": _(
            "We cannot say it: of %(share)s %% of the participants we do not know how they came."
        )
        % {"share": written(100 * told.get("share_unknown", 0))},
    }
    if figure.verdict in known:
        return known[figure.verdict]
    if figure.n < told.get("needed_participants", 0):
        return _(
            "We cannot say it yet: %(count)s households take part, about %(needed)s are needed."
        ) % {"count": written(figure.n), "needed": written(told["needed_participants"])}
    return _(
        "We cannot say it yet: %(count)s households came with a neighbour's card, "
        "about %(needed)s are needed."
    ) % {"count": written(told.get("referrals")), "needed": written(told.get("needed"))}


def explanation(figure: Figure) -> list[str]:
    """What stands behind the verdict, in a few sentences."""
    told: dict[str, Any] = figure.details
    lines = []
    if figure.value is not None:
        lines.append(
            _("Ten participants together bring in about %(ten)s others (%(low)s to %(high)s).")
            % {
                "ten": written(10 * figure.value),
                "low": written(10 * (figure.low or 0)),
                "high": written(10 * (figure.high or 0)),
            }
        )
    elif figure.verdict == "origin_unknown" and figure.high is not None:
        lines.append(
            _("The snowball number lies somewhere between %(low)s and %(high)s.")
            % {"low": written(figure.low, 1), "high": written(figure.high, 1)}
        )
    if figure.verdict == "boost" and (figure.low or 0) > 1:
        lines.append(_growth_missing(told))
    if figure.n:
        lines.append(
            _(
                "Of %(count)s households that take part, %(referred)s came with a neighbour's "
                "card, %(neighbour)s via a neighbour without a card, and of %(unknown)s we do "
                "not know it."
            )
            % {
                "count": written(figure.n),
                "referred": written(told.get("referred")),
                "neighbour": written(told.get("neighbour")),
                "unknown": written(told.get("unknown")),
            }
        )
        lines.append(_("They came via a neighbour. Whether they came because of it is not known."))
    return lines


def _growth_missing(told: dict[str, Any]) -> str:
    if told.get("exceeds_comparison") is None:
        return _("We may call it a snowball only beside comparison neighbourhoods.")
    if told.get("exceeds_comparison") is False:
        return _("The comparison neighbourhoods grew as fast, so we do not call it a snowball.")
    return _("There are fewer than three chains of neighbours, so we do not call it a snowball.")


def channel_name(row: dict[str, Any]) -> str:
    """Name of a channel in the reader's language."""
    return str(row["name_nl" if get_language() == "nl" else "name_en"] or row["key"])
