"""Naming places among many: often nobody, and seldom wrongly."""

import numpy as np
import pytest

from sneeuwbal.analysis.pooling.naming import growing_places, named_places


def names(effects, variances, **others):
    found = named_places(effects, variances, rng=np.random.default_rng(3), **others)
    return [place for place, one in enumerate(found) if one.named]


def test_the_adjusted_p_values_equal_the_published_example():
    """Benjamini & Hochberg (1995), section 4: at 0.05 the four smallest of fifteen."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    chance = 1 - np.array(p)
    assert growing_places(chance, dependent=False, false_share=0.05) == (0, 1, 2, 3)


def test_the_list_may_be_empty():
    rng = np.random.default_rng(6)
    assert names(rng.normal(0, 0.3, 40), np.full(40, 0.09)) == []
    assert growing_places(np.full(40, 0.9)) == ()
    assert growing_places(np.zeros(0)) == ()
    assert named_places(np.zeros(0), np.zeros(0), rng=rng) == ()


def test_what_truly_stands_out_is_named_and_drawn_towards_the_mean():
    effects = np.concatenate([np.random.default_rng(6).normal(0, 0.2, 30), [1.5]])
    found = named_places(effects, np.full(31, 0.04), rng=np.random.default_rng(3))
    assert found[30].named and 0 < found[30].figure.value < 1.5
    assert found[30].probability_in_top > 0.99


def test_a_sign_that_does_not_hold_takes_the_name_away():
    effects, holds = np.array([1.5, 1.6, 0.0, 0.1, -0.1, 0.0]), np.array([False] + [True] * 5)
    assert names(effects, np.full(6, 0.02)) == [0, 1]
    assert names(effects, np.full(6, 0.02), sign_holds=holds) == [1]


def test_shared_shocks_ask_for_more_certainty():
    effects = np.concatenate([np.linspace(-0.5, 0.5, 30), [0.7]])
    variances = np.full(31, 0.06)
    assert names(effects, variances) == [30]
    assert names(effects, variances, dependent=True) == []


def test_a_place_certain_in_itself_is_not_named_when_far_too_many_are_looked_at():
    chance = np.concatenate([[0.97], np.full(199, 0.5)])
    assert growing_places(chance[:1]) == (0,)
    assert growing_places(chance) == ()


def test_the_chances_of_being_in_the_top_add_up_to_its_size():
    rng = np.random.default_rng(2)
    found = named_places(rng.normal(0, 1, 20), np.full(20, 0.3), rng=rng, top=5)
    assert sum(one.probability_in_top for one in found) == pytest.approx(5)
    same = named_places(np.zeros(20), np.full(20, 0.3), rng=rng, top=5)
    assert max(one.probability_in_top for one in same) < 0.3


def test_row_order_and_a_repeat_change_nothing():
    rng = np.random.default_rng(4)
    effects, variances = rng.normal(0.2, 0.5, 12), rng.uniform(0.02, 0.2, 12)
    order = rng.permutation(12)
    before = names(effects, variances)
    assert sorted(order[names(effects[order], variances[order])]) == before
    kept = effects.copy()
    assert names(effects, variances) == before
    np.testing.assert_array_equal(effects, kept)


def test_one_in_ten_named_at_most_is_named_by_chance():
    """Towns with a few places of true effect among many without: false share over towns."""
    rng = np.random.default_rng(2026)
    false_share, found = [], 0
    for _ in range(120):
        truth = np.concatenate([np.zeros(35), np.full(5, 0.8)])
        variances = rng.uniform(0.02, 0.15, 40)
        named = names(rng.normal(truth, np.sqrt(variances)), variances, draws=20)
        wrong = sum(truth[one] == 0 for one in named)
        false_share.append(wrong / max(len(named), 1))
        found += len(named) - wrong
    assert np.mean(false_share) <= 0.10
    assert found > 120


def test_bad_input_raises():
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError):
        named_places(np.zeros(3), np.ones(3), rng=rng, sign_holds=np.ones(2, bool))
    with pytest.raises(ValueError):
        growing_places(np.array([1.2]))
