from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sneeuwbal.analysis.estimate import Estimate
from sneeuwbal.analysis.recruiting import (
    EPIDEMIC_PRIOR,
    coefficient_of_variation,
    posterior_quantile,
    probability_above,
)
from sneeuwbal.analysis.renewal.arrivals import infectivity
from sneeuwbal.analysis.renewal.cohorts import attributed, cohort_number
from sneeuwbal.analysis.renewal.intervals import discretised_gamma, weekly_weights
from sneeuwbal.analysis.renewal.late import (
    chain_ladder,
    registered_share,
    registration_triangle,
)
from sneeuwbal.analysis.renewal.links import link_capture, per_capture
from sneeuwbal.analysis.renewal.sizes import size_log_likelihood, size_number
from sneeuwbal.analysis.renewal.sliding import renewal_bounds, renewal_number
from sneeuwbal.analysis.renewal.smoothing import smoothed_number
from sneeuwbal.analysis.renewal.unlabelled import timing_bounds
from sneeuwbal.analysis.spread_coverage import PATTERNS, SHOCK, weekly_runs

WEIGHTS = discretised_gamma(3, 2, steps=30)


def arrivals(rows=3, weeks=40, seed=0):
    rng = np.random.default_rng(seed)
    return rng.poisson(0.8, (rows, weeks)).astype(float), rng.poisson(1.5, (rows, weeks)) * 1.0


def test_the_window_sums_are_those_of_the_formula():
    referred, campaign = arrivals(rows=1)
    expected = np.zeros(40)
    for week in range(40):
        for ago in range(1, min(week, 29) + 1):
            expected[week] += WEIGHTS[ago] * (referred + campaign)[0, week - ago]
    assert infectivity(referred + campaign, WEIGHTS)[0] == pytest.approx(expected)
    found = renewal_number(referred, campaign, weights=WEIGHTS, window=5)
    assert found.exposure[0, 3] == pytest.approx(expected[4:9].sum())
    assert found.recruits[0, 3] == referred[0, 4:9].sum()
    assert (found.first[3], found.last[3]) == (4, 8)


def test_a_campaign_alone_is_no_snowball_however_fast_it_grows():
    growing = np.round(1.3 ** np.arange(30.0))[None]
    found = renewal_number(np.zeros_like(growing), growing, weights=WEIGHTS, window=13)
    naive = renewal_number(growing, np.zeros_like(growing), weights=WEIGHTS, window=13)
    assert found.value[0, -1] < 0.01 < 1 < naive.value[0, -1]


@settings(max_examples=25, deadline=None)
@given(week=st.integers(1, 39), row=st.integers(0, 2))
def test_calling_a_referred_arrival_a_campaign_arrival_never_raises_r(week, row):
    referred, campaign = arrivals()
    moved = referred[row, week]
    fewer, more = referred.copy(), campaign.copy()
    fewer[row, week], more[row, week] = 0, campaign[row, week] + moved
    before = renewal_number(referred, campaign, weights=WEIGHTS, window=13)
    after = renewal_number(fewer, more, weights=WEIGHTS, window=13)
    assert np.all(after.value <= before.value + 1e-12)


def test_every_neighbourhood_is_estimated_on_its_own_and_its_input_spared():
    referred, campaign = arrivals(rows=5)
    kept = referred.copy(), campaign.copy()
    order = [3, 0, 4, 1, 2]
    for estimate in (renewal_number, cohort_number, smoothed_number):
        together = estimate(referred, campaign, weights=WEIGHTS).value
        shuffled = estimate(referred[order], campaign[order], weights=WEIGHTS).value
        np.testing.assert_allclose(shuffled, together[order], rtol=1e-9)
    np.testing.assert_array_equal(kept, (referred, campaign))


@pytest.mark.parametrize("rows", [0, 1])
def test_no_arrivals_give_no_number_and_no_error(rows):
    nothing = np.zeros((rows, 30))
    found = renewal_number(nothing, nothing, weights=WEIGHTS)
    assert not found.sayable.any() and np.isfinite(found.value).all()
    assert smoothed_number(nothing, nothing, weights=WEIGHTS).value.shape == (rows, 30)
    assert cohort_number(nothing, nothing, weights=WEIGHTS).value.shape == (rows, 2)
    if rows:
        assert found.estimate(0).silence == "no_data"


