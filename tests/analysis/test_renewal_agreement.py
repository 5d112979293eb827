"""Published values of the reference software and papers, to their printed digits."""

import numpy as np
import pytest

from sneeuwbal.analysis.recruiting import EPIDEMIC_PRIOR
from sneeuwbal.analysis.renewal.cohorts import attributed
from sneeuwbal.analysis.renewal.intervals import discretised_gamma, interval_draws
from sneeuwbal.analysis.renewal.late import chain_ladder
from sneeuwbal.analysis.renewal.sizes import size_log_likelihood
from sneeuwbal.analysis.renewal.sliding import renewal_mixture, renewal_number

# Influenza in a school in Pennsylvania, 2009: data set Flu2009 of R package EpiEstim.
CASES = "1 1 0 2 5 3 3 3 6 2 5 9 13 12 13 11 12 6 6 6 3 1 0 2 0 0 0 0 2 0 2 0"
FLU = np.array(CASES.split(), float)
FLU_INTERVAL = np.array(
    [0, 0.233, 0.359, 0.198, 0.103, 0.053, 0.027, 0.014, 0.007, 0.003, 0.002, 0.001]
)


def flu(weights):
    """Weekly windows as EpiEstim: the first case is imported, prior mean and sd 5."""
    imported = np.zeros((1, FLU.size))
    imported[0, 0] = 1
    found = renewal_number(
        FLU[None] - imported, imported, weights=weights, window=7, prior=EPIDEMIC_PRIOR
    )
    low, high = found.interval
    return found.value[0], low[0], high[0]


def test_flu_2009_with_a_given_interval_is_as_in_epiestim():
    """Snapshot of EpiEstim's own test "Example 1", windows 1, 2, 7, 20 and 25 of 25."""
    value, low, high = flu(FLU_INTERVAL)
    assert value.size == 25
    some = [0, 1, 6, 19, 24]
    expected = [1.7356089, 1.7490494, 1.6636221, 0.2976950, 1.0040161]
    assert value[some] == pytest.approx(expected, abs=6e-8)
    expected = [1.02863184, 1.10874730, 1.23867595, 0.11968883, 0.32600128]
    assert low[some] == pytest.approx(expected, abs=6e-9)
    assert high[[0, 24]] == pytest.approx([2.6244959, 2.056544], abs=6e-7)


def test_flu_2009_with_a_parametric_interval_is_as_in_epiestim():
    """Stored output of EpiEstim's own test "Example 3": mean 2.6 days, sd 1.5."""
    value, low, high = flu(discretised_gamma(2.6, 1.5, steps=32))
    some = [0, 1, 10, 19, 24]
    assert value[some] == pytest.approx(
        [1.735798, 1.749168, 1.247947, 0.297868, 0.997535], abs=6e-7
    )
    assert low[some] == pytest.approx([1.028744, 1.108822, 0.984860, 0.119758, 0.323897], abs=6e-7)
    assert high[some] == pytest.approx([2.624781, 2.533119, 1.541706, 0.555715, 2.043269], abs=6e-7)


def test_flu_2009_with_an_uncertain_interval_is_as_in_epiestim_but_for_its_sampling():
    """Stored output of "Example 4": 100 drawn intervals, so its mean has an error of a tenth sd."""
    draws = interval_draws(
        (2.6, 1, 1, 4.2), (1.5, 0.5, 0.5, 2.5), draws=400, steps=32, rng=np.random.default_rng(1)
    )
    imported = np.zeros((1, FLU.size))
    imported[0, 0] = 1
    found = renewal_mixture(
        FLU[None] - imported, imported, weight_draws=draws, window=7, prior=EPIDEMIC_PRIOR
    )
    some = [0, 5, 10, 24]
    mean, sd = [1.887324, 1.657817, 1.265188, 0.973900], [0.697210, 0.309669, 0.198067, 0.462333]
    assert np.all(np.abs(found.value[0, some] - mean) < 0.15 * np.array(sd))
    assert found.sd[0, some] == pytest.approx(sd, rel=0.15)
    assert found.low[0, some] == pytest.approx([0.906986, 1.127304, 0.920891, 0.301994], rel=0.08)


def test_imported_cases_count_as_in_epiestim():
    """Stored output of "Example 2": the last window, one local case, has mean 9.857183."""
    everyone = np.array([1, 3, 1, 1, 3, 4, 1, 1, 0, 1] + [0] * 16 + [1], float)
    local = np.array([0, 2, 0, 0, 1, 2, 0, 1] + [0] * 18 + [1], float)
    found = renewal_number(
        local[None],
        (everyone - local)[None],
        weights=discretised_gamma(2.6, 1.5, steps=27),
        window=7,
        prior=EPIDEMIC_PRIOR,
    )
    low, high = found.interval
    some = [0, 4, 7, 19]
    assert found.value[0, some] == pytest.approx([0.641359, 0.351543, 0.185496, 9.857183], abs=6e-7)
    assert low[0, some] == pytest.approx([0.25786, 0.095784, 0.004696, 1.193751], abs=6e-7)
    assert high[0, some] == pytest.approx([1.196545, 0.770519, 0.684271, 27.460353], abs=6e-7)


