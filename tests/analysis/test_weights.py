"""Weights that reproduce known margins, and totals whose error knows it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from sneeuwbal.analysis.weights.calibration import calibrated_total, calibrated_weights
from sneeuwbal.analysis.weights.raking import (
    NotReached,
    design_effect,
    raked_weights,
    trimmed_raking,
    weighted_share,
)

# Californian schools of R package survey, `apiclus1`: fifteen districts drawn out of 757, one
# line each; school type (elementary, middle, high) and enrolment. Weight 33.847 each.
SCHOOLS = """\
H1689 E288 E294 E143 E307 E311 E362 E263 E583 M886 M955
H418 E574 M286 E158
M372 E308
E358 M921 E375 M962 M954 E370 E596 E485 E254 E465 E481 E425 E312
E360 E323
H442 M508 E166 E525
H388 E266 E671 M343
E466 E516 E489 E300 M728 E512 M972 E619 E562 E358 E626 E396 E571 E715 E345 M850
H258 H170 H210 H467 E117 E196 E205 M233 E324
E370 E309 E414 E303 E407 E504 E371 E374 E631 E432 E299 E500 E499 E748 E356 E302 E594 E527 E446 \
E436 E381 E464 E462 E320 E437 E295 E512 E343 E404 E504 E411 E637 E555 E491
H1585 H1855 E385 M1015 E483 E576 M1405 E549 E352 E564 E540 E290 E523 E379 E391 E403 E613 E596 \
E520 M1573 E371
H1908 H2181 H2106 E532 E381 E624 E704 E602 E686 E607 E209 E643 E331 E641 E479 E535 E561 E695 \
E426 E657 E300 E612 E466 E352 E559 E363 E558 E257 M1243 M1260 M1306 M1344 E119 E818 E118 E145 \
E486
E371 E377 E265 M930 E336 E448 M1023 E387 M940 E525 E427 E390 E358
E274
H2147 E479 E441 E476 E511 E385 E443 M696 E332 M738 E425 E302"""
BASE = np.full(183, 33.847)
SCHOOLS_PER_TYPE = np.array([4421.0, 1018.0, 755.0])


def schools():
    districts = [line.split() for line in SCHOOLS.splitlines()]
    words = [word for line in districts for word in line]
    kind = np.array(["EMH".index(word[0]) for word in words])
    enrolled = np.array([float(word[1:]) for word in words])
    district = np.repeat(np.arange(len(districts)), [len(line) for line in districts])
    return kind, enrolled, district


def test_the_calibrated_total_equals_r_package_survey():
    """`calibrate(dclus1, ~stype, ...)`, `svytotal(~enroll)`: 3680893, SE 406293."""
    kind, enrolled, district = schools()
    found = calibrated_total(
        enrolled,
        base=BASE,
        auxiliary=np.column_stack([np.ones(183), kind == 1, kind == 2]).astype(float),
        totals=np.array([6194.0, 1018.0, 755.0]),
        clusters=district,
        clusters_in_population=757,
    )
    assert found.value == pytest.approx(3_680_893, abs=0.5)
    error = (found.high - found.value) / t.ppf(0.975, 14)
    assert error == pytest.approx(406_293, abs=0.5)


def test_raking_on_one_margin_gives_the_same_total():
    """The same documentation with `calfun = "raking"`: 3680893."""
    kind, enrolled, _ = schools()
    raking = raked_weights(BASE, factors=kind[:, None], margins=[SCHOOLS_PER_TYPE])
    assert raking.weights @ enrolled == pytest.approx(3_680_893, abs=0.5)
    assert raking.design_effect == pytest.approx(1.039, abs=0.0005)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_raked_weights_reproduce_every_margin(seed):
    rng = np.random.default_rng(seed)
    factors = np.column_stack([np.arange(60) % 3, rng.permutation(60) % 4])
    margins = [rng.dirichlet(np.full(3, 4.0)) * 900, rng.dirichlet(np.full(4, 4.0)) * 900]
    raking = raked_weights(rng.uniform(1, 2, 60), factors=factors, margins=margins)
    for column, margin in zip(factors.T, margins, strict=True):
        assert np.bincount(column, raking.weights) == pytest.approx(margin, rel=1e-7)
    assert raking.margin_error <= 1e-8 and raking.rounds <= 200
    assert raking.weights.min() > 0


def test_raking_raises_when_the_margins_cannot_be_met():
    factors, base = np.array([[0, 0], [0, 0], [1, 1]]), np.ones(3)
    with pytest.raises(NotReached, match="after 200 rounds"):
        raked_weights(base, factors=factors, margins=[np.array([6.0, 4]), np.array([4.0, 6])])
    with pytest.raises(NotReached, match="no respondent"):
        raked_weights(base, factors=factors[:, :1], margins=[np.array([5.0, 4, 1])])
    with pytest.raises(ValueError, match="of nobody"):
        raked_weights(base, factors=factors[:, :1], margins=[np.array([5.0, 0])])
    with pytest.raises(ValueError, match="totals"):
        raked_weights(base, factors=factors, margins=[np.array([6.0, 4]), np.array([6.0, 5])])


def test_trimming_keeps_the_margins_and_lowers_the_design_effect():
    rng = np.random.default_rng(3)
    factors = np.column_stack([np.arange(200) % 2, rng.permutation(200) % 3])
    base = rng.uniform(0.9, 1.1, 200)
    base[:2] = 40
    margins = [np.array([500.0, 500]), np.array([300.0, 400, 300])]
    before = raked_weights(base, factors=factors, margins=margins)
    after = trimmed_raking(base, factors=factors, margins=margins)
    assert after.trimmed == 2
    assert after.weights.max() <= 5.06 * np.median(after.weights)
    assert after.design_effect < before.design_effect
    for column, margin in zip(factors.T, margins, strict=True):
        assert np.bincount(column, after.weights) == pytest.approx(margin, rel=1e-7)


def test_equal_weights_cost_nothing_and_unequal_ones_do():
    assert design_effect(np.full(9, 3.0)) == 1
    assert design_effect(np.array([1.0, 3.0])) == pytest.approx(1.25)  # CV2 = 1/4


def test_negative_calibrated_weights_raise():
    auxiliary = np.column_stack([np.ones(4), [1.0, 2, 3, 4]])
    with pytest.raises(ValueError, match="negative"):
        calibrated_weights(np.ones(4), auxiliary=auxiliary, totals=np.array([4.0, 30.0]))
    with pytest.raises(NotReached):
        calibrated_weights(np.ones(4), auxiliary=np.ones((4, 2)), totals=np.array([4.0, 5.0]))


def test_weighting_mends_a_skewed_survey():
    """Owners answer twice as often and are twice as keen: unweighted 0.53, truth 0.45."""
    owner = np.array([0] * 100 + [1] * 100)
    keen = np.concatenate([np.arange(100) < 30, np.arange(100) < 60])
    raking = raked_weights(np.ones(200), factors=owner[:, None], margins=[np.array([500.0, 500])])
    assert weighted_share(keen, raking.weights).value == pytest.approx(0.45)
    skewed = raked_weights(np.ones(200), factors=owner[:, None], margins=[np.array([900.0, 100])])
    assert weighted_share(keen, skewed.weights).value == pytest.approx(0.33)


def test_nobody_and_one_respondent_give_silence():
    nobody = np.zeros((0, 1))
    empty = calibrated_total(np.zeros(0), base=np.zeros(0), auxiliary=nobody, totals=np.zeros(1))
    assert empty.silence == "no_data"
    one = np.ones(1)
    alone = calibrated_total(one, base=one, auxiliary=np.ones((1, 1)), totals=np.array([10.0]))
    assert alone.silence == "too_few"
    assert weighted_share(np.zeros(0, bool), np.zeros(0)).silence == "no_data"
    assert weighted_share(np.ones(1, bool), one).silence == "too_few"