def test_a_history_shorter_than_the_window_has_no_window():
    found = renewal_number(np.ones((2, 5)), np.ones((2, 5)), weights=WEIGHTS, window=26)
    assert found.value.shape == (2, 0)


def test_few_recruits_give_a_band_and_many_a_number():
    referred, campaign = np.zeros((1, 30)), np.zeros((1, 30))
    campaign[0, :5], referred[0, 10] = 10, 7
    found = renewal_number(referred, campaign, weights=WEIGHTS).estimate(0)
    assert (found.silence, found.band, found.n) == ("too_few", (5, 9), 17)
    referred[0, 10] = 60
    found = renewal_number(referred, campaign, weights=WEIGHTS).estimate(0)
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    "change",
    [
        {"weights": np.array([0.5, 0.5])},
        {"weights": np.array([0.0, 0.9, 0.9])},
        {"window": 0},
        {"registered": np.zeros(30)},
        {"campaign": np.full((1, 30), -1.0)},
        {"campaign": np.ones((2, 30))},
    ],
)
def test_malformed_arrivals_are_refused(change):
    given = {"campaign": np.ones((1, 30)), "weights": WEIGHTS} | change
    with pytest.raises(ValueError):
        renewal_number(np.ones((1, 30)), given.pop("campaign"), **given)


def test_for_even_recruiting_the_posterior_is_the_gamma_of_cori():
    shape, rate = np.array([12.0]), np.array([20.0])
    even = posterior_quantile(0.975, shape=shape, rate=rate, size=np.array([np.inf]))
    nearly = posterior_quantile(0.975, shape=shape, rate=rate, size=np.array([1e7]))
    assert nearly == pytest.approx(even, rel=1e-5)
    assert probability_above(float(even[0]), shape=shape, rate=rate, size=np.array([np.inf])) == (
        pytest.approx(0.025)
    )


@given(shape=st.floats(1, 500), rate=st.floats(2, 900), k=st.floats(0.05, 50))
def test_quantiles_and_probabilities_of_the_posterior_agree(shape, rate, k):
    given = {"shape": np.array(shape), "rate": np.array(rate), "size": np.array(k * rate)}
    middle = float(posterior_quantile(0.3, **given))
    assert float(probability_above(middle, **given)) == pytest.approx(0.7, abs=1e-6)
    assert float(coefficient_of_variation(shape=given["shape"], size=given["size"])) > 0


def test_the_bounds_for_unknown_origin_hold_the_number_under_any_split():
    referred, campaign = arrivals()
    unknown = np.random.default_rng(9).poisson(0.7, referred.shape).astype(float)
    low, high = renewal_bounds(referred, campaign, unknown=unknown, weights=WEIGHTS).interval
    for share in (0.0, 0.4, 1.0):
        split = renewal_number(
            referred + share * unknown, campaign + (1 - share) * unknown, weights=WEIGHTS
        )
        assert np.all((low < split.value) & (split.value < high))


@given(seed=st.integers(0, 500))
def test_cohorts_bring_in_exactly_the_referred_who_could_be_brought_in(seed):
    """Conservation: imported arrivals are nobody's recruit, and no recruit counts twice."""
    referred, campaign = arrivals(seed=seed)
    given = infectivity(referred + campaign, WEIGHTS) > 0
    total = attributed(referred, campaign, weights=WEIGHTS).sum(axis=1)
    assert total == pytest.approx((referred * given).sum(axis=1))


def test_people_who_joined_this_week_do_not_lower_the_number_of_their_cohort():
    referred, campaign = arrivals()
    more = campaign.copy()
    more[:, -1] += 200
    before = cohort_number(referred, campaign, weights=WEIGHTS).value
    after = cohort_number(referred, more, weights=WEIGHTS).value
    assert after == pytest.approx(before)


