import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sneeuwbal.analysis.costs import (
    cost_per_additional_household,
    cost_per_household,
    fieller_interval,
    poisson_interval,
)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_the_exact_poisson_interval_equals_the_printed_table(count, low, high):
    """95% limits as printed in the usual tables after Garwood (1936) and Ulm (1990)."""
    assert poisson_interval(count) == pytest.approx((low, high), abs=0.0006)


def test_cost_per_household_is_a_ratio_of_sums():
    found = cost_per_household(40_000, 50)
    assert found.value == 800
    assert found.low == pytest.approx(40_000 / poisson_interval(50)[1])
    assert found.high == pytest.approx(40_000 / poisson_interval(50)[0])


def test_without_households_the_cost_is_not_determinable_but_has_a_floor():
    found = cost_per_household(40_000, 0)
    assert found.silence == "not_determinable"
    assert found.low == pytest.approx(40_000 / 3.689, rel=1e-3)


@given(st.floats(0.1, 50))
def test_counting_in_other_money_scales_the_figure(factor):
    once, scaled = cost_per_household(9_000, 12), cost_per_household(9_000 * factor, 12)
    for name in ("low", "value", "high"):
        assert getattr(scaled, name) == pytest.approx(factor * getattr(once, name))


def test_the_fieller_bounds_solve_their_own_equation():
    a, b, var_a, var_b, cov = 9.0, 4.0, 1.2, 0.5, 0.3
    for ratio in fieller_interval(a, b, var_numerator=var_a, var_denominator=var_b, covariance=cov):
        distance = (a - ratio * b) ** 2
        assert distance == pytest.approx(
            1.959964**2 * (var_a - 2 * ratio * cov + ratio**2 * var_b), rel=1e-5
        )


def test_the_fieller_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(5)
    a, b = rng.normal(9, 1, 4000), rng.normal(4, 0.6, 4000)
    covered = 0
    for top, bottom in zip(a, b, strict=True):
        found = fieller_interval(top, bottom, var_numerator=1, var_denominator=0.36)
        covered += found is None or found[0] <= 9 / 4 <= found[1]
    assert 0.94 <= covered / 4000 <= 0.96


def test_an_effect_that_may_be_zero_gives_no_cost_per_additional_household():
    unclear = cost_per_additional_household(90_000, 20, sd_additional=11, n=60)
    assert unclear.silence == "not_determinable" and unclear.low is None
    clear = cost_per_additional_household(90_000, 20, sd_additional=4, n=60)
    assert clear.low < clear.value == 4500 < clear.high


def test_a_negative_effect_has_no_cost_per_additional_household():
    assert cost_per_additional_household(90_000, -20, sd_additional=2).is_silent


def test_impossible_variances_are_refused():
    with pytest.raises(ValueError, match="belong together"):
        fieller_interval(1, 1, var_numerator=1, var_denominator=1, covariance=2)
