"""Stored figures: what was computed, from what, how, and as of when."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.places.models import Area, Indicator


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
        EFFECT = "effect", _("effect of starting")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="figures")
    # None: the whole programme. A municipality: a reporting unit. Else a neighbourhood.
    area = models.ForeignKey(Area, models.PROTECT, null=True, related_name="figures")
    update = models.ForeignKey(FigureUpdate, models.PROTECT, null=True, related_name="rows")
    # Only of an effect: what was agreed about it beforehand.
    plan = models.ForeignKey("AnalysisPlan", models.PROTECT, null=True, related_name="figures")
    kind = models.CharField(max_length=12, choices=Kind)
    as_of = models.DateField()
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    level = models.FloatField(default=0.95)
    n = models.PositiveIntegerField(
        default=0, help_text="Households behind the number; of an effect: neighbourhoods."
    )
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


class AnalysisPlan(models.Model):
    """How an effect will be measured, agreed beforehand. Once locked it never changes."""

    class Comparison(models.TextChoices):
        PROGRAMME = "programme", _("comparison neighbourhoods and candidates of the programme")
        MUNICIPALITY = "municipality", _("all other neighbourhoods of the municipality")

    class Controls(models.TextChoices):
        NOT_YET = "not_yet_treated", _("neighbourhoods that have not started yet")
        NEVER = "never_treated", _("neighbourhoods that never start")

    class Estimand(models.TextChoices):
        DYNAMIC = "dynamic", _("by years since the start")
        SIMPLE = "simple", _("all years after a start together")
        GROUP = "group", _("by year of the start")
        CALENDAR = "calendar", _("by calendar year")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="analysis_plans")
    version = models.PositiveSmallIntegerField(default=1)
    follows = models.OneToOneField("self", models.CASCADE, null=True, related_name="followed_by")
    reason = models.CharField(_("why the plan changes"), max_length=300, blank=True)
    outcome = models.ForeignKey(Indicator, models.PROTECT, verbose_name=_("what should change"))
    per_household = models.BooleanField(_("divide by the number of households"), default=False)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    comparison = models.CharField(
        _("compare with"), max_length=12, choices=Comparison, default=Comparison.PROGRAMME
    )
    comparison_codes = models.JSONField(default=list)
    controls = models.CharField(
        _("who counts as comparison"), max_length=20, choices=Controls, default=Controls.NOT_YET
    )
    estimand = models.CharField(
        _("which average"), max_length=10, choices=Estimand, default=Estimand.DYNAMIC
    )
    shock_years = models.JSONField(default=list)
    by_lot = models.BooleanField(_("the order of starting was drawn by lot"), default=False)
    exploratory = models.BooleanField(_("this is an exploration"), default=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    locked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    locked_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year__gt=models.F("first_year")), name="plan_window"
            ),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True, digest="")
                | (Q(locked_at__isnull=False) & ~Q(digest="")),
                name="plan_locked_with_digest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome_id} {self.first_year}-{self.last_year} v{self.version}"
