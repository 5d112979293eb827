"""What is public: releases of numbers that passed disclosure control."""

from django.db import models

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.places.models import Area


class Release(models.Model):
    """Numbers made public on one day. They do not change afterwards; a new release may differ."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="releases")
    as_of = models.DateField()
    released_at = models.DateTimeField(auto_now_add=True)
    released_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64)
    hidden = models.PositiveIntegerField(default=0, help_text="Numbers withheld by the rule.")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-released_at"]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.as_of}"


class PublicNumber(models.Model):
    """One number anyone may see, already safe. value None with a reason means withheld."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="numbers")
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=30)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    unit = models.CharField(max_length=40, blank=True)
    method = models.CharField(max_length=60)
    verdict = models.CharField(max_length=30, blank=True)
    withheld = models.CharField(max_length=30, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["area__name", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["release", "area", "kind"], name="number_once"),
            models.UniqueConstraint(
                fields=["release", "kind"], condition=models.Q(area=None), name="number_once_whole"
            ),
        ]
