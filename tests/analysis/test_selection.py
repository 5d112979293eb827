import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sneeuwbal.analysis.selection import Fit, normalised, pairwise_share, rank_acceptability
from sneeuwbal.analysis.weighting import (
    TooNarrow,
    WeightStatement,
    mixed_weight_draws,
    weight_draws,
)

DRAWS = 12_000
# Three places, two criteria, weight w on the first: A wins above 0.6, C below a third.
TRIANGLE = np.array([[1.0, 0.0], [0.6, 0.6], [0.0, 0.9]])


def fresh(seed=1):
    return np.random.default_rng(seed)


def assessed(values, *, top=1, seed=1, draws=DRAWS, **more):
    weights = weight_draws(values.shape[1], draws, rng=fresh(seed))
    return rank_acceptability(values, weights, rng=fresh(seed + 1), top=top, **more)


def test_two_criteria_give_the_shares_worked_out_by_hand():
    found = assessed(TRIANGLE)
    assert found.top_share == pytest.approx([0.4, 0.6 - 1 / 3, 1 / 3], abs=0.015)
    central = [weight[0] for weight in found.central_weight]
    assert central == pytest.approx([0.8, (0.6 + 1 / 3) / 2, 1 / 6], abs=0.015)
    assert found.confidence_factor == (1.0, 1.0, 1.0)


def test_the_thrombolysis_example_of_the_r_package_smaa_is_met():
    """Reference output of smaa 0.3: heparin first in 0.3504 (0.1279 under fixed weights).

    The package ships draws of its measurements; here they are normal with the mean and
    standard deviation of those draws, hence the tolerance of 0.02.
    """
    values = np.array([[0.41172, 0.42486, 0.92578], [0.75139, 0.60837, 0.61515]])
    sd = np.array([[0.12177, 0.15646, 0.07279], [0.08379, 0.15250, 0.16553]])
    free = assessed(values, data_sd=sd)
    assert free.top_share == pytest.approx([0.3504, 0.6496], abs=0.02)
    assert free.central_weight[0] == pytest.approx([0.1865, 0.2772, 0.5363], abs=0.02)
    assert free.central_weight[1] == pytest.approx([0.4073, 0.3641, 0.2285], abs=0.02)
    assert free.confidence_factor == pytest.approx((0.6682, 0.8956), abs=0.035)
    fixed = np.tile([0.5, 0.2, 0.3], (DRAWS, 1))
    under = rank_acceptability(values, fixed, rng=fresh(), top=1, data_sd=sd)
    assert under.top_share[0] == pytest.approx(0.1279, abs=0.02)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 9), st.integers(1, 5), st.booleans(), st.integers(0, 99))
def test_rank_shares_add_up_over_ranks_and_over_places(places, criteria, coarse, seed):
    values = fresh(seed).random((places, criteria))
    values = np.round(values * 2) / 2 if coarse else values
    found = assessed(values, draws=1_500, seed=seed)
    assert found.ranks.sum(axis=0) == pytest.approx(np.ones(places))
    assert found.ranks.sum(axis=1) == pytest.approx(np.ones(places))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 99), st.integers(1, 6))
def test_a_place_never_does_better_than_one_that_beats_it_everywhere(seed, top):
    values = fresh(seed).random((6, 3))
    values[1] = values[0] - 0.1
    found = assessed(values, top=top, draws=1_000, seed=seed)
    assert found.top_share[1] <= found.top_share[0]


def test_equal_places_share_their_ranks():
    found = assessed(np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.1]]))
    assert found.ranks == pytest.approx(np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]))


def test_another_row_order_gives_the_same_shares_in_that_order():
    values = fresh(8).random((7, 3))
    order = fresh(9).permutation(7)
    assert assessed(values[order]).top_share == pytest.approx(assessed(values).top_share[order])


def test_splitting_a_criterion_in_two_halves_changes_nothing():
    values = fresh(8).random((7, 3))
    weights = weight_draws(3, 2_000, rng=fresh())
    split_values = values[:, [0, 1, 2, 2]]
    split_weights = np.column_stack([weights[:, :2], weights[:, 2] / 2, weights[:, 2] / 2])
    before = rank_acceptability(values, weights, rng=fresh(), top=2)
    after = rank_acceptability(split_values, split_weights, rng=fresh(), top=2)
    assert after.top_share == pytest.approx(before.top_share)


def test_uniform_weights_average_out_and_an_order_is_kept():
    free = weight_draws(4, DRAWS, rng=fresh())
    assert free.sum(axis=1) == pytest.approx(np.ones(DRAWS))
    assert free.mean(axis=0) == pytest.approx(np.full(4, 0.25), abs=0.008)
    said = WeightStatement(order=((2,), (0, 1)))
    kept = weight_draws(4, DRAWS, rng=fresh(), statement=said)
    assert (kept[:, [2]] >= kept[:, [0, 1]]).all()
    agreeing = free[(free[:, [2]] >= free[:, [0, 1]]).all(axis=1)]
    assert kept.mean(axis=0) == pytest.approx(agreeing.mean(axis=0), abs=0.01)


