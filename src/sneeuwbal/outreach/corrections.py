"""Correcting and cancelling: always a new row that names the row it replaces."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import User
from sneeuwbal.outreach import entries, stages
from sneeuwbal.outreach.models import Channel, Event, Origin, Outcome
from sneeuwbal.outreach.refusals import KeyConflict, Refused
from sneeuwbal.outreach.weeks import week_of
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood


@dataclass(frozen=True)
class Facts:
    """What a correction may change; neighbourhood and household stay (cancel and start anew)."""

    stage: int
    channel: str
    happened_on: date
    basis: str
    outcome: str
    tenure: str
    household_kind: str


def facts_of(event: Event) -> Facts:
    """The facts of a row as they stand."""
    return Facts(
        stage=event.stage,
        channel=event.channel.slug,
        happened_on=event.happened_on,
        basis=event.basis,
        outcome=event.outcome,
        tenure=event.tenure,
        household_kind=event.household_kind,
    )


def correct(event: Event, *, key: UUID, by: User | None, **changes: Any) -> Event:
    """Add a row that replaces this one, with these facts changed."""
    facts = replace(facts_of(event), **changes)
    if facts.outcome and stages.STAGE_OF[Outcome(facts.outcome)] != facts.stage:
        facts = replace(facts, outcome="")
    return entries.once(lambda: _replace(event, facts, key=key, by=by, void=False))


def void(event: Event, *, key: UUID, by: User | None) -> Event:
    """Add a row that cancels this one: it was a mistake and counts no more."""
    return entries.once(lambda: _replace(event, facts_of(event), key=key, by=by, void=True))


def _replace(event: Event, facts: Facts, *, key: UUID, by: User | None, void: bool) -> Event:
    digest = entries.digest_of("correction", event.pk, void, *vars(facts).values())
    entries.lock([event.organisation_id])
    if known := entries.existing_rows([key]).get(key):
        if known.digest != digest:
            raise KeyConflict
        return known
    place = ProgrammeNeighbourhood.objects.select_related("area", "programme__organisation").get(
        pk=event.neighbourhood_id
    )
    if by:
        entries.may_record(by, place)
    if Event.objects.filter(corrects=event).exists():
        raise Refused(_("This row was corrected before. Correct the newest row."))
    if void and event.void:
        raise Refused(_("This row was cancelled before."))
    if not void and not event.void and facts == facts_of(event):
        raise Refused(_("Nothing was changed."))
    row = _row(event, facts, key=key, digest=digest, by=by, void=void)
    if not void:
        entries.check_date(row.happened_on, place)
        entries.check_words(row)
        _check_path(event, row)
    row.save(force_insert=True)
    return row


def _row(
    event: Event, facts: Facts, *, key: UUID, digest: str, by: User | None, void: bool
) -> Event:
    channel = Channel.objects.filter(slug=facts.channel).first()
    if channel is None:
        raise Refused(_("This channel is not in the catalogue."))
    # A redeemed card stays a fact; any other origin follows from the channel.
    kept = event.origin == Origin.REFERRAL or channel.pk == event.channel_id
    return Event(
        key=key,
        digest=digest,
        organisation_id=event.organisation_id,
        neighbourhood_id=event.neighbourhood_id,
        household=event.household,
        stage=facts.stage,
        channel=channel,
        origin=event.origin if kept else channel.origin,
        referrer=event.referrer,
        basis=facts.basis,
        happened_on=facts.happened_on,
        happened_week=week_of(facts.happened_on),
        recorded_at=timezone.now(),
        recorded_by=by,
        corrects=event,
        void=void,
        outcome=facts.outcome,
        tenure=facts.tenure,
        household_kind=facts.household_kind,
        covariates=event.covariates,
    )


def _check_path(event: Event, row: Event) -> None:
    """Refuse a correction after which the household's road could not have been walked."""
    rows = list(Event.objects.filter(household=event.household))
    roots = {found.pk: found.corrects_id for found in rows}
    root = event.pk
    while (earlier := roots.get(root)) is not None:
        root = earlier
    steps = [
        stages.Step(other.happened_on, order, other.stage)
        for other, order in stages.effective(rows)
        if other.pk != event.pk
    ]
    stages.check_path([*steps, stages.Step(row.happened_on, root, row.stage)])
