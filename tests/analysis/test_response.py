"""Who is reached: R-indicator, CV, partials, and the version without a register."""

import numpy as np
import pytest

from sneeuwbal.analysis.response.indicators import (
    partials,
    quiet_group,
    representativeness,
    signed_partial,
)
from sneeuwbal.analysis.response.margins import margins_comparison
from sneeuwbal.analysis.response.propensity import response_model

# Two variables, twelve cells: households, and how many of them were reached.
FACTORS = np.array([[a, b] for a in range(3) for b in range(4)])
HOUSEHOLDS = np.array([120, 80, 60, 140, 90, 110, 70, 50, 130, 60, 100, 90])
REACHED = np.array([50, 30, 22, 70, 25, 30, 18, 16, 30, 12, 20, 22])
MARGINS = [np.array([400.0, 320.0, 380.0]), np.array([340.0, 250.0, 230.0, 280.0])]


def model(reached=REACHED, households=HOUSEHOLDS, factors=FACTORS):
    return response_model(np.asarray(households), np.asarray(reached), factors=np.asarray(factors))


def test_the_model_meets_the_equations_of_maximum_likelihood():
    """Under a main-effects logit the expected count of every category is the observed one."""
    fitted = model()
    for variable in (0, 1):
        for category in np.unique(FACTORS[:, variable]):
            member = FACTORS[:, variable] == category
            expected = (HOUSEHOLDS * fitted.propensity)[member].sum()
            assert expected == pytest.approx(REACHED[member].sum(), abs=1e-6)


def test_cells_and_single_households_give_the_same_answer():
    alone = np.repeat(FACTORS, HOUSEHOLDS, axis=0)
    seen = np.concatenate(
        [np.arange(size) < hits for size, hits in zip(HOUSEHOLDS, REACHED, strict=True)]
    ).astype(int)
    one_by_one = representativeness(model(seen, np.ones(len(seen), int), alone))
    together = representativeness(model())
    assert one_by_one.cv.value == pytest.approx(together.cv.value, rel=1e-9)
    assert one_by_one.r_standard_error == pytest.approx(together.r_standard_error, rel=1e-9)


def test_the_order_of_the_cells_does_not_matter():
    order = np.random.default_rng(1).permutation(12)
    mixed = representativeness(model(REACHED[order], HOUSEHOLDS[order], FACTORS[order]))
    assert mixed.cv.value == pytest.approx(representativeness(model()).cv.value, rel=1e-9)
    rows = np.repeat(FACTORS, REACHED, axis=0)
    mixed_rows = np.random.default_rng(1).permutation(rows)
    before, after = (
        margins_comparison(one, margins=MARGINS, households=1100).cv for one in (rows, mixed_rows)
    )
    assert after == before


def test_with_one_variable_every_formula_can_be_done_by_hand():
    """Saturated: propensities are n_k/N_k, their variances rho(1-rho)/N_k, independent."""
    households, reached = np.array([300.0, 200.0, 500.0]), np.array([150.0, 60.0, 140.0])
    rho, share = reached / households, households / 1000
    mean = share @ rho
    square = share @ (rho - mean) ** 2
    noise = rho * (1 - rho) / households
    bias = share @ noise - share**2 @ noise
    slope = 2 * share * (rho - mean)
    second = np.diag(share) - np.outer(share, share)
    wobble = second @ np.diag(noise)
    variance = slope**2 @ noise + 2 * np.trace(wobble @ wobble)
    found = representativeness(model(reached, households, np.array([[0], [1], [2]])))
    assert found.r_unadjusted == pytest.approx(1 - 2 * np.sqrt(square * 1000 / 999))
    assert found.r_indicator.value == pytest.approx(1 - 2 * np.sqrt(square - bias))
    assert found.r_standard_error == pytest.approx(np.sqrt(variance / (square * 1000 / 999)))
    assert found.lowest_possible_r == pytest.approx(1 - 2 * np.sqrt(0.35 * 0.65))


def test_the_category_partials_add_up_to_their_variable():
    """RISQ manual 2.1: squared, categories sum to the variable, conditional and not."""
    found = partials(model(REACHED * 1000, HOUSEHOLDS * 1000))
    for variable in (0, 1):
        whole, *parts = (one for one in found if one.variable == variable)
        assert whole.category is None
        summed = sum(one.conditional.value**2 for one in parts)
        assert summed == pytest.approx(whole.conditional.value**2, rel=1e-6)
        summed = sum(one.unconditional.value**2 for one in parts)
        assert summed == pytest.approx(whole.unconditional.value**2, rel=0.01)  # noise apart


def test_the_signed_partial_is_the_share_at_home_times_the_missing_part():
    """sqrt(N_k/N) (rho_k/rho - 1), by hand: 0.4 of the people, 0.2 of the reached."""
    found = signed_partial(20, 100, share=0.4)
    assert found.value == pytest.approx(np.sqrt(0.4) * (0.2 / 0.4 - 1))
    assert found.low < found.value < found.high < 0


def test_a_single_variable_has_the_whole_spread_and_nothing_else_explains_it():
    fitted = model(factors=FACTORS[:, :1])
    whole = partials(fitted)[0]
    cv = representativeness(fitted).cv
    assert whole.unconditional.value == pytest.approx(cv.value, rel=1e-6)
    assert whole.conditional.value == pytest.approx(cv.value, rel=1e-6)


