"""Stored figures as others may read them: never about few households, counts rounded to fives."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence import wording
from sneeuwbal.evidence.models import Figure
from sneeuwbal.places.models import Area

SHARE, EURO, COUNT = "share", "EUR per household", "households"
# In these figures n counts those who did; in other shares n counts all who could.
N_IS_NUMERATOR = {Figure.Kind.FUNNEL, Figure.Kind.REACH}


@dataclass(frozen=True)
class Number:
    """One figure, ready to show; `withheld` gives the reason when it is not."""

    figure: int
    label: str
    organisation: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str
    decimals: int
    share: bool
    counted: bool
    method: str
    as_of: date
    withheld: str


def number_of(figure: Figure) -> Number:
    """Show a figure, or say why not."""
    withheld = _reason(figure)
    place = figure.area.name if figure.area else _("whole programme")
    is_share = figure.unit == SHARE
    return Number(
        figure=figure.pk,
        label=f"{figure.get_kind_display()}, {place}",
        organisation=figure.organisation.name,
        value=None if withheld else _coarse(figure.value, figure.unit),
        low=None if withheld else _coarse(figure.low, figure.unit),
        high=None if withheld else _coarse(figure.high, figure.unit),
        n=_in_fives(figure.n),
        unit=_unit(figure.unit),
        decimals=0 if is_share or figure.unit in {EURO, COUNT} else 2,
        share=is_share,
        counted=figure.unit == COUNT,
        method=wording.method(figure),
        as_of=figure.as_of,
        withheld=withheld,
    )


def _in_fives(count: float) -> int:
    return 5 * round(count / 5)


def _coarse(value: float | None, unit: str) -> float | None:
    """As on the public pages: an amount or a count in which no single household shows."""
    if value is None:
        return None
    if unit == COUNT:
        return float(_in_fives(value))
    return float(f"{value:.2g}") if unit == EURO else round(value, 2)


def _unit(unit: str) -> str:
    return {
        "recruits per participant": _("recruits per participant"),
        EURO: _("euros per household"),
        COUNT: _("households"),
        "ratio": _("times as much"),
    }.get(unit, unit)


def _reason(figure: Figure) -> str:
    if figure.value is None:
        return wording.refusal(figure)
    if figure.area and figure.area.kind == Area.Kind.NEIGHBOURHOOD:
        # A release decides which neighbourhoods can be shown together; a lesson cannot.
        return _("shown in the public figures of this neighbourhood only")
    if smallest_group(figure) < settings.PUBLICATION_THRESHOLD:
        return _("withheld: fewer than %(threshold)s households") % {
            "threshold": settings.PUBLICATION_THRESHOLD
        }
    return ""


def smallest_group(figure: Figure) -> float:
    """The smallest number of households that the figure gives away."""
    groups = [float(figure.n)]
    value = figure.value or 0.0
    if figure.unit == COUNT:
        groups.append(value)
    elif figure.unit == SHARE and figure.kind in N_IS_NUMERATOR:
        groups.append(round(figure.n / value - figure.n) if value else 0.0)
    elif figure.unit == SHARE:
        groups += [round(figure.n * value), round(figure.n * (1 - value))]
    if figure.kind == Figure.Kind.GROWTH:
        groups.append(float(figure.details.get("comparison_participants", 0)))
    return min(groups)


def up_to_date(figures: Iterable[Figure]) -> list[Figure]:
    """The newest figure of the same kind and place for each of these."""
    found: dict[int, Figure] = {}
    for figure in figures:
        newest = (
            Figure.objects.filter(
                organisation=figure.organisation_id,
                kind=figure.kind,
                area=figure.area_id,
                plan=figure.plan_id,
            )
            .select_related("area", "organisation")
            .first()
        )
        if newest is not None:
            found[newest.pk] = newest
    return list(found.values())


def organisations_behind(figures: Iterable[Figure]) -> list[Organisation]:
    """Whose figures these are, each once."""
    return list({figure.organisation_id: figure.organisation for figure in figures}.values())
