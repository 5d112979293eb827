import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from sneeuwbal.analysis.chains import chains_of_three, generation_of, recruits_of
from sneeuwbal.analysis.delays import PRIOR_DELAY, delay_distribution
from sneeuwbal.analysis.estimate import Verdict
from sneeuwbal.analysis.labels import exceeds_comparison, label
from sneeuwbal.analysis.snowball import (
    dispersion,
    snowball_finding,
    snowball_number,
)

# Secondary cases of the 152 people in the Ebola transmission trees of Conakry (Faye et al.
# 2015, Lancet Infect Dis 15:320), as fitted by Althaus (2015), Lancet Infect Dis 15:507.
CONAKRY = np.array(
    [1, 2, 2, 5, 14, 1, 4, 4, 1, 3, 3, 8, 2, 1, 1, 4, 9, 9, 1, 1, 17, 2, 1, 1, 1, 4, 3, 3, 4, 2]
    + [5, 1, 2, 2, 1, 9, 1, 3, 1, 2, 1, 1, 2]
    + [0] * 109,
    float,
)


def thirty_days(days):
    return np.clip(np.asarray(days, float) / 30, 0, 1)


def town(rng, people=200, r=0.3, k=0.5, longest=400):
    """Recruit counts with known truth, seen after each has been followed for a while."""
    days = rng.uniform(0, longest, people)
    mean = r * PRIOR_DELAY.cdf(days)
    return rng.negative_binomial(k, k / (k + mean)).astype(float), days


def test_the_dispersion_of_the_conakry_outbreak_is_as_published():
    """Althaus (2015) printed R 0.95 and k 0.18."""
    assert CONAKRY.size == 152
    assert CONAKRY.mean() == pytest.approx(0.95, abs=0.005)
    assert dispersion(CONAKRY, np.ones(152)) == pytest.approx(0.18, abs=0.005)


def test_without_overdispersion_the_interval_is_the_closed_gamma_posterior():
    recruits, days = np.array([3, 0, 9, 2, 1]), np.full(5, 90.0)
    found = snowball_number(recruits, days, delay_cdf=thirty_days)
    expected = gamma(1 + 15, scale=1 / (2 + 5))
    assert found.value == pytest.approx(expected.mean())
    assert (found.low, found.high) == pytest.approx(expected.interval(0.95))


def test_the_prior_is_half_a_recruit_with_as_large_a_spread():
    prior = gamma(1, scale=1 / 2)
    assert (prior.mean(), prior.std()) == (0.5, 0.5)


@given(newcomers=st.integers(0, 500))
def test_people_who_joined_today_do_not_lower_the_number(newcomers):
    recruits, days = np.array([9, 0, 7, 3]), np.array([90.0, 80.0, 70.0, 60.0])
    before = snowball_number(recruits, days, delay_cdf=thirty_days)
    recruits = np.append(recruits, np.zeros(newcomers, int))
    days = np.append(days, np.zeros(newcomers))
    after = snowball_number(recruits, days, delay_cdf=thirty_days)
    assert after.value == pytest.approx(before.value)


@given(times=st.integers(2, 20))
def test_more_of_the_same_keeps_the_number_and_narrows_the_interval(times):
    recruits, days = np.array([9, 0, 7, 30, 2]), np.full(5, 60.0)
    once = snowball_number(recruits, days, delay_cdf=thirty_days)
    often = snowball_number(np.tile(recruits, times), np.tile(days, times), delay_cdf=thirty_days)
    ratio = recruits.sum() / 5
    assert abs(often.value - ratio) < abs(once.value - ratio)
    assert often.high - often.low < once.high - once.low


@given(relabelled=st.integers(1, 12))
def test_calling_a_referred_arrival_a_campaign_arrival_never_raises_the_number(relabelled):
    recruits, days = np.full(40, 1.0), np.full(40, 90.0)
    fewer = recruits.copy()
    fewer[:relabelled] = 0
    before = snowball_number(recruits, days, delay_cdf=thirty_days)
    after = snowball_number(fewer, days, delay_cdf=thirty_days)
    assert after.value < before.value


def test_a_few_recruits_give_a_band_and_no_number():
    found = snowball_number(np.array([4, 2, 0, 1]), np.full(4, 90.0), delay_cdf=thirty_days)
    assert found.is_silent and found.silence == "too_few" and found.band == (5, 9)
    assert (found.low, found.high) == (None, None)


def test_uneven_recruiting_widens_the_interval():
    recruits, days = np.full(60, 1.0), np.full(60, 90.0)
    even = snowball_number(recruits, days, delay_cdf=thirty_days)
    uneven = snowball_number(recruits, days, delay_cdf=thirty_days, evenness=0.3)
    assert uneven.low < even.low < even.high < uneven.high


