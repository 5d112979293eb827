"""Time to a stage with unequal follow-up: equal to R and Stata, silent beyond what was seen."""

import numpy as np
import pytest

from sneeuwbal.analysis.survival import median_days, share_by, share_left, survival_curve

# Acute myelogenous leukaemia (Miller 1997), maintained and not: data set `aml` of R package
# survival; a minus means still followed.
MAINTAINED = (9, 13, -13, 18, 23, -28, 31, 34, -45, 48, -161)
NOT_MAINTAINED = (5, 5, 8, 8, 12, -16, 23, 27, 30, 33, 43, 45)
# Gehan (1965): weeks of remission without treatment.
GEHAN = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def curve_of(signed):
    signed = np.array(signed, float)
    return survival_curve(np.abs(signed), signed > 0)


def test_the_curve_and_its_error_equal_r_package_survival():
    """Printed by `summary(survfit(Surv(time, status) ~ x, aml))`, doaml.Rout.save."""
    found = curve_of(MAINTAINED)
    assert found.days.tolist() == [9, 13, 18, 23, 31, 34, 48]
    assert found.at_risk.tolist() == [11, 10, 8, 7, 5, 4, 2]
    share = [0.909, 0.818, 0.716, 0.614, 0.491, 0.368, 0.184]
    assert found.share == pytest.approx(share, abs=5e-4)
    error = [0.0867, 0.1163, 0.1397, 0.1526, 0.1642, 0.1627, 0.1535]
    assert found.standard_error == pytest.approx(error, abs=5e-5)
    other = curve_of(NOT_MAINTAINED)
    share = [0.8333, 0.6667, 0.5833, 0.4861, 0.3889, 0.2917, 0.1944, 0.0972, 0.0]
    assert other.share == pytest.approx(share, abs=5e-5)
    error = [0.1076, 0.1361, 0.1423, 0.1481, 0.1470, 0.1387, 0.1219, 0.0919]
    assert other.standard_error[:8] == pytest.approx(error, abs=5e-5)
    assert median_days(found).value == 31 and median_days(other).value == 23


def test_the_log_log_interval_equals_stata():
    """`sts list` of the Gehan data, Rodríguez, Princeton eco572: first two rows."""
    found = curve_of(GEHAN)
    assert found.share[:2] == pytest.approx([0.9048, 0.8095], abs=5e-5)
    assert found.low[:2] == pytest.approx([0.6700, 0.5689], abs=5e-5)
    assert found.high[:2] == pytest.approx([0.9753, 0.9239], abs=5e-5)


def test_the_share_that_took_the_step_is_the_rest():
    found = curve_of(GEHAN)
    taken, left = share_by(found, 2), share_left(found, 2)
    assert taken.value + left.value == pytest.approx(1)
    assert (taken.low, taken.high) == pytest.approx((1 - 0.9239, 1 - 0.5689), abs=5e-5)
    assert share_by(found, 0.5).value == 0 < share_by(found, 0.5).high


def test_who_was_followed_shortly_does_not_lower_the_share():
    """Counting them as refusals would: 18 of 40 instead of 18 of 20."""
    days, happened = np.arange(1.0, 21), np.arange(20) < 18
    before = survival_curve(days, happened)
    after = survival_curve(np.append(days, np.zeros(20)), np.append(happened, np.zeros(20, bool)))
    assert after.share == pytest.approx(before.share)


def test_beyond_what_was_followed_there_is_no_figure():
    found = curve_of(MAINTAINED)
    assert found.followed_until == 31
    assert share_by(found, 40).silence == "not_determinable"
    assert not share_by(found, 31).is_silent


def test_a_median_that_was_not_reached_leaves_at_least():
    found = survival_curve(np.arange(1.0, 31), np.arange(30) < 9)
    assert median_days(found).silence == "not_determinable"
    low = survival_curve(np.arange(1.0, 31), np.arange(30) < 14)
    assert median_days(low).value is None and median_days(low).low > 5
    assert median_days(curve_of(MAINTAINED)).high is None


def test_few_events_give_silence_and_bad_input_raises():
    assert share_by(curve_of((1, 2, 3, -4, -5)), 2).silence == "too_few"
    assert median_days(curve_of(())).silence == "no_data"
    with pytest.raises(ValueError):
        survival_curve(np.array([-1.0]), np.array([True]))
    with pytest.raises(ValueError):
        survival_curve(np.array([1.0]), np.array([True, False]))


def test_when_everyone_took_the_step_the_interval_still_stands():
    found = curve_of((1, 2, 3, 4, 5, 5, 5, 5, 5))
    last = share_by(found, 5)
    assert last.value == 1 and last.high == 1 and last.low < 1
