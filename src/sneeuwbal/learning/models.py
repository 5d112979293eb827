"""Intervision sessions between municipalities, and the lessons that come of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
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
    answers = models.TextField(_("questions and answers"), blank=True, max_length=4000)
    analysis = models.TextField(_("what we see in it"), blank=True, max_length=4000)
    figures = models.ManyToManyField(Figure, blank=True, related_name="+")
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["-held_on", "-pk"]

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

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.present}"


class Advice(models.Model):
    """Advice that one organisation gives on the case."""

    key = models.UUIDField(unique=True)
    session = models.ForeignKey(IntervisionSession, models.CASCADE, related_name="advice")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(_("advice"), max_length=2000)
    given_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["given_at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


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
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.text


class Grade(models.TextChoices):
    """How strong the evidence is (PRODUCT.md, section 7)."""

    A = "A", _("randomised or very strong design")
    B = "B", _("quasi-experiment or panel")
    C = "C", _("survey or observation")
    D = "D", _("single case or provider's claim")
    G = "G", _("our own guess")
    S = "S", _("claim of the approach, untested")


class Lesson(models.Model):
    """A claim with its context, its evidence and the test that could refute it.

    Dutch is always there; English where someone translated it. The grade is computed, not kept.
    """

    slug = models.SlugField(unique=True, max_length=80)
    session = models.ForeignKey(
        IntervisionSession, models.SET_NULL, null=True, blank=True, related_name="lessons"
    )
    # None: a claim of the approach itself, which any organisation may put to the test.
    organisation = models.ForeignKey(Organisation, models.SET_NULL, null=True, related_name="+")
    from_approach = models.BooleanField(default=False)
    claim = models.CharField(_("what we learned"), max_length=300)
    context = models.TextField(_("where and when it holds"), blank=True, max_length=2000)
    test = models.CharField(_("what would refute it"), max_length=300)
    claim_en = models.CharField(_("what we learned, in English"), max_length=300, blank=True)
    context_en = models.TextField(
        _("where and when it holds, in English"), blank=True, max_length=2000
    )
    test_en = models.CharField(_("what would refute it, in English"), max_length=300, blank=True)
    supporting = models.ManyToManyField(Figure, blank=True, related_name="+")
    contradicting = models.ManyToManyField(Figure, blank=True, related_name="+")
    lowered_to = models.CharField(_("lower the grade to"), max_length=1, choices=Grade, blank=True)
    lowered_reason = models.CharField(_("why it is lowered"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["claim"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lowered_to="") | ~Q(lowered_reason=""), name="lowered_with_reason"
            )
        ]

    def __str__(self) -> str:
        return self.claim

    @property
    def translated(self) -> bool:
        """Whether the reader sees it in the language of the page."""
        return get_language() == "nl" or bool(self.claim_en)

    @property
    def shown_claim(self) -> str:
        """The claim in the language of the page, or else in Dutch."""
        return self.claim if get_language() == "nl" else self.claim_en or self.claim

    @property
    def shown_context(self) -> str:
        """The context in the language of the page, or else in Dutch."""
        return self.context if get_language() == "nl" else self.context_en or self.context

    @property
    def shown_test(self) -> str:
        """The refuting test in the language of the page, or else in Dutch."""
        return self.test if get_language() == "nl" else self.test_en or self.test
