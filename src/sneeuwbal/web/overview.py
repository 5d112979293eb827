"""How far an organisation is on the road, and what waits for whom."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Job, Organisation, User
from sneeuwbal.evidence.models import FigureUpdate
from sneeuwbal.learning.models import Agreement, IntervisionSession, Lesson
from sneeuwbal.planning.models import Schedule, SelectionRound
from sneeuwbal.publication.models import Release
from sneeuwbal.roadmap.models import Card, Decision, Programme, ProgrammeNeighbourhood
from sneeuwbal.web import navigation

MOST_SHOWN = 8
Phase = ProgrammeNeighbourhood.Phase


@dataclass(frozen=True)
class Step:
    """One of the six steps, as far as this organisation is."""

    title: str
    text: str  # what it holds
    todo: str  # what to do when it holds nothing yet
    url: str
    done: bool
    changed: date | datetime | None = None
    state: str = "todo"


@dataclass(frozen=True)
class Action:
    """Something to do next, and where."""

    text: str
    url: str
    late: bool = False


def steps(organisation: Organisation, held: frozenset[access.Right]) -> list[Step]:
    """The six steps; the first that holds nothing is the current one."""
    found = [part(organisation) for part in (_roadmap, _plan, _reach, _evidence, _learn, _publish)]
    first_empty = next((step for step in found if not step.done), None)
    return [
        Step(
            step.title,
            step.text,
            step.todo,
            step.url if navigation.may_open(step.url, held) else "",
            step.done,
            step.changed,
            "done" if step.done else "current" if step is first_empty else "todo",
        )
        for step in found
    ]


def _address(name: str, organisation: Organisation) -> str:
    return navigation.address(name, organisation=organisation.slug)


def _roadmap(organisation: Organisation) -> Step:
    cards = Card.objects.filter(
        session__programme__organisation=organisation, withdrawn_at__isnull=True
    )
    decisions = Decision.objects.filter(session__programme__organisation=organisation)
    number, decided = cards.count(), decisions.count()
    return Step(
        gettext("Roadmap"),
        ngettext("%(number)s card on the map", "%(number)s cards on the map", number)
        % {"number": number}
        + ", "
        + ngettext("%(number)s decision", "%(number)s decisions", decided) % {"number": decided},
        gettext("Hold a first session and put on the map what is going on."),
        _address("roadmap", organisation),
        bool(number),
        cards.aggregate(at=Max("changed_at"))["at"],
    )


def _plan(organisation: Organisation) -> Step:
    rounds = SelectionRound.objects.filter(programme__organisation=organisation)
    schedule = Schedule.objects.filter(
        programme__organisation=organisation, adopted_on__isnull=False
    ).first()
    number = rounds.count()
    text = ngettext("%(number)s round of choosing", "%(number)s rounds of choosing", number)
    plan = gettext("schedule adopted") if schedule else gettext("no schedule adopted yet")
    return Step(
        gettext("Choose and plan"),
        text % {"number": number} + ", " + plan,
        gettext("Let everyone say what counts, and see which neighbourhoods come out on top."),
        _address("rounds", organisation),
        bool(number),
        schedule.adopted_on if schedule else rounds.aggregate(on=Max("held_on"))["on"],
    )


def _reach(organisation: Organisation) -> Step:
    started = ProgrammeNeighbourhood.objects.filter(
        programme__organisation=organisation,
        phase__in=[Phase.STARTUP, Phase.ACTIVE, Phase.AFTERCARE],
    )
    number = started.count()
    return Step(
        gettext("Reach"),
        ngettext("%(number)s neighbourhood at work", "%(number)s neighbourhoods at work", number)
        % {"number": number},
        gettext("Start in a first neighbourhood: form a team and talk at the door."),
        _address("outreach", organisation),
        bool(number),
        started.aggregate(on=Max("phase_changes__on"))["on"],
    )


def _evidence(organisation: Organisation) -> Step:
    update = FigureUpdate.objects.filter(organisation=organisation).first()
    number = update.figures if update else 0
    return Step(
        gettext("Evidence"),
        ngettext("%(number)s figure computed", "%(number)s figures computed", number)
        % {"number": number},
        gettext("Compute the first figures as soon as there are conversations."),
        _address("evidence", organisation),
        update is not None,
        update.finished_at if update else None,
    )


def _learn(organisation: Organisation) -> Step:
    sessions = IntervisionSession.objects.filter(organisations=organisation)
    lessons = Lesson.objects.filter(organisation=organisation).count()
    number = sessions.count()
    return Step(
        gettext("Learn"),
        ngettext("%(number)s intervision", "%(number)s intervisions", number) % {"number": number}
        + ", "
        + ngettext("%(number)s lesson", "%(number)s lessons", lessons) % {"number": lessons},
        gettext("Bring a case to colleagues of other municipalities."),
        _address("intervisions", organisation),
        bool(number),
        sessions.aggregate(on=Max("held_on"))["on"],
    )


def _publish(organisation: Organisation) -> Step:
    release = Release.objects.filter(organisation=organisation, withdrawn_at=None).first()
    shown = Q(withheld="", value__isnull=False)
    number = release.numbers.filter(shown).count() if release else 0
    return Step(
        gettext("Publish"),
        ngettext("%(number)s public number", "%(number)s public numbers", number)
        % {"number": number},
        gettext("Show residents and council what came of it."),
        _address("releases", organisation),
        release is not None,
        release.released_at if release else None,
    )


def actions(organisation: Organisation, held: frozenset[access.Right]) -> list[Action]:
    """What to do next in an organisation, most pressing first, as far as the reader may."""
    found = [*_missing(organisation), *_waiting(organisation), *_stale(organisation)]
    return [action for action in found if navigation.may_open(action.url, held)]


def _missing(organisation: Organisation) -> list[Action]:
    if not Programme.objects.filter(organisation=organisation).exists():
        text = gettext("Describe your programme: goal, period, neighbourhoods and staff.")
        return [Action(text, _address("programme", organisation))]
    return []


def _waiting(organisation: Organisation) -> list[Action]:
    found = []
    late = Decision.objects.filter(
        session__programme__organisation=organisation,
        status=Decision.Status.OPEN,
        due_on__lt=timezone.localdate(),
    ).count()
    if late:
        text = ngettext(
            "%(number)s decision is past its date.",
            "%(number)s decisions are past their date.",
            late,
        )
        url = _address("roadmap", organisation)
        found.append(Action(text % {"number": late}, url, late=True))
    rounds = SelectionRound.objects.filter(
        programme__organisation=organisation, evaluated_at__isnull=True
    )
    if rounds.exists():
        text = gettext("A round of choosing has not been weighed yet.")
        found.append(Action(text, _address("rounds", organisation)))
    weighed = SelectionRound.objects.filter(
        programme__organisation=organisation, evaluated_at__isnull=False
    )
    adopted = Schedule.objects.filter(
        programme__organisation=organisation, adopted_on__isnull=False
    )
    if weighed.exists() and not adopted.exists():
        text = gettext("The choice is weighed. Make a schedule and adopt it.")
        found.append(Action(text, _address("schedules", organisation)))
    return found


def _stale(organisation: Organisation) -> list[Action]:
    update = FigureUpdate.objects.filter(organisation=organisation).first()
    release = Release.objects.filter(organisation=organisation, withdrawn_at=None).first()
    if update and (release is None or release.as_of < update.as_of):
        text = gettext("There are newer figures than the public ones.")
        return [Action(text, _address("releases", organisation))]
    return []


def open_decisions(organisation: Organisation) -> QuerySet[Decision]:
    """Decisions of an organisation that are still to be carried out, soonest first."""
    return Decision.objects.filter(
        session__programme__organisation=organisation, status=Decision.Status.OPEN
    ).select_related("owner", "session")[:MOST_SHOWN]


def waiting_for(user: User) -> dict[str, Any]:
    """What someone must still do or is waiting for, over all their organisations."""
    decisions = Decision.objects.filter(owner=user, status=Decision.Status.OPEN)
    agreements = Agreement.objects.filter(owner=user, status=Agreement.Status.OPEN)
    running = Job.objects.filter(
        asked_by=user, state__in=[Job.State.WAITING, Job.State.RUNNING]
    ).select_related("organisation")
    return {
        "decisions": decisions.select_related("session__programme__organisation"),
        "agreements": agreements.select_related("session", "organisation"),
        "running": running,
        "today": timezone.localdate(),
    }
