"""The question how many neighbourhoods are needed, with an organisation's own figures filled in."""

import hashlib
import json
from dataclasses import dataclass
from statistics import median, stdev
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.evidence import stored
from sneeuwbal.evidence.models import DesignQuestion, Figure
from sneeuwbal.places.models import Area
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

# What a first programme looks like; docs/methods/design.md works these out.
USUAL: dict[str, float] = {
    "neighbourhoods": 8,
    "households": 100,
    "baseline": 5.0,
    "spread": 2.0,
    "effect": 1.0,
    "waves": 4,
    "before": 1,
    "after": 2,
    "transition": 1,
}
OWN = {
    "neighbourhoods": gettext_lazy("Neighbourhoods in the plan"),
    "households": gettext_lazy("Households measured per neighbourhood and period"),
    "baseline": gettext_lazy("Share before the start (percent)"),
    "spread": gettext_lazy("Spread between neighbourhoods (points)"),
}
FEWEST_FOR_SPREAD = 5


def _number(most: float, *, least: float = 0, step: str = "1") -> forms.NumberInput:
    return forms.NumberInput(
        attrs={"class": "input--short", "min": least, "max": most, "step": step}
    )


class DesignForm(forms.Form):
    """What the plan looks like and what it should be able to show."""

    neighbourhoods = forms.IntegerField(
        label=OWN["neighbourhoods"], min_value=2, max_value=200, widget=_number(200, least=2)
    )
    households = forms.IntegerField(
        label=OWN["households"],
        min_value=5,
        max_value=20_000,
        widget=_number(20_000, least=5),
        help_text=gettext_lazy(
            "Of how many households in a neighbourhood the outcome is known each period."
        ),
    )
    baseline = forms.FloatField(
        label=OWN["baseline"],
        min_value=0.1,
        max_value=99,
        localize=True,
        help_text=gettext_lazy("Which percentage does it already, without the programme?"),
    )
    spread = forms.FloatField(
        label=OWN["spread"],
        min_value=0,
        max_value=50,
        localize=True,
        help_text=gettext_lazy(
            "How far neighbourhoods usually lie from their average, in percentage points."
        ),
    )
    effect = forms.FloatField(
        label=gettext_lazy("Difference to show (points)"),
        min_value=0.1,
        max_value=50,
        localize=True,
        help_text=gettext_lazy("From 5 to 6 percent is a difference of 1 point."),
    )
    waves = forms.IntegerField(
        label=gettext_lazy("Groups that start one after the other"),
        min_value=2,
        max_value=12,
        widget=_number(12, least=2),
        help_text=gettext_lazy("Each period one group of neighbourhoods starts."),
    )
    before = forms.IntegerField(
        label=gettext_lazy("Periods before the first start"),
        min_value=1,
        max_value=12,
        widget=_number(12, least=1),
    )
    after = forms.IntegerField(
        label=gettext_lazy("Extra periods after the last start"),
        min_value=0,
        max_value=12,
        widget=_number(12),
    )
    transition = forms.IntegerField(
        label=gettext_lazy("Periods of start-up that are left out"),
        min_value=0,
        max_value=6,
        widget=_number(6),
        help_text=gettext_lazy(
            "In the start-up nobody expects the full effect. Counted as full effect it would hide "
            "what comes later."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """The shares stay below one, and each group has a neighbourhood."""
        data = super().clean() or {}
        baseline, effect = data.get("baseline"), data.get("effect")
        if baseline is not None and effect is not None and baseline + effect >= 100:
            self.add_error("effect", _("Together with the share before it is 100 percent or more."))
        waves, places = data.get("waves"), data.get("neighbourhoods")
        if waves and places and places < waves:
            self.add_error(
                "waves", _("There are fewer neighbourhoods than groups. Choose fewer groups.")
            )
        return data


@dataclass(frozen=True)
class Defaults:
    """What the form begins with, and which of it are the organisation's own figures."""

    values: dict[str, float]
    own: tuple[str, ...]

    @property
    def own_labels(self) -> list[str]:
        """Names of the fields that were filled with own figures."""
        return [str(OWN[name]) for name in self.own]


def defaults_of(organisation: Organisation) -> Defaults:
    """Usual numbers, replaced by the organisation's own wherever those are known."""
    found: dict[str, float] = {}
    rows = ProgrammeNeighbourhood.objects.filter(programme__organisation=organisation).exclude(
        phase=ProgrammeNeighbourhood.Phase.COMPARISON
    )
    if (count := rows.count()) >= USUAL["waves"]:
        found["neighbourhoods"] = min(count, 200)
    if sizes := [row.households for row in rows if row.households and row.households >= 5]:
        found["households"] = int(median(sizes))
    figures = [f for f in stored.newest(organisation) if f.kind == Figure.Kind.FUNNEL]
    whole = next((f.value for f in figures if f.area is None), None)
    if whole and 0.001 <= whole < 0.5:
        found["baseline"] = round(100 * whole, 1)
    shares = [
        f.value
        for f in figures
        if f.area and f.area.kind == Area.Kind.NEIGHBOURHOOD and f.value is not None
    ]
    if len(shares) >= FEWEST_FOR_SPREAD:
        found["spread"] = round(100 * stdev(shares), 1)
    return Defaults({**USUAL, **found}, tuple(name for name in OWN if name in found))


def ask(organisation: Organisation, inputs: dict[str, Any], *, by: User) -> DesignQuestion:
    """Keep a question; the same question is kept once."""
    text = json.dumps(inputs, sort_keys=True)
    row, _made = DesignQuestion.objects.get_or_create(
        organisation=organisation,
        fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        defaults={"inputs": inputs, "asked_by": by},
    )
    return row
