"""The one writer of lessons."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning.grades import finding_of, weaker
from sneeuwbal.learning.models import IntervisionSession, Lesson

SLUG_LENGTH = 70


@transaction.atomic
def write(
    organisation: Organisation, *, session: IntervisionSession | None = None, **texts: str
) -> Lesson:
    """Add a lesson. Sending the same from the same session twice adds nothing."""
    known = Lesson.objects.filter(organisation=organisation, session=session, claim=texts["claim"])
    if twin := known.filter(withdrawn_at=None).first():
        return twin
    return Lesson.objects.create(
        organisation=organisation, session=session, slug=_free_slug(texts["claim"]), **texts
    )


def _free_slug(claim: str) -> str:
    base = slugify(claim)[:SLUG_LENGTH].strip("-") or "les"
    slug, number = base, 2
    while Lesson.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug


def change(lesson: Lesson, *, by: Organisation, **texts: Any) -> Lesson:
    """Change the texts of a lesson of one's own organisation."""
    _require_own(lesson, by)
    for name, text in texts.items():
        setattr(lesson, name, text)
    lesson.save(update_fields=list(texts))
    return lesson


class Side(models.TextChoices):
    """Whether a figure speaks for a lesson or against it."""

    SUPPORTS = "supports", gettext_lazy("supports it")
    CONTRADICTS = "contradicts", gettext_lazy("contradicts it")


@transaction.atomic
def link_figure(lesson: Lesson, figure: Figure, *, by: Organisation, side: str) -> None:
    """Let an organisation's own figure speak for or against a lesson, never for both."""
    unlink_figure(lesson, figure, by=by)
    chosen = lesson.supporting if Side(side) == Side.SUPPORTS else lesson.contradicting
    chosen.add(figure)


@transaction.atomic
def unlink_figure(lesson: Lesson, figure: Figure, *, by: Organisation) -> None:
    """Take back a link to a figure of one's own organisation."""
    if figure.organisation_id != by.pk:
        raise PermissionDenied("a figure of another organisation")
    lesson.supporting.remove(figure)
    lesson.contradicting.remove(figure)


def lower(lesson: Lesson, *, by: Organisation, to: str, reason: str) -> Lesson:
    """Lower the grade by hand, or with an empty grade let the figures speak again."""
    _require_own(lesson, by)
    if to and to not in weaker(finding_of(lesson).computed):
        raise ValidationError({"lowered_to": _("By hand a grade can only be lowered.")})
    if to and not reason:
        raise ValidationError({"lowered_reason": _("Write down why the grade is lowered.")})
    lesson.lowered_to, lesson.lowered_reason = to, reason if to else ""
    lesson.save(update_fields=["lowered_to", "lowered_reason"])
    return lesson


def withdraw(lesson: Lesson, *, by: Organisation, back: bool = False) -> None:
    """Take a lesson off the public list, or put it back."""
    _require_own(lesson, by)
    lesson.withdrawn_at = None if back else lesson.withdrawn_at or timezone.now()
    lesson.save(update_fields=["withdrawn_at"])


def _require_own(lesson: Lesson, by: Organisation) -> None:
    if lesson.organisation_id is None or lesson.organisation_id != by.pk:
        raise PermissionDenied("a lesson of another organisation")
