"""The written rule that turns linked figures into a grade. Only lowering is done by hand.

1. A figure counts when it has a value and stands on enough households (`settings.LABEL_MINIMUM`).
2. Without supporting figures that count, a claim of the approach is S and any other a guess, G.
3. A supporting figure that counts makes it D: a single case.
4. In two or more organisations, each with an interval that excludes "no effect", it is C.
5. Only a quasi-experiment gives B and only a draw gives A; no method in use is one yet.
6. A figure that counts and contradicts lowers A to D by one step. D falls to G, or to S for a
   claim of the approach: what its makers say, and nothing more.
7. By hand a grade is only lowered, with a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning.models import Grade, Lesson

# The value that means "no effect": R = 1 keeps its size, a ratio of 1 is no difference.
NO_EFFECT: dict[str, float] = {Figure.Kind.SNOWBALL: 1.0, Figure.Kind.GROWTH: 1.0}
ENOUGH_ORGANISATIONS = 2


class Design(StrEnum):
    """How strong a study is by the way it was set up."""

    RANDOMISED = "randomised"
    QUASI = "quasi"
    DESCRIPTIVE = "descriptive"


# Methods of figures that are more than a description. Empty until such a figure exists.
DESIGNS: dict[str, Design] = {}


@dataclass(frozen=True)
class Basis:
    """What the rule needs to know of one linked figure."""

    organisation: int
    counts: bool
    excludes_no_effect: bool
    design: Design = Design.DESCRIPTIVE


@dataclass(frozen=True)
class Finding:
    """The grade of a lesson, and what it would be without lowering by hand."""

    grade: Grade
    computed: Grade
    contradicted: bool

    @property
    def lowered(self) -> bool:
        """Whether someone lowered the grade by hand."""
        return self.grade != self.computed


def basis_of(figure: Figure) -> Basis:
    """Read a figure the way the rule does."""
    nothing = NO_EFFECT.get(figure.kind)
    bounded = nothing is not None and figure.low is not None and figure.high is not None
    return Basis(
        organisation=figure.organisation_id,
        counts=figure.value is not None and figure.n >= settings.LABEL_MINIMUM,
        excludes_no_effect=bounded and not figure.low <= nothing <= figure.high,  # type: ignore[operator]
        design=DESIGNS.get(figure.method, Design.DESCRIPTIVE),
    )


def computed_grade(
    supporting: Iterable[Basis], contradicting: Iterable[Basis], *, from_approach: bool
) -> Grade:
    """The grade that follows from the figures alone."""
    untested = Grade.S if from_approach else Grade.G
    standing = [basis for basis in supporting if basis.counts]
    if not standing:
        return untested
    grade = _supported(standing)
    if any(basis.counts for basis in contradicting):
        return {Grade.A: Grade.B, Grade.B: Grade.C, Grade.C: Grade.D}.get(grade, untested)
    return grade


def _supported(standing: list[Basis]) -> Grade:
    clear = [basis for basis in standing if basis.excludes_no_effect]
    if any(basis.design == Design.RANDOMISED for basis in clear):
        return Grade.A
    if any(basis.design == Design.QUASI for basis in clear):
        return Grade.B
    if len({basis.organisation for basis in clear}) >= ENOUGH_ORGANISATIONS:
        return Grade.C
    return Grade.D


def weaker(grade: str) -> list[Grade]:
    """The grades below this one; a guess and an untested claim are both the lowest."""
    order = [Grade.A, Grade.B, Grade.C, Grade.D]
    if grade not in order:
        return []
    return [*order[order.index(Grade(grade)) + 1 :], Grade.G]


def lowered_grade(computed: Grade, lowered_to: str) -> Grade:
    """The weaker of the computed grade and the one set by hand."""
    return Grade(lowered_to) if lowered_to in weaker(computed) else computed


def finding_of(lesson: Lesson) -> Finding:
    """The grade of a lesson from all that is linked to it."""
    contradicting = [basis_of(figure) for figure in lesson.contradicting.all()]
    computed = computed_grade(
        (basis_of(figure) for figure in lesson.supporting.all()),
        contradicting,
        from_approach=lesson.from_approach,
    )
    return Finding(
        grade=lowered_grade(computed, lesson.lowered_to),
        computed=computed,
        contradicted=any(basis.counts for basis in contradicting),
    )
