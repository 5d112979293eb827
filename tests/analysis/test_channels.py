"""What each channel adds: three ways of counting that a household is reached once."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sneeuwbal.analysis.channels import channel_reach


def drawn(seed, households=200):
    rng = np.random.default_rng(seed)
    return rng.random((households, 4)) < [0.3, 0.2, 0.1, 0.02]


def shapley_by_enumeration(touched):
    channels = range(touched.shape[1])

    def reach(some):
        return touched[:, list(some)].any(axis=1).sum() if some else 0

    values = []
    for one in channels:
        others = [other for other in channels if other != one]
        values.append(
            sum(
                factorial(size)
                * factorial(len(others) - size)
                / factorial(len(others) + 1)
                * (reach((*some, one)) - reach(some))
                for size in range(len(others) + 1)
                for some in combinations(others, size)
            )
        )
    return values


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_shares_are_the_shapley_values_and_add_up_to_the_total(seed):
    touched = drawn(seed)
    found = channel_reach(touched, rng=np.random.default_rng(1), draws=50)
    shares = [one.value for one in found.shares]
    assert shares == pytest.approx(shapley_by_enumeration(touched))
    assert sum(shares) == pytest.approx(found.total.value, abs=1e-9)


def test_leave_one_out_counts_only_whom_no_other_channel_reached():
    touched = np.array([[1, 0], [1, 1], [0, 1], [0, 0]] * 10, bool)
    found = channel_reach(touched, rng=np.random.default_rng(1))
    assert [one.value for one in found.touched] == [20, 20]
    assert [one.value for one in found.only] == [10, 10]
    assert [one.value for one in found.shares] == [15, 15]
    assert found.total.value == 30


def test_a_channel_that_reached_nobody_gets_nothing():
    touched = np.column_stack([np.ones(40, bool), np.zeros(40, bool)])
    found = channel_reach(touched, rng=np.random.default_rng(1))
    assert (found.shares[1].value, found.shares[1].low, found.shares[1].high) == (0, 0, 0)


def test_neighbourhoods_that_differ_widen_the_interval():
    keen = np.repeat(np.arange(10) % 2 == 0, 40)
    touched = np.column_stack([keen, ~keen & (np.arange(400) % 4 == 0)])
    alone = channel_reach(touched, rng=np.random.default_rng(1))
    together = channel_reach(
        touched, rng=np.random.default_rng(1), clusters=np.repeat(np.arange(10), 40)
    )
    assert together.shares[0].value == alone.shares[0].value
    assert together.shares[0].high > alone.shares[0].high


def test_few_households_or_clusters_give_silence():
    few = channel_reach(np.ones((5, 3), bool), rng=np.random.default_rng(1))
    assert few.total.silence == "too_few" and len(few.shares) == 3
    nobody = channel_reach(np.zeros((0, 3), bool), rng=np.random.default_rng(1))
    assert nobody.total.silence == "no_data"
    two = np.repeat([0, 1], 50)
    assert channel_reach(drawn(1, 100), rng=np.random.default_rng(1), clusters=two).total.is_silent
