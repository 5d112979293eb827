"""Which road a household may walk: stages 1 to 7 in order, and the exits. Pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from sneeuwbal.outreach.models import Event, Outcome, Stage
from sneeuwbal.outreach.refusals import StageError

# Being approached or spoken with may happen more than once; every later stage is reached once.
CONTACTS = frozenset({Stage.APPROACHED, Stage.SPOKEN})
EXITS = frozenset({Stage.NOT_INTERESTED, Stage.OBJECTION, Stage.UNREACHABLE, Stage.MOVED})
# Who objects is left alone; who moved away is no longer this household.
FINAL = frozenset({Stage.OBJECTION, Stage.MOVED})
# From here on a household takes part in the story, and how it came in is remembered.
ENTRY = Stage.INTERESTED

STAGE_OF = {
    Outcome.NOBODY_HOME: Stage.APPROACHED,
    Outcome.NOT_INTERESTED: Stage.NOT_INTERESTED,
    Outcome.LATER: Stage.SPOKEN,
    Outcome.SPOKEN: Stage.SPOKEN,
    Outcome.INTERESTED: Stage.INTERESTED,
    Outcome.JOINS: Stage.PARTICIPANT,
}
# Only these outcomes come with permission and contact details.
CONSENTING = frozenset({Outcome.INTERESTED, Outcome.JOINS})


@dataclass(frozen=True, order=True)
class Step:
    """A stage on a day; `order` is the place in the ledger, which decides within a day."""

    on: date
    order: int
    stage: int


def is_entry(stage: int) -> bool:
    """Whether a household takes part in the story from this stage on."""
    return ENTRY <= stage <= Stage.DONE


def check_path(steps: Iterable[Step]) -> None:
    """Refuse a road that goes back, repeats a stage or goes on after the end."""
    reached, last = 0, 0
    for step in sorted(steps):
        stage = Stage(step.stage)
        if last in FINAL:
            raise StageError(
                _('After "%(last)s" nothing can follow. Correct that row first if it is wrong.')
                % {"last": Stage(last).label}
            )
        if stage in EXITS:
            repeated = stage == last
        else:
            if stage < reached:
                raise StageError(
                    _(
                        'This household was already at "%(reached)s", so "%(stage)s" is a step '
                        "back. Correct the earlier row if that one is wrong."
                    )
                    % {"reached": Stage(reached).label, "stage": stage.label}
                )
            repeated = stage == reached and stage not in CONTACTS
            reached = stage
        if repeated:
            raise StageError(
                _('"%(stage)s" was already recorded for this household.') % {"stage": stage.label}
            )
        last = stage


def current(events: Iterable[Event]) -> list[Event]:
    """The rows that count: not void and not replaced, as `effective` orders them."""
    return [row for row, _order in effective(events)]


def effective(events: Iterable[Event]) -> list[tuple[Event, int]]:
    """Rows that count, each with the place in the ledger of the first row of its corrections."""
    rows = sorted(events, key=lambda row: row.pk)
    roots: dict[int, int] = {}
    for row in rows:
        roots[row.pk] = roots.get(row.corrects_id, row.corrects_id) if row.corrects_id else row.pk
    replaced = {row.corrects_id for row in rows}
    standing = [(row, roots[row.pk]) for row in rows if row.pk not in replaced and not row.void]
    return sorted(standing, key=lambda pair: (pair[0].happened_on, pair[1]))


def counting(rows: QuerySet[Event]) -> QuerySet[Event]:
    """The same, in the database and without order: for lists and counts."""
    newer = Event.objects.filter(corrects=OuterRef("pk"))
    return rows.filter(~Exists(newer), void=False)


def next_stages(events: Iterable[Event], on: date) -> list[Stage]:
    """The stages that this household can reach on this day."""
    steps = [Step(row.happened_on, order, row.stage) for row, order in effective(events)]
    last = max((step.order for step in steps), default=0) + 1
    found = []
    for stage in Stage:
        try:
            check_path([*steps, Step(on, last, stage)])
        except StageError:
            continue
        found.append(stage)
    return found


def standing(events: Iterable[Event]) -> dict[UUID, Event]:
    """The last row that counts, per household."""
    by_household: dict[UUID, list[Event]] = {}
    for row in events:
        by_household.setdefault(row.household, []).append(row)
    found = {}
    for household, rows in by_household.items():
        if counting := current(rows):
            found[household] = counting[-1]
    return found
