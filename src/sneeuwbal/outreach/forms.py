"""Forms of the outreach room. No field asks about a third person, none takes free remarks."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sneeuwbal.outreach import cards, stages
from sneeuwbal.outreach.consents import Contact
from sneeuwbal.outreach.models import (
    Basis,
    Channel,
    Consent,
    Event,
    Household,
    HouseholdKind,
    Outcome,
    Stage,
    Tenure,
)

CONTACT_FIELDS = ("contact_name", "phone", "email", "street", "house_number")
UNKNOWN = "unknown"
NOT_SAID = ("", _("not said"))


def day_input() -> forms.DateInput:
    """A date as browsers let people pick it."""
    return forms.DateInput(attrs={"type": "date", "class": "input--medium"}, format="%Y-%m-%d")


class KeyForm(forms.Form):
    """A form that carries the key of what it records, so that sending it twice counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: Any = None, **kwargs: Any) -> None:
        super().__init__(data, initial={"key": uuid4(), **(initial or {})}, **kwargs)


class PermissionForm(KeyForm):
    """Separate ticks, and contact details that are kept only with one of them."""

    contact = forms.BooleanField(
        required=False, label=_("The municipality or the neighbourhood team may contact me")
    )
    news = forms.BooleanField(
        required=False, label=_("I want to get news about the neighbourhood approach")
    )
    contact_name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.RegexField(
        r"^[0-9+() -]{8,20}$",
        label=_("Telephone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        error_messages={"invalid": _("Write the number with digits only, for example 0612345678.")},
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    street = forms.CharField(
        label=_("Street"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    house_number = forms.CharField(
        label=_("House number"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"class": "input--short", "autocomplete": "off"}),
    )

    def purposes(self) -> frozenset[str]:
        """The purposes that were ticked."""
        return frozenset(p for p in Consent.Purpose.values if self.cleaned_data.get(p))

    def details(self) -> Contact:
        """The contact details as they were filled in."""
        return Contact(**{name: self.cleaned_data.get(name) or "" for name in CONTACT_FIELDS})

    def check_permission(self) -> None:
        """Details need a tick, and a tick needs a way to reach someone."""
        if self.details() and not self.purposes():
            self.add_error(
                "contact",
                _("Tick what the household agrees to, or leave the contact details empty."),
            )
        elif self.purposes() and not self.details().reachable and not self.errors:
            self.add_error(
                "phone",
                _("Give a telephone number, an e-mail address, or street and house number."),
            )


class ChannelField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A channel of the catalogue; gives its short name."""

    def __init__(self, *, at_the_door: bool = False, **kwargs: Any) -> None:
        channels = (
            Channel.objects.filter(at_the_door=True) if at_the_door else Channel.objects.all()
        )
        super().__init__(channels, to_field_name="slug", empty_label=None, **kwargs)

    def clean(self, value: Any) -> Any:
        """Give the short name, which is what the ledger asks for."""
        channel = super().clean(value)
        return channel.slug if channel else ""


class ConversationForm(PermissionForm):
    """What came of one door, in a few taps."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    channel = ChannelField(
        at_the_door=True,
        label=_("Who or what brought this household here?"),
        help_text=_(
            'Was it a neighbour? Choose "Through a neighbour". '
            "Do not ask who it was and do not write down a name."
        ),
    )
    code = forms.CharField(
        label=_("Code on the card"),
        required=False,
        max_length=20,
        help_text=_("Only when the household shows a card: eight letters and digits."),
        widget=forms.TextInput(
            attrs={"class": "input--medium", "autocomplete": "off", "autocapitalize": "characters"}
        ),
    )
    tenure = forms.ChoiceField(
        label=_("The home"), required=False, choices=[NOT_SAID, *Tenure.choices]
    )
    household_kind = forms.ChoiceField(
        label=_("Who live here"), required=False, choices=[NOT_SAID, *HouseholdKind.choices]
    )
    held_on = forms.DateField(label=_("Date"), widget=day_input())

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for name in CONTACT_FIELDS:  # or the phone offers the worker's own details
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """Look the card up, and forget contact details of who does not consent."""
        data = super().clean() or self.cleaned_data
        outcome = data.get("outcome")
        if outcome and Outcome(outcome) in stages.CONSENTING:
            self.check_permission()
        else:
            data.update(dict.fromkeys(CONTACT_FIELDS, ""), contact=False, news=False)
        if data.get("code"):
            try:
                cards.find(data["code"], on=data.get("held_on"))
            except cards.CardError as error:
                self.add_error("code", str(error))
            data["channel"] = "neighbour"
        return data

    def conversation(self) -> dict[str, Any]:
        """The answers as the ledger takes them."""
        data = self.cleaned_data
        names = ("key", "outcome", "channel", "held_on", "code", "tenure", "household_kind")
        return {name: data[name] for name in names} | {
            "stage": stages.STAGE_OF[Outcome(data["outcome"])],
            "basis": Basis.OBSERVED if data["outcome"] == Outcome.NOBODY_HOME else Basis.REPORTED,
            "consents": self.purposes(),
            "contact": self.details(),
        }


class CardForm(PermissionForm):
    """What a resident fills in who got a card from a neighbour."""

    field_order = ["key", "contact", "news", *CONTACT_FIELDS]

    def clean(self) -> dict[str, Any]:
        """Keep details only with permission."""
        data = super().clean() or self.cleaned_data
        self.check_permission()
        return data


class DetailsForm(PermissionForm):
    """Permission and contact details of a household that is already in the ledger."""

    field_order = ["key", "contact", "news", *CONTACT_FIELDS]

    def clean(self) -> dict[str, Any]:
        """A household without permission has no details."""
        data = super().clean() or self.cleaned_data
        self.check_permission()
        if not self.purposes() and not self.errors:
            self.add_error("contact", _("Tick what the household agrees to."))
        return data

    @staticmethod
    def answers(household: Household | None, given: set[str]) -> dict[str, Any]:
        """What is known now, to start from."""
        known = {name: getattr(household, name, "") for name in CONTACT_FIELDS}
        return known | {purpose: purpose in given for purpose in Consent.Purpose.values}


class CodeForm(forms.Form):
    """The code of a card, typed by a resident."""

    code = forms.CharField(
        label=_("Code on your card"),
        max_length=20,
        help_text=_("Eight letters and digits. Capitals or small letters both work."),
        widget=forms.TextInput(
            attrs={"class": "input--medium", "autocomplete": "off", "autocapitalize": "characters"}
        ),
    )

    def clean_code(self) -> str:
        """Tell a typing error from an unknown or old card."""
        try:
            return cards.find(self.cleaned_data["code"]).code
        except cards.UnknownCard as error:
            raise forms.ValidationError(str(error), code=UNKNOWN) from error
        except cards.CardError as error:
            raise forms.ValidationError(str(error)) from error


class StageForm(KeyForm):
    """The next step of a household."""

    stage = forms.TypedChoiceField(label=_("Step"), coerce=int)
    channel = ChannelField(label=_("How were you in touch?"))
    basis = forms.ChoiceField(label=_("How do you know?"), choices=Basis.choices)
    happened_on = forms.DateField(
        label=_("Date"),
        widget=day_input(),
        help_text=_("The day it happened, also if that is past."),
    )

    def __init__(self, *args: Any, rows: list[Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = stages.next_stages(rows, timezone.localdate())
        if self.is_bound:  # a step may be recorded late: the ledger judges the date
            offered = list(Stage)
        self.fields["stage"].choices = [(stage.value, stage.label) for stage in offered]  # type: ignore[attr-defined]


class CorrectionForm(KeyForm):
    """What a row should have said."""

    stage = forms.TypedChoiceField(label=_("Step"), coerce=int, choices=Stage.choices)
    channel = ChannelField(label=_("Channel"))
    happened_on = forms.DateField(label=_("Date"), widget=day_input())
    tenure = forms.ChoiceField(
        label=_("The home"), required=False, choices=[NOT_SAID, *Tenure.choices]
    )
    household_kind = forms.ChoiceField(
        label=_("Who live here"), required=False, choices=[NOT_SAID, *HouseholdKind.choices]
    )

    def changes(self) -> dict[str, Any]:
        """The facts as the ledger takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "key"}


class EraseForm(forms.Form):
    """Erasing cannot be undone, so the person types the household's short name."""

    typed = forms.CharField(
        label=_("Type the short name of the household"),
        max_length=20,
        widget=forms.TextInput(attrs={"class": "input--medium", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, label: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label = label

    def clean_typed(self) -> str:
        """Compare with the short name."""
        typed: str = self.cleaned_data["typed"].strip().upper()
        if typed != self.label:
            raise forms.ValidationError(_("This is not the short name of this household."))
        return typed


class ListForm(forms.Form):
    """Which conversations to show."""

    buurt = forms.ChoiceField(label=_("Neighbourhood"), required=False)
    week = forms.TypedChoiceField(label=_("Week"), required=False, coerce=int, empty_value=None)
    wie = forms.TypedChoiceField(
        label=_("Recorded by"), required=False, coerce=int, empty_value=None
    )

    def __init__(
        self,
        *args: Any,
        areas: list[tuple[str, str]],
        weeks: list[tuple[int, str]],
        people: list[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        offered: dict[str, tuple[Any, list[Any]]] = {
            "buurt": (_("all neighbourhoods"), list(areas)),
            "week": (_("all weeks"), list(weeks)),
            "wie": (_("everyone"), list(people)),
        }
        for name, (everything, choices) in offered.items():
            self.fields[name].choices = [("", everything), *choices]  # type: ignore[attr-defined]
