import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sneeuwbal.analysis.costs import (
    cost_of_effect,
    cost_per_additional_household,
    cost_per_household,
    fieller_interval,
    poisson_interval,
)
from sneeuwbal.analysis.costs_coverage import TRUTH, draw_places, fieller_held, intervals_held
from sneeuwbal.analysis.estimate import Estimate, Silence, silent
from sneeuwbal.analysis.resampling import MIN_PLACES, resampled_cost


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


def test_the_fieller_interval_equals_the_reference_program():
    """Regression test of DCSTATS (DC-PROGS, Colquhoun's programs, after Finney's book).

    14 with standard error 3 over 7 with standard error 2, independent, 12 observations: there
    0.889734 to 5.836045, held to a ten-thousandth; ours differ by 4e-6 at most.
    """
    found = fieller_interval(14, 7, var_numerator=9, var_denominator=4, degrees_of_freedom=10)
    assert found == pytest.approx((0.889734, 5.836045), abs=5e-6)


@pytest.mark.parametrize("freedom", [10, 40])
def test_the_fieller_interval_covers_as_often_as_it_says(freedom):
    rng = np.random.default_rng(5)
    held, bounded = fieller_held(0.15, runs=1500, rng=rng, degrees_of_freedom=freedom)
    assert 0.935 <= held <= 0.965
    assert bounded > 0.99


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


def share(value, low, high):
    """An effect as a share of the households."""
    return Estimate(value, low, high, n=24, method="group-time", unit="share")


def test_the_cost_of_an_effect_is_the_cost_over_its_ends():
    found = cost_of_effect(90_000, share(0.02, 0.01, 0.03), households=3000)
    assert (found.low, found.value, found.high) == pytest.approx((1000, 1500, 3000))
    same = cost_per_additional_household(90_000, 60, sd_additional=30 / 1.959964)
    assert (same.low, same.high) == pytest.approx((found.low, found.high), rel=1e-5)


@pytest.mark.parametrize(
    "effect",
    [
        share(0.02, -0.001, 0.05),
        share(0.02, 0.0, 0.05),
        share(-0.02, -0.03, -0.01),
        silent(Silence.TOO_FEW, n=4, method="group-time"),
    ],
)
def test_where_the_effect_holds_zero_its_cost_is_not_determinable(effect):
    found = cost_of_effect(90_000, effect, households=3000)
    assert found.silence == "not_determinable"
    assert (found.value, found.low, found.high) == (None, None, None)


def test_the_resampled_interval_covers_other_programmes_and_the_poisson_one_does_not():
    held = intervals_held(20, runs=300, rng=np.random.default_rng(3), draws=499)
    assert 0.90 <= held.resampled <= 0.98
    assert held.poisson < 0.5
    assert held.spoken == 300


def test_resampling_gives_the_same_ratio_of_sums_in_any_order():
    cost, households = draw_places(15, np.random.default_rng(8))
    found = resampled_cost(cost, households, rng=np.random.default_rng(1))
    assert found.value == cost_per_household(cost.sum(), int(households.sum())).value
    order = np.random.default_rng(2).permutation(15)
    again = resampled_cost(cost[order], households[order], rng=np.random.default_rng(1))
    assert (again.low, again.high) == pytest.approx((found.low, found.high))
    assert found.low < TRUTH < found.high


def test_what_the_programme_shares_raises_the_cost_but_hardly_the_spread():
    cost, households = draw_places(15, np.random.default_rng(8))
    apart = resampled_cost(cost, households, rng=np.random.default_rng(1))
    shared = resampled_cost(cost, households, rng=np.random.default_rng(1), shared_eur=50_000)
    assert shared.value - apart.value == pytest.approx(50_000 / households.sum())
    assert shared.low > apart.low


def test_too_few_neighbourhoods_or_households_give_no_resampled_cost():
    rng = np.random.default_rng(1)
    few = resampled_cost(np.full(MIN_PLACES - 1, 9.0), np.ones(MIN_PLACES - 1, int), rng=rng)
    assert few.silence == "too_few"
    one_place = np.zeros(10, int)
    one_place[3] = 40
    assert resampled_cost(np.full(10, 9.0), one_place, rng=rng).silence == "not_determinable"
    assert resampled_cost(np.zeros(10), np.ones(10, int), rng=rng).silence == "no_data"
    same = resampled_cost(np.full(10, 9.0), np.full(10, 3), rng=rng)
    assert same.silence == "not_determinable"  # without any difference nothing can be said
    with pytest.raises(ValueError, match="length"):
        resampled_cost(np.zeros(3), np.zeros(4, int), rng=rng)
    with pytest.raises(ValueError, match="negative"):
        resampled_cost(np.full(9, -1.0), np.ones(9, int), rng=rng)
