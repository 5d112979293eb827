"""People who work here, for which organisation, in which role, and the long work they ask for."""

from uuid import uuid4

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sneeuwbal.places.models import Area


class Organisation(models.Model):
    """A tenant: one municipality, or several that act as one."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    theme = models.SlugField(blank=True, help_text="Name of a file with design tokens.")
    fictional = models.BooleanField(default=False, help_text="Shown as fictional on every page.")
    example_figures = models.BooleanField(
        default=False, help_text="Real neighbourhoods with made-up participation."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ReportingUnit(models.Model):
    """A municipality that an organisation reports on."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="units")
    municipality = models.ForeignKey(Area, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["municipality__name"]
        constraints = [models.UniqueConstraint(fields=["municipality"], name="one_unit_per_area")]

    def __str__(self) -> str:
        return self.municipality.name


class UserManager(BaseUserManager["User"]):
    """Django's own login commands need this one."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Add a person who logs in with this address."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by address, in any capitals."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """Someone who works with the platform; never a resident."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    is_active = models.BooleanField(default=True)
    manages_site = models.BooleanField(default=False, help_text="May add organisations.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What someone does for an organisation; access.py says what that allows."""

    PROGRAMME_MANAGER = "programme_manager", _("programme manager")
    POLICY_ADVISER = "policy_adviser", _("policy adviser")
    DISTRICT_MANAGER = "district_manager", _("district manager")
    NEIGHBOURHOOD_WORKER = "neighbourhood_worker", _("neighbourhood worker")
    TEAM_VOLUNTEER = "team_volunteer", _("team volunteer")
    PARTNER = "partner", _("partner")
    RESEARCHER = "researcher", _("researcher")
    AUDITOR = "auditor", _("auditor")


class Membership(models.Model):
    """A role of a person in an organisation, limited to some neighbourhoods or not."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=24, choices=Role)
    areas = models.ManyToManyField(
        Area, blank=True, related_name="+", help_text="Empty: every neighbourhood."
    )
    accepted = models.BooleanField(
        default=True,
        help_text="An account made elsewhere holds no role until its owner opened our invitation.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="role_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class FailedLogin(models.Model):
    """A login that failed, to slow down guessing. Keeps no address, only keyed digests of it."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["digest", "at"])]


class Job(models.Model):
    """Long work: asked for on a page, done by the worker, followed and cancelled on a page."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    key = models.UUIDField(unique=True, default=uuid4, editable=False)
    name = models.CharField(max_length=40, help_text="A key of settings.JOBS.")
    organisation = models.ForeignKey(Organisation, models.CASCADE, null=True, related_name="jobs")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    arguments = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, help_text="Digest of what was asked.")
    language = models.CharField(max_length=5, default="nl", help_text="Of who asked it.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent.")
    message = models.CharField(max_length=500, blank=True)
    result = models.JSONField(default=dict)
    cancel_asked = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    return_path = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            # Asking twice gives one job, also when two people ask in the same instant.
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(state__in=["waiting", "running"], cancel_asked=False),
                name="one_open_job",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in {self.State.WAITING, self.State.RUNNING}
