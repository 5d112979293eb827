"""The rule that turns figures into a grade, for every combination that can occur."""

from itertools import product

import pytest

from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning import grades
from sneeuwbal.learning.grades import Basis, Design, computed_grade, lowered_grade, weaker
from sneeuwbal.learning.models import Grade

# What supports a lesson, in ten cases, and the grade it gives before anything contradicts it.
# "none" means: the grade of an untested claim, S or G.
SUPPORT = {
    "nothing": ([], "none"),
    "one too small figure": ([Basis(1, counts=False, excludes_no_effect=True)], "none"),
    "two too small figures": (
        [Basis(town, counts=False, excludes_no_effect=True) for town in (1, 2)],
        "none",
    ),
    "one figure": ([Basis(1, counts=True, excludes_no_effect=False)], "D"),
    "one clear figure": ([Basis(1, counts=True, excludes_no_effect=True)], "D"),
    "two clear figures of one organisation": (
        [Basis(1, counts=True, excludes_no_effect=True)] * 2,
        "D",
    ),
    "two organisations, one of them clear": (
        [Basis(town, counts=True, excludes_no_effect=town == 1) for town in (1, 2)],
        "D",
    ),
    "two organisations, one of them too small": (
        [Basis(town, counts=town == 1, excludes_no_effect=True) for town in (1, 2)],
        "D",
    ),
    "two organisations, both clear": (
        [Basis(town, counts=True, excludes_no_effect=True) for town in (1, 2)],
        "C",
    ),
    "a clear quasi-experiment": (
        [Basis(1, counts=True, excludes_no_effect=True, design=Design.QUASI)],
        "B",
    ),
    "an unclear quasi-experiment": (
        [Basis(1, counts=True, excludes_no_effect=False, design=Design.QUASI)],
        "D",
    ),
    "a clear draw": (
        [Basis(1, counts=True, excludes_no_effect=True, design=Design.RANDOMISED)],
        "A",
    ),
    "a draw that is too small": (
        [Basis(1, counts=False, excludes_no_effect=True, design=Design.RANDOMISED)],
        "none",
    ),
}
AGAINST = {
    "nothing": ([], False),
    "too small": ([Basis(3, counts=False, excludes_no_effect=True)], False),
    "one": ([Basis(3, counts=True, excludes_no_effect=False)], True),
    "two": ([Basis(town, counts=True, excludes_no_effect=True) for town in (3, 4)], True),
}
ONE_DOWN = {"A": "B", "B": "C", "C": "D", "D": "none", "none": "none"}


@pytest.mark.parametrize(
    ("support", "against", "from_approach"), list(product(SUPPORT, AGAINST, (True, False)))
)
def test_every_combination_has_its_written_grade(support, against, from_approach):
    supporting, before = SUPPORT[support]
    contradicting, lowers = AGAINST[against]
    expected = ONE_DOWN[before] if lowers else before
    untested = "S" if from_approach else "G"
    found = computed_grade(supporting, contradicting, from_approach=from_approach)
    assert found == (untested if expected == "none" else expected)


@pytest.mark.parametrize(("computed", "by_hand"), list(product(Grade, ["", *Grade])))
def test_by_hand_a_grade_is_only_lowered(computed, by_hand):
    strength = "ABCD"
    found = lowered_grade(computed, by_hand)
    if by_hand in weaker(computed):
        assert found == by_hand
        assert computed in strength and strength.find(computed) < (
            strength.find(by_hand) if by_hand in strength and by_hand else 4
        )
    else:
        assert found == computed


def test_an_untested_claim_cannot_be_lowered_or_raised():
    assert weaker("S") == weaker("G") == []


def test_no_method_in_use_reaches_a_or_b():
    assert grades.DESIGNS == {}


@pytest.mark.parametrize(
    ("kind", "low", "high", "clear"),
    [
        ("snowball", 0.2, 0.7, True),
        ("snowball", 1.1, 1.9, True),
        ("snowball", 0.8, 1.2, False),
        ("snowball", 1.0, 1.9, False),
        ("snowball", None, None, False),
        ("growth", 1.2, 2.0, True),
        ("growth", 0.9, 2.0, False),
        ("reach", 0.1, 0.2, False),
        ("cost", 10.0, 20.0, False),
    ],
)
def test_only_an_interval_without_no_effect_is_clear(kind, low, high, clear):
    figure = Figure(organisation_id=1, kind=kind, value=0.5, low=low, high=high, n=50, method="m")
    assert grades.basis_of(figure).excludes_no_effect is clear


@pytest.mark.parametrize(
    ("value", "n", "counts"), [(0.5, 20, True), (0.5, 19, False), (None, 400, False)]
)
def test_a_figure_counts_from_twenty_households_and_with_a_value(value, n, counts):
    figure = Figure(organisation_id=1, kind="snowball", value=value, n=n, method="m")
    assert grades.basis_of(figure).counts is counts
