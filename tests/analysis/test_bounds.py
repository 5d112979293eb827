"""What is left of the effect if trends would have differed; close to R package HonestDiD."""

import numpy as np
import pytest
from tests.analysis.reference_panels import event_study

from sneeuwbal.analysis.effects.attgt import Controls
from sneeuwbal.analysis.effects.bounds import relative_magnitude_bounds, union_bound
from sneeuwbal.analysis.effects.coverage import Starts, staggered_panel
from sneeuwbal.analysis.effects.panel import Panel

# Printed by HonestDiD (method C-LF) for the effect in the first and third period, as listed
# in test/unit-tests-consistency.md of stata-honestdid. Above Mbar 1.6 its default grid
# cuts the first table off.
FIRST = {0: (0.159, 0.233), 0.4444: (0.123, 0.267), 0.8889: (0.0786, 0.309)}
FIRST |= {1.1111: (0.0551, 0.330), 1.5556: (0.00722, 0.376)}
THIRD = {0.5: (0.0707, 0.414), 1: (-0.0909, 0.576), 1.5: (-0.253, 0.737), 2: (-0.434, 0.919)}
PRINTED = [(1, *row) for row in FIRST.items()] + [(3, *row) for row in THIRD.items()]


@pytest.mark.parametrize(("period", "mbar", "printed"), PRINTED)
def test_the_interval_holds_that_of_honestdid_and_is_little_wider(period, mbar, printed):
    value, influence = event_study()
    path, moves = np.append(value[:4], 0), np.vstack([influence[:4], np.zeros(8)])
    bound = union_bound(
        value[3 + period],
        influence[3 + period],
        changes=(np.diff(path), np.diff(moves, axis=0)),
        mbar=mbar,
        reach=period,
        half_width=lambda one: 1.959964 * float(np.sqrt((one**2).sum())),
    )
    low, high = printed
    assert bound.low < low + 5e-4
    assert bound.high > high - 5e-4
    assert bound.high - bound.low < 1.13 * (high - low)


def test_without_a_difference_in_trend_the_bounds_are_the_interval_itself():
    panel = staggered_panel(Starts(), np.random.default_rng(1))
    found = relative_magnitude_bounds(panel, Controls.NOT_YET, mbars=(0.0,)).bounds[0]
    assert found.identified_low == found.identified_high
    assert found.low < found.identified_low < found.high


def test_bounds_widen_with_mbar_and_say_when_the_sign_is_lost():
    strong = staggered_panel(Starts(effect=50.0), np.random.default_rng(3))
    found = relative_magnitude_bounds(strong, Controls.NOT_YET)
    widths = [bound.high - bound.low for bound in found.bounds]
    assert widths == sorted(widths)
    assert found.sign_lost_at is None
    middle = staggered_panel(Starts(effect=3.0, noise_sd=0.5), np.random.default_rng(3))
    lost = relative_magnitude_bounds(middle, Controls.NOT_YET).sign_lost_at
    beside = relative_magnitude_bounds(middle, Controls.NOT_YET, mbars=(lost - 0.01, lost + 0.01))
    assert beside.bounds[0].low > 0 > beside.bounds[1].low
    nothing = staggered_panel(Starts(effect=0.0), np.random.default_rng(3))
    assert relative_magnitude_bounds(nothing, Controls.NOT_YET).sign_lost_at == 0


def test_without_two_periods_before_the_start_there_is_no_bound():
    panel = staggered_panel(Starts(), np.random.default_rng(4))
    short = Panel(panel.outcome[:, 1:4], np.where(panel.start == 2, 1, -1))
    found = relative_magnitude_bounds(short, Controls.NEVER)
    assert (found.bounds, found.sign_lost_at) == ((), None)
    with pytest.raises(ValueError, match="negative"):
        relative_magnitude_bounds(panel, Controls.NOT_YET, mbars=(-1.0,))


def test_a_trend_that_differs_as_it_did_before_stays_within_the_bounds():
    """Places that start drift away by 1 per period all along: Mbar 1 must cover the truth."""
    rng, covered = np.random.default_rng(5), []
    for _ in range(80):
        panel = staggered_panel(Starts(waves=(3,), clusters_per_wave=10, never=10), rng)
        drift = np.arange(8) * (panel.start > 0)[:, None]
        found = relative_magnitude_bounds(Panel(panel.outcome + drift, panel.start), Controls.NEVER)
        covered.append(found.bounds[1].low <= 1.0 <= found.bounds[1].high)
    assert np.mean(covered) >= 0.93
