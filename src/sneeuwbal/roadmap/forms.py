"""Forms of the roadmap room."""

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right
from sneeuwbal.accounts.models import Membership, Organisation, User
from sneeuwbal.places.models import Area
from sneeuwbal.roadmap import programmes
from sneeuwbal.roadmap.areas import grouped, neighbourhoods_of
from sneeuwbal.roadmap.models import Card, Decision, ProgrammeNeighbourhood, RoadmapSession
from sneeuwbal.roadmap.texts import NO_NAMES, no_contact_details


def day_input() -> forms.DateInput:
    """A date as browsers let people pick it."""
    return forms.DateInput(attrs={"type": "date", "class": "input--medium"}, format="%Y-%m-%d")


def writers_of(organisation: Organisation) -> QuerySet[User]:
    """People who can own a decision: they write the roadmap here."""
    roles = [role for role, rights in access.MAY.items() if Right.WRITE_ROADMAP in rights]
    members = Membership.objects.filter(organisation=organisation, role__in=roles)
    return User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("name")


class AreaField(forms.ModelChoiceField[Area]):
    """A neighbourhood, chosen from a list by district."""

    def offer(self, areas: "QuerySet[Area]", *, first: set[int], empty: str | None) -> None:
        """Offer these areas; `empty` words the choice of none and is left out if None."""
        self.queryset = areas
        choices: list[Any] = grouped(areas, first=first)
        if empty is not None:
            choices.insert(0, ("", empty))
        self.choices = choices
        self.required = empty is None or self.required


class ProgrammeForm(forms.Form):
    """What an organisation sets out to do. Three answers are enough to begin."""

    name = forms.CharField(label=_("Name of the programme"), max_length=120)
    starts_on = forms.DateField(label=_("First day"), widget=day_input())
    ends_on = forms.DateField(label=_("Last day"), widget=day_input())
    goal = forms.CharField(
        label=_("Goal"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What should be different for residents at the end?"),
    )

    def clean(self) -> dict[str, Any]:
        """The last day comes after the first."""
        data = super().clean() or {}
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last <= first:
            self.add_error("ends_on", _("The last day comes after the first day."))
        return data


class FactsForm(forms.ModelForm[ProgrammeNeighbourhood]):
    """Households and target of a neighbourhood that takes part."""

    class Meta:
        model = ProgrammeNeighbourhood
        fields = ["households", "target_participants", "target_reason"]
        widgets = {"target_reason": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "households": _("Empty: taken from the open data of the neighbourhood, if loaded."),
            "target_reason": _("Needed when the target is above 10 percent of the households."),
        }

    def clean(self) -> dict[str, Any]:
        """A high target has a written reason."""
        data = super().clean() or {}
        high = programmes.target_is_high(data.get("target_participants"), data.get("households"))
        if high and not data.get("target_reason"):
            self.add_error("target_reason", programmes.high_target_message())
        return data


class NeighbourhoodForm(FactsForm):
    """A neighbourhood that joins the programme."""

    area = AreaField(label=_("Neighbourhood"), queryset=Area.objects.none())
    phase = forms.ChoiceField(
        label=_("Takes part as"),
        choices=[(phase.value, phase.label) for phase in programmes.FIRST_PHASES],
        widget=forms.RadioSelect,
        initial=ProgrammeNeighbourhood.Phase.CANDIDATE.value,
        help_text=_("With a comparison neighbourhood you can tell later what came of itself."),
    )
    on = forms.DateField(
        label=_("Since"),
        widget=day_input(),
        help_text=_("The day this was decided. In the past, if the programme runs already."),
    )
    field_order = ["area", "phase", "on", "households", "target_participants", "target_reason"]

    def __init__(self, *args: Any, organisation: Organisation, taken: set[int], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
        free = neighbourhoods_of(organisation).exclude(pk__in=taken)
        field = self.fields["area"]
        assert isinstance(field, AreaField)
        field.offer(free, first=set(), empty=str(_("Choose a neighbourhood")))
        field.required = True


class PhaseForm(forms.Form):
    """The next phase of a neighbourhood."""

    phase = forms.ChoiceField(label=_("Next phase"), widget=forms.RadioSelect)
    on = forms.DateField(label=_("Since"), widget=day_input())
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        validators=[no_contact_details],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, neighbourhood: ProgrammeNeighbourhood, **kwargs: Any):
        super().__init__(*args, **kwargs)
        following = programmes.NEXT_PHASES[neighbourhood.phase]
        field = self.fields["phase"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(phase.value, phase.label) for phase in following]
        self.fields["on"].initial = timezone.localdate()
        self.fields["reason"].help_text = _(
            "Needed to stop, and to recruit within %(months)s months after the start-up began."
        ) % {"months": settings.STARTUP_MONTHS}


class CapacityForm(forms.Form):
    """Staff in one quarter."""

    quarter = forms.DateField(widget=forms.HiddenInput)
    fte = forms.DecimalField(
        label=_("Full-time equivalents"),
        required=False,
        min_value=0,
        max_value=999,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"class": "input--short", "step": "0.05"}),
    )
    kickoffs = forms.IntegerField(
        label=_("Starts that fit"),
        min_value=0,
        max_value=100,
        initial=2,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )


