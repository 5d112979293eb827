"""Writes analysis plans: drafted freely, locked once, after that only followed by a new version."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.evidence.models import AnalysisPlan
from sneeuwbal.places.models import Area
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase
# What is agreed. Who drafted it is not part of the agreement.
AGREED = (
    "per_household",
    "first_year",
    "last_year",
    "comparison",
    "comparison_codes",
    "controls",
    "estimand",
    "shock_years",
    "by_lot",
    "exploratory",
)
CHOSEN = ("outcome", *(name for name in AGREED if name != "comparison_codes"))


def draft(organisation: Organisation, facts: Mapping[str, Any], *, by: User) -> AnalysisPlan:
    """Make a plan that can still be changed."""
    plan = AnalysisPlan(organisation=organisation, made_by=by)
    return _write(plan, facts)


def change(plan: AnalysisPlan, facts: Mapping[str, Any]) -> AnalysisPlan:
    """Change a draft."""
    _refuse_locked(plan)
    return _write(plan, facts)


def remove(plan: AnalysisPlan) -> None:
    """Throw a draft away."""
    _refuse_locked(plan)
    plan.delete()


@transaction.atomic
def lock(plan: AnalysisPlan, *, by: User) -> AnalysisPlan:
    """Lock a plan for good: freeze who is compared, and give it its fingerprint."""
    plan = AnalysisPlan.objects.select_for_update().get(pk=plan.pk)
    _refuse_locked(plan)
    first = first_start(plan.organisation)
    if first and first <= timezone.localdate() and not plan.exploratory:
        raise ValidationError(
            _(
                "The first neighbourhood started on %(day)s, so this plan can no longer be agreed "
                "beforehand. Mark it as an exploration to lock it."
            )
            % {"day": first.isoformat()}
        )
    plan.comparison_codes = comparison_of(plan.organisation, plan.comparison)
    plan.locked_by, plan.locked_at = by, timezone.now()
    plan.digest = digest_of(plan)
    plan.save()
    return plan


def revise(plan: AnalysisPlan, facts: Mapping[str, Any], *, reason: str, by: User) -> AnalysisPlan:
    """Follow a locked plan by a draft of its next version; both stay readable."""
    if not plan.locked_at:
        raise ValidationError(_("This plan is not locked yet, so you can simply change it."))
    if AnalysisPlan.objects.filter(follows=plan).exists():
        raise ValidationError(_("This plan already has a later version."))
    made = AnalysisPlan(
        organisation=plan.organisation,
        made_by=by,
        version=plan.version + 1,
        follows=plan,
        reason=reason,
    )
    return _write(made, facts)


def first_start(organisation: Organisation) -> date | None:
    """When the first neighbourhood began, as far as it really did."""
    rows = ProgrammeNeighbourhood.objects.filter(programme__organisation=organisation).exclude(
        phase__in=[Phase.CANDIDATE, Phase.COMPARISON]
    )
    days = [day for row in rows for day in (row.startup_on, row.recruitment_on) if day]
    return min(days, default=None)


def comparison_of(organisation: Organisation, comparison: str) -> list[str]:
    """Codes of the neighbourhoods to compare with, as they are today."""
    rows = ProgrammeNeighbourhood.objects.filter(programme__organisation=organisation)
    if comparison == AnalysisPlan.Comparison.PROGRAMME:
        waiting = rows.filter(phase__in=[Phase.CANDIDATE, Phase.COMPARISON])
        return sorted(set(waiting.values_list("area__code", flat=True)))
    towns = organisation.units.values_list("municipality__code", flat=True)
    places = Area.objects.filter(kind=Area.Kind.NEIGHBOURHOOD, municipality_code__in=list(towns))
    taking_part = rows.exclude(phase__in=[Phase.CANDIDATE, Phase.COMPARISON])
    started = set(taking_part.values_list("area__code", flat=True))
    return sorted(set(places.values_list("code", flat=True)) - started)


def digest_of(plan: AnalysisPlan) -> str:
    """Fingerprint of everything that was agreed, of when, and of the version before."""
    agreed = {name: getattr(plan, name) for name in AGREED} | {
        "organisation": plan.organisation.slug,
        "version": plan.version,
        "outcome": plan.outcome.key,
        "reason": plan.reason,
        "locked_at": plan.locked_at.isoformat() if plan.locked_at else "",
        "follows": plan.follows.digest if plan.follows else "",
    }
    return hashlib.sha256(json.dumps(agreed, sort_keys=True).encode()).hexdigest()


def is_intact(plan: AnalysisPlan) -> bool:
    """Whether a locked plan still is what its fingerprint says."""
    return bool(plan.digest) and plan.digest == digest_of(plan)


def _refuse_locked(plan: AnalysisPlan) -> None:
    if plan.locked_at:
        raise ValidationError(_("This plan is locked. Make a new version of it instead."))


def _write(plan: AnalysisPlan, facts: Mapping[str, Any]) -> AnalysisPlan:
    for name in CHOSEN:
        setattr(plan, name, facts[name])
    plan.comparison_codes = comparison_of(plan.organisation, plan.comparison)
    plan.save()
    return plan
