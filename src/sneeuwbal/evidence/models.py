"""Stored figures: what was computed, from what, how, and as of when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.places.models import Area


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

    def __str__(self) -> str:
        return f"{self.kind} {self.as_of}"
