"""Small areas: equal to R package sae, and honest about its error."""

import numpy as np
import pytest

from sneeuwbal.analysis.small_areas import fay_herriot


def numbers(text):
    return np.array([float(word) for word in text.split()])


# Fresh milk expenditure, data set `milk` of R package sae (Arora & Lahiri 1997): direct
# estimate, its standard deviation, and the number of places per major area.
MILK = numbers(
    """1.099 1.075 1.105 0.628 0.753 0.981 1.257 1.095 1.405 1.356 0.615 1.46 1.338 0.854 1.176
    1.111 1.257 1.43 1.278 1.292 1.002 1.183 1.044 1.267 1.193 0.791 0.795 0.759 0.796 0.565
    0.886 0.952 0.807 0.582 0.684 0.787 0.44 0.759 0.77 0.8 0.756 0.865 0.64"""
)
DEVIATION = numbers(
    """0.163 0.08 0.083 0.109 0.119 0.141 0.202 0.127 0.168 0.178 0.1 0.201 0.148 0.143 0.149 0.145
    0.135 0.172 0.137 0.163 0.125 0.247 0.14 0.171 0.106 0.121 0.121 0.259 0.106 0.089 0.225 0.205
    0.119 0.067 0.106 0.126 0.092 0.132 0.1 0.113 0.083 0.121 0.129"""
)
MAJOR = np.repeat([1, 2, 3, 4], [7, 7, 11, 18])


def milk():
    dummies = np.column_stack([np.ones(43), *(one == MAJOR for one in (2, 3, 4))]).astype(float)
    return fay_herriot(MILK, DEVIATION**2, covariates=dummies)


def test_it_equals_r_package_sae():
    """`mseFH(yi ~ as.factor(MajorArea), SD^2)`, as printed in the tests of package samplics."""
    found = milk()
    assert found.coefficients == pytest.approx([0.9681890, 0.1327801, 0.2269462, -0.2413011], 1e-5)
    errors = [0.06936208, 0.10300072, 0.09232981, 0.08161707]
    assert found.standard_errors == pytest.approx(errors, abs=5e-6)
    first = [1.0219703, 1.0476018, 1.0679513, 0.7608170, 0.8461574, 0.9743727, 1.0584523]
    assert [one.value for one in found.estimates[:7]] == pytest.approx(first, abs=5e-6)
    last = [0.7548996, 0.7701918, 0.7481164, 0.8040773, 0.6810870]
    assert [one.value for one in found.estimates[-5:]] == pytest.approx(last, abs=5e-6)
    error2 = [0.013460220, 0.005372876, 0.005701990, 0.008541740, 0.009579594, 0.011670632]
    assert found.mean_squared_error[:6] == pytest.approx(error2, abs=5e-7)
    assert found.mean_squared_error[33] == pytest.approx(0.003870786, abs=5e-7)


def test_an_unsure_place_leans_on_the_model_and_a_sure_one_on_itself():
    found = milk()
    assert found.own_weight[27] < 0.25 < 0.75 < found.own_weight[33]
    assert (found.mean_squared_error < DEVIATION**2).all()


def test_without_spread_between_places_all_lies_on_the_line():
    same = fay_herriot(np.full(12, 2.0), np.full(12, 0.5), covariates=np.ones((12, 1)))
    assert same.tau2 == 0
    assert [one.value for one in same.estimates] == pytest.approx([2.0] * 12)


def test_too_few_places_give_silence_and_bad_input_raises():
    few = fay_herriot(np.arange(5.0), np.ones(5), covariates=np.ones((5, 1)))
    assert few.tau2 is None and [one.silence for one in few.estimates] == ["too_few"] * 5
    assert fay_herriot(np.zeros(0), np.zeros(0), covariates=np.ones((0, 1))).estimates == ()
    with pytest.raises(ValueError, match="positive"):
        fay_herriot(np.arange(9.0), np.zeros(9), covariates=np.ones((9, 1)))
    with pytest.raises(ValueError, match="depend"):
        fay_herriot(np.arange(9.0), np.ones(9), covariates=np.ones((9, 2)))
