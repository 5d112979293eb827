"""Several municipalities together: equal to metafor, careful with few."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from sneeuwbal.analysis.pooling.few import few_places
from sneeuwbal.analysis.pooling.random_effects import pooled, random_effects
from sneeuwbal.analysis.pooling.shares import pooled_share


def numbers(text):
    return np.array([float(word) for word in text.split()])


# dat.bcg of R package metadat: vaccinated with and without tuberculosis, then not vaccinated.
BCG = np.array(
    [
        [4, 119, 11, 128],
        [6, 300, 29, 274],
        [3, 228, 11, 209],
        [62, 13536, 248, 12619],
        [33, 5036, 47, 5761],
        [180, 1361, 372, 1079],
        [8, 2537, 10, 619],
        [505, 87886, 499, 87892],
        [29, 7470, 45, 7232],
        [17, 1699, 65, 1600],
        [186, 50448, 141, 27197],
        [5, 2493, 3, 2338],
        [27, 16886, 29, 17825],
    ],
    float,
)
# dat.raudenbush1985: teacher expectancy, standardised mean differences and variances.
TEACHERS = (
    numbers(
        """0.03 0.12 -0.14 1.18 0.26 -0.06 -0.02 -0.32 0.27 0.80
        0.54 0.18 -0.02 0.23 -0.18 -0.06 0.30 0.07 -0.07"""
    ),
    numbers(
        """0.0156 0.0216 0.0279 0.1391 0.1362 0.0106 0.0106 0.0484 0.0269 0.0630
        0.0912 0.0497 0.0835 0.0841 0.0253 0.0279 0.0193 0.0088 0.0303"""
    ),
)
# dat.nielweise2007: infections and patients with standard, then with treated catheters.
STANDARD = (
    [3, 3, 9, 7, 6, 4, 3, 2, 19, 2, 7, 1, 5, 11, 0, 1, 3, 1],
    [117, 35, 195, 136, 157, 139, 177, 39, 103, 122, 64, 58, 175, 180, 105, 262, 362, 69],
)
TREATED = (
    [0, 1, 2, 0, 5, 1, 1, 1, 1, 1, 0, 0, 3, 6, 0, 0, 1, 4],
    [116, 44, 208, 130, 151, 98, 174, 74, 97, 113, 66, 70, 188, 187, 118, 252, 345, 64],
)


def log_risk_ratios():
    ill, well, ill_without, well_without = BCG.T
    effects = np.log(ill / (ill + well) / (ill_without / (ill_without + well_without)))
    variances = 1 / ill - 1 / (ill + well) + 1 / ill_without - 1 / (ill_without + well_without)
    return effects, variances


def test_the_fit_equals_metafor():
    """`rma(yi, vi, data=dat.bcg)`, documentation of `rma.uni`."""
    fit = random_effects(*log_risk_ratios())
    assert fit.mean == pytest.approx(-0.7145, abs=5e-5)
    assert fit.standard_error == pytest.approx(0.1798, abs=5e-5)
    assert fit.tau2 == pytest.approx(0.3132433, abs=5e-8)  # methods.confint.rma
    assert 100 * fit.i2 == pytest.approx(92.2214, abs=5e-5)
    assert fit.q == pytest.approx(152.2330, abs=5e-5)


def test_the_ratio_and_its_normal_prediction_interval_equal_metafor():
    """`predict(res, transf=exp)`: 0.4894, prediction 0.1546 to 1.5490."""
    fit = random_effects(*log_risk_ratios())
    ahead = norm.ppf(0.975) * np.sqrt(fit.tau2 + fit.standard_error**2)
    found = np.exp([fit.mean, fit.mean - ahead, fit.mean + ahead])
    assert found == pytest.approx([0.4894, 0.1546, 1.5490], abs=5e-5)


def test_the_places_drawn_to_the_mean_equal_metafor():
    """`blup(res, transf=exp)`."""
    found = [
        (np.exp(one.value), np.exp(one.low), np.exp(one.high))
        for one in pooled(*log_risk_ratios()).places
    ]
    printed = [
        (0.4492, 0.2012, 1.0032),
        (0.2860, 0.1431, 0.5716),
        (0.3727, 0.1590, 0.8740),
        (0.2471, 0.1887, 0.3236),
        (0.7502, 0.4958, 1.1352),
        (0.4563, 0.3883, 0.5362),
        (0.2882, 0.1400, 0.5936),
        (1.0029, 0.8871, 1.1338),
        (0.6024, 0.3911, 0.9279),
        (0.2873, 0.1775, 0.4651),
        (0.7021, 0.5665, 0.8702),
        (0.7522, 0.3064, 1.8469),
        (0.8635, 0.5359, 1.3915),
    ]
    assert np.array(found) == pytest.approx(np.array(printed), abs=5e-5)


def test_hartung_knapp_equals_metafor():
    """Raudenbush (2009), tables 16.2 and 16.3, as in metafor's tests: REML rows."""
    found = pooled(*TEACHERS)
    assert found.fit.tau2 == pytest.approx(0.0188, abs=5e-5)
    assert found.mean.value == pytest.approx(0.0837, abs=5e-5)
    assert found.fit.standard_error == pytest.approx(0.0516, abs=5e-5)
    assert found.fit.knapp_hartung_error == pytest.approx(0.0616, abs=5e-5)
    assert (found.mean.low, found.mean.high) == pytest.approx((-0.0457, 0.2131), abs=5e-5)
    values = [one.value for one in found.places]
    assert (min(values), max(values)) == pytest.approx((-0.0293, 0.2485), abs=5e-5)


