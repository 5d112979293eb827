"""Words for public numbers in templates."""

from django import template

from sneeuwbal.evidence.models import Figure
from sneeuwbal.evidence.wording import BADGES, METHODS
from sneeuwbal.publication.models import PublicNumber
from sneeuwbal.publication.words import VERDICTS

register = template.Library()


def _verdict(number: PublicNumber | None) -> str:
    return number.verdict if number and not number.withheld else ""


@register.filter
def verdict_text(number: PublicNumber | None) -> str:
    """The verdict in words."""
    return str(VERDICTS.get(_verdict(number), VERDICTS[""]))


@register.filter
def verdict_kind(number: PublicNumber | None) -> str:
    """The kind of badge that fits the verdict."""
    return BADGES.get(_verdict(number), "inactive")


@register.filter
def method_text(number: PublicNumber | None) -> str:
    """The method of a number in words."""
    return str(METHODS.get(number.method, number.method)) if number else ""


@register.filter
def kind_text(kind: str) -> str:
    """What a number is about."""
    return str(Figure.Kind(kind).label)
