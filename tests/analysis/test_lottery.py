"""A waiting list by lot: a draw anyone can repeat, and a test that the draw makes valid."""

from dataclasses import replace
from hashlib import sha256
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sneeuwbal.analysis.effects.aggregates import Estimand, aggregate
from sneeuwbal.analysis.effects.attgt import Controls, group_time
from sneeuwbal.analysis.effects.coverage import Starts, staggered_panel
from sneeuwbal.analysis.effects.lottery import (
    even_waves,
    every_order,
    orders,
    public_draw,
    randomisation_test,
    smallest_p,
)
from sneeuwbal.analysis.effects.panel import Panel

PLACES = {f"place {number:02}": "north" if number < 5 else "south" for number in range(12)}
WAVES = {"north": (2, 2), "south": (3, 3)}
SMALL = Starts(waves=(2, 3), clusters_per_wave=3, never=3, periods=5, effect=0.0)


def p_of(panel, **also):
    given = {"controls": Controls.NOT_YET, "estimand": Estimand.SIMPLE}
    return randomisation_test(panel, **given | {"rng": np.random.default_rng(1)} | also)


def test_anyone_can_repeat_the_draw_with_the_published_seed_and_a_checksum():
    drawn = public_draw(PLACES, seed="lotto 2026-11-21: 4 8 15", waves=WAVES)
    assert drawn == public_draw(
        dict(reversed(PLACES.items())), seed="lotto 2026-11-21: 4 8 15", waves=WAVES
    )
    north = [place for place in drawn.order if PLACES[place] == "north"]
    by_hand = sorted(
        (sha256(f"lotto 2026-11-21: 4 8 15|north|{place}".encode()).hexdigest(), place)
        for place in PLACES
        if PLACES[place] == "north"
    )
    assert north == [place for _, place in by_hand]
    assert [drawn.wave[place] for place in north] == [0, 0, 1, 1, -1]
    assert drawn.digest != public_draw(PLACES, seed="another", waves=WAVES).digest


def test_every_place_is_as_likely_to_come_first():
    first = [public_draw(PLACES, seed=str(seed), waves=WAVES).order[0] for seed in range(1_000)]
    counts = np.unique(first, return_counts=True)[1]
    assert counts.size == 5
    assert ((counts - 200) ** 2 / 200).sum() < 18.5  # chi-squared, 4 degrees, p 0.001


@pytest.mark.parametrize(
    ("seed", "waves"),
    [("", WAVES), ("7", {"north": (2, 2)}), ("7", {"north": (9,), "south": (1,)})],
)
def test_a_draw_that_cannot_be_held_is_refused(seed, waves):
    with pytest.raises(ValueError, match=r"seed|stratum"):
        public_draw(PLACES, seed=seed, waves=waves)


def test_waves_differ_by_at_most_one_place():
    assert even_waves(11, 4) == (3, 3, 3, 2)
    assert even_waves(2, 3) == (1, 1, 0)


def test_the_smallest_reachable_p_value_is_one_over_the_number_of_orders():
    """Methods, 4.2: prod(n_j!) / I!, per stratum."""
    wave = np.array([0, 0, 1, 1, 2, 2, 2, 2])
    assert smallest_p(wave) == 2 * 2 * factorial(4) / factorial(8)
    block = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    assert orders(wave, block) == 6
    assert len({tuple(order) for order in every_order(wave, block)}) == 6
    assert len({tuple(order) for order in every_order(wave)}) == orders(wave)


def test_the_exact_p_value_is_the_share_of_orders_with_an_effect_as_large():
    spec = replace(SMALL, clusters_per_wave=2)
    panel = staggered_panel(spec, np.random.default_rng(3))
    found = p_of(panel)
    assert found.exact
    assert found.orders == 210
    by_hand = []
    for order in every_order(panel.start):
        other = Panel(panel.outcome, order)
        by_hand.append(abs(value_of(other)))
    share = np.mean(np.array(by_hand) >= abs(value_of(panel)) - 1e-9)
    assert found.p_value == pytest.approx(share)
    assert found.statistic == pytest.approx(value_of(panel))


def value_of(panel):
    return aggregate(group_time(panel, Controls.NOT_YET), Estimand.SIMPLE).overall.value


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(9)))
def test_permuting_the_clusters_leaves_the_exact_p_value(order):
    panel = staggered_panel(SMALL, np.random.default_rng(4))
    order = list(order)
    mixed = Panel(panel.outcome[order], panel.start[order])
    assert p_of(mixed).p_value == p_of(panel).p_value


@pytest.mark.parametrize("estimand", [Estimand.SIMPLE, Estimand.DYNAMIC])
def test_under_no_effect_it_rejects_no_more_often_than_it_says(estimand):
    rng = np.random.default_rng(5)
    spec = Starts(waves=(1, 2, 3), clusters_per_wave=5, never=5, periods=5, effect=0.0)
    found = [
        p_of(staggered_panel(spec, rng), estimand=estimand, draws=99, rng=rng).p_value
        for _ in range(200)
    ]
    assert np.mean(np.array(found) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)


def test_a_large_effect_gives_nearly_the_smallest_p_value_and_repeats_under_a_seed():
    spec = Starts(effect=8.0)
    panel = staggered_panel(spec, np.random.default_rng(6))
    found = p_of(panel)
    assert not found.exact
    assert found.p_value == 1 / 10_000
    assert p_of(panel) == found


def test_strata_limit_the_orders_and_several_rows_per_cluster_are_refused():
    panel = staggered_panel(SMALL, np.random.default_rng(7))
    block = np.arange(9) % 3
    assert p_of(panel, block=block).orders == orders(panel.start, block) < 1_680
    with pytest.raises(ValueError, match="one stratum per unit"):
        p_of(panel, block=block[:4])
    double = Panel(panel.outcome, panel.start, tuple(str(start) for start in panel.start))
    with pytest.raises(ValueError, match="one row per cluster"):
        p_of(double)
    assert p_of(Panel(np.zeros((4, 3)), np.full(4, -1))) is None
