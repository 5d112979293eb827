import json
from math import inf, nan

import pytest

from sneeuwbal.analysis.estimate import Estimate, Silence, Verdict, silent


@pytest.mark.parametrize("number", [nan, inf])
def test_an_estimate_never_holds_nan_or_infinity(number):
    with pytest.raises(ValueError, match="no NaN"):
        Estimate(number, None, None, n=3, method="m")


def test_no_number_means_a_reason_and_a_number_means_none():
    with pytest.raises(ValueError, match="either"):
        Estimate(None, None, None, n=3, method="m")
    with pytest.raises(ValueError, match="either"):
        Estimate(0.3, 0.1, 0.5, n=3, method="m", silence="too_few")
    assert silent(Silence.TOO_FEW, n=3, method="m").is_silent


def test_the_interval_lies_around_the_value():
    with pytest.raises(ValueError, match="bounds"):
        Estimate(0.3, 0.4, 0.5, n=3, method="m")


def test_an_estimate_survives_a_trip_through_json():
    for before in (
        Estimate(0.3, 0.1, 0.5, n=3, method="m", verdict=Verdict.BOOST.value, unit="share"),
        silent(Silence.TOO_FEW, n=3, method="m", band=(5, 9)),
    ):
        assert Estimate.from_dict(json.loads(json.dumps(before.as_dict()))) == before
