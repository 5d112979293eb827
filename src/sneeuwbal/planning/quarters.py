"""Quarters as their first days."""

from datetime import date


def quarter_of(day: date) -> date:
    """First day of the quarter in which a day lies."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def quarter_after(first: date, number: int) -> date:
    """First day of the quarter so many later (or earlier, when negative)."""
    months = 12 * first.year + first.month - 1 + 3 * number
    return date(months // 12, months % 12 + 1, 1)


def quarters_between(first: date, later: date) -> int:
    """How many quarters later a day lies; negative when it lies before."""
    start = quarter_of(later)
    return ((start.year - first.year) * 12 + start.month - first.month) // 3
