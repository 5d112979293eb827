"""The week of the ledger: whole weeks since a Monday, so that no query needs a calendar."""

from datetime import date, timedelta

FIRST_MONDAY = date(2018, 1, 1)


def week_of(day: date) -> int:
    """Whole weeks from Monday 1 January 2018 to this day."""
    return (day - FIRST_MONDAY).days // 7


def monday_of(week: int) -> date:
    """The Monday on which a ledger week begins."""
    return FIRST_MONDAY + timedelta(weeks=week)