@pytest.mark.parametrize(("recruits", "days"), [([1], [1.0, 2.0]), ([-1], [1.0]), ([1], [-1.0])])
def test_malformed_input_is_refused(recruits, days):
    with pytest.raises(ValueError):
        snowball_number(np.array(recruits), np.array(days), delay_cdf=thirty_days)


def test_when_many_origins_are_unknown_only_bounds_are_given():
    recruits, days = town(np.random.default_rng(3), people=300, r=0.6)
    all_known = snowball_finding(recruits, days, delay_cdf=PRIOR_DELAY.cdf)
    some = snowball_finding(recruits, days, delay_cdf=PRIOR_DELAY.cdf, unknown_origin=90)
    many = snowball_finding(recruits, days, delay_cdf=PRIOR_DELAY.cdf, unknown_origin=120)
    assert many.estimate.silence == "origin_unknown"
    assert many.estimate.low == pytest.approx(all_known.estimate.low)
    assert all_known.estimate.value < some.estimate.value < many.estimate.high


def test_few_recruits_borrow_the_dispersion_of_the_programme():
    few, seen = np.array([1.0, 0, 0, 2]), np.ones(4)
    assert dispersion(few, seen, programme=0.7) == 0.7
    assert dispersion(few, seen) == 0.2


def test_the_delay_distribution_finds_the_truth_behind_cut_off_follow_up():
    rng = np.random.default_rng(11)
    delays, followed = rng.gamma(2.5, 70 / 2.5, 4000), rng.uniform(0, 200, 4000)
    seen = delays <= followed
    assert delays[seen].mean() < 60
    found = delay_distribution(delays[seen], followed[seen])
    assert found.mean_days == pytest.approx(70, rel=0.08)
    assert found.shape == pytest.approx(2.5, rel=0.15)


def test_with_no_or_few_pairs_the_delay_distribution_stays_near_the_prior():
    assert delay_distribution(np.array([]), np.array([])) is PRIOR_DELAY
    one = delay_distribution(np.array([20.0]), np.array([300.0]))
    assert 35 < one.mean_days < 60


def test_a_delay_longer_than_its_follow_up_is_refused():
    with pytest.raises(ValueError, match="follow-up"):
        delay_distribution(np.array([30.0]), np.array([20.0]))


def test_the_labels_follow_the_first_rule_that_holds():
    assert label(participants=19, low=3.0, exceeds_comparison=True) == Verdict.TOO_FEW
    assert label(participants=20, low=1.01, exceeds_comparison=True) == Verdict.SNOWBALL
    assert label(participants=20, low=1.01, exceeds_comparison=False) == Verdict.BOOST
    assert label(participants=20, low=0.11, exceeds_comparison=True) == Verdict.BOOST
    assert label(participants=20, low=0.1, exceeds_comparison=True) == Verdict.NO_SPREAD_SHOWN


@given(low=st.floats(0, 50), people=st.integers(0, 9999))
def test_without_a_known_comparison_nothing_is_a_snowball(low, people):
    found = label(participants=people, low=low, exceeds_comparison=None, generations=(9, 99, 99))
    assert found != Verdict.SNOWBALL


def test_two_lucky_chains_are_no_snowball():
    assert label(participants=90, low=1.2, exceeds_comparison=True, chains=2) == Verdict.BOOST


def test_the_generation_route_counts_only_when_switched_on():
    ordinary = {"participants": 167, "low": 0.2, "exceeds_comparison": True}
    sizes = (120, 36, 11)
    assert label(**ordinary, generations=sizes) == Verdict.BOOST
    assert label(**ordinary, generations=sizes, generation_route=True) == Verdict.SNOWBALL


def test_growth_exceeds_the_comparison_only_when_chance_cannot_explain_it():
    other = {
        "comparison_participants": np.array([5, 8, 6]),
        "comparison_households": np.array([800, 900, 700]),
    }
    assert exceeds_comparison(60, 800, **other) is True
    assert exceeds_comparison(9, 800, **other) is False
    one = {key: value[:1] for key, value in other.items()}
    assert exceeds_comparison(60, 800, **one) is None


def test_generations_and_chains_follow_the_links():
    recruiter = np.array([-1, 0, 1, 2, -1, 4, 0, -1])
    assert generation_of(recruiter).tolist() == [0, 1, 2, 3, 0, 1, 1, 0]
    assert recruits_of(recruiter).tolist() == [2, 1, 1, 0, 1, 0, 0, 0]
    assert chains_of_three(recruiter) == 1


def test_a_circle_of_recruiters_is_refused():
    with pytest.raises(ValueError, match="their own"):
        generation_of(np.array([1, 0]))