def test_our_prior_does_not_drag_an_empty_window_towards_five():
    empty = np.zeros((1, 40))
    found = renewal_number(empty, empty, weights=np.array([0.0, 1.0]), window=7)
    assert found.value == pytest.approx(0.5) and not found.sayable.any()


def test_the_discretised_interval_is_as_in_epiestim():
    """`si_distr` in the stored output of "Example 3"; the data set prints the same to 0.001."""
    found = discretised_gamma(2.6, 1.5, steps=27)
    expected = [0, 2.33172125e-1, 3.58579400e-1, 1.98110829e-1, 1.03342655e-1, 5.29051752e-2]
    assert found[:6] == pytest.approx(expected, rel=6e-9)
    assert found[26] == pytest.approx(2.23595231e-8, rel=1e-6)
    assert found[:12] == pytest.approx(FLU_INTERVAL, abs=6e-4)


def test_wallinga_and_teunis_on_flat_incidence_is_as_in_epiestim():
    """EpiEstim's own test: 1 in the middle, 0 at the very end."""
    flat = np.full((1, 100), 10.0)
    each = attributed(flat, np.zeros_like(flat), weights=FLU_INTERVAL)[0] / 10
    assert each[9:80].mean() == pytest.approx(1, abs=1e-3)
    assert each[-1] == 0


SIZES = np.array([1, 1, 4, 7])


def test_group_size_likelihoods_are_as_in_epichains_and_bpmodels():
    """Tests of R packages epichains (test-stat_likelihoods) and bpmodels (tests-ll)."""
    each = size_log_likelihood(SIZES, r=0.5, dispersion=0.2)
    assert each == pytest.approx([-0.25055, -0.25055, -3.79542, -4.83785], abs=6e-6)
    assert each.sum() == pytest.approx(-9.13437, abs=6e-6)
    poisson = size_log_likelihood(SIZES, r=0.5, dispersion=1e6).sum()
    assert poisson == pytest.approx(-8.6072, abs=6e-6)
    by_probability = size_log_likelihood(SIZES, r=0.2, dispersion=0.2)
    assert by_probability == pytest.approx([-0.13863, -0.13863, -4.41775, -6.19443], abs=6e-6)


TAYLOR_ASHE = (
    (357848, 1124788, 1735330, 2218270, 2745596, 3319994, 3466336, 3606286, 3833515, 3901463),
    (352118, 1236139, 2170033, 3353322, 3799067, 4120063, 4647867, 4914039, 5339085),
    (290507, 1292306, 2218525, 3235179, 3985995, 4132918, 4628910, 4909315),
    (310608, 1418858, 2195047, 3757447, 4029929, 4381982, 4588268),
    (443160, 1136350, 2128333, 2897821, 3402672, 3873311),
    (396132, 1333217, 2180715, 2985752, 3691712),
    (440832, 1288463, 2419861, 3483130),
    (359480, 1421128, 2864498),
    (376686, 1363294),
    (344014,),
)


def test_the_chain_ladder_of_taylor_and_ashe_is_as_mack_published():
    """Mack (1993), ASTIN Bulletin 23:213, as printed by R package ChainLadder, data GenIns."""
    triangle = np.array([row + (np.nan,) * (10 - len(row)) for row in TAYLOR_ASHE])
    found = chain_ladder(triangle)
    factors = [3.490607, 1.747333, 1.457413, 1.173852, 1.103824, 1.086269]
    assert found.factors == pytest.approx([*factors, 1.053874, 1.076555, 1.017725], abs=6e-7)
    assert found.variance[[0, 6, 7]] == pytest.approx([160280.3275, 446.6166, 1147.3660], abs=6e-5)
    missing = [0, 94634, 469511, 709638, 984889, 1419459, 2177641, 3920301, 4278972, 4625811]
    assert found.missing == pytest.approx(missing, abs=0.5)
    error = [0, 75535, 121699, 133549, 261406, 411010, 558317, 875328, 971258, 1363155]
    assert found.standard_error == pytest.approx(error, abs=0.5)
    assert found.total_missing == pytest.approx(18_680_855.61, abs=0.006)
    assert found.total_standard_error == pytest.approx(2_447_094.86, abs=0.006)