def test_a_full_order_of_three_has_the_centroid_weights():
    """Rank-order centroids: 11/18, 5/18 and 2/18 (Barron & Barrett 1996)."""
    said = WeightStatement(order=((0,), (1,), (2,)))
    drawn = weight_draws(3, DRAWS, rng=fresh(), statement=said)
    assert drawn.mean(axis=0) == pytest.approx([11 / 18, 5 / 18, 2 / 18], abs=0.007)


def test_ranges_are_kept_and_impossible_ones_refused():
    said = WeightStatement(ranges={0: (0.2, 0.4)})
    kept = weight_draws(3, 3_000, rng=fresh(), statement=said)
    assert kept.shape == (3_000, 3)
    assert kept[:, 0].min() >= 0.2 and kept[:, 0].max() <= 0.4
    with pytest.raises(TooNarrow):
        narrow = WeightStatement(ranges={0: (0.7, 0.8), 1: (0.7, 0.8)})
        weight_draws(3, 3_000, rng=fresh(), statement=narrow)


def test_participants_count_equally_when_their_weights_are_mixed():
    first = WeightStatement(order=((0,), (1,)))
    second = WeightStatement(order=((1,), (0,)))
    mixed = mixed_weight_draws((first, second), 2, draws=4_000, rng=fresh())
    assert (mixed[:, 0] > mixed[:, 1]).mean() == 0.5


def test_a_place_that_is_seldom_first_has_no_central_weight():
    found = assessed(np.array([[1.0, 1.0], [0.5, 0.5], [0.0, 1.0]]))
    assert found.central_weight[1] is None and found.confidence_factor[1] is None
    assert found.never_first.tolist() == [False, True, True]


def test_the_middle_group_is_told_which_criterion_decides():
    found = assessed(TRIANGLE)
    assert found.label == (Fit.DEPENDS_ON_CHOICE,) * 3
    assert found.deciding[0] is not None
    clear = assessed(np.array([[1.0, 0.9], [0.2, 0.1]]))
    assert clear.label == (Fit.NEARLY_CERTAIN, Fit.NEARLY_CERTAINLY_NOT)
    assert clear.deciding == (None, None)


def test_weight_on_the_criterion_that_decides_moves_a_place_the_way_it_says():
    values = np.array([[1.0, 0.2, 0.5], [0.2, 0.8, 0.5], [0.3, 0.7, 0.55], [0.5, 0.5, 0.4]])
    found = assessed(values)
    place = 0
    criterion, helps = found.deciding[place], found.deciding_helps[place]
    assert (criterion, helps) == (0, True)
    heavy = WeightStatement(ranges={criterion: (0.5, 1.0)})
    weights = weight_draws(3, DRAWS, rng=fresh(), statement=heavy)
    more = rank_acceptability(values, weights, rng=fresh(), top=1)
    assert more.top_share[place] > found.top_share[place] + 0.1


def test_few_draws_give_no_label():
    assert assessed(TRIANGLE, draws=500).label == (Fit.TOO_FEW,) * 3


def test_a_missing_value_brings_doubt_and_is_never_the_average():
    values = np.array([[np.nan], [0.0], [1.0], [0.4], [0.6]])
    found = assessed(values)
    assert found.ranks[0] == pytest.approx([1 / 8, 1 / 4, 1 / 4, 1 / 4, 1 / 8], abs=0.02)
    alike = assessed(values, similar=np.array([1, 0, 1, 0, 0]))
    assert alike.ranks[0] == pytest.approx([0.5, 0.5, 0, 0, 0])


def test_a_criterion_that_is_missing_everywhere_is_refused():
    with pytest.raises(ValueError, match="missing everywhere"):
        assessed(np.full((3, 1), np.nan))


def test_pairs_of_a_draw_add_up_to_one():
    share = pairwise_share(TRIANGLE, weight_draws(2, 5_000, rng=fresh()), rng=fresh())
    assert share + share.T == pytest.approx(np.ones((3, 3)))
    assert share[0, 1] == pytest.approx(0.4, abs=0.02)


def test_the_same_seed_gives_the_same_answer_and_inputs_are_spared():
    values, sd = fresh(4).random((9, 3)), np.full((9, 3), 0.1)
    values[2, 1] = np.nan
    kept = values.copy()
    once, again = assessed(values, data_sd=sd), assessed(values, data_sd=sd)
    assert (once.ranks == again.ranks).all()
    np.testing.assert_array_equal(values, kept)


def test_criteria_are_brought_to_one_scale_with_higher_better():
    raw = np.array([[10.0, 4.0], [30.0, 2.0], [np.nan, 0.0]])
    values, span = normalised(raw, higher_is_better=np.array([True, False]))
    np.testing.assert_allclose(values, [[0, 0], [1, 0.5], [np.nan, 1]])
    assert span.tolist() == [20, 4]
    with pytest.raises(ValueError, match="criterion 1 is constant"):
        normalised(np.array([[1.0, 2.0], [3.0, 2.0]]), higher_is_better=np.array([True, True]))
