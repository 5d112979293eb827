"""The one writer of rounds: candidates, criteria, what people find important, exclusions.

Each change that the result depends on raises the revision of the round, which makes an earlier
result out of date.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import User
from sneeuwbal.places.models import Area, Indicator
from sneeuwbal.planning.models import Criterion, Exclusion, SelectionRound, Weighing
from sneeuwbal.planning.ranges import NARROWEST, share_left
from sneeuwbal.roadmap.areas import neighbourhoods_of
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase


@dataclass(frozen=True)
class Candidates:
    """A set of neighbourhoods to choose from."""

    key: str
    label: str
    areas: tuple[int, ...]


def candidate_sets(programme: Programme) -> list[Candidates]:
    """The candidates of the programme, and per municipality all that do not take part yet."""
    candidates = programme.neighbourhoods.filter(phase=Phase.CANDIDATE)
    own = tuple(candidates.values_list("area_id", flat=True))
    busy = set(
        programme.neighbourhoods.exclude(pk__in=candidates).values_list("area_id", flat=True)
    )
    label = _("The candidates of the programme (%(count)s)") % {"count": len(own)}
    found = [Candidates("programme", label, own)]
    everywhere = neighbourhoods_of(programme.organisation)
    for unit in programme.organisation.units.select_related("municipality"):
        town = unit.municipality
        lie = everywhere.filter(municipality_code=town.code, year=town.year)
        free = tuple(pk for pk in lie.values_list("pk", flat=True) if pk not in busy)
        label = _("All neighbourhoods of %(town)s that have not begun (%(count)s)") % {
            "town": town.name,
            "count": len(free),
        }
        found.append(Candidates(f"unit-{unit.pk}", label, free))
    return found


@transaction.atomic
def start_round(
    programme: Programme, *, key: UUID, by: User, areas: Iterable[int], **facts: Any
) -> SelectionRound:
    """Make a round once, however often the form is sent."""
    made, fresh = SelectionRound.objects.get_or_create(
        key=key, defaults={"programme": programme, "made_by": by, **facts}
    )
    if made.programme_id != programme.pk:
        raise ValidationError(_("This form was used already. Open the page again."))
    if fresh:
        made.candidates.set(areas)
    return made


@transaction.atomic
def change_round(
    chosen: SelectionRound, *, areas: Iterable[int] | None = None, **facts: Any
) -> None:
    """Change name, date, number of places, seed or candidates."""
    for name, value in facts.items():
        setattr(chosen, name, value)
    chosen.save(update_fields=list(facts))
    if areas is not None:
        chosen.candidates.set(areas)
        chosen.exclusions.exclude(area__in=chosen.candidates.all()).delete()
    _changed(chosen)


def remove_round(chosen: SelectionRound) -> None:
    """Throw away a round that has no result yet."""
    if chosen.evaluated_at is not None:
        raise ValidationError(_("A round with a result stays, so that it can be looked up."))
    chosen.delete()


def _changed(chosen: SelectionRound) -> None:
    SelectionRound.objects.filter(pk=chosen.pk).update(revision=F("revision") + 1)
    chosen.refresh_from_db(fields=["revision"])


@transaction.atomic
def set_criteria(
    chosen: SelectionRound, wanted: Iterable[tuple[Indicator, Mapping[str, Any]]]
) -> None:
    """Keep these indicators as criteria; one that stays keeps what people said about it."""
    kept = []
    for position, (indicator, facts) in enumerate(wanted):
        row, _fresh = Criterion.objects.update_or_create(
            round=chosen,
            indicator=indicator,
            year=facts["year"],
            defaults={
                "axis": facts["axis"],
                "higher_is_better": facts["higher_is_better"],
                "position": position,
            },
        )
        kept.append(row.pk)
    chosen.criteria.exclude(pk__in=kept).delete()
    for weighing in chosen.weighings.all():
        _forget_others(weighing, set(kept))
    _changed(chosen)


def _forget_others(weighing: Weighing, kept: set[int]) -> None:
    """Leave out what was said about criteria that are gone; ranges then no longer add up."""
    if weighing.ranges and {int(pk) for pk in weighing.ranges} != kept:
        weighing.delete()
        return
    tiers = [[pk for pk in tier if pk in kept] for tier in weighing.order]
    weighing.order = [tier for tier in tiers if tier]
    if weighing.order or weighing.ranges:
        weighing.save(update_fields=["order"])
    else:
        weighing.delete()


@transaction.atomic
def give_order(chosen: SelectionRound, *, by: User, places: Mapping[int, int]) -> Weighing:
    """Keep someone's order: criterion id -> place; the same place means no difference."""
    known = set(chosen.criteria.values_list("pk", flat=True))
    if not set(places) <= known:
        raise ValidationError(_("The criteria changed meanwhile. Look at them and try again."))
    if not places:
        raise ValidationError(_("Give at least one criterion a place."))
    tiers = [
        sorted(pk for pk, place in places.items() if place == step)
        for step in sorted(set(places.values()))
    ]
    return _keep(chosen, by, order=tiers, ranges={})


@transaction.atomic
def give_ranges(
    chosen: SelectionRound, *, by: User, ranges: Mapping[int, tuple[int, int]]
) -> Weighing:
    """Keep someone's lowest and highest weight of each criterion, in whole percents."""
    if set(ranges) != set(chosen.criteria.values_list("pk", flat=True)):
        raise ValidationError(_("The criteria changed meanwhile. Look at them and try again."))
    refuse_ranges(list(ranges.values()))
    kept = {str(pk): [low, high] for pk, (low, high) in ranges.items()}
    return _keep(chosen, by, order=[], ranges=kept)


def refuse_ranges(ranges: list[tuple[int, int]]) -> None:
    """Raise if no weights, or almost none, fit within these percents."""
    if sum(low for low, _high in ranges) > 100:
        raise ValidationError(_("The lowest weights together are more than 100 percent."))
    if sum(high for _low, high in ranges) < 100:
        raise ValidationError(_("The highest weights together are less than 100 percent."))
    if share_left([(low / 100, high / 100) for low, high in ranges]) < NARROWEST:
        raise ValidationError(_("These ranges leave almost no weights over. Make them wider."))


def _keep(chosen: SelectionRound, by: User, **said: Any) -> Weighing:
    row, _fresh = Weighing.objects.update_or_create(round=chosen, participant=by, defaults=said)
    _changed(chosen)
    return row


@transaction.atomic
def withdraw_weighing(chosen: SelectionRound, *, by: User) -> bool:
    """Take back what someone said; False when there was nothing."""
    gone, _by_table = chosen.weighings.filter(participant=by).delete()
    if gone:
        _changed(chosen)
    return bool(gone)


@transaction.atomic
def exclude(
    chosen: SelectionRound, area: Area, *, owner: User, reason: str, until: date
) -> Exclusion:
    """Leave a neighbourhood out until a day, with who decided it and why."""
    if not chosen.candidates.filter(pk=area.pk).exists():
        raise ValidationError(_("This neighbourhood is no candidate in this round."))
    facts = {"owner": owner, "reason": reason, "until": until}
    row, _fresh = Exclusion.objects.update_or_create(round=chosen, area=area, defaults=facts)
    _changed(chosen)
    return row


@transaction.atomic
def include(exclusion: Exclusion) -> None:
    """Let a neighbourhood take part in the choice again."""
    chosen = exclusion.round
    exclusion.delete()
    _changed(chosen)
