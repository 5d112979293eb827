"""The whole road, from map to public page, over HTTP. Read this first.

A programme manager prepares, a neighbourhood worker rings bells, a neighbour redeems a card, the
worker process computes, colleagues learn, and a reader without account sees what came of it.
"""

import json
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from sneeuwbal.accounts.jobs import perform
from sneeuwbal.accounts.models import Job, Membership, Organisation, ReportingUnit, User
from sneeuwbal.evidence.models import Figure
from sneeuwbal.outreach.models import Event, ReferralCode

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "een-lang-genoeg-wachtwoord"


def do_jobs():
    """What the worker does: each job that waits."""
    for job in Job.objects.filter(state=Job.State.WAITING):
        perform.call(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, f"{job.name}: {job.message}"
