"""How many neighbourhoods do we need: equal to the reference software and to simulation."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sneeuwbal.analysis.design.difference import change_sd, difference_power
from sneeuwbal.analysis.design.needed import neighbourhoods_needed
from sneeuwbal.analysis.design.simulated import simulated_difference_power, simulated_wedge_power
from sneeuwbal.analysis.design.wedge import (
    Variation,
    closed_form_variance,
    power,
    share_sd,
    stepped_wedge,
    wedge_power,
    wedge_variance,
)

EFFECT = -0.015
SHARES = Variation(share_sd(0.05, EFFECT), 120, 0.01)
STANDARD = stepped_wedge((6, 6, 6, 6))


def test_the_power_equals_the_examples_of_r_package_swcrtdesign():
    """Examples 1, 2, 3 and 8 of swPwr, to 1e-5 (methods, section 10)."""
    assert power(EFFECT, wedge_variance(STANDARD, SHARES)) == pytest.approx(0.78619, abs=1e-5)
    longer = stepped_wedge((6, 6, 6, 6), after=3)
    assert power(EFFECT, wedge_variance(longer, SHARES)) == pytest.approx(0.81713, abs=1e-5)
    varying = Variation(SHARES.household_sd, 120, 0.01, effect_sd=0.0045)
    assert power(EFFECT, wedge_variance(STANDARD, varying)) == pytest.approx(0.77249, abs=1e-5)
    between = 0.1**2 * 0.02 / 0.98  # intracluster correlation 0.02, of which 0.125 lasts
    normal = Variation(0.1, 120, sqrt(0.125 * between), period_sd=sqrt(0.875 * between))
    assert power(EFFECT, wedge_variance(STANDARD, normal)) == pytest.approx(0.91719, abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=2, max_size=5), st.floats(0.001, 0.2))
def test_the_closed_form_is_the_weighted_least_squares_of_a_complete_design(waves, tau):
    design = stepped_wedge(tuple(waves))
    variation = Variation(0.2, 50, tau)
    closed = closed_form_variance(design, variation)
    assert wedge_variance(design, variation) == pytest.approx(closed, rel=1e-6)


@pytest.mark.parametrize(
    ("clusters", "hundred", "three_hundred"),
    [
        (8, [0.13, 0.35, 0.62], [0.27, 0.74, 0.96]),
        (12, [0.17, 0.48, 0.79], [0.38, 0.89, 1.00]),
        (24, [0.29, 0.77, 0.98], [0.65, 0.99, 1.00]),
        (40, [0.44, 0.94, 1.00], [0.86, 1.00, 1.00]),
    ],
)
def test_the_table_of_the_methods_paper_is_reproduced(clusters, hundred, three_hundred):
    """Methods, 4.3: four waves, baseline 5 %, cluster sd 0.02, one to three points."""
    for households, row in ((100, hundred), (300, three_hundred)):
        found = [
            wedge_power(
                clusters,
                effect,
                variation=Variation(share_sd(0.05, effect), households, 0.02),
                waves=4,
            )
            for effect in (0.01, 0.02, 0.03)
        ]
        assert [round(one, 2) for one in found] == row


def test_a_difference_has_the_power_of_the_product_definition():
    """Noise 1.5 points; three points with 4 to 12 places a side, one point with 16."""
    spread = change_sd(Variation(0.015, 1, 0.1), before=1, after=1)
    found = [
        round(difference_power(0.03, treated=n, controls=n, change_sd=spread), 2)
        for n in (4, 6, 8, 12)
    ]
    assert found == [0.39, 0.60, 0.75, 0.91]
    assert difference_power(0.01, treated=16, controls=16, change_sd=spread) == pytest.approx(
        0.25, abs=0.005
    )


@pytest.mark.parametrize("baseline", [None, 0.05])
@pytest.mark.parametrize("effect_sd", [0.0, 0.0045])
@pytest.mark.parametrize("transition", [0, 1])
def test_the_formula_of_the_stepped_wedge_agrees_with_simulation(baseline, effect_sd, transition):
    variation = Variation(SHARES.household_sd, 120, 0.01, effect_sd=effect_sd)
    design = stepped_wedge((6, 6, 6, 6), after=1, transition=transition)
    drawn = simulated_wedge_power(
        design, EFFECT, variation=variation, rng=np.random.default_rng(2), baseline=baseline
    )
    told = power(EFFECT, wedge_variance(design, variation))
    # Three Monte-Carlo errors, and two points for counts that are not quite normal.
    room = 3 * sqrt(told * (1 - told) / drawn.n) + (0.02 if baseline else 0.0)
    assert drawn.value == pytest.approx(told, abs=room)
    assert drawn.low < drawn.value < drawn.high


def test_without_effect_the_simulated_test_rejects_as_often_as_it_says():
    drawn = simulated_wedge_power(
        STANDARD, 0.0, variation=SHARES, rng=np.random.default_rng(3), runs=4_000
    )
    assert drawn.low < 0.05 < drawn.high


@pytest.mark.parametrize("effect_sd", [0.0, 0.01])
def test_the_formula_of_a_difference_agrees_with_simulation(effect_sd):
    design = {"treated": 6, "controls": 8, "change_sd": 0.02, "effect_sd": effect_sd}
    drawn = simulated_difference_power(0.03, rng=np.random.default_rng(4), runs=20_000, **design)
    # With varying effects Welch's degrees of freedom are themselves estimated.
    room = 0.01 + (0.01 if effect_sd else 0.0)
    assert drawn.value == pytest.approx(difference_power(0.03, **design), abs=room)


def test_transition_periods_are_left_out_and_cost_power():
    design = stepped_wedge((1, 1), after=1, transition=1)
    np.testing.assert_array_equal(design, [[0, np.nan, 1, 1], [0, 0, np.nan, 1]])
    without = stepped_wedge((6,) * 4, after=1)
    left_out = stepped_wedge((6,) * 4, after=1, transition=1)
    assert wedge_variance(left_out, SHARES) > wedge_variance(without, SHARES)
    with pytest.raises(ValueError, match="every period"):
        closed_form_variance(left_out, SHARES)


def test_an_effect_that_grows_has_far_less_power_than_the_formula_promises():
    drawn = simulated_wedge_power(
        STANDARD, EFFECT, variation=SHARES, rng=np.random.default_rng(5), build_up=(0.3, 0.6)
    )
    assert drawn.high < 0.3 < power(EFFECT, wedge_variance(STANDARD, SHARES))


def test_the_smallest_number_that_reaches_the_power_is_found():
    def power_at(clusters):
        variation = Variation(share_sd(0.05, 0.02), 100, 0.02)
        return wedge_power(clusters, 0.02, variation=variation, waves=4)

    found = neighbourhoods_needed(power_at, fewest=4)
    assert power_at(found.clusters) >= 0.8 > power_at(found.clusters - 1)
    assert [number for number, _ in found.curve] == list(range(4, found.clusters + 1))
    assert neighbourhoods_needed(power_at, fewest=4, most=8).clusters is None
    with pytest.raises(ValueError, match="target"):
        neighbourhoods_needed(power_at, fewest=4, target=1.0)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.001, 0.05), st.integers(4, 30), st.integers(20, 400))
def test_more_places_or_households_never_lower_the_power(effect, clusters, households):
    def power_of(number, measured):
        variation = Variation(0.2, measured, 0.02)
        return wedge_power(number, effect, variation=variation, waves=4)

    assert power_of(clusters, households) <= power_of(clusters + 4, households) + 1e-9
    assert power_of(clusters, households) <= power_of(clusters, households + 50) + 1e-9


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: stepped_wedge(()),
        lambda: stepped_wedge((2, 2), before=0),
        lambda: share_sd(0.05, 0.99),
        lambda: Variation(0.0, 100, 0.1),
        lambda: Variation(0.1, 0, 0.1),
        lambda: wedge_variance(stepped_wedge((6,), before=1), SHARES),
        lambda: difference_power(0.1, treated=1, controls=5, change_sd=0.1),
    ],
)
def test_a_design_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        wrong()
