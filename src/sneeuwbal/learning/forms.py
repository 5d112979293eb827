"""Forms of the learning room."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts import access
from sneeuwbal.accounts.access import Right
from sneeuwbal.accounts.models import Membership, Organisation, User
from sneeuwbal.evidence import stored
from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning.grades import finding_of, weaker
from sneeuwbal.learning.lessons import Side
from sneeuwbal.learning.models import Agreement, Grade, IntervisionSession, Lesson
from sneeuwbal.roadmap.texts import NO_NAMES, no_contact_details


def learners_of(organisation: Organisation) -> QuerySet[User]:
    """People of an organisation who take part in intervision."""
    roles = [role for role, rights in access.MAY.items() if Right.LEARN in rights]
    members = Membership.objects.filter(organisation=organisation, role__in=roles)
    return User.objects.filter(pk__in=members.values("user"), is_active=True).order_by("name")


def text_area(rows: int) -> forms.Textarea:
    """A field for a longer text."""
    return forms.Textarea(attrs={"rows": rows})


def place_of(figure: Figure) -> str:
    """Which part of the programme a figure is about."""
    return figure.area.name if figure.area else str(_("whole programme"))


def sayable(organisation: Organisation) -> list[Figure]:
    """The newest figures of an organisation that have a value, the whole programme first."""
    found = [figure for figure in stored.newest(organisation) if figure.value is not None]
    return sorted(found, key=lambda figure: (figure.area is not None, place_of(figure)))


class PlanForm(forms.ModelForm[IntervisionSession]):
    """When a session is, who takes part and who brings the case."""

    class Meta:
        model = IntervisionSession
        fields = ["title", "held_on", "organisations", "case_owner"]
        widgets = {
            "held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "organisations": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "organisations": _(
                "They see the case, its figures and the advice; nothing else of each other."
            )
        }

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.organisation = organisation

    def clean_organisations(self) -> "QuerySet[Organisation]":
        """Who plans or changes a session takes part in it, with at least one other."""
        chosen: QuerySet[Organisation] = self.cleaned_data["organisations"]
        if self.organisation not in chosen:
            raise ValidationError(_("Your own organisation takes part."))
        if chosen.count() < 2:
            raise ValidationError(_("Intervision needs at least two organisations."))
        return chosen


class CaseForm(forms.Form):
    """The case with its figures."""

    prefix = "case"

    case = forms.CharField(
        label=_("The case"),
        max_length=4000,
        widget=text_area(8),
        help_text=NO_NAMES,
        validators=[no_contact_details],
    )
    place = forms.ChoiceField(label=_("Figures about"), required=False)
    kinds = forms.MultipleChoiceField(
        label=_("Which figures belong to it"),
        choices=Figure.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The others see these figures in this session only. "
            "A figure about too few households stays hidden."
        ),
    )

    def __init__(self, *args: Any, session: IntervisionSession, **kwargs: Any):
        linked = list(session.figures.all())
        known = {
            "case": session.case,
            "place": str(linked[0].area_id or "") if linked else "",
            "kinds": [figure.kind for figure in linked],
        }
        kwargs.setdefault("initial", known)
        super().__init__(*args, **kwargs)
        self.offered = sayable(session.case_owner)
        places = {str(figure.area_id or ""): place_of(figure) for figure in self.offered}
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(({"": _("whole programme")} | places).items())

    def clean(self) -> dict[str, Any]:
        """Turn the chosen place and kinds into its newest figures."""
        data = super().clean() or {}
        place, kinds = data.pop("place", ""), set(data.pop("kinds", []))
        figures = [
            figure
            for figure in self.offered
            if str(figure.area_id or "") == place and figure.kind in kinds
        ]
        if kinds and not figures and "place" not in self.errors:
            self.add_error("kinds", _("There is no such figure about this place yet."))
        return {**data, "figures": figures}


class NoteForm(forms.Form):
    """One text of the session: the question, the answers or the analysis."""

    LABELS = {
        "question": _("The question"),
        "answers": _("Questions and answers"),
        "analysis": _("What we see in it"),
    }

    def __init__(self, *args: Any, session: IntervisionSession, note: str, **kwargs: Any):
        kwargs.setdefault("initial", {"text": getattr(session, note)})
        kwargs["prefix"] = note
        super().__init__(*args, **kwargs)
        short = note == "question"
        self.fields["text"] = forms.CharField(
            label=self.LABELS[note],
            max_length=300 if short else 4000,
            widget=text_area(2 if short else 5),
            help_text=NO_NAMES,
            validators=[no_contact_details],
        )


class AttendanceForm(forms.Form):
    """Who is there."""

    prefix = "attendance"

    present = forms.ModelMultipleChoiceField(
        label=_("Who is here today?"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who is absent can still give advice. It is marked as given in writing."),
    )

    def __init__(self, *args: Any, session: IntervisionSession, **kwargs: Any):
        here = session.attendance.filter(present=True).values_list("organisation_id", flat=True)
        kwargs.setdefault("initial", {"present": list(here)})
        super().__init__(*args, **kwargs)
        field = self.fields["present"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = session.organisations.all()


class AdviceForm(forms.Form):
    """Advice; the key makes a double send harmless."""

    prefix = "advice"

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Your advice"),
        max_length=2000,
        widget=text_area(4),
        help_text=NO_NAMES,
        validators=[no_contact_details],
    )

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("initial", {"key": uuid4()})
        super().__init__(*args, **kwargs)


class AgreementForm(forms.ModelForm[Agreement]):
    """What one's own organisation will do."""

    prefix = "agreement"

    class Meta:
        model = Agreement
        fields = ["text", "owner", "due_on"]
        widgets = {
            "text": text_area(2),
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = learners_of(organisation)
        self.fields["text"].validators.append(no_contact_details)


class LessonForm(forms.ModelForm[Lesson]):
    """The texts of a lesson."""

    class Meta:
        model = Lesson
        fields = ["claim", "context", "test", "claim_en", "context_en", "test_en"]
        widgets = {
            "claim": text_area(2),
            "context": text_area(4),
            "test": text_area(2),
            "claim_en": text_area(2),
            "context_en": text_area(4),
            "test_en": text_area(2),
        }
        help_texts = {
            "claim": _("One sentence that can be true or false. Everyone can read it."),
            "test": _("Which outcome would make you say: this was not right?"),
            "context": NO_NAMES,
            "claim_en": _("Without English, English readers see the Dutch text."),
        }

    def clean(self) -> dict[str, Any]:
        """No contact details in a public text."""
        data = super().clean() or {}
        for name, text in list(data.items()):
            try:
                no_contact_details(str(text or ""))
            except ValidationError as refusal:
                self.add_error(name, refusal)
        return data


class EvidenceForm(forms.Form):
    """A figure of one's own organisation, for or against a lesson."""

    figure = forms.ModelChoiceField(label=_("Figure"), queryset=Figure.objects.none())
    side = forms.ChoiceField(
        label=_("What it does with the lesson"), choices=Side.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offered = sayable(organisation)
        groups: dict[str, list[tuple[int, str]]] = {}
        for figure in offered:
            text = _("%(kind)s (n = %(n)s)") % {"kind": figure.get_kind_display(), "n": figure.n}
            groups.setdefault(place_of(figure), []).append((figure.pk, text))
        field = self.fields["figure"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Figure.objects.filter(pk__in=[figure.pk for figure in offered])
        field.choices = [("", _("Choose a figure")), *groups.items()]


class LowerForm(forms.Form):
    """Lowering a grade by hand."""

    prefix = "lower"

    lowered_to = forms.ChoiceField(label=_("Grade"), required=False)
    lowered_reason = forms.CharField(
        label=_("Why it is lowered"),
        required=False,
        max_length=300,
        validators=[no_contact_details],
        widget=text_area(2),
    )

    def __init__(self, *args: Any, lesson: Lesson, **kwargs: Any):
        kwargs.setdefault(
            "initial",
            {"lowered_to": lesson.lowered_to, "lowered_reason": lesson.lowered_reason},
        )
        super().__init__(*args, **kwargs)
        field = self.fields["lowered_to"]
        assert isinstance(field, forms.ChoiceField)
        computed = finding_of(lesson).computed
        field.choices = [
            ("", _("as computed: %(grade)s") % {"grade": computed.value}),
            *((grade.value, f"{grade.value}: {Grade(grade).label}") for grade in weaker(computed)),
        ]
