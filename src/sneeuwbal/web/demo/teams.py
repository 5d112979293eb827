"""Teams of residents in the demo; one that never came about stays in the list."""

from datetime import timedelta

from sneeuwbal.accounts.models import User
from sneeuwbal.outreach.teams import end_team, start_team
from sneeuwbal.web.demo.programme import Member
from sneeuwbal.web.demo.stories import TEAM_NAMES


def add_teams(members: list[Member], worker: User) -> None:
    """Add a team to each started neighbourhood, from the first day of recruitment."""
    started = [member for member in members if member.started]
    for number, member in enumerate(started):
        row = member.row
        if row.recruitment_on is None:
            continue
        size = 4 + number % 4 if member.course.team else 2
        team = start_team(
            row,
            name=f"{TEAM_NAMES[number % len(TEAM_NAMES)]} {row.area.name}",
            started_on=row.recruitment_on - timedelta(days=14),
            worker=worker,
            members=size,
            members_with_measure=size // 2 if member.course.team else 0,
        )
        if row.stopped_on:
            end_team(team, ended_on=row.stopped_on, reason="Te weinig mensen om door te gaan.")
