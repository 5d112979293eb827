"""Which share of households may be expected to take part: measured, else an assumption.

Loads no science: the worker plans with it, and pages compare it with what is measured since.
"""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles

from sneeuwbal.evidence.models import Figure
from sneeuwbal.evidence.stored import newest
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

Phase = ProgrammeNeighbourhood.Phase
# Before anything is measured: 15 of 450 households, between 1.4 and 65 (docs/planning.md).
PRIOR_SHARE, PRIOR_LOW, PRIOR_HIGH = 15 / 450, 1.4 / 450, 65 / 450
ENOUGH_NEIGHBOURHOODS = 3
LEAST_SHARE = 0.001  # with nothing to expect there would be nothing to plan
ENOUGH_TIME = timedelta(days=365)
# Below this difference a schedule is not called out of date.
NOTABLE = 0.005


@dataclass(frozen=True)
class Expectation:
    """A share with its range, and in how many neighbourhoods it was measured (0: assumed)."""

    share: float
    low: float
    high: float
    measured: int

    def differs_from(self, share: float, measured: int) -> bool:
        """Whether a plan made with that share would now be made with a notably different one."""
        return bool(measured) != bool(self.measured) or abs(share - self.share) >= NOTABLE


def expectation(programme: Programme) -> Expectation:
    """The measured median with its 10-90 % range, or the assumption with its band.

    Only neighbourhoods that have recruited for a year count: a new one has not had its time.
    """
    measured = sorted(_measured(programme))
    if len(measured) < ENOUGH_NEIGHBOURHOODS:
        return Expectation(PRIOR_SHARE, PRIOR_LOW, PRIOR_HIGH, 0)
    tenths = quantiles(measured, n=10, method="inclusive")
    return Expectation(max(LEAST_SHARE, median(measured)), tenths[0], tenths[-1], len(measured))


def _measured(programme: Programme) -> list[float]:
    begun = dict(
        programme.neighbourhoods.filter(
            phase__in=[Phase.ACTIVE, Phase.AFTERCARE, Phase.STOPPED], recruitment_on__isnull=False
        ).values_list("area_id", "recruitment_on")
    )
    return [
        figure.value
        for figure in newest(programme.organisation)
        if figure.kind == Figure.Kind.FUNNEL
        and figure.value is not None
        and (since := begun.get(figure.area_id or 0)) is not None
        and figure.as_of - since >= ENOUGH_TIME
    ]
