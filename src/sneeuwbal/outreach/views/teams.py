"""Teams of residents: start one, end one; teams that stopped stay in the list."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.accounts.access import Right, StaffRequest, allowed
from sneeuwbal.accounts.models import User
from sneeuwbal.outreach import assignments
from sneeuwbal.outreach.models import Team
from sneeuwbal.outreach.teams import end_team, start_team
from sneeuwbal.outreach.work_forms import EndTeamForm, TeamForm


@allowed(Right.MANAGE_TEAMS)
def teams(request: StaffRequest) -> HttpResponse:
    """List the teams, those that stopped last."""
    mine = assignments.neighbourhoods(request.user, request.organisation, Right.MANAGE_TEAMS)
    rows = Team.objects.filter(neighbourhood__in=mine).select_related(
        "neighbourhood__area", "worker"
    )
    context = {
        "running": [team for team in rows if team.ended_on is None],
        "stopped": [team for team in rows if team.ended_on is not None],
        "may_add": mine.exists(),
    }
    return render(request, "outreach/teams.html", context)


@allowed(Right.MANAGE_TEAMS)
def team_new(request: StaffRequest) -> HttpResponse:
    """Add a team."""
    mine = assignments.neighbourhoods(request.user, request.organisation, Right.MANAGE_TEAMS)
    form = TeamForm(
        request.POST or None,
        places=list(mine.exclude(phase__in=["comparison", "stopped"]).order_by("area__name")),
        organisation=request.organisation,
        initial={"started_on": timezone.localdate(), "members_with_measure": 0},
    )
    if form.is_valid():
        data = form.cleaned_data
        team = start_team(
            form.places[data["neighbourhood"]],
            name=data["name"],
            worker=User.objects.filter(pk=data["worker"]).first(),
            started_on=data["started_on"],
            members=data["members"],
            members_with_measure=data["members_with_measure"],
        )
        messages.success(request, _('Team "%(name)s" was added.') % {"name": team.name})
        return redirect("teams", request.organisation.slug)
    return render(request, "outreach/team_form.html", {"form": form})


@allowed(Right.MANAGE_TEAMS)
def team_end(request: StaffRequest, pk: int) -> HttpResponse:
    """Record when and why a team stopped."""
    mine = assignments.neighbourhoods(request.user, request.organisation, Right.MANAGE_TEAMS)
    team = get_object_or_404(Team, pk=pk, neighbourhood__in=mine, ended_on=None)
    form = EndTeamForm(
        request.POST or None,
        started_on=team.started_on,
        initial={"ended_on": timezone.localdate()},
    )
    if form.is_valid():
        data = form.cleaned_data
        end_team(team, ended_on=data["ended_on"], reason=data["end_reason"])
        messages.success(
            request, _('Team "%(name)s" has stopped. It stays in the list.') % {"name": team.name}
        )
        return redirect("teams", request.organisation.slug)
    return render(request, "outreach/team_end.html", {"form": form, "team": team})
