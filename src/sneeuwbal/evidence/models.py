"""Stored figures: what was computed, from what, how, and as of when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.places.models import Area


class FigureUpdate(models.Model):
    """One time that the figures were computed: up to where the ledger was read, and with what."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="figure_updates")
    as_of = models.DateField()
    # Rows recorded later are not in the figures, so that anyone can compute them again.
    known_before = models.DateTimeField()
    newest_event = models.BigIntegerField(default=0)
    newest_cost = models.BigIntegerField(default=0)
    engine = models.CharField(max_length=12)
    ledger_digest = models.CharField(max_length=64)
    code_version = models.CharField(max_length=40)
    figures = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    finished_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.as_of}"


class Figure(models.Model):
    """One number with its interval, n and method, or an honest refusal. Only added to."""

    class Kind(models.TextChoices):
        SNOWBALL = "snowball", _("snowball number R")
        FUNNEL = "funnel", _("funnel")
        REACH = "reach", _("reach")
        CHANNELS = "channels", _("channels")
        COST = "cost", _("cost")
        VOICE = "voice", _("residents heard")
        GROWTH = "growth", _("growth against comparison neighbourhoods")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="figures")
    # None: the whole programme. A municipality: a reporting unit. Else a neighbourhood.
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="figures")
    update = models.ForeignKey(FigureUpdate, models.PROTECT, null=True, related_name="rows")
    kind = models.CharField(max_length=12, choices=Kind)
    as_of = models.DateField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    level = models.FloatField(default=0.95)
    n = models.PositiveIntegerField(default=0, help_text="Households behind the number.")
    unit = models.CharField(max_length=40, blank=True)
    method = models.CharField(max_length=60)
    verdict = models.CharField(max_length=30, blank=True)
    parameters = models.JSONField(default=dict)
    details = models.JSONField(default=dict, help_text="Series and tables behind the picture.")
    inputs_digest = models.CharField(max_length=64)
    code_version = models.CharField(max_length=40)
    computed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-as_of", "-pk"]
        indexes = [models.Index(fields=["organisation", "kind", "area", "-as_of", "-id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(verdict=""), name="figure_value_or_verdict"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.as_of}"


class DesignQuestion(models.Model):
    """A question about a plan, with its answer: how many neighbourhoods does it take?"""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="design_questions")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    inputs = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64)
    # Empty until the worker has answered.
    result = models.JSONField(default=dict)
    code_version = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "fingerprint"], name="asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.fingerprint[:8]}"
