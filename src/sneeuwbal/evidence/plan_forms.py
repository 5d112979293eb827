"""The form of an analysis plan."""

from typing import Any

from django import forms
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence.models import AnalysisPlan
from sneeuwbal.places.models import Area, Indicator
from sneeuwbal.places.wording import indicator_name
from sneeuwbal.roadmap.texts import no_contact_details

EARLIEST, LATEST = 2000, 2100


def outcomes_of(organisation: Organisation) -> QuerySet[Indicator]:
    """Indicators known in two years or more for neighbourhoods of this organisation."""
    towns = organisation.units.values_list("municipality__code", flat=True)
    known = Indicator.objects.filter(
        series__values__area__kind=Area.Kind.NEIGHBOURHOOD,
        series__values__area__municipality_code__in=list(towns),
        series__values__value__isnull=False,
    )
    return known.annotate(years=Count("series__year", distinct=True)).filter(years__gte=2)


class OutcomeField(forms.ModelChoiceField[Indicator]):
    """An indicator by its name in the language of the page."""

    def label_from_instance(self, obj: Indicator) -> str:
        """Name and unit."""
        name, unit = indicator_name(obj), obj.unit
        return f"{name} ({unit})" if unit else name


class PlanForm(forms.ModelForm[AnalysisPlan]):
    """What is measured, over which years, beside whom; a new version also says why."""

    outcome = OutcomeField(
        label=gettext_lazy("What should change"),
        queryset=Indicator.objects.none(),
        help_text=gettext_lazy(
            "Something that is known of every neighbourhood, also where nothing is done. Never the "
            "number of participants: those exist only where you work."
        ),
    )
    shock_years = forms.CharField(
        label=gettext_lazy("Years in which something else hit everybody"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("For example the high prices of 2022, 2023. Separate by commas."),
    )

    class Meta:
        model = AnalysisPlan
        fields = [
            "outcome",
            "per_household",
            "first_year",
            "last_year",
            "comparison",
            "controls",
            "estimand",
            "shock_years",
            "by_lot",
            "exploratory",
            "reason",
        ]
        help_texts = {
            "per_household": gettext_lazy("For a total, such as all gas of a neighbourhood."),
            "first_year": gettext_lazy("Take at least two years before the first start."),
            "exploratory": gettext_lazy(
                "Needed when a neighbourhood has started already. Every figure then says so."
            ),
        }
        widgets = {
            "first_year": forms.NumberInput(attrs={"class": "input--short"}),
            "last_year": forms.NumberInput(attrs={"class": "input--short"}),
        }

    def __init__(self, *args: Any, organisation: Organisation, revision: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ModelChoiceField)
        outcome.queryset = outcomes_of(organisation)
        years = self.initial.get("shock_years") or []
        self.initial["shock_years"] = ", ".join(map(str, years))
        if revision:
            self.fields["reason"].required = True
            self.fields["reason"].validators.append(no_contact_details)
        else:
            del self.fields["reason"]

    def clean_shock_years(self) -> list[int]:
        """Read years separated by commas."""
        parts = [part.strip() for part in self.cleaned_data["shock_years"].split(",")]
        years = [part for part in parts if part]
        wrong = [y for y in years if not (y.isdecimal() and EARLIEST <= int(y) <= LATEST)]
        if wrong:
            raise forms.ValidationError(_("This is not a year: %(text)s.") % {"text": wrong[0]})
        return sorted({int(year) for year in years})

    def clean(self) -> dict[str, Any]:
        """The window has a beginning before its end."""
        data = super().clean() or {}
        first, last = data.get("first_year"), data.get("last_year")
        if first and not EARLIEST <= first <= LATEST:
            self.add_error("first_year", _("This is not a year: %(text)s.") % {"text": first})
        if first and last and last <= first:
            self.add_error("last_year", _("The last year comes after the first."))
        return data
