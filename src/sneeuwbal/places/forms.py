"""Choosing what a map shows, and finding a municipality."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sneeuwbal.places.statistics import Choice, indicator_choices

LEVEL_NAMES = {"buurt": _("neighbourhoods"), "wijk": _("districts")}


class SearchForm(forms.Form):
    """Part of the name of a municipality, or its code; an empty search shows them all."""

    use_required_attribute = False

    zoek = forms.CharField(
        label=_("Name or code of a municipality"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "type": "search"}),
    )


class MapForm(forms.Form):
    """Indicator, year and level. What does not exist gives way to the nearest that does."""

    indicator = forms.ChoiceField(label=_("What the map shows"))
    jaar = forms.ChoiceField(label=_("Year"))
    niveau = forms.ChoiceField(label=_("Level of the map"))

    def __init__(self, choice: Choice, **options: Any) -> None:
        super().__init__(
            initial={
                "indicator": choice.series.indicator.key,
                "jaar": choice.series.year,
                "niveau": choice.level,
            },
            **options,
        )
        self._offer("indicator", indicator_choices(choice.offers))
        self._offer("jaar", [(year, str(year)) for year in choice.years])
        self._offer("niveau", [(level, LEVEL_NAMES[level]) for level in choice.levels])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def whole_number(text: str) -> int | None:
    """A year typed into an address, or None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None
