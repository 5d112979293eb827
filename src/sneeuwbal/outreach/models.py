"""Reaching residents: channels, teams, consent, referral codes, and the ledger.

Personal rows point to other rooms with related_name="+", so that no page can walk back to them.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import Organisation, User
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood


class Stage(models.IntegerChoices):
    """How far a household has come (PRODUCT.md, section 4), and the exits."""

    APPROACHED = 1, _("approached")
    SPOKEN = 2, _("spoken with")
    INTERESTED = 3, _("interested")
    PARTICIPANT = 4, _("participant")
    PREPARING = 5, _("preparing")
    DECIDED = 6, _("decided")
    DONE = 7, _("measure taken")
    NOT_INTERESTED = 11, _("not interested")
    OBJECTION = 12, _("objection")
    UNREACHABLE = 13, _("unreachable")
    MOVED = 14, _("moved away")


class Outcome(models.TextChoices):
    """What came of ringing a bell. The only thing kept of who does not consent."""

    NOBODY_HOME = "nobody_home", _("Nobody home")
    NOT_INTERESTED = "not_interested", _("Not interested")
    LATER = "later", _("Not now, maybe later")
    SPOKEN = "spoken", _("We talked")
    INTERESTED = "interested", pgettext_lazy("outcome", "Interested")
    JOINS = "joins", _("Joins in")


class Tenure(models.TextChoices):
    """Who owns the home, as the household tells it."""

    OWNER = "owner", _("owns the home")
    CORPORATION = "corporation", _("rents from a housing association")
    PRIVATE = "private", _("rents from someone else")


class HouseholdKind(models.TextChoices):
    """Who live together, as the household tells it."""

    SINGLE = "single", _("one person")
    COUPLE = "couple", _("two adults")
    FAMILY = "family", _("with children")
    OTHER = "other", _("otherwise")


class Basis(models.TextChoices):
    """How we know."""

    REPORTED = "reported", _("told by the household")
    OBSERVED = "observed", _("seen by the worker")
    VERIFIED = "verified", _("checked against a document")


class Origin(models.TextChoices):
    """What brought a household in."""

    CAMPAIGN = "campaign", _("a channel of the programme")
    REFERRAL = "referral", _("a neighbour's card")
    NEIGHBOUR = "neighbour", _("a neighbour, without a card")
    UNKNOWN = "unknown", _("unknown")


class Channel(models.Model):
    """A way in which residents are reached."""

    slug = models.SlugField(unique=True)
    name_nl = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.CAMPAIGN)
    at_the_door = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=50)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.name_nl if get_language() == "nl" else self.name_en


class Team(models.Model):
    """Residents who carry the work in their neighbourhood, with their worker."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    neighbourhood = models.ForeignKey(ProgrammeNeighbourhood, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    worker = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("neighbourhood worker"),
    )
    started_on = models.DateField(_("started on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True)
    members = models.PositiveSmallIntegerField(_("number of residents in the team"), default=0)
    members_with_measure = models.PositiveSmallIntegerField(
        _("of whom took a measure themselves"), default=0
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(members_with_measure__lte=models.F("members")), name="team_measures"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="team_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Household(models.Model):
    """Contact details that a household left with permission; without permission there is no row.

    Erasing the row leaves the events of its key, which name no one.
    """

    key = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    neighbourhood = models.ForeignKey(ProgrammeNeighbourhood, models.PROTECT, related_name="+")
    street = models.CharField(_("street"), max_length=120, blank=True)
    house_number = models.CharField(_("house number"), max_length=12, blank=True)
    contact_name = models.CharField(_("name"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["street", "house_number"]


class Consent(models.Model):
    """Permission for one purpose, or its withdrawal. Only added to; the last row counts.

    `household` is the random key and no foreign key: when the household is erased, the proof that
    permission was asked stays and leads nowhere.
    """

    class Purpose(models.TextChoices):
        CONTACT = "contact", _("we may contact you again")
        NEWS = "news", _("we may keep you informed")

    key = models.UUIDField(unique=True, help_text="Made by the form: a replay adds nothing.")
    household = models.UUIDField(db_index=True)
    purpose = models.CharField(max_length=12, choices=Purpose)
    given = models.BooleanField(help_text="False is a withdrawal.")
    text_version = models.CharField(max_length=20)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    witness = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["contact", "news"]), name="consent_purpose"
            )
        ]


class ReferralCode(models.Model):
    """A code on a card that a household hands on. Neighbours redeem it; nobody is named."""

    key = models.UUIDField(unique=True, help_text="Made by the form: a replay adds nothing.")
    code = models.CharField(max_length=12, unique=True)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    neighbourhood = models.ForeignKey(ProgrammeNeighbourhood, models.PROTECT, related_name="+")
    household = models.UUIDField(db_index=True, help_text="Key of who hands it on.")
    issued_at = models.DateTimeField(default=timezone.now)
    expires_on = models.DateField()

    def __str__(self) -> str:
        return self.code


class Event(models.Model):
    """One row of the ledger: a household reached a stage. Never changed, never removed.

    A correction is a new row that names the row it replaces. `household` is a random key: when
    the household is erased the key leads nowhere and the count stays.
    """

    key = models.UUIDField(unique=True, help_text="Made by the phone: a replay adds nothing.")
    # What the phone sent, hashed: tells a replay from another event under the same key.
    digest = models.CharField(max_length=32)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    neighbourhood = models.ForeignKey(ProgrammeNeighbourhood, models.PROTECT, related_name="+")
    household = models.UUIDField(db_index=True)
    stage = models.PositiveSmallIntegerField(choices=Stage)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    origin = models.CharField(max_length=10, choices=Origin)
    referrer = models.UUIDField(null=True, help_text="Household whose card was redeemed.")
    basis = models.CharField(max_length=10, choices=Basis)
    happened_on = models.DateField()
    # Whole weeks since Monday 1 January 2018, so that the reduction needs no date dialect.
    happened_week = models.IntegerField()
    recorded_at = models.DateTimeField()
    # PROTECT: setting it to null when a colleague leaves would change a row of the ledger.
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")
    void = models.BooleanField(default=False, help_text="A correction that only cancels.")
    outcome = models.CharField(max_length=16, blank=True, choices=Outcome)
    # Frozen at the event: later changes of the statistics leave old figures alone.
    tenure = models.CharField(max_length=12, blank=True, choices=Tenure)
    household_kind = models.CharField(max_length=12, blank=True, choices=HouseholdKind)
    covariates = models.JSONField(default=dict)

    class Meta:
        ordering = ["happened_on", "pk"]
        indexes = [
            models.Index(fields=["organisation", "neighbourhood", "happened_week"]),
            models.Index(fields=["neighbourhood", "household", "stage"]),
            models.Index(fields=["referrer"], condition=Q(referrer__isnull=False), name="event_by"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="event_stage"),
            models.CheckConstraint(
                condition=Q(origin="referral", referrer__isnull=False)
                | ~Q(origin="referral") & Q(referrer__isnull=True),
                name="event_referrer",
            ),
            models.CheckConstraint(
                condition=Q(referrer__isnull=True) | ~Q(referrer=models.F("household")),
                name="event_not_own_referrer",
            ),
            models.CheckConstraint(
                condition=Q(void=False) | Q(corrects__isnull=False), name="event_void_corrects"
            ),
        ]


class CostLine(models.Model):
    """Hours or euros spent, tied to a neighbourhood or to the programme as a whole.

    Only added to. A mistake is taken back by a line with the opposite amount, as in bookkeeping,
    so that the plain sum is always right.
    """

    class Kind(models.TextChoices):
        HOURS = "hours", _("hours of staff")
        MATERIAL = "material", _("materials")
        EXTERNAL = "external", _("external parties")
        VOLUNTEER = "volunteer", _("hours of volunteers")

    key = models.UUIDField(unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    neighbourhood = models.ForeignKey(
        ProgrammeNeighbourhood, models.PROTECT, null=True, blank=True, related_name="+"
    )
    on = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    role = models.CharField(_("role"), max_length=40, blank=True)
    hours = models.DecimalField(_("hours"), max_digits=9, decimal_places=2, null=True, blank=True)
    amount_eur = models.DecimalField(
        _("amount in euros"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    note = models.CharField(_("what for"), max_length=140, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__isnull=False) | Q(amount_eur__isnull=False), name="cost_amount"
            )
        ]
