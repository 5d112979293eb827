"""Official tables and maps: what is here, what the last imports did, and new ones."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from sneeuwbal.accounts import access, jobs, uploads
from sneeuwbal.accounts.access import Right, StaffRequest
from sneeuwbal.accounts.forms import UploadForm
from sneeuwbal.accounts.models import Job, User
from sneeuwbal.places import sources
from sneeuwbal.places.models import ImportRun

RUNS_SHOWN = 20


def _ask(request: StaffRequest, **arguments: Any) -> Job:
    assert isinstance(request.user, User)
    return jobs.request(
        "import_open_data",
        organisation=request.organisation,
        by=request.user,
        return_path=reverse("open_data", kwargs={"organisation": request.organisation.slug}),
        **arguments,
    )


def _runs() -> list[dict[str, Any]]:
    """The last imports, each with the columns where something is missing."""
    runs = ImportRun.objects.select_related("dataset")[:RUNS_SHOWN]
    return [
        {
            "run": run,
            "missing": [
                (column, number)
                for column, number in (run.report.get("missing") or {}).items()
                if number
            ],
        }
        for run in runs
    ]


@access.allowed(Right.IMPORT)
def open_data(request: StaffRequest) -> HttpResponse:
    """Show what open data is here and how its imports went; take a file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        kept = uploads.keep(form.cleaned_data["file"])
        job = _ask(request, path=str(kept), repair=form.cleaned_data["repair"])
        return redirect("job", pk=job.pk)
    context = {
        "form": form,
        "folder": settings.OPEN_DATA.is_dir(),
        "sources": sources.datasets(),
        "runs": _runs(),
        "running": Job.objects.filter(name="import_open_data", state__in=jobs.OPEN),
    }
    return render(request, "accounts/open_data.html", context)


@require_POST
@access.allowed(Right.IMPORT)
def import_folder(request: StaffRequest) -> HttpResponse:
    """Import the folder with open data that lies beside the programme."""
    if not settings.OPEN_DATA.is_dir():
        messages.error(request, gettext("There is no folder with open data on the server."))
        return redirect("open_data", organisation=request.organisation.slug)
    return redirect("job", pk=_ask(request, path=str(settings.OPEN_DATA), repair=False).pk)
