"""What the start page tells: the six steps with a real page behind each, and the sceptic."""

from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sneeuwbal.accounts.models import Organisation, ReportingUnit
from sneeuwbal.publication.models import PublicNumber, Release
from sneeuwbal.web import navigation


class Chapter(NamedTuple):
    """A step: what happens, the page for who works there, and the page for everyone."""

    title: Promise
    text: Promise
    staff: str
    public: str
    see: Promise


CHAPTERS = [
    Chapter(
        _("Roadmap"),
        _("Put on the map what is going on in each neighbourhood, and who decides what."),
        "roadmap",
        "map",
        _("See the map"),
    ),
    Chapter(
        _("Choose and plan"),
        _("Weigh together where to start, from real numbers. Plan no more than your staff can do."),
        "rounds",
        "datasets",
        _("See the sources"),
    ),
    Chapter(
        _("Reach"),
        _("Talk at the door, form teams, and let neighbours invite neighbours."),
        "outreach",
        "neighbourhood",
        _("See a neighbourhood"),
    ),
    Chapter(
        _("Evidence"),
        _("Measure whether it spreads. An interval at each number, or: too little to say."),
        "evidence",
        "municipality",
        _("See the evidence"),
    ),
    Chapter(
        _("Learn"),
        _("Bring a case to colleagues elsewhere. A lesson counts as much as its evidence."),
        "intervisions",
        "lessons",
        _("See the lessons"),
    ),
    Chapter(
        _("Publish"),
        _("Show everyone what came of it, also where it failed."),
        "releases",
        "public_index",
        _("See the public figures"),
    ),
]
QUESTIONS = [
    (
        _("Where did it really snowball?"),
        _("By name, or “no spread shown”. A neighbourhood that stopped stays in the list."),
    ),
    (
        _("Did anyone ask the residents?"),
        _("The number of conversations, and which groups were heard too little."),
    ),
    (
        _("Is it not all about the residents' own money?"),
        _("How many took part, how many went on to a measure, and how many did not want to."),
    ),
    (
        _("What did it cost, and would it have happened anyway?"),
        _("Euros per household, next to neighbourhoods where nothing was done."),
    ),
]


def newest_releases() -> list[Release]:
    """The newest release of each organisation that has one."""
    newest: dict[int, Release] = {}
    for release in Release.objects.filter(withdrawn_at=None).select_related("organisation"):
        newest.setdefault(release.organisation_id, release)
    return list(newest.values())


def _units(releases: list[Release]) -> dict[int, list[ReportingUnit]]:
    units: dict[int, list[ReportingUnit]] = {}
    found = ReportingUnit.objects.filter(organisation__releases__in=releases).distinct()
    for unit in found.select_related("municipality"):
        units.setdefault(unit.organisation_id, []).append(unit)
    return units


def public_examples(releases: list[Release]) -> dict[str, str]:
    """Addresses of pages that anyone may open, with numbers where there are any."""
    examples = {
        "map": navigation.address("map_index"),
        "datasets": navigation.address("datasets"),
        "lessons": navigation.address("lessons"),
        "public_index": navigation.address("public_index"),
    }
    examples["municipality"] = examples["neighbourhood"] = examples["public_index"]
    units = _units(releases)
    for release in releases:
        for unit in units.get(release.organisation_id, [])[:1]:
            code = unit.municipality.code
            examples["municipality"] = navigation.address("public_municipality", code=code)
            examples["map"] = navigation.address("map", code=code) or examples["map"]
        shown = (
            PublicNumber.objects.filter(release=release, area__kind="BU", value__isnull=False)
            .order_by("-n", "pk")
            .select_related("area")
            .first()
        )
        if shown and shown.area:
            code = shown.area.code
            examples["neighbourhood"] = navigation.address("public_neighbourhood", code=code)
            break
    return examples


def road(releases: list[Release], place: Organisation | None) -> list[dict[str, Any]]:
    """The six steps; a reader with an organisation gets its own pages."""
    examples, told = public_examples(releases), []
    for chapter in CHAPTERS:
        own = navigation.address(chapter.staff, organisation=place.slug) if place else ""
        url = own or examples[chapter.public]
        told.append({"title": chapter.title, "text": chapter.text, "url": url, "see": chapter.see})
    return told


def news(releases: list[Release]) -> list[dict[str, Any]]:
    """What each newest release holds, in counts, with its pages."""
    units = _units(releases)
    return [
        {
            "release": release,
            "shown": release.numbers.filter(withheld="", value__isnull=False).count(),
            "places": [
                (
                    unit.municipality.name,
                    navigation.address("public_municipality", code=unit.municipality.code),
                )
                for unit in units.get(release.organisation_id, [])
            ],
        }
        for release in releases
    ]
