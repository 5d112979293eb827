"""Made-up towns: figures of neighbourhoods that reached so much, and of their town."""

from sneeuwbal.evidence.models import Figure
from sneeuwbal.places.models import Area

HOUSEHOLDS = 400
STAGES = ("approached", "spoken", "participant", "done")


def funnel(area, counts, households):
    """The figure of a funnel in which so many households reached each stage."""
    return Figure(
        kind="funnel",
        area=area,
        n=counts[2],
        method="Wilson",
        details={
            "households": households,
            "not_reached": households - counts[0],
            "stages": [
                {"key": key, "count": count} for key, count in zip(STAGES, counts, strict=True)
            ],
            "exits": [],
        },
    )


def simple(kind, area, n, households):
    """The figure of a count."""
    details = {"households": households, "comparison_participants": 50}
    return Figure(kind=kind, area=area, n=n, value=0.5, method="referrals", details=details)


def town_of(neighbourhoods):
    """Figures of neighbourhoods that reached so much, and of their town."""
    areas = [
        Area(
            pk=number,
            code=f"BU9990{number:04}",
            kind=Area.Kind.NEIGHBOURHOOD,
            municipality_code="GM9990",
        )
        for number in range(1, len(neighbourhoods) + 1)
    ]
    town = Area(pk=99, code="GM9990", kind=Area.Kind.MUNICIPALITY, municipality_code="GM9990")
    sums = [sum(column) for column in zip(*neighbourhoods, strict=True)]
    parts = [(area, counts, HOUSEHOLDS) for area, counts in zip(areas, neighbourhoods, strict=True)]
    figures = []
    for area, counts, households in [*parts, (town, sums, HOUSEHOLDS * len(parts))]:
        figures.append(funnel(area, counts, households))
        figures += [simple(kind, area, counts[2], households) for kind in ("snowball", "cost")]
        figures += [simple(kind, area, counts[1], households) for kind in ("voice", "reach")]
    return figures
