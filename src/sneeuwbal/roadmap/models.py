"""The programme with its neighbourhoods, staff and budget; Routekaart sessions and decisions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import Organisation, ReportingUnit, User
from sneeuwbal.places.models import Area


class Programme(models.Model):
    """What an organisation set out to do, from when to when."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="programmes")
    name = models.CharField(_("name"), max_length=120)
    goal = models.TextField(_("goal"), blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gt=models.F("starts_on")), name="programme_order"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProgrammeNeighbourhood(models.Model):
    """A neighbourhood that takes part, is compared with, or may take part. Stopped ones stay."""

    class Phase(models.TextChoices):
        CANDIDATE = "candidate", _("candidate")
        COMPARISON = "comparison", _("comparison neighbourhood")
        STARTUP = "startup", _("start-up")
        ACTIVE = "active", _("active")
        AFTERCARE = "aftercare", _("presence after the campaign")
        STOPPED = "stopped", _("stopped")

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="neighbourhoods")
    unit = models.ForeignKey(ReportingUnit, models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+")
    phase = models.CharField(_("phase"), max_length=12, choices=Phase, default=Phase.CANDIDATE)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    startup_on = models.DateField(_("start-up begins"), null=True, blank=True)
    recruitment_on = models.DateField(_("recruitment begins"), null=True, blank=True)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)
    stop_reason = models.CharField(_("why it stopped"), max_length=300, blank=True)
    short_startup_reason = models.CharField(
        _("why the start-up is shorter than four months"), max_length=300, blank=True
    )
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)
    target_participants = models.PositiveIntegerField(
        _("target: participating households"), null=True, blank=True
    )
    target_reason = models.CharField(
        _("why the target is higher than usual"), max_length=300, blank=True
    )

    class Meta:
        ordering = ["area__name"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "area"], name="neighbourhood_once"),
            models.CheckConstraint(
                condition=~Q(phase="stopped") | (Q(stopped_on__isnull=False) & ~Q(stop_reason="")),
                name="stopped_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.area.name


class PhaseChange(models.Model):
    """When a neighbourhood entered a phase. Only added to: a mistake is undone by a new row."""

    neighbourhood = models.ForeignKey(
        ProgrammeNeighbourhood, models.CASCADE, related_name="phase_changes"
    )
    phase = models.CharField(max_length=12, choices=ProgrammeNeighbourhood.Phase)
    on = models.DateField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    undoes = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="undone_by"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.phase} {self.on}"


class StaffCapacity(models.Model):
    """Full-time equivalents available to the programme in a quarter."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="capacity")
    quarter = models.DateField(_("quarter"), help_text=_("First day of the quarter."))
    fte = models.DecimalField(_("full-time equivalents"), max_digits=5, decimal_places=2)
    kickoffs = models.PositiveSmallIntegerField(_("starts that fit in the quarter"), default=2)

    class Meta:
        ordering = ["quarter"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "quarter"], name="capacity_once"),
            models.CheckConstraint(condition=Q(fte__gte=0), name="capacity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quarter} {self.fte}"


class Budget(models.Model):
    """Money for a year, and whose money it is."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="budgets")
    year = models.PositiveSmallIntegerField(_("year"))
    funder = models.CharField(_("funder"), max_length=120)
    amount_eur = models.DecimalField(_("amount in euros"), max_digits=12, decimal_places=2)

    class Meta:
        ordering = ["year", "funder"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_eur__gte=0), name="budget_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.funder}"


class RoadmapSession(models.Model):
    """A Routekaart workshop: what was put on the map, and what was decided."""

    class Status(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        OPEN = "open", _("open for cards")
        ADOPTED = "adopted", _("adopted")

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="sessions")
    title = models.CharField(_("title"), max_length=120)
    held_on = models.DateField(_("date"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    facilitator = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    adopted_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="adopted", adopted_on__isnull=False)
                | (~Q(status="adopted") & Q(adopted_on__isnull=True)),
                name="adopted_with_date",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Card(models.Model):
    """One thing someone put on the map."""

    class Kind(models.TextChoices):
        CHANCE = "chance", _("chance")
        INITIATIVE = "initiative", _("initiative")
        STAKEHOLDER = "stakeholder", _("stakeholder")
        NETWORK = "network", _("network")
        RISK = "risk", _("risk")
        ENTRANCE = "entrance", _("entrance to residents")

    key = models.UUIDField(unique=True, help_text="Made by the form: a double send adds nothing.")
    session = models.ForeignKey(RoadmapSession, models.CASCADE, related_name="cards")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    title = models.CharField(_("what"), max_length=140)
    text = models.TextField(_("explanation"), blank=True, max_length=1000)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("neighbourhood"),
    )
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["chance", "initiative", "stakeholder", "network", "risk", "entrance"]
                ),
                name="card_kind",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Decision(models.Model):
    """What a session decided. It may lack an owner or a date only until the session is adopted."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    session = models.ForeignKey(RoadmapSession, models.CASCADE, related_name="decisions")
    card = models.ForeignKey(
        Card,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="decisions",
        verbose_name=_("card"),
    )
    text = models.CharField(_("decision"), max_length=300)
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    due_on = models.DateField(_("ready by"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["card"],
                condition=Q(status="open"),
                name="one_open_decision_per_card",
            )
        ]

    def __str__(self) -> str:
        return self.text
