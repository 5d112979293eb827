"""Forms of rounds: the round itself, its criteria, someone's weights, exclusions."""

from collections.abc import Sequence
from secrets import randbelow
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right
from sneeuwbal.accounts.models import Membership, Organisation, User
from sneeuwbal.places.wording import indicator_name
from sneeuwbal.planning.models import Criterion, Exclusion, SelectionRound, Weighing
from sneeuwbal.planning.offers import Offer
from sneeuwbal.planning.ranges import MOST_CRITERIA
from sneeuwbal.planning.rounds import Candidates, refuse_ranges
from sneeuwbal.roadmap.forms import AreaField, day_input
from sneeuwbal.roadmap.texts import no_contact_details

SEEDS = 1_000_000
KEEP = "keep"


def deciders_of(organisation: Organisation) -> QuerySet[User]:
    """People who can answer for leaving a neighbourhood out: they weigh or plan here."""
    asked = {Right.WEIGH, Right.PLAN}
    roles = [role for role, rights in access.MAY.items() if asked & rights]
    members = Membership.objects.filter(organisation=organisation, role__in=roles)
    return User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("name")


class RoundForm(forms.ModelForm[SelectionRound]):
    """A round: what it is called, when it is held, from what and how many are chosen."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label=gettext_lazy("Choose from"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Neighbourhoods that run already, or serve for comparison, are not among them."
        ),
    )
    field_order = ["key", "name", "held_on", "source", "places", "seed"]

    class Meta:
        model = SelectionRound
        fields = ["name", "held_on", "places", "seed"]
        widgets = {
            "held_on": day_input(),
            "places": forms.NumberInput(attrs={"class": "input--short", "min": 1}),
            "seed": forms.NumberInput(attrs={"class": "input--medium"}),
        }
        help_texts = {
            "places": gettext_lazy("As many as your staff can begin with."),
            "seed": gettext_lazy(
                "A number that makes the draws repeatable. Agree on it before the result is known."
            ),
        }

    def __init__(self, *args: Any, candidates: Sequence[Candidates], **kwargs: Any):
        fresh = {
            "key": uuid4(),
            "held_on": timezone.localdate(),
            "seed": randbelow(SEEDS),
            "source": candidates[0].key if candidates[0].areas else candidates[-1].key,
        }
        instance = kwargs.get("instance")
        kwargs["initial"] = {"source": KEEP} if instance else fresh
        super().__init__(*args, **kwargs)
        self.sets = {each.key: each for each in candidates}
        source = self.fields["source"]
        assert isinstance(source, forms.ChoiceField)
        choices = [(each.key, each.label) for each in candidates]
        if instance:
            del self.fields["key"]
            count = instance.candidates.count()
            choices.insert(0, (KEEP, _("As it is now (%(count)s)") % {"count": count}))
        source.choices = choices

    def clean(self) -> dict[str, Any]:
        """There is something to choose."""
        data = super().clean() or {}
        places, source = data.get("places"), data.get("source")
        if places is not None and places < 1:
            self.add_error("places", _("Choose at least one neighbourhood."))
        if source is not None:
            areas = None if source == KEEP else self.sets[source].areas
            count = self.instance.candidates.count() if areas is None else len(areas)
            if places and count <= places:
                self.add_error(
                    "places",
                    _("There are %(count)s neighbourhoods, so choose fewer than that.")
                    % {"count": count},
                )
            data["areas"] = areas
        return data


class CriterionForm(forms.Form):
    """One indicator: whether it counts, on which axis, and which way."""

    use = forms.BooleanField(label=gettext_lazy("counts"), required=False)
    axis = forms.ChoiceField(label=gettext_lazy("axis"), choices=Criterion.Axis.choices)
    higher_is_better = forms.TypedChoiceField(
        label=gettext_lazy("direction"),
        choices=[
            ("True", gettext_lazy("more counts")),
            ("False", gettext_lazy("less counts")),
        ],
        coerce=lambda given: given == "True",
    )

    def __init__(self, *args: Any, offer: Offer, chosen: Criterion | None, **kwargs: Any):
        proposal = chosen or offer
        kwargs["initial"] = {
            "use": chosen is not None,
            "axis": proposal.axis,
            "higher_is_better": str(proposal.higher_is_better),
        }
        kwargs["prefix"] = str(offer.indicator.pk)
        super().__init__(*args, **kwargs)
        self.offer = offer
        self.name = indicator_name(offer.indicator)
        self.fields["use"].label = self.name


def criteria_problem(count: int) -> str:
    """What is wrong with a number of criteria; nothing when it is right."""
    if count < 2:
        return _("Choose at least two criteria: with one there is nothing to weigh.")
    if count > MOST_CRITERIA:
        return _("Choose at most %(most)s criteria: nobody weighs more than that.") % {
            "most": MOST_CRITERIA
        }
    return ""


class OrderForm(forms.Form):
    """Someone's order of the criteria; the same place means no difference."""

    def __init__(
        self, *args: Any, criteria: Sequence[Criterion], own: Weighing | None, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        said = {pk: tier for tier, pks in enumerate(own.order if own else [], 1) for pk in pks}
        choices: list[tuple[str, str]] = [("", _("no opinion"))]
        choices += [(str(place), str(place)) for place in range(1, len(criteria) + 1)]
        for criterion in criteria:
            self.fields[f"place_{criterion.pk}"] = forms.TypedChoiceField(
                label=indicator_name(criterion.indicator),
                choices=choices,
                coerce=int,
                required=False,
                empty_value=None,
                initial=said.get(criterion.pk, ""),
                widget=forms.Select(attrs={"class": "input--short"}),
            )

    def clean(self) -> dict[str, Any]:
        """Something is said."""
        data = super().clean() or {}
        if not self.errors and not self.places(data):
            raise ValidationError(_("Give at least one criterion a place."))
        return data

    def places(self, data: dict[str, Any]) -> dict[int, int]:
        """Criterion id -> place."""
        return {
            int(name.removeprefix("place_")): place
            for name, place in data.items()
            if place is not None
        }


def _percent_field(label: str, initial: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=100,
        initial=initial,
        widget=forms.NumberInput(attrs={"class": "input--short", "step": 1}),
    )


class RangesForm(forms.Form):
    """Someone's lowest and highest weight per criterion, in whole percents."""

    def __init__(
        self, *args: Any, criteria: Sequence[Criterion], own: Weighing | None, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        said = own.ranges if own else {}
        for criterion in criteria:
            low, high = said.get(str(criterion.pk), (0, 100))
            words = {"name": indicator_name(criterion.indicator)}
            self.fields[f"low_{criterion.pk}"] = _percent_field(
                _("%(name)s: at least, in percent") % words, low
            )
            self.fields[f"high_{criterion.pk}"] = _percent_field(
                _("%(name)s: at most, in percent") % words, high
            )

    def rows(self) -> list[tuple[Criterion, forms.BoundField, forms.BoundField]]:
        """The criteria with their two fields."""
        return [(row, self[f"low_{row.pk}"], self[f"high_{row.pk}"]) for row in self.criteria]

    def ranges(self) -> dict[int, tuple[int, int]]:
        """Criterion id -> lowest and highest percent."""
        data = self.cleaned_data
        return {row.pk: (data[f"low_{row.pk}"], data[f"high_{row.pk}"]) for row in self.criteria}

    def clean(self) -> dict[str, Any]:
        """Lowest below highest, and room for weights that add up to 100."""
        data = super().clean() or {}
        if self.errors:
            return data
        for criterion in self.criteria:
            if data[f"low_{criterion.pk}"] > data[f"high_{criterion.pk}"]:
                self.add_error(
                    f"high_{criterion.pk}", _("The highest weight is below the lowest one.")
                )
        if not self.errors:
            refuse_ranges(list(self.ranges().values()))
        return data


class ExclusionForm(forms.ModelForm[Exclusion]):
    """A neighbourhood left out for a while: who decided it, why, and until when."""

    area = AreaField(label=gettext_lazy("Neighbourhood"), queryset=None)

    class Meta:
        model = Exclusion
        fields = ["area", "reason", "owner", "until"]
        widgets = {"reason": forms.Textarea(attrs={"rows": 2}), "until": day_input()}
        labels = {"owner": gettext_lazy("Who decided this")}
        help_texts = {
            "reason": gettext_lazy("Everyone who sees this round can read it."),
            "until": gettext_lazy("After this day the neighbourhood takes part again by itself."),
        }

    def __init__(self, *args: Any, chosen: SelectionRound, by: User, **kwargs: Any):
        kwargs["initial"] = {"owner": by.pk}
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        area, owner = self.fields["area"], self.fields["owner"]
        assert isinstance(area, AreaField) and isinstance(owner, forms.ModelChoiceField)
        area.offer(
            chosen.candidates.order_by("name"),
            first=set(),
            empty=str(_("Choose a neighbourhood")),
        )
        area.required = True
        owner.queryset = deciders_of(chosen.programme.organisation)

    def clean_reason(self) -> str:
        """No contact details in a reason."""
        no_contact_details(self.cleaned_data["reason"])
        return str(self.cleaned_data["reason"])

    def clean_until(self) -> Any:
        """An exclusion that ends before the round would do nothing."""
        until = self.cleaned_data["until"]
        if until < self.chosen.held_on:
            raise ValidationError(
                _("This is before the day of the round, so it would leave nothing out.")
            )
        return until

    def validate_unique(self) -> None:
        """A second exclusion of a neighbourhood replaces the first."""
