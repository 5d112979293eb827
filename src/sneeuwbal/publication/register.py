"""The register of neighbourhoods: each one that was ever started stays, also when it failed."""

from dataclasses import dataclass

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence.models import Figure
from sneeuwbal.publication.models import PublicNumber, Release
from sneeuwbal.roadmap.models import ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase
NOT_STARTED = (Phase.CANDIDATE, Phase.COMPARISON)


@dataclass(frozen=True)
class Entry:
    """One started neighbourhood with its public numbers."""

    neighbourhood: ProgrammeNeighbourhood
    snowball: PublicNumber | None
    reach: PublicNumber | None
    participants: PublicNumber | None

    @property
    def verdict(self) -> str:
        """What may be said about spread; empty when nothing can be said."""
        shown = self.snowball is not None and not self.snowball.withheld
        return self.snowball.verdict if self.snowball and shown else ""

    @property
    def hidden(self) -> bool:
        """Whether its result is withheld because too few people stand behind it."""
        return self.snowball is None or bool(self.snowball.withheld)


def entries(
    organisation: Organisation, release: Release, *, municipality_code: str = ""
) -> list[Entry]:
    """All neighbourhoods that were started, by name; rows equal neighbourhoods started."""
    started = (
        ProgrammeNeighbourhood.objects.filter(programme__organisation=organisation)
        .exclude(phase__in=NOT_STARTED)
        .select_related("area", "unit__municipality")
        .order_by("area__name")
    )
    if municipality_code:
        started = started.filter(area__municipality_code=municipality_code)
    numbers: dict[int | None, dict[str, PublicNumber]] = {}
    for number in release.numbers.all():
        numbers.setdefault(number.area_id, {})[number.kind] = number
    return [
        Entry(
            row,
            numbers.get(row.area_id, {}).get(Figure.Kind.SNOWBALL),
            numbers.get(row.area_id, {}).get(Figure.Kind.REACH),
            numbers.get(row.area_id, {}).get(Figure.Kind.FUNNEL),
        )
        for row in started
    ]
