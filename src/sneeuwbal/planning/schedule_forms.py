"""The form of a schedule: which candidates, from when, how long they prepare."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sneeuwbal.planning.models import SelectionRound
from sneeuwbal.planning.quarters import quarter_after
from sneeuwbal.planning.wording import quarter_text
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood
from sneeuwbal.roadmap.texts import no_contact_details

SHORTEST, LONGEST = 4, 20
USUAL = 8


class ScheduleForm(forms.Form):
    """From which quarter, over how many, and after which round."""

    first_quarter = forms.TypedChoiceField(
        label=gettext_lazy("First quarter"), coerce=date.fromisoformat
    )
    quarters = forms.IntegerField(
        label=gettext_lazy("Number of quarters"),
        min_value=SHORTEST,
        max_value=LONGEST,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )
    round = forms.ModelChoiceField(
        label=gettext_lazy("Round of choosing behind it"),
        queryset=SelectionRound.objects.none(),
        required=False,
        empty_label=gettext_lazy("none"),
    )

    def __init__(self, *args: Any, programme: Programme, today: date, **kwargs: Any):
        kwargs["initial"] = self._proposal(programme, today) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.filled = set(programme.capacity.values_list("quarter", flat=True))
        first, chosen_round = self.fields["first_quarter"], self.fields["round"]
        assert isinstance(first, forms.TypedChoiceField)
        assert isinstance(chosen_round, forms.ModelChoiceField)
        first.choices = [(day.isoformat(), quarter_text(day)) for day in _open(programme, today)]
        chosen_round.queryset = programme.rounds.filter(evaluated_at__isnull=False)

    @staticmethod
    def _proposal(programme: Programme, today: date) -> dict[str, Any]:
        """The next quarter with staff, and as many as are filled in from there."""
        filled = _open(programme, today)
        length = 0
        if filled:
            while length < LONGEST and quarter_after(filled[0], length) in set(filled):
                length += 1
        return {
            "first_quarter": filled[0].isoformat() if filled else None,
            "quarters": length if length >= SHORTEST else USUAL,
        }

    def clean(self) -> dict[str, Any]:
        """Staff is known for every quarter."""
        data = super().clean() or {}
        first, count = data.get("first_quarter"), data.get("quarters")
        if first and count:
            wanted = [quarter_after(first, number) for number in range(count)]
            if empty := [quarter for quarter in wanted if quarter not in self.filled]:
                self.add_error(
                    "quarters",
                    _(
                        "No staff is filled in for %(quarter)s. "
                        "Choose fewer quarters, or fill it in."
                    )
                    % {"quarter": quarter_text(empty[0])},
                )
        return data


def _open(programme: Programme, today: date) -> list[date]:
    """Quarters with staff that have not ended."""
    days = programme.capacity.order_by("quarter").values_list("quarter", flat=True)
    return [day for day in days if quarter_after(day, 1) > today]


class StartForm(forms.Form):
    """One candidate: whether it is planned, and how long it prepares."""

    use = forms.BooleanField(required=False)
    months = forms.IntegerField(
        label=gettext_lazy("Months of start-up"),
        min_value=1,
        max_value=24,
        widget=forms.NumberInput(attrs={"class": "input--short"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why shorter than four months"),
        required=False,
        max_length=300,
        validators=[no_contact_details],
    )

    def __init__(
        self,
        *args: Any,
        neighbourhood: ProgrammeNeighbourhood,
        use: bool,
        label: str = "",
        said: tuple[int, str] | None = None,
        **kwargs: Any,
    ):
        months, reason = said or (settings.STARTUP_MONTHS, "")
        kwargs["initial"] = {"use": use, "months": months, "reason": reason}
        kwargs["prefix"] = neighbourhood.area.code
        super().__init__(*args, **kwargs)
        self.neighbourhood, self.label = neighbourhood, label
        self.fields["use"].label = neighbourhood.area.name
        self.fields["months"].required = bool(self.data.get(f"{self.prefix}-use"))

    def clean(self) -> dict[str, Any]:
        """A start-up below four months has its reason in the same row."""
        data = super().clean() or {}
        months = data.get("months")
        if (
            data.get("use")
            and months is not None
            and months < settings.STARTUP_MONTHS
            and not data.get("reason")
            and "reason" not in self.errors
        ):
            self.add_error(
                "reason",
                _(
                    "A start-up of less than %(months)s months needs a reason: residents need "
                    "time to get to know each other."
                )
                % {"months": settings.STARTUP_MONTHS},
            )
        return data


def asked_for(forms_: Sequence[StartForm]) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """The codes that are planned, and what was said about their start-up."""
    used = [form for form in forms_ if form.cleaned_data["use"]]
    codes = [form.neighbourhood.area.code for form in used]
    said = {
        form.neighbourhood.area.code: {
            "months": form.cleaned_data["months"],
            "reason": form.cleaned_data["reason"],
        }
        for form in used
    }
    return codes, said
