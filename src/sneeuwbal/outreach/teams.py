"""Keeping teams of residents: when one starts and when it stops."""

from datetime import date

from sneeuwbal.accounts.models import User
from sneeuwbal.outreach.models import Team
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood


def start_team(
    neighbourhood: ProgrammeNeighbourhood,
    *,
    name: str,
    started_on: date,
    worker: User | None,
    members: int = 0,
    members_with_measure: int = 0,
) -> Team:
    """Add a team to a neighbourhood."""
    return Team.objects.create(
        organisation=neighbourhood.programme.organisation,
        neighbourhood=neighbourhood,
        name=name,
        worker=worker,
        started_on=started_on,
        members=members,
        members_with_measure=members_with_measure,
    )


def end_team(team: Team, *, ended_on: date, reason: str) -> None:
    """Record that a team stopped, and why; it stays in the list."""
    team.ended_on, team.end_reason = ended_on, reason
    team.save(update_fields=["ended_on", "end_reason"])
