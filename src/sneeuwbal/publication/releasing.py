"""Freeze what may be public today. The worker does this; pages only ask for it."""

from collections import Counter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from sneeuwbal.accounts.jobs import JobError, Progress
from sneeuwbal.accounts.models import Organisation
from sneeuwbal.publication import public
from sneeuwbal.publication.knowledge import Telling
from sneeuwbal.publication.models import PublicNumber, Release
from sneeuwbal.publication.release_audit import Audited, protect
from sneeuwbal.publication.steps import LastShown, keep_small_steps


def make_release(
    *, progress: Progress, organisation: str, released_by: int | None = None
) -> dict[str, Any]:
    """Freeze what may be public today. The same numbers again give the same release."""
    tenant = Organisation.objects.get(slug=organisation)
    progress(0.1, _("Reading the figures"))
    figures = public.newest_figures(tenant)
    if not figures:
        raise JobError(_("There are no figures yet. Compute the evidence first."))
    progress(0.3, _("Withholding small numbers"))
    numbers = public.safe_numbers(figures)
    offered = public.digest_of(numbers)
    known = public.latest_release(tenant)
    if known and known.digest == offered:
        return {"release": known.pk, "new": False}
    limit = public.threshold()
    progress(0.5, _("Comparing with all earlier releases"))
    earlier = all_releases(tenant)
    last = LastShown(one.numbers for one in earlier)
    kept = keep_small_steps(numbers, last, threshold=limit)
    audited = protect(Telling(figures, numbers), earlier, threshold=limit)
    if known and public.digest_of(numbers) == public.digest_of(list(known.numbers.all())):
        return {"release": known.pk, "new": False}
    release = Release(
        organisation=tenant,
        as_of=max(figure.as_of for figure in figures),
        released_by_id=released_by,
        digest=offered,
        hidden=sum(bool(number.withheld) for number in numbers) + audited.cells,
    )
    store(release, numbers)
    progress(1.0, _("Released"))
    return {"release": release.pk, "new": True, "kept": kept} | reasons(numbers, audited)


def all_releases(organisation: Organisation) -> list[Telling]:
    """Every release ever made, the oldest first: what was withdrawn was read too."""
    found = []
    for release in organisation.releases.order_by("released_at", "pk"):
        numbers = list(release.numbers.select_related("area"))
        found.append(Telling(public.figures_behind(release, numbers), numbers))
    return found


def reasons(numbers: list[PublicNumber], audited: Audited) -> dict[str, Any]:
    """How many numbers are withheld for which reason, for the page of the job."""
    withheld = Counter(number.withheld for number in numbers if number.withheld)
    return {"withheld": dict(withheld), "cells": audited.cells, "narrow": audited.beyond_help}


def store(release: Release, numbers: list[PublicNumber]) -> None:
    """Write a release with its numbers, or nothing."""
    with transaction.atomic():
        release.save()
        for number in numbers:
            number.release = release
        PublicNumber.objects.bulk_create(numbers)