@pytest.mark.parametrize(
    ("data", "logit", "error", "tau2", "share", "low", "high"),
    [
        (STANDARD, -3.4964, 0.2570, 0.8124, 0.0294, 0.0180, 0.0478),
        (TREATED, -4.8121, 0.3555, 0.8265, 0.0081, 0.0040, 0.0161),
    ],
)
def test_the_binomial_model_equals_metafor(data, logit, error, tau2, share, low, high):
    """`rma.glmm(measure="PLO")`; Stijnen, Hamza & Özdemir (2010), table II."""
    found = pooled_share(*(np.array(part) for part in data))
    assert found.logit == pytest.approx(logit, abs=5e-5)
    assert found.standard_error == pytest.approx(error, abs=5e-5)
    assert found.tau2 == pytest.approx(tau2, abs=5e-5)
    normal = found.logit + norm.ppf([0.5, 0.025, 0.975]) * found.standard_error
    assert 1 / (1 + np.exp(-normal)) == pytest.approx([share, low, high], abs=5e-5)
    assert found.share.low < low and found.share.high > high  # ours is t(k-1)
    assert found.next_place.low < found.share.low and found.next_place.high > found.share.high


def test_the_interval_is_never_narrower_than_the_normal_one():
    """Three figures closer together than their errors allow: Hartung-Knapp alone is too sure."""
    found = pooled(np.array([0.30, 0.31, 0.30]), np.full(3, 0.05))
    assert found.fit.knapp_hartung_error < 0.1 * found.fit.standard_error
    assert found.mean.high - found.mean.value == pytest.approx(1.96 * np.sqrt(0.05 / 3), rel=1e-3)
    assert found.next_place.high > found.mean.high


def test_one_place_is_not_pooled_and_two_are_shown_without_a_mean():
    alone = pooled(np.array([0.4]), np.array([0.1]))
    assert alone.mean.silence == "too_few" and len(alone.places) == 1
    assert alone.mean_with_prior is None
    two = pooled(np.array([0.4, 0.8]), np.array([0.1, 0.1]))
    assert two.mean.silence == "too_few"
    assert [one.value for one in two.places] == [0.4, 0.8]
    assert not two.mean_with_prior.is_silent
    assert pooled(np.zeros(0), np.zeros(0)).mean.silence == "no_data"


def test_the_prior_is_shown_for_few_places_only():
    effects, variances = log_risk_ratios()
    assert pooled(effects[:5], variances[:5]).mean_with_prior is not None
    assert pooled(effects[:6], variances[:6]).mean_with_prior is None


def test_the_grid_equals_brute_force_over_mean_and_spread():
    """No printed value was found; so the double integral itself, on a fine lattice."""
    effects, variances = np.array([0.1, 0.9, 0.4]), np.array([0.05, 0.08, 0.02])
    tau, mean = np.linspace(0, 3, 401)[:, None], np.linspace(-4, 5, 1501)[None, :]
    height = -0.5 * (tau / 0.5) ** 2 + sum(
        norm.logpdf(one, mean, np.sqrt(var + tau**2))
        for one, var in zip(effects, variances, strict=True)
    )
    weight = np.exp(height - height.max())
    weight[[0, -1]] /= 2
    marginal = weight.sum(axis=0) / weight.sum()
    below = np.cumsum(marginal)
    found, _ = few_places(effects, variances)
    assert found.value == pytest.approx((marginal * mean[0]).sum(), abs=1e-4)
    assert np.interp(found.low, mean[0], below) == pytest.approx(0.025, abs=6e-4)
    assert np.interp(found.high, mean[0], below) == pytest.approx(0.975, abs=6e-4)


def test_a_wide_prior_lets_go_and_a_narrow_one_holds_the_places_together():
    effects, variances = np.array([0.0, 1.0, 0.5]), np.full(3, 0.01)
    narrow, wide = (few_places(effects, variances, scale=scale)[1] for scale in (0.01, 2.0))
    assert narrow.high - narrow.low < 0.5 < 2 < wide.high - wide.low


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 3), st.integers(2, 12))
def test_a_place_at_the_mean_leaves_the_mean_at_fixed_spread(variance, places):
    effects, variances = (part[:places] for part in log_risk_ratios())
    fit = random_effects(effects, variances)
    weights = 1 / (np.append(variances, variance) + fit.tau2)
    assert weights @ np.append(effects, fit.mean) / weights.sum() == pytest.approx(fit.mean)


def test_reml_finds_the_top_of_the_likelihood():
    rng = np.random.default_rng(8)
    for _ in range(20):
        variances = rng.gamma(1, 0.2, 9) + 0.01
        effects = rng.normal(0, 0.5, 9)
        best = random_effects(effects, variances).tau2

        def height(tau2, effects=effects, variances=variances):
            weights = 1 / (variances + tau2)
            mean = weights @ effects / weights.sum()
            rest = weights @ (effects - mean) ** 2
            return np.log(weights).sum() - np.log(weights.sum()) - rest

        around = np.linspace(0, 3, 601)
        assert height(best) >= max(height(one) for one in around) - 1e-9


def test_shares_of_few_places_or_without_any_success_stay_silent():
    assert pooled_share(np.array([1, 2]), np.array([9, 9])).share.silence == "too_few"
    assert pooled_share(np.zeros(4, int), np.full(4, 9)).share.silence == "too_few"
    assert pooled_share(np.zeros(0, int), np.zeros(0, int)).share.silence == "no_data"
    same = pooled_share(np.full(6, 20), np.full(6, 100))
    assert same.share.value == pytest.approx(0.2, abs=1e-4) and same.tau2 < 1e-3
    with pytest.raises(ValueError):
        pooled_share(np.array([5]), np.array([4]))


def test_bad_figures_raise():
    for effects, variances in (([1.0, 2.0], [1.0]), ([1.0], [0.0]), ([np.nan], [1.0])):
        with pytest.raises(ValueError):
            pooled(np.array(effects), np.array(variances))
