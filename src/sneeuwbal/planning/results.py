"""What a round's page shows of its result: rows, map, and who is left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sneeuwbal.places.borders import nearest_shapes
from sneeuwbal.places.maps import Picture, draw
from sneeuwbal.places.models import Area, Indicator
from sneeuwbal.places.wording import indicator_name, measure
from sneeuwbal.planning.models import Criterion, SelectionResult, SelectionRound
from sneeuwbal.planning.wording import BADGES, LABELS, margin_points, share_text

# Below this, more than half of the likely errors in the data put another place first.
SURE_ENOUGH = 0.5
ORDERS = {"aandeel": "top_share", "naam": "name"}


@dataclass(frozen=True)
class Cell:
    """One value of a neighbourhood; empty text when the statistics have none."""

    criterion: Criterion
    text: str


@dataclass(frozen=True)
class Row:
    """One neighbourhood in the result."""

    result: SelectionResult
    label: str
    badge: str
    share: str
    margin: int
    decides: str
    look_first: bool
    missing: int
    agreeing: int
    people: int
    cells: tuple[Cell, ...]

    @property
    def area(self) -> Area:
        """The neighbourhood."""
        return self.result.area


def rows_of(chosen: SelectionRound, order: str = "aandeel") -> list[Row]:
    """The neighbourhoods of a result, by share or by name."""
    criteria = list(chosen.criteria.select_related("indicator"))
    found = chosen.results.select_related("area", "deciding__indicator")
    rows = [_row(result, criteria) for result in found]
    if order == "naam":
        return sorted(rows, key=lambda row: row.area.name)
    return sorted(rows, key=lambda row: (-row.result.top_share, row.area.name))


def _row(result: SelectionResult, criteria: Sequence[Criterion]) -> Row:
    details = result.details
    values = details.get("values", [])
    people = details.get("people", {})
    unsure = result.confidence is not None and result.confidence < SURE_ENOUGH
    # Criteria changed since: the stored values no longer belong to them.
    same = len(values) == len(criteria)
    return Row(
        result=result,
        label=str(LABELS.get(result.label, result.label)),
        badge=BADGES.get(result.label, "neutral"),
        share=share_text(result.top_share),
        margin=margin_points(details.get("error", 0.0)),
        decides=_decides(result),
        look_first=unsure and result.label != "nearly_certainly_not",
        missing=sum(value is None for value in values),
        agreeing=sum(share >= 0.5 for share in people.values()),
        people=len(people),
        cells=tuple(map(_cell, criteria, values)) if same else (),
    )


def _cell(criterion: Criterion, value: float | None) -> Cell:
    indicator = criterion.indicator
    text = "" if value is None else measure(value, indicator.unit, indicator.decimals)
    return Cell(criterion, text)


def _decides(result: SelectionResult) -> str:
    """For the middle group: which criterion decides, and which way."""
    if result.deciding is None:
        return ""
    words = {"name": indicator_name(result.deciding.indicator)}
    if result.details.get("deciding_helps"):
        return _("In if “%(name)s” weighs more, out if it weighs less.") % words
    return _("In if “%(name)s” weighs less, out if it weighs more.") % words


def picture_of(chosen: SelectionRound, rows: Sequence[Row]) -> Picture:
    """The candidates on the map by label; those left out are grey."""
    areas = list(chosen.candidates.all())
    labels = {row.area.pk: row.result.label for row in rows}
    # All three, so that a label has the same shade in every round.
    present = [key for key in LABELS if key != "too_few" or key in labels.values()]
    wording = {key: str(LABELS[key]) for key in present}
    out = [area.pk for area in areas if area.pk not in labels]
    counted = Counter(labels.values())
    number = counted["nearly_certain"]
    return draw(
        nearest_shapes(areas).shapes,
        title=_("Which neighbourhoods fit this round"),
        summary=ngettext(
            "%(number)s neighbourhood is nearly certain, %(open)s depend on the choice.",
            "%(number)s neighbourhoods are nearly certain, %(open)s depend on the choice.",
            number,
        )
        % {"number": number, "open": counted["depends_on_choice"]},
        categories=labels | dict.fromkeys(out, "plain"),
        category_labels=wording | ({"plain": _("left out of this round")} if out else {}),
        links={
            row.area.pk: reverse("profile", args=[row.area.code, row.area.year]) for row in rows
        },
        notes={row.area.pk: row.share for row in rows},
    )


def equity_rows(chosen: SelectionRound) -> list[dict[str, Any]]:
    """Likely chosen against left out, on tenure and money trouble."""
    stored = chosen.summary.get("equity", [])
    named = Indicator.objects.in_bulk([one["indicator"] for one in stored], field_name="key")
    return [
        one | {"name": indicator_name(named[one["indicator"]])}
        for one in stored
        if one["indicator"] in named
    ]


def without_energy_rows(chosen: SelectionRound) -> list[dict[str, Any]] | None:
    """Neighbourhoods whose label changes without the criteria of people's energy."""
    stored = chosen.summary.get("without_energy")
    if stored is None:
        return None
    return [
        one
        | {
            "label_text": str(LABELS[one["label"]]),
            "without_text": str(LABELS[one["label_without"]]),
            "share_text": share_text(one["share"]),
            "share_without_text": share_text(one["share_without"]),
        }
        for one in stored
    ]
