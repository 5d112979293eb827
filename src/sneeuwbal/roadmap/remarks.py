"""What a programme still lacks, said shortly with the page where it is mended."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood
from sneeuwbal.roadmap.programmes import quarters_of, startup_is_short, target_is_high


@dataclass(frozen=True)
class Remark:
    """One short warning."""

    text: str
    url: str
    action: str


def remarks(programme: Programme, *, today: date) -> list[Remark]:
    """All warnings about a programme."""
    rows = list(programme.neighbourhoods.select_related("area"))
    return [*_about_capacity(programme, rows, today), *_about_budget(programme), *_about(rows)]


def _about_capacity(
    programme: Programme, rows: list[ProgrammeNeighbourhood], today: date
) -> Iterator[Remark]:
    url = reverse("programme_capacity", args=[programme.organisation.slug, programme.pk])
    filled = {row.quarter: row for row in programme.capacity.all()}
    ahead = [quarter for quarter in quarters_of(programme) if quarter > today]
    if not filled:
        text = _("No staff is filled in. A schedule cannot be made without it.")
        yield Remark(text, url, _("Fill in the staff"))
    elif empty := [quarter for quarter in ahead if quarter not in filled]:
        text = _("Staff is not filled in for %(count)s coming quarters.") % {"count": len(empty)}
        yield Remark(text, url, _("Fill in the staff"))
    starts = Counter(
        date(row.startup_on.year, 3 * ((row.startup_on.month - 1) // 3) + 1, 1)
        for row in rows
        if row.startup_on
    )
    for quarter, count in sorted(starts.items()):
        if quarter in filled and count > filled[quarter].kickoffs:
            text = _(
                "In quarter %(quarter)s of %(year)s more neighbourhoods start (%(count)s) "
                "than fit (%(fit)s)."
            ) % {
                "quarter": (quarter.month + 2) // 3,
                "year": quarter.year,
                "count": count,
                "fit": filled[quarter].kickoffs,
            }
            yield Remark(text, url, _("See the staff"))


def _about_budget(programme: Programme) -> Iterator[Remark]:
    if not programme.budgets.exists():
        url = reverse("programme_budget", args=[programme.organisation.slug, programme.pk])
        text = _("No budget is filled in. Costs per household cannot be compared with it.")
        yield Remark(text, url, _("Fill in the budget"))


def _about(rows: list[ProgrammeNeighbourhood]) -> Iterator[Remark]:
    for row in rows:
        slug = row.programme.organisation.slug
        url = reverse("programme_neighbourhood", args=[slug, row.pk])
        if target_is_high(row.target_participants, row.households) and not row.target_reason:
            text = _("%(name)s: the target is above 10 percent of the households, without reason.")
            yield Remark(text % {"name": row.area.name}, url, _("Write the reason"))
        short = startup_is_short(row.startup_on, row.recruitment_on)
        if row.startup_on and short and not row.short_startup_reason:
            text = _("%(name)s: recruitment began early, without a recorded reason.")
            yield Remark(text % {"name": row.area.name}, url, _("See the neighbourhood"))
    taking_part = [row for row in rows if row.phase != ProgrammeNeighbourhood.Phase.COMPARISON]
    if taking_part and len(taking_part) == len(rows):
        programme = rows[0].programme
        url = reverse("neighbourhood_add", args=[programme.organisation.slug, programme.pk])
        text = _(
            "There is no comparison neighbourhood. "
            "Without one you cannot tell what would have come of itself."
        )
        yield Remark(text, url, _("Add one"))
