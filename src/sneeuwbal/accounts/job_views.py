"""Long work: the list, one job with its progress, and stopping it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access
from sneeuwbal.accounts import jobs as work
from sneeuwbal.accounts.models import Job

SHOWN = 50


def _job(request: HttpRequest, pk: int) -> Job:
    """Find a job that this person may see: their own, or one of an organisation of theirs."""
    job = get_object_or_404(Job.objects.select_related("organisation", "asked_by"), pk=pk)
    if job.asked_by == request.user:
        return job
    if job.organisation is None or not access.may(
        request.user, access.Right.SEE_WORK, job.organisation
    ):
        raise Http404
    return job


def _may_stop(request: HttpRequest, job: Job) -> bool:
    if job.asked_by == request.user or job.organisation is None:
        return job.asked_by == request.user
    return access.may(request.user, access.Right.ADMINISTER, job.organisation)


@access.signed_in
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far long work is; htmx asks for the part that changes every second."""
    work.close_broken_off()
    found = work.follow(_job(request, pk))
    fragment = request.headers.get("HX-Request") == "true"
    if found.organisation and not fragment:
        request.organisation = found.organisation  # type: ignore[attr-defined]
    page = "accounts/job_progress.html" if fragment else "accounts/job.html"
    context = {"job": found, "may_stop": _may_stop(request, found), "title": work.title(found)}
    return render(request, page, context)


@require_POST
@access.signed_in
def cancel_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a job to stop."""
    found = _job(request, pk)
    if not _may_stop(request, found):
        raise PermissionDenied("only who asked for a job or an administrator stops it")
    work.cancel(found)
    messages.success(request, gettext("We asked the work to stop. What it had begun is undone."))
    return redirect("job", pk=pk)


@access.allowed(access.Right.SEE_WORK)
def jobs(request: access.StaffRequest) -> HttpResponse:
    """List the latest long work of an organisation."""
    work.close_broken_off()
    latest = Job.objects.filter(organisation=request.organisation).select_related("asked_by")
    rows = [{"job": work.follow(one), "title": work.title(one)} for one in latest[:SHOWN]]
    return render(request, "accounts/jobs.html", {"rows": rows})
