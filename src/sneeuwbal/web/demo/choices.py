"""A selection round of the demo with three people's weights, and the schedule that follows."""

from datetime import timedelta

from sneeuwbal.accounts.models import Organisation, Role
from sneeuwbal.places.models import Area, Indicator, Series
from sneeuwbal.planning import plans, schedules
from sneeuwbal.planning.models import Criterion, SelectionRound, Weighing
from sneeuwbal.planning.quarters import quarter_after, quarter_of
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood
from sneeuwbal.web.demo.programme import person
from sneeuwbal.web.demo.towns import LAST_DAY, SEED

CANDIDATE = ProgrammeNeighbourhood.Phase.CANDIDATE
# Indicator, axis, whether more counts for choosing.
CRITERIA = (
    ("trouble_making_ends_meet_share", Criterion.Axis.NEED, True),
    ("volunteering_share", Criterion.Axis.ENERGY, True),
    ("households", Criterion.Axis.CHANCE, True),
    ("loneliness_share", Criterion.Axis.REACHABILITY, False),
)
# Each person's order, as places in CRITERIA; equal ones share a list.
ORDERS = (
    (Role.PROGRAMME_MANAGER, [[1], [0], [2, 3]]),
    (Role.POLICY_ADVISER, [[0], [3], [1], [2]]),
    (Role.DISTRICT_MANAGER, [[1, 3], [0, 2]]),
)


def quiet(share: float, message: str) -> None:
    """Progress of a job that nobody watches."""


def add_choice(organisation: Organisation, programme: Programme) -> None:
    """Add an evaluated round over the candidates, and a schedule of the best ones."""
    candidates = Area.objects.filter(
        pk__in=programme.neighbourhoods.filter(phase=CANDIDATE).values("area")
    )
    chosen = SelectionRound.objects.create(
        programme=programme,
        name="Welke buurten nu?",
        held_on=LAST_DAY - timedelta(days=20),
        places=max(2, candidates.count() // 2),
        seed=SEED,
    )
    chosen.candidates.set(candidates)
    criteria = _criteria(chosen)
    for role, order in ORDERS:
        tiers = [[criteria[place].pk for place in tier if place < len(criteria)] for tier in order]
        Weighing.objects.create(
            round=chosen,
            participant=person(organisation, role),
            order=[tier for tier in tiers if tier],
        )
    plans.evaluate_round(progress=quiet, organisation=organisation.slug, round_id=chosen.pk)
    best = chosen.results.order_by("-top_share")[: chosen.places + 2]
    schedules.make_schedule(
        progress=quiet,
        organisation=organisation.slug,
        programme_id=programme.pk,
        first_quarter=quarter_after(quarter_of(LAST_DAY), 1).isoformat(),
        quarters=7,
        codes=[result.area.code for result in best.select_related("area")],
        round_id=chosen.pk,
        made_by=person(organisation, Role.PROGRAMME_MANAGER).pk,
    )


def _criteria(chosen: SelectionRound) -> list[Criterion]:
    """The criteria that the loaded statistics know."""
    found = []
    for position, (key, axis, higher) in enumerate(CRITERIA):
        series = (
            Series.objects.filter(indicator__key=key, empty=False, values__value__isnull=False)
            .order_by("-year")
            .first()
        )
        if series:
            found.append(
                Criterion.objects.create(
                    round=chosen,
                    indicator=Indicator.objects.get(key=key),
                    year=series.year,
                    axis=axis,
                    higher_is_better=higher,
                    position=position,
                )
            )
    return found
