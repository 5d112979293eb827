"""Selection rounds with everybody's weights, and schedules under staff capacity."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import User
from sneeuwbal.places.models import Area, Indicator
from sneeuwbal.roadmap.models import Programme


class SelectionRound(models.Model):
    """One round of choosing neighbourhoods, repeatable from its random seed."""

    key = models.UUIDField(
        unique=True, default=uuid4, help_text="Made by the form: a double send adds nothing."
    )
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="rounds")
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    held_on = models.DateField(_("date"))
    places = models.PositiveSmallIntegerField(_("number of neighbourhoods to choose"))
    seed = models.PositiveIntegerField(_("random seed"))
    draws = models.PositiveIntegerField(default=20_000)
    candidates = models.ManyToManyField(Area, related_name="+")
    # Counts every change of what the result depends on; the result remembers which it saw.
    revision = models.PositiveIntegerField(default=0)
    evaluated_revision = models.PositiveIntegerField(null=True)
    evaluated_at = models.DateTimeField(null=True)
    inputs_digest = models.CharField(max_length=64, blank=True)
    summary = models.JSONField(default=dict)

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(places__gte=1), name="round_chooses_something")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_stale(self) -> bool:
        """Whether something changed since the result was computed."""
        return self.evaluated_at is not None and self.evaluated_revision != self.revision


class Criterion(models.Model):
    """A real indicator that counts in a round, with its direction and stated error."""

    class Axis(models.TextChoices):
        NEED = "need", _("need")
        CHANCE = "chance", _("chance")
        ENERGY = "energy", _("people's energy")
        REACHABILITY = "reachability", _("reachability")
        CAPACITY = "capacity", _("capacity")

    round = models.ForeignKey(SelectionRound, models.CASCADE, related_name="criteria")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    axis = models.CharField(_("axis"), max_length=12, choices=Axis)
    higher_is_better = models.BooleanField(_("a higher value counts for choosing"), default=True)
    error_share = models.FloatField(
        default=0.05, help_text="Standard error as share of the spread."
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "indicator", "year"], name="criterion_once")
        ]


class Weighing(models.Model):
    """One participant's order or ranges of weights; never decimals."""

    round = models.ForeignKey(SelectionRound, models.CASCADE, related_name="weighings")
    participant = models.ForeignKey(User, models.CASCADE, related_name="+")
    # Criterion ids, most important first; several in one list are equal: [[3], [1, 2]].
    order = models.JSONField(default=list, blank=True)
    # Criterion id -> [low, high] in whole percents; either order or ranges is used.
    ranges = models.JSONField(default=dict, blank=True)
    given_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "participant"], name="weighing_once")
        ]


class Exclusion(models.Model):
    """A neighbourhood left out for a while, with who decided it and why."""

    round = models.ForeignKey(SelectionRound, models.CASCADE, related_name="exclusions")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    until = models.DateField(_("until"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "area"], name="exclusion_once")]


class SelectionResult(models.Model):
    """How often a neighbourhood ends in the chosen group over all weightings."""

    round = models.ForeignKey(SelectionRound, models.CASCADE, related_name="results")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    top_share = models.FloatField()
    label = models.CharField(max_length=24)
    confidence = models.FloatField(null=True)
    deciding = models.ForeignKey(Criterion, models.SET_NULL, null=True, related_name="+")
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-top_share", "area__code"]
        constraints = [models.UniqueConstraint(fields=["round", "area"], name="result_once")]


class Schedule(models.Model):
    """A plan by quarter that passed the independent check."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="schedules")
    round = models.ForeignKey(SelectionRound, models.SET_NULL, null=True, related_name="schedules")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    first_quarter = models.DateField()
    quarters = models.PositiveSmallIntegerField(default=12)
    parameters = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    adopted_on = models.DateField(null=True)
    adopted_at = models.DateTimeField(null=True)
    adopted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-made_at", "-pk"]


class ScheduledStart(models.Model):
    """A neighbourhood in a schedule: when it starts, or which limit keeps it out."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="starts")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    quarter = models.DateField(null=True)
    startup_months = models.PositiveSmallIntegerField(default=4)
    short_startup_reason = models.CharField(max_length=300, blank=True)
    fte_by_quarter = models.JSONField(default=list)
    expected_households = models.FloatField(default=0)
    # The limit that keeps it out: {"rule", "at" (quarter or year from 0), "short"}.
    binding = models.JSONField(default=dict, blank=True)
    # Dates the programme had before this schedule was adopted, to go back to.
    before = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["quarter", "area__name"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "area"], name="start_once"),
            models.CheckConstraint(
                condition=Q(startup_months__gte=4) | ~Q(short_startup_reason=""),
                name="startup_four_months_or_reason",
            ),
        ]
