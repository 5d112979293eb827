"""How the cards and decisions of a session are laid out: board, list and map."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Case, F, QuerySet, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.places.maps import Mark, Picture, draw
from sneeuwbal.places.models import Shape
from sneeuwbal.roadmap.areas import neighbourhoods_of
from sneeuwbal.roadmap.models import Card, Decision, ProgrammeNeighbourhood, RoadmapSession


@dataclass(frozen=True)
class Column:
    """The cards of one kind."""

    kind: str
    label: str
    cards: list[Card]


def cards_on(session: RoadmapSession, *, kind: str = "", area: str = "") -> QuerySet[Card]:
    """The cards that lie on the map, all or those of one kind or neighbourhood."""
    cards = session.cards.filter(withdrawn_at=None).select_related("area", "author")
    if kind:
        cards = cards.filter(kind=kind)
    if area == "none":
        cards = cards.filter(area=None)
    elif area:
        cards = cards.filter(area_id=area)
    return cards.prefetch_related("decisions")


def columns(cards: Iterable[Card]) -> list[Column]:
    """The board: a column for each kind, also when it is empty."""
    known = list(cards)
    return [
        Column(kind, str(label), [card for card in known if card.kind == kind])
        for kind, label in Card.Kind.choices
    ]


def cards_map(
    organisation: Organisation, session: RoadmapSession, cards: Iterable[Card]
) -> Picture:
    """The cards as marks on their neighbourhoods; each area leads to its cards."""
    counted = Counter((card.area_id, card.kind) for card in cards if card.area_id is not None)
    marks = [
        Mark(area_id, ngettext("%(n)s card", "%(n)s cards", n) % {"n": n}, kind)
        for (area_id, kind), n in sorted(counted.items())
        if area_id is not None
    ]
    page = reverse("roadmap_session", args=[organisation.slug, session.pk])
    links = {
        mark.area_id: f"{page}?{urlencode({'beeld': 'lijst', 'buurt': mark.area_id})}"
        for mark in marks
    }
    return draw(
        _shapes(organisation),
        title=_("Cards on the map"),
        summary=ngettext(
            "%(n)s card lies on a neighbourhood.", "%(n)s cards lie on a neighbourhood.", total
        )
        % {"n": total}
        if (total := counted.total())
        else _("No card lies on a neighbourhood yet."),
        links=links,
        marks=marks,
        mark_labels={kind: str(label) for kind, label in Card.Kind.choices},
    )


def phases_map(organisation: Organisation, rows: Iterable[ProgrammeNeighbourhood]) -> Picture:
    """The neighbourhoods of the municipality by the phase they are in."""
    known = list(rows)
    labels = {"plain": _("not in the programme")}
    labels |= {key: str(label) for key, label in ProgrammeNeighbourhood.Phase.choices}
    shapes = list(_shapes(organisation))
    taking_part = {row.area_id: row.phase for row in known}
    return draw(
        shapes,
        title=_("Neighbourhoods by phase"),
        summary=ngettext(
            "%(n)s neighbourhood is in the programme.",
            "%(n)s neighbourhoods are in the programme.",
            len(known),
        )
        % {"n": len(known)},
        categories={shape.area_id: taking_part.get(shape.area_id, "plain") for shape in shapes},
        category_labels=labels,
        links={
            row.area_id: reverse("programme_neighbourhood", args=[organisation.slug, row.pk])
            for row in known
        },
    )


def _shapes(organisation: Organisation) -> QuerySet[Shape]:
    return Shape.objects.filter(area__in=neighbourhoods_of(organisation)).select_related("area")


def in_order(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """Open decisions first and the oldest date on top; without a date comes after; closed last."""
    is_closed = Case(When(status=Decision.Status.OPEN, then=Value(0)), default=Value(1))
    return decisions.select_related("owner", "card__area", "session__programme").order_by(
        is_closed, F("due_on").asc(nulls_last=True), "pk"
    )


def with_lateness(decisions: Iterable[Decision], *, today: date) -> Iterator[tuple[Decision, int]]:
    """Each decision with the number of days it is late; 0 is not late."""
    for decision in decisions:
        late = decision.status == Decision.Status.OPEN and decision.due_on is not None
        days = (today - decision.due_on).days if late and decision.due_on else 0
        yield decision, max(0, days)
