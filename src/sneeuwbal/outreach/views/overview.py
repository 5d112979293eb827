"""The start of the outreach room: where I work, this week, whom to call back."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from sneeuwbal.accounts.access import Right, StaffRequest, allowed, may
from sneeuwbal.outreach import assignments, consents, entries, stages
from sneeuwbal.outreach.models import Event, Household, Stage
from sneeuwbal.outreach.weeks import week_of

SHOWN = 50
# Who is further than this has had an offer; who is not this far did not ask for one.
TO_CALL = (Stage.INTERESTED, Stage.PARTICIPANT, Stage.PREPARING, Stage.DECIDED)


@allowed(Right.WRITE_OUTREACH)
def outreach(request: StaffRequest) -> HttpResponse:
    """Show my neighbourhoods, the conversations of this week and the households that wait."""
    rows = assignments.working(request.user, request.organisation)
    seen = assignments.events(request.user, request.organisation)
    week = week_of(timezone.localdate())
    this_week = stages.counting(seen.filter(happened_week=week))
    per_place = dict(this_week.order_by().values_list("neighbourhood").annotate(number=Count("pk")))
    context = {
        "neighbourhoods": [(row, per_place.get(row.pk, 0)) for row in rows],
        "latest": this_week.select_related(
            "neighbourhood__area", "channel", "recorded_by"
        ).order_by("-recorded_at")[:8],
        "conversations": sum(per_place.values()),
        "personal": may(request.user, Right.SEE_PERSONAL, request.organisation),
    }
    if context["personal"]:
        context["waiting"] = waiting(request)
    return render(request, "outreach/outreach.html", context)


def waiting(request: StaffRequest) -> list[dict[str, Any]]:
    """Households that may be contacted and are not done yet, the longest waiting first."""
    mine = assignments.neighbourhoods(request.user, request.organisation, Right.SEE_PERSONAL)
    households = {
        row.pk: row
        for row in Household.objects.filter(neighbourhood__in=mine).select_related(
            "neighbourhood__area"
        )
    }
    last = stages.standing(_rows(list(households)))
    today = timezone.localdate()
    agreed = consents.contactable(list(last))
    chosen = [row for row in last.values() if row.stage in TO_CALL and row.household in agreed]
    return [
        {
            "household": households[row.household],
            "event": row,
            "days": (today - row.happened_on).days,
        }
        for row in sorted(chosen, key=lambda row: row.happened_on)[:SHOWN]
    ]


def _rows(keys: list[UUID]) -> list[Event]:
    return [row for rows in entries.rows_of(keys).values() for row in rows]
