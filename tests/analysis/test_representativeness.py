import numpy as np
import pytest

from sneeuwbal.analysis.representativeness import reach, representation


def test_the_wilson_interval_equals_the_published_example():
    """Newcombe (1998), Stat Med 17:857, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29."""
    for reached, households, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = reach(reached, households)
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.00006)


def test_the_exact_interval_equals_the_published_example():
    """Newcombe (1998), table I, Clopper-Pearson."""
    for reached, households, low, high in (
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ):
        found = reach(reached, households, exact=True)
        assert (found.low, found.high) == pytest.approx((low, high), abs=0.00006)


def test_reach_is_a_share_of_all_households():
    assert reach(40, 800).value == 0.05
    assert reach(0, 0).silence == "no_data"
    with pytest.raises(ValueError):
        reach(9, 8)


def test_a_proportional_reach_has_ratio_one():
    found = representation(np.array([60, 40]), np.array([600, 400]))
    assert [group.value for group in found] == [1, 1]
    assert all(group.low < 1 < group.high for group in found)


def test_who_is_less_present_than_at_home_is_seen():
    owners, tenants = representation(np.array([90, 10]), np.array([500, 500]))
    assert owners.low > 1 and tenants.high < 1
    assert tenants.value == pytest.approx(0.2)


def test_a_group_of_whom_fewer_than_five_were_expected_gets_no_ratio():
    large, small = representation(np.array([50, 8]), np.array([950, 50]))
    assert not large.is_silent
    assert small.silence == "too_few"


def test_a_representative_sample_of_a_hundred_is_seldom_called_skewed():
    """Lowest over highest participation rate would be near 0.5 here, by chance alone."""
    rng = np.random.default_rng(2)
    population = np.full(6, 1000)
    missed = 0
    for _ in range(400):
        found = representation(rng.multinomial(100, population / 6000), population)
        missed += sum(not group.low <= 1 <= group.high for group in found)
    assert missed / 2400 < 0.07