def test_the_smoothed_line_is_the_exact_posterior_of_a_small_case():
    """Every path of three weeks over three values of R, weighed one by one."""
    referred, campaign = np.array([[0.0, 3, 9]]), np.array([[10.0, 5, 0]])
    weights, drift = np.array([0, 0.7, 0.3]), 0.4
    values = np.linspace(np.sqrt(0.2), np.sqrt(2.0), 3) ** 2
    rates = infectivity(referred + campaign, weights)[0]
    step = np.exp(-(((values - values[:, None]) / (drift * np.sqrt(values[:, None]))) ** 2) / 2)
    step *= np.sqrt(values)
    step /= step.sum(axis=1, keepdims=True)
    start = np.exp(-2 * values) * np.sqrt(values)
    weight, mean = 0.0, np.zeros(3)
    for path in product(range(3), repeat=3):
        chance = start[path[0]] * step[path[0], path[1]] * step[path[1], path[2]]
        for week in (1, 2):
            rate = rates[week] * values[path[week]]
            chance *= rate ** referred[0, week] * np.exp(-rate)
        weight += chance
        mean += chance * values[list(path)]
    found = smoothed_number(referred, campaign, weights=weights, drift=drift, grid=(0.2, 2.0, 3))
    assert found.value[0] == pytest.approx(mean / weight)


def test_the_smoothed_line_follows_a_change_of_r():
    rng = np.random.default_rng(5)
    referred, campaign = np.zeros((1, 100)), np.full((1, 100), 20.0)
    truth = np.where(np.arange(100) < 50, 0.9, 0.2)
    for week in range(1, 100):
        rate = infectivity(referred + campaign, WEIGHTS)[0, week]
        referred[0, week] = rng.poisson(truth[week] * rate)
    found = smoothed_number(referred, campaign, weights=WEIGHTS)
    inside = (found.low[0] <= truth) & (truth <= found.high[0])
    assert inside[[*range(10, 46), *range(56, 95)]].mean() > 0.85
    assert found.value[0, 30:45].mean() > 0.75 > 0.35 > found.value[0, 60:90].mean()


def test_group_sizes_give_one_minus_one_over_their_mean_whatever_k():
    sizes = np.array([1] * 20 + [2, 3, 4, 5, 3, 2])
    for k in (0.2, 5.0):
        found = size_number(sizes, dispersion=k)
        assert found.value == pytest.approx(1 - 1 / sizes.mean(), abs=1e-4)
        assert found.low < found.value < found.high < 1


def test_a_group_that_may_still_grow_counts_as_at_least_its_size():
    sizes = np.array([1] * 20 + [2, 3, 4, 5, 3, 2])
    closed = size_number(sizes, dispersion=0.5)
    growing = size_number(sizes, dispersion=0.5, growing=sizes == 5)
    assert growing.value > closed.value


def test_group_sizes_refuse_few_recruits_and_groups_that_need_not_end():
    assert size_number(np.array([1, 1, 4]), dispersion=0.5).silence == "too_few"
    assert size_number(np.array([], int), dispersion=0.5).silence == "no_data"
    found = size_number(np.array([1, 90, 200]), dispersion=0.5)
    assert found.silence == "not_determinable" and found.low > 0.3


def test_the_chances_of_all_group_sizes_add_up_to_one():
    log = size_log_likelihood(np.arange(1, 4000), r=0.8, dispersion=0.3)
    assert np.exp(log).sum() == pytest.approx(1, abs=1e-6)


def late_records(rng, weeks=60, per_week=200):
    happened = np.repeat(np.arange(weeks), per_week)
    recorded = happened + rng.geometric(0.4, happened.size) - 1
    return happened[recorded < weeks], recorded[recorded < weeks]


def test_late_registration_is_completed_to_the_truth():
    rng = np.random.default_rng(2)
    happened, recorded = late_records(rng)
    found = chain_ladder(registration_triangle(happened, recorded, weeks=60, ages=10))
    assert found.registered[:3] == pytest.approx(1 - 0.6 ** np.arange(1, 4), abs=0.01)
    truth = 60 * 200 - happened.size
    assert abs(found.total_missing - truth) < 3 * found.total_standard_error + 60 * 200 * 0.6**10
    assert registered_share(found, weeks=60)[-1] == pytest.approx(0.4, abs=0.01)