def test_r_is_refused_where_it_cannot_fall_and_the_cv_speaks_instead():
    """At a reach of 2 % R lies above 0.72 whatever happens."""
    households = HOUSEHOLDS * 50
    found = representativeness(model(REACHED * 3, households))
    assert found.r_indicator.silence == "not_determinable"
    assert found.r_standard_error is None
    assert found.cv.value > 0.2
    rate = 0.02
    lowest = representativeness(
        model(np.array([200, 0]), np.array([200, 9800]), np.array([[0], [1]]))
    ).lowest_possible_r
    assert lowest == pytest.approx(1 - 2 * np.sqrt(rate * (1 - rate))) == pytest.approx(0.72)


def test_a_group_in_which_nobody_was_reached_breaks_nothing():
    fitted = model([40, 30, 0], [400, 300, 300], [[0], [1], [2]])
    assert fitted.propensity[2] == pytest.approx(0, abs=1e-9)
    found = partials(fitted)
    assert quiet_group(found).category == 2
    assert representativeness(fitted).cv.low > 0


def test_too_few_reached_households_give_silence():
    found = representativeness(model([1, 2, 1], [400, 300, 300], [[0], [1], [2]]))
    assert found.cv.silence == "too_few"
    assert representativeness(model([0, 0, 0], [4, 3, 3], [[0], [1], [2]])).cv.is_silent
    small = partials(model([40, 30, 1], [500, 480, 20], [[0], [1], [2]]))[-1]
    assert small.category == 2 and small.unconditional.silence == "too_few"


def test_the_group_that_stays_away_is_named_and_chance_alone_names_nobody():
    assert quiet_group(partials(model())).variable == 0
    assert quiet_group(partials(model())).category == 2
    rng = np.random.default_rng(5)
    named = [quiet_group(partials(model(rng.binomial(HOUSEHOLDS, 0.2)))) for _ in range(40)]
    assert sum(one is not None for one in named) <= 4


def test_impossible_counts_raise():
    for households, reached in (([10], [11]), ([10], [-1]), ([10, 10], [5])):
        with pytest.raises(ValueError):
            response_model(np.array(households), np.array(reached), factors=np.array([[0]]))


def test_without_a_register_one_variable_gives_the_same_cv_as_with_one():
    reached = np.array([150, 60, 140])
    households, factors = np.array([300, 200, 500]), np.array([[0], [1], [2]])
    with_frame = representativeness(response_model(households, reached, factors=factors))
    rows = np.repeat(factors, reached, axis=0)
    found = margins_comparison(rows, margins=[households.astype(float)], households=1000)
    raw = np.sqrt(found.cv.value**2)
    assert raw == pytest.approx(with_frame.cv.value, rel=0.03)  # only the noise terms differ
    assert found.r_indicator.value == pytest.approx(with_frame.r_indicator.value, abs=0.01)
    assert (
        found.partials[0][0].value
        == partials(model(reached, households, factors))[1].unconditional.value
    )


def test_margins_alone_come_close_to_the_frame_with_two_variables():
    rows = np.repeat(FACTORS, REACHED, axis=0)
    found = margins_comparison(rows, margins=MARGINS, households=1100)
    assert found.cv.value == pytest.approx(representativeness(model()).cv.value, rel=0.1)


def test_margins_that_cannot_be_compared_raise_or_stay_silent():
    rows = np.repeat(FACTORS, REACHED, axis=0)
    with pytest.raises(ValueError, match="outside its margin"):
        margins_comparison(rows, margins=[MARGINS[0][:2], MARGINS[1]], households=1100)
    with pytest.raises(ValueError, match="nobody lives in"):
        margins_comparison(rows, margins=[MARGINS[0] * [1, 1, 0], MARGINS[1]], households=1100)
    with pytest.raises(ValueError, match="fewer households"):
        margins_comparison(rows, margins=MARGINS, households=10)
    apart = np.array([[0, 0]] * 30 + [[1, 1]] * 30)  # never owner and tall: unlike the margins
    unlike = [np.array([500.0, 500]), np.array([300.0, 700])]
    assert margins_comparison(apart, margins=unlike, households=1000).cv.silence == (
        "not_determinable"
    )
    few = margins_comparison(rows[:12], margins=MARGINS, households=1100)
    assert few.cv.silence == few.r_indicator.silence == "too_few"


def test_lowest_over_highest_participation_calls_a_perfect_sample_half_as_good():
    """PRODUCT fact 10: min/max gives perfectly representative recruits about 0.53."""
    rng = np.random.default_rng(2026)
    at_home, runs = np.full(6, 1_000), 400
    groups = np.arange(6)[:, None]
    min_over_max, own = [], []
    for _ in range(runs):
        reached = rng.multinomial(100, at_home / at_home.sum())
        rate = reached / at_home
        min_over_max.append(rate.min() / rate.max())
        own.append(representativeness(response_model(at_home, reached, factors=groups)).cv)
    assert np.mean(min_over_max) == pytest.approx(0.54, abs=0.02)
    assert np.mean([one.low == 0 for one in own]) >= 0.95
    assert np.median([one.value for one in own]) < 0.1
