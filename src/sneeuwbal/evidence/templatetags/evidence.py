"""Filters of the evidence pages: a figure in words."""

from django import template

from sneeuwbal.evidence import stored, wording
from sneeuwbal.evidence.models import AnalysisPlan, Figure
from sneeuwbal.places.wording import indicator_name

register = template.Library()
register.filter("verdict", wording.label)
register.filter("headline", wording.headline)
register.filter("explanation", wording.explanation)
register.filter("state", wording.state)
register.filter("refusal", wording.refusal)
register.filter("no_line", wording.no_line)
register.filter("method_text", wording.method)


@register.filter
def method_slug(figure: Figure) -> str:
    """Address of the page that explains this kind of figure."""
    return stored.METHOD_SLUGS[Figure.Kind(figure.kind)]


@register.filter
def badge_kind(figure: Figure) -> str:
    """Colour of the verdict as a badge."""
    return wording.BADGES.get(figure.verdict, "neutral")


@register.filter
def outcome_name(plan: AnalysisPlan) -> str:
    """What a plan measures, in the reader's language."""
    return indicator_name(plan.outcome)