def test_without_completion_recent_weeks_look_barren_and_with_it_they_do_not():
    rng = np.random.default_rng(3)
    referred, campaign, weights = weekly_runs(
        0.6, np.inf, runs=300, rng=rng, campaign=dict.fromkeys(range(52), 20)
    )
    share = np.clip(1 - 0.6 ** np.arange(1, 53.0), 0, 1)[::-1]
    seen = [rng.binomial(kind.astype(int), share).astype(float) for kind in (referred, campaign)]
    plain = renewal_number(*seen, weights=weights, window=6)
    completed = renewal_number(*seen, weights=weights, window=6, registered=share)
    assert plain.value[:, -1].mean() < 0.55
    assert completed.value[:, -1].mean() == pytest.approx(0.6, abs=0.02)


def test_registration_before_the_event_is_refused():
    with pytest.raises(ValueError, match="between"):
        registration_triangle(np.array([5]), np.array([4]), weeks=9, ages=3)
    with pytest.raises(ValueError, match="oldest"):
        chain_ladder(np.full((2, 2), np.nan))


def number():
    return Estimate(0.4, 0.3, 0.55, n=300, method="referrals")


def test_missing_links_are_corrected_with_the_error_of_both():
    capture = link_capture(45, 60)
    found = per_capture(number(), capture)
    assert found.value == pytest.approx(0.4 / 0.75)
    assert found.low < 0.3 / 0.75 and found.high > 0.55 / 0.75


@pytest.mark.parametrize("capture", [None, link_capture(3, 9), link_capture(0, 40)])
def test_without_a_measured_share_of_links_the_number_is_at_least(capture):
    found = per_capture(number(), capture)
    assert (found.value, found.high) == (0.4, None) and "at least" in found.method


def test_timing_alone_gives_bounds_and_never_a_number():
    rng = np.random.default_rng(4)
    held = []
    for _ in range(20):
        effort = rng.integers(0, 2, 104) * 8.0
        referred, imported, weights = np.zeros(104), rng.poisson(effort * 0.5 + 0.5) * 1.0, WEIGHTS
        for week in range(1, 104):
            rate = infectivity((referred + imported)[None], weights)[0, week]
            referred[week] = rng.poisson(0.5 * rate)
        found = timing_bounds(referred + imported, effort, weights=weights)
        assert found.estimate.value is None
        held.append(found.estimate.low <= 0.5 <= found.estimate.high)
    assert np.mean(held) >= 0.8
    assert timing_bounds(np.zeros(9), np.zeros(9), weights=WEIGHTS).estimate.silence == "no_data"


@pytest.mark.parametrize("campaign", [PATTERNS["pushes"], PATTERNS["pushes"] | SHOCK])
@pytest.mark.parametrize(("r", "k"), [(0.3, np.inf), (0.3, 0.2), (0.8, 0.2), (1.1, np.inf)])
def test_the_interval_holds_the_truth_as_often_as_it_says(campaign, r, k):
    """Short version of benchmarks/coverage.py, which writes the tables of the method page."""
    rng = np.random.default_rng(8)
    referred, imported, weights = weekly_runs(r, k, runs=600, rng=rng, campaign=campaign)
    found = renewal_number(referred, imported, weights=weights, window=51, dispersion=k)
    low, high = found.interval
    assert 0.90 <= ((low <= r) & (r <= high)).mean() <= 0.985


def test_a_poisson_interval_is_far_too_narrow_when_a_few_people_bring_in_nearly_everyone():
    rng = np.random.default_rng(8)
    referred, imported, weights = weekly_runs(
        0.8, 0.2, runs=600, rng=rng, campaign=PATTERNS["pushes"]
    )
    found = renewal_number(referred, imported, weights=weights, window=51, prior=EPIDEMIC_PRIOR)
    low, high = found.interval
    assert ((low <= 0.8) & (high >= 0.8)).mean() == pytest.approx(0.61, abs=0.05)


def test_weekly_weights_keep_the_mean_of_the_delay_in_days():
    weights = weekly_weights(56, 2, weeks=200)
    assert weights.sum() == pytest.approx(1, abs=1e-6)
    assert weights @ np.arange(200) * 7 == pytest.approx(56, rel=1e-4)
    with pytest.raises(ValueError, match="above 1"):
        weekly_weights(5, 2, weeks=20)