class BudgetForm(forms.Form):
    """One line of the budget."""

    year = forms.IntegerField(
        label=_("Year"),
        min_value=1990,
        max_value=2100,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )
    funder = forms.CharField(label=_("Funder"), max_length=120)
    amount_eur = forms.DecimalField(
        label=_("Amount in euros"),
        min_value=0,
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"class": "input--medium", "step": "0.01"}),
    )


CapacityForms = forms.formset_factory(CapacityForm, extra=0)
BudgetForms = forms.formset_factory(BudgetForm, extra=3, can_delete=True)


class SessionForm(forms.ModelForm[RoadmapSession]):
    """When and where people sit together."""

    class Meta:
        model = RoadmapSession
        fields = ["title", "held_on", "place"]
        widgets = {"held_on": day_input()}


class CardForm(forms.ModelForm[Card]):
    """One card. The key is made with the form, so that a double send adds nothing."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    area = AreaField(label=_("Neighbourhood"), queryset=Area.objects.none(), required=False)

    class Meta:
        model = Card
        fields = ["key", "kind", "title", "text", "area"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}
        help_texts = {"text": NO_NAMES}

    def __init__(self, *args: Any, session: RoadmapSession, by: User, **kwargs: Any):
        kwargs["initial"] = {"key": uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        organisation = session.programme.organisation
        areas = neighbourhoods_of(organisation)
        codes = access.area_codes(by, Right.WRITE_ROADMAP, organisation)
        if codes is not None:
            areas = areas.filter(code__in=codes)
        taking_part = set(session.programme.neighbourhoods.values_list("area_id", flat=True))
        field = self.fields["area"]
        assert isinstance(field, AreaField)
        everywhere = str(_("The whole municipality")) if codes is None else None
        field.offer(areas, first=taking_part, empty=everywhere)

    def clean_title(self) -> str:
        """No contact details on a card."""
        no_contact_details(self.cleaned_data["title"])
        return str(self.cleaned_data["title"])

    def clean_text(self) -> str:
        """No contact details on a card."""
        no_contact_details(self.cleaned_data["text"])
        return str(self.cleaned_data["text"])

    def validate_unique(self) -> None:
        """A known key is no error: the writer answers with the card that has it."""


class CardChangeForm(CardForm):
    """A card that exists keeps its key."""

    key = None  # type: ignore[assignment]

    class Meta(CardForm.Meta):
        fields = ["kind", "title", "text", "area"]


class DecisionForm(forms.ModelForm[Decision]):
    """A decision with its owner and date; both may follow until the roadmap is adopted."""

    class Meta:
        model = Decision
        fields = ["text", "owner", "due_on", "status"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2}), "due_on": day_input()}

    def __init__(self, *args: Any, session: RoadmapSession, **kwargs: Any):
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = writers_of(session.programme.organisation)
        owner.empty_label = str(_("not yet known"))
        if self.instance.pk is None:
            del self.fields["status"]
        if session.status == RoadmapSession.Status.ADOPTED:
            del self.fields["text"]
            owner.required = self.fields["due_on"].required = True

    def clean_text(self) -> str:
        """No contact details in a decision."""
        no_contact_details(self.cleaned_data["text"])
        return str(self.cleaned_data["text"])


class FilterForm(forms.Form):
    """Which cards to show; the address says it in Dutch."""

    ADDRESS = {"kind": "soort", "area": "buurt"}
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    area = forms.ChoiceField(label=_("Neighbourhood"), required=False)

    def __init__(self, *args: Any, cards: "QuerySet[Card]", **kwargs: Any):
        super().__init__(*args, **kwargs)
        kind, area = self.fields["kind"], self.fields["area"]
        assert isinstance(kind, forms.ChoiceField) and isinstance(area, forms.ChoiceField)
        kind.choices = [("", _("All kinds")), *Card.Kind.choices]
        used = cards.exclude(area=None).order_by("area__name").values_list("area_id", "area__name")
        area.choices = [
            ("", _("All neighbourhoods")),
            ("none", _("The whole municipality")),
            *dict.fromkeys((str(pk), name) for pk, name in used),
        ]

    def add_prefix(self, field_name: str) -> str:
        """Name of a field in the address."""
        return self.ADDRESS.get(field_name, field_name)
