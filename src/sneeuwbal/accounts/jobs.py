"""Long work: ask for it in a page, do it in the worker, follow and cancel it."""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from inspect import signature
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext, gettext_lazy, gettext_noop
from django_tasks import task

from sneeuwbal.accounts import signs
from sneeuwbal.accounts.models import Job, Organisation, User
from sneeuwbal.places.problems import ImportProblem

Progress = Callable[[float, str], None]
MESSAGE_LENGTH = 500
OPEN = [Job.State.WAITING, Job.State.RUNNING]
# Work that gave no sign of life for so long was broken off with its worker.
SILENCE = timedelta(minutes=30)
BROKEN_OFF = gettext_noop("The worker stopped before the work was done. Nothing was changed.")
TITLES = {
    "import_open_data": gettext_lazy("Import open data"),
    "update_figures": gettext_lazy("Compute the evidence"),
    "design_power": gettext_lazy("Compute how many neighbourhoods are needed"),
    "estimate_effect": gettext_lazy("Compute the effect of starting"),
    "evaluate_round": gettext_lazy("Weigh the neighbourhoods"),
    "make_schedule": gettext_lazy("Make a schedule"),
    "make_release": gettext_lazy("Prepare numbers for the public"),
}


class Cancelled(Exception):
    """Raised inside a job when someone asked to stop it; its transaction rolls back."""


class JobError(Exception):
    """A job failed for a reason that the person who asked can mend; shown as it is."""


def request(
    name: str,
    *,
    organisation: Organisation | None,
    by: User | None,
    return_path: str = "",
    **arguments: Any,
) -> Job:
    """Queue long work; an identical job that still waits or runs is returned instead."""
    if name not in settings.JOBS:
        raise ValueError(f"no such job: {name}")
    close_broken_off()
    asked = json.dumps([name, organisation.pk if organisation else None, arguments], sort_keys=True)
    fingerprint = sha256(asked.encode()).hexdigest()
    unfinished = Job.objects.filter(fingerprint=fingerprint, state__in=OPEN, cancel_asked=False)
    try:
        with transaction.atomic():
            if job := unfinished.first():
                return job
            job = Job.objects.create(
                name=name,
                organisation=organisation,
                asked_by=by,
                arguments=arguments,
                fingerprint=fingerprint,
                language=translation.get_language() or settings.LANGUAGE_CODE,
                return_path=return_path,
            )
            transaction.on_commit(lambda: perform.enqueue(job.pk))
    except IntegrityError:
        return unfinished.get()
    return job


def cancel(job: Job) -> None:
    """Ask a job to stop; one that has not begun is stopped at once."""
    signs.ask_to_stop(job.key)
    Job.objects.filter(pk=job.pk, state__in=OPEN).update(cancel_asked=True)
    stopped = Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )
    if stopped:
        signs.remove(job.key)


def follow(job: Job) -> Job:
    """Bring the progress of a running job up to date with its last sign of life."""
    if job.state == Job.State.RUNNING and (sign := signs.last(job.key)):
        job.progress, job.message = sign.percent, sign.message
    return job


def title(job: Job) -> str:
    """Say what a job does."""
    return str(TITLES.get(job.name, job.name))


def close_broken_off() -> None:
    """End the jobs whose worker was stopped while they ran."""
    limit = timezone.now() - SILENCE
    for job in Job.objects.filter(state=Job.State.RUNNING, started_at__lt=limit):
        sign = signs.last(job.key)
        if sign is None or sign.at < limit:
            with translation.override(job.language):
                message = gettext(BROKEN_OFF)
            _end(job, Job.State.FAILED, message=message)


def progress_of(job: Job) -> Progress:
    """A function with which a job says how far it is; it raises Cancelled when asked to stop."""

    def report(share: float, message: str) -> None:
        if signs.asked_to_stop(job.key):
            raise Cancelled
        percent = max(0, min(100, round(100 * share)))
        signs.give(job.key, percent=percent, message=message[:MESSAGE_LENGTH])

    return report


def _end(job: Job, state: Job.State, **outcome: Any) -> None:
    sign = signs.last(job.key)
    if sign and "progress" not in outcome:
        outcome = {"progress": sign.percent, "message": sign.message, **outcome}
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
        state=state, finished_at=timezone.now(), **outcome
    )
    signs.remove(job.key)


@task()
def perform(job_id: int) -> None:
    """Do one job. The function is `settings.JOBS[name](progress=..., **arguments)`.

    A function with a parameter `organisation` also gets the slug of whose work it is.
    """
    claimed = Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING, started_at=timezone.now()
    )
    if not claimed:
        return
    job = Job.objects.select_related("organisation").get(pk=job_id)
    with translation.override(job.language):
        try:
            function = import_string(settings.JOBS[job.name])
            arguments = dict(job.arguments)
            if job.organisation and "organisation" in signature(function).parameters:
                arguments["organisation"] = job.organisation.slug
            result = function(progress=progress_of(job), **arguments)
        except Cancelled:
            _end(job, Job.State.CANCELLED)
        except (JobError, ImportProblem) as error:
            _end(job, Job.State.FAILED, message=str(error)[:MESSAGE_LENGTH])
        except Exception:
            # The log tells the maintainer why; the page says only that it was not the reader.
            _end(job, Job.State.FAILED, message="")
            raise
        else:
            _end(job, Job.State.DONE, progress=100, message="", result=result or {})
