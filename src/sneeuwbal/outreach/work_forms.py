"""Forms for teams and costs."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Membership, Organisation, User
from sneeuwbal.outreach.costs import IN_HOURS
from sneeuwbal.outreach.forms import KeyForm, day_input
from sneeuwbal.outreach.models import CostLine
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood
from sneeuwbal.roadmap.texts import NO_NAMES, no_contact_details


def workers_of(organisation: Organisation) -> list[tuple[int, str]]:
    """People who can guide a team."""
    roles = [role for role, held in access.MAY.items() if access.Right.MANAGE_TEAMS in held]
    members = Membership.objects.filter(organisation=organisation, role__in=roles)
    people = User.objects.filter(pk__in=members.values("user"), is_active=True)
    return [(person.pk, person.name) for person in people]


class PlaceField(forms.TypedChoiceField):
    """A neighbourhood of the programme, or none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, **kwargs)

    def offer(self, places: list[ProgrammeNeighbourhood], *, empty: Any = None) -> None:
        """Offer these neighbourhoods, and `empty` as the choice of none."""
        choices: list[tuple[Any, Any]] = [] if empty is None else [("", empty)]
        self.choices = choices + [(place.pk, place.area.name) for place in places]


class TeamForm(forms.Form):
    """A team of residents: how many, not who."""

    name = forms.CharField(
        label=_("Name of the team"),
        max_length=120,
        validators=[no_contact_details],
        help_text=_("A name for the team, not the names of the residents in it."),
    )
    neighbourhood = PlaceField(label=_("Neighbourhood"))
    worker = forms.TypedChoiceField(
        label=_("Neighbourhood worker"), required=False, coerce=int, empty_value=None
    )
    started_on = forms.DateField(label=_("Started on"), widget=day_input())
    members = forms.IntegerField(
        label=_("Number of residents in the team"), min_value=0, max_value=200
    )
    members_with_measure = forms.IntegerField(
        label=_("How many of them took a measure themselves?"),
        min_value=0,
        max_value=200,
        help_text=_("Teams whose members went first convince more neighbours."),
    )

    def __init__(
        self,
        *args: Any,
        places: list[ProgrammeNeighbourhood],
        organisation: Organisation,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.pk: place for place in places}
        self.fields["neighbourhood"].offer(places)  # type: ignore[attr-defined]
        self.fields["worker"].choices = [("", "–"), *workers_of(organisation)]  # type: ignore[attr-defined]

    def clean_started_on(self) -> Any:
        """A team that exists has started."""
        day = self.cleaned_data["started_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The date lies in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        """Of a team, at most all took a measure."""
        data = super().clean() or self.cleaned_data
        if (data.get("members_with_measure") or 0) > (data.get("members") or 0):
            self.add_error(
                "members_with_measure", _("This cannot be more than the number of residents.")
            )
        return data


class EndTeamForm(forms.Form):
    """When and why a team stopped."""

    ended_on = forms.DateField(label=_("Stopped on"), widget=day_input())
    end_reason = forms.CharField(
        label=_("Why did the team stop?"),
        max_length=300,
        validators=[no_contact_details],
        help_text=NO_NAMES,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, started_on: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.started_on = started_on

    def clean_ended_on(self) -> Any:
        """A team stops after it started and not in the future."""
        day = self.cleaned_data["ended_on"]
        if not self.started_on <= day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day from the start of the team until today."))
        return day


class CostForm(KeyForm):
    """Hours or euros, for one neighbourhood or for the programme as a whole."""

    on = forms.DateField(label=_("Date"), widget=day_input())
    neighbourhood = PlaceField(label=_("Neighbourhood"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=CostLine.Kind.choices)
    role = forms.CharField(
        label=_("Role"),
        required=False,
        max_length=40,
        help_text=_("For hours: whose work it was, for example neighbourhood worker. No names."),
        validators=[no_contact_details],
    )
    hours = forms.DecimalField(
        label=_("Hours"), required=False, min_value=0, max_digits=9, decimal_places=2,
        help_text=_("For hours of staff and of volunteers."),
    )  # fmt: skip
    amount_eur = forms.DecimalField(
        label=_("Amount in euros"), required=False, min_value=0, max_digits=12, decimal_places=2,
        help_text=_("For materials and external parties. With hours: the cost of those hours."),
    )  # fmt: skip
    note = forms.CharField(
        label=_("What for"),
        required=False,
        max_length=140,
        help_text=NO_NAMES,
        validators=[no_contact_details],
    )

    def __init__(
        self, *args: Any, places: list[ProgrammeNeighbourhood], whole: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = {place.pk: place for place in places}
        field = self.fields["neighbourhood"]
        field.offer(places, empty=_("the programme as a whole") if whole else None)  # type: ignore[attr-defined]
        field.required = not whole

    def clean(self) -> dict[str, Any]:
        """Hours need a number of hours, the rest an amount."""
        data = super().clean() or self.cleaned_data
        in_hours = data.get("kind") in IN_HOURS
        if in_hours and not data.get("hours") and "hours" not in self.errors:
            self.add_error("hours", _("Give a number of hours above zero."))
        if not in_hours and not data.get("amount_eur") and "amount_eur" not in self.errors:
            self.add_error("amount_eur", _("Give an amount above zero."))
        return data
