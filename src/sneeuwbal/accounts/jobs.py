"""Long work: ask for it in a page, do it in the worker, follow and cancel it."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from sneeuwbal.accounts.models import Job, Organisation, User

Progress = Callable[[float, str], None]


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
    with transaction.atomic():
        open_job = Job.objects.filter(
            name=name,
            organisation=organisation,
            arguments=arguments,
            state__in=[Job.State.WAITING, Job.State.RUNNING],
            cancel_asked=False,
        ).first()
        if open_job:
            return open_job
        job = Job.objects.create(
            name=name,
            organisation=organisation,
            asked_by=by,
            arguments=arguments,
            return_path=return_path,
        )
        transaction.on_commit(lambda: perform.enqueue(job.pk))
    return job


def cancel(job: Job) -> None:
    """Ask a job to stop; one that has not begun is stopped at once."""
    Job.objects.filter(pk=job.pk).update(cancel_asked=True)
    Job.objects.filter(pk=job.pk, state=Job.State.WAITING).update(
        state=Job.State.CANCELLED, finished_at=timezone.now()
    )


def progress_of(job: Job) -> Progress:
    """A function with which a job says how far it is; it raises Cancelled when asked to stop."""

    def report(share: float, message: str) -> None:
        if Job.objects.filter(pk=job.pk, cancel_asked=True).exists():
            raise Cancelled
        percent = max(0, min(100, round(100 * share)))
        Job.objects.filter(pk=job.pk).update(progress=percent, message=message[:300])

    return report


@task()
def perform(job_id: int) -> None:
    """Do one job. The function is `settings.JOBS[name](progress=..., **arguments)`."""
    claimed = Job.objects.filter(pk=job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING, started_at=timezone.now()
    )
    if not claimed:
        return
    job = Job.objects.get(pk=job_id)
    outcome: dict[str, Any]
    try:
        function = import_string(settings.JOBS[job.name])
        result = function(progress=progress_of(job), **job.arguments)
        outcome = {"state": Job.State.DONE, "progress": 100, "result": result or {}}
    except Cancelled:
        outcome = {"state": Job.State.CANCELLED}
    except JobError as error:
        outcome = {"state": Job.State.FAILED, "message": str(error)[:300]}
    except Exception:
        Job.objects.filter(pk=job_id).update(
            state=Job.State.FAILED, message="", finished_at=timezone.now()
        )
        raise
    Job.objects.filter(pk=job_id).update(finished_at=timezone.now(), **outcome)
