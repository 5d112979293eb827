"""Areas by official code and year, their shapes, and open statistics about them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Area(models.Model):
    """A country, municipality, district or neighbourhood as it was in one year."""

    class Kind(models.TextChoices):
        COUNTRY = "NL", _("country")
        MUNICIPALITY = "GM", _("municipality")
        DISTRICT = "WK", _("district")
        NEIGHBOURHOOD = "BU", _("neighbourhood")

    kind = models.CharField(max_length=2, choices=Kind)
    code = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    name_year = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Year of the list that gave the name; empty: none known."
    )
    municipality_code = models.CharField(max_length=6, blank=True)
    district_code = models.CharField(max_length=8, blank=True)
    fictional = models.BooleanField(default=False)

    class Meta:
        ordering = ["code", "year"]
        constraints = [
            models.UniqueConstraint(fields=["code", "year"], name="area_code_year"),
            models.CheckConstraint(condition=Q(year__range=(1990, 2100)), name="area_year"),
        ]
        indexes = [models.Index(fields=["municipality_code", "kind", "year"])]

    def __str__(self) -> str:
        return self.name


class Dataset(models.Model):
    """One official table or map of one edition, with its source and licence."""

    key = models.CharField(max_length=80, unique=True)
    publisher = models.CharField(max_length=80)
    table = models.CharField(max_length=80)
    title = models.CharField(max_length=300)
    year = models.PositiveSmallIntegerField()
    area_year = models.PositiveSmallIntegerField(help_text="Year of the area codes it uses.")
    licence = models.CharField(max_length=80)
    address = models.URLField(blank=True)
    fictional = models.BooleanField(default=False)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return f"{self.publisher} {self.table} ({self.year})"


class Indicator(models.Model):
    """What is measured, whichever table it comes from."""

    key = models.SlugField(max_length=80, unique=True)
    name_nl = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    unit = models.CharField(max_length=40)
    decimals = models.PositiveSmallIntegerField(default=0)
    topic = models.CharField(max_length=60)
    featured = models.BooleanField(default=False, help_text="Offered first in lists and profiles.")

    class Meta:
        ordering = ["topic", "key"]

    def __str__(self) -> str:
        return self.name_en


class Series(models.Model):
    """One indicator as one dataset gives it: one column of one official table and year."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="series")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="series")
    year = models.PositiveSmallIntegerField(help_text="Year the value speaks of.")
    official_key = models.CharField(max_length=120)
    unit = models.CharField(max_length=40, help_text="Unit as the publisher gives it.")
    factor = models.FloatField(
        default=1, help_text="The stored value is the published one times this."
    )
    empty = models.BooleanField(default=False, help_text="The column exists but holds no value.")

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=["indicator", "dataset", "year"], name="series_once")
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.year}"


class Missing(models.IntegerChoices):
    """Why there is no value. Suppressed is not zero."""

    SUPPRESSED = 1, _("kept secret or too uncertain")
    NOT_APPLICABLE = 2, _("does not apply here")
    NOT_PUBLISHED = 3, _("not published yet")
    UNKNOWN = 4, _("missing, reason unknown")


class Value(models.Model):
    """A value, or the reason why it is missing."""

    pk = models.CompositePrimaryKey("series_id", "area_id")
    # The primary key begins with the series, so it needs no index of its own.
    series = models.ForeignKey(Series, models.CASCADE, related_name="values", db_index=False)
    area = models.ForeignKey(Area, models.CASCADE, related_name="values")
    value = models.FloatField(null=True)
    missing = models.PositiveSmallIntegerField(null=True, choices=Missing)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(value__isnull=True, missing__isnull=False)
                | Q(value__isnull=False, missing__isnull=True),
                name="value_or_reason",
            )
        ]


class Shape(models.Model):
    """The border of an area, ready to draw.

    `path`, the box and the label lie in one plane: metres of RD New, y turned downwards.
    """

    area = models.OneToOneField(Area, models.CASCADE, related_name="shape")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+")
    geometry = models.TextField(help_text="GeoJSON geometry in WGS84.")
    path = models.TextField(help_text="SVG path in RD metres, y downwards, simplified.")
    min_x = models.FloatField()
    min_y = models.FloatField()
    max_x = models.FloatField()
    max_y = models.FloatField()
    label_x = models.FloatField()
    label_y = models.FloatField()
    lon = models.FloatField()
    lat = models.FloatField()
    area_m2 = models.FloatField()
    repaired = models.BooleanField(default=False)


class Adjacency(models.Model):
    """Two areas that touch, or an island and what lies nearest. Kept in both directions."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="adjacencies")
    neighbour = models.ForeignKey(Area, models.CASCADE, related_name="+")
    shared_border_m = models.FloatField()
    distance_m = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["area", "neighbour"], name="adjacency_once"),
            models.CheckConstraint(condition=~Q(area=F("neighbour")), name="adjacency_other"),
        ]


class Succession(models.Model):
    """What became of an area code in a later year. An unknown share or successor stays unknown."""

    class Basis(models.TextChoices):
        SAME_CODE = "code", _("same code and same name")
        OFFICIAL = "official", _("published by the statistics office")
        OVERLAP = "overlap", _("computed from overlapping borders")
        UNKNOWN = "unknown", _("unknown")

    from_code = models.CharField(max_length=10)
    from_year = models.PositiveSmallIntegerField()
    to_code = models.CharField(max_length=10, blank=True)
    to_year = models.PositiveSmallIntegerField()
    share = models.FloatField(null=True)
    basis = models.CharField(max_length=8, choices=Basis)

    class Meta:
        indexes = [models.Index(fields=["to_code"], name="succession_to_code")]
        constraints = [
            models.UniqueConstraint(
                fields=["from_code", "from_year", "to_code", "to_year"], name="succession_once"
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gte=0, share__lte=1),
                name="succession_share",
            ),
        ]


class ImportRun(models.Model):
    """One import that was tried: what was read, matched and missing, or why it failed."""

    class State(models.TextChoices):
        DONE = "done", _("done")
        UNCHANGED = "unchanged", _("nothing new")
        FAILED = "failed", _("failed, nothing changed")

    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, db_index=True)
    importer = models.CharField(max_length=40)
    dataset = models.ForeignKey(Dataset, models.SET_NULL, null=True, related_name="runs")
    state = models.CharField(max_length=10, choices=State)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    rows_read = models.PositiveIntegerField(default=0)
    rows_matched = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ["-finished_at"]
