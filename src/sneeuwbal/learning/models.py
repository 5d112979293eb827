"""Intervision sessions between municipalities, and the lessons that come of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.evidence.models import Figure


class IntervisionSession(models.Model):
    """A meeting of colleagues by the incident method: one case, one question, advice."""

    title = models.CharField(_("title"), max_length=120)
    held_on = models.DateField(_("date"))
    organisations = models.ManyToManyField(
        Organisation, related_name="intervisions", verbose_name=_("who takes part")
    )
    case_owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", verbose_name=_("who brings the case")
    )
    case = models.TextField(_("the case"), blank=True, max_length=4000)
    question = models.CharField(_("the question"), max_length=300, blank=True)
    figures = models.ManyToManyField(Figure, blank=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-held_on"]

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """Whether an organisation was there; an absent one may still contribute in writing."""

    session = models.ForeignKey(IntervisionSession, models.CASCADE, related_name="attendance")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    present = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "organisation"], name="attendance_once")
        ]


class Advice(models.Model):
    """Advice that one organisation gives on the case."""

    key = models.UUIDField(unique=True)
    session = models.ForeignKey(IntervisionSession, models.CASCADE, related_name="advice")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(_("advice"), max_length=2000)
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["given_at"]


class Agreement(models.Model):
    """What someone will do, and by when. The next session opens with it."""

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        DROPPED = "dropped", _("dropped")

    session = models.ForeignKey(IntervisionSession, models.CASCADE, related_name="agreements")
    text = models.CharField(_("agreement"), max_length=300)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("owner"))
    due_on = models.DateField(_("ready by"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)

    class Meta:
        ordering = ["due_on"]


class Grade(models.TextChoices):
    """How strong the evidence is (PRODUCT.md, section 7)."""

    A = "A", _("randomised or very strong design")
    B = "B", _("quasi-experiment or panel")
    C = "C", _("survey or observation")
    D = "D", _("single case or provider's claim")
    G = "G", _("our own guess")
    S = "S", _("claim of the approach, untested")


class Lesson(models.Model):
    """A claim with its context, its evidence and the test that could refute it."""

    slug = models.SlugField(unique=True)
    session = models.ForeignKey(
        IntervisionSession, models.SET_NULL, null=True, blank=True, related_name="lessons"
    )
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    claim = models.CharField(_("what we learned"), max_length=300)
    context = models.TextField(_("where and when it holds"), blank=True, max_length=2000)
    test = models.CharField(_("what would refute it"), max_length=300)
    supporting = models.ManyToManyField(Figure, blank=True, related_name="+")
    contradicting = models.ManyToManyField(Figure, blank=True, related_name="+")
    lowered_to = models.CharField(max_length=1, choices=Grade, blank=True)
    lowered_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["claim"]

    def __str__(self) -> str:
        return self.claim
