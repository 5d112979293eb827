"""How the outreach room writes households, cards and stages."""

from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sneeuwbal.outreach import codes
from sneeuwbal.outreach.models import Stage

register = template.Library()
LOOKS = {
    Stage.APPROACHED: "approached",
    Stage.SPOKEN: "reached",
    Stage.INTERESTED: "interested",
    Stage.PARTICIPANT: "participant",
    Stage.PREPARING: "participant",
    Stage.DECIDED: "participant",
    Stage.DONE: "measure",
}


@register.filter
def household_label(household: UUID) -> str:
    """Write the short name of a household."""
    return codes.household_label(household)


@register.filter
def code_shown(code: str) -> str:
    """Write a code as it is printed on a card."""
    return codes.shown(code)


@register.simple_tag
def stage_badge(stage: int) -> SafeString:
    """Show a stage in words, with its colour."""
    look = LOOKS.get(Stage(stage), "refused")
    return format_html('<span class="stage stage--{}">{}</span>', look, Stage(stage).label)
