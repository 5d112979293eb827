"""The effect of staggered starts: equal to the reference software, and silent when it must be."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.analysis.reference_panels import CALIFORNIA, mpdta, proposition_99

from sneeuwbal.analysis.effects.aggregates import (
    Estimand,
    aggregate,
    cell_weights,
    coefficients,
    donut,
    placebo,
)
from sneeuwbal.analysis.effects.attgt import Controls, group_time, pre_trend
from sneeuwbal.analysis.effects.coverage import Starts, assess, staggered_panel
from sneeuwbal.analysis.effects.finding import Caution, Refusal, effect_finding
from sneeuwbal.analysis.effects.imputation import imputation
from sneeuwbal.analysis.effects.panel import Panel, gather, ring
from sneeuwbal.analysis.effects.synthetic import synthetic_effect

RNG = np.random.default_rng(8)
every_estimand = pytest.mark.parametrize("estimand", list(Estimand))
both_controls = pytest.mark.parametrize("controls", list(Controls))


def effect_of(panel, estimand=Estimand.SIMPLE, controls=Controls.NOT_YET):
    return aggregate(group_time(panel, controls), estimand)


def finding_of(panel, **also):
    given = {"controls": Controls.NOT_YET, "estimand": Estimand.SIMPLE}
    return effect_finding(panel, rng=np.random.default_rng(1), **given | also)


@pytest.mark.parametrize(
    ("estimand", "value", "error", "room"),
    [
        (Estimand.SIMPLE, -0.0400, 0.0119, 0.001),
        (Estimand.DYNAMIC, -0.0772, 0.0203, 0.0015),
        (Estimand.GROUP, -0.0310, 0.0126, 0.001),
        (Estimand.CALENDAR, -0.0417, 0.0175, 0.002),
    ],
)
def test_averages_equal_those_that_r_package_did_prints_for_mpdta(estimand, value, error, room):
    """Reference pages of did 2.x; its standard errors are bootstrapped, hence the room."""
    found = effect_of(mpdta(), estimand, Controls.NEVER)
    assert found.overall.value == pytest.approx(value, abs=5e-5)
    assert found.standard_error == pytest.approx(error, abs=room)


def test_every_cell_and_the_pre_test_equal_the_readme_of_did():
    """README of did 2.5.0: ATT(g,t) and event times, four digits; pre-test p 0.16812."""
    effects = group_time(mpdta(), Controls.NEVER)
    printed = [-0.0105, -0.0704, -0.1373, -0.1008, 0.0065, -0.0028, -0.0046, -0.0412]
    printed += [0.0305, -0.0027, -0.0311, -0.0261]
    np.testing.assert_allclose(effects.att, printed, atol=5.1e-5)
    dynamic = aggregate(effects, Estimand.DYNAMIC)
    assert [row.at for row in dynamic.rows] == [-3, -2, -1, 0, 1, 2, 3]
    events = [0.0305, -0.0006, -0.0245, -0.0199, -0.0510, -0.1373, -0.1008]
    found = [row.estimate.value for row in dynamic.rows]
    np.testing.assert_allclose(found, events, atol=5.1e-5)
    group = aggregate(effects, Estimand.GROUP)
    found = [row.estimate.value for row in group.rows]
    np.testing.assert_allclose(found, [-0.0797, -0.0229, -0.0261], atol=5.1e-5)
    assert pre_trend(effects).p_value == pytest.approx(0.16812, abs=5e-6)


def test_synthetic_did_and_plain_did_of_proposition_99_equal_r_package_synthdid():
    found = synthetic_effect(proposition_99(), rng=RNG)
    assert found.overall.value == pytest.approx(-15.6, abs=0.05)
    assert found.difference_in_differences == pytest.approx(-27.3, abs=0.05)
    assert found.unit_weight.sum() == pytest.approx(1) == found.period_weight.sum()
    assert found.placebo.size == 38


def test_a_synthetic_control_is_silent_with_few_others_or_without_a_past():
    smoking = proposition_99()
    few = np.arange(39) > CALIFORNIA + 7
    assert synthetic_effect(smoking.without(few), rng=RNG).overall.is_silent is False
    few = (np.arange(39) > CALIFORNIA + 5) & (np.arange(39) != CALIFORNIA)
    assert synthetic_effect(smoking.without(few), rng=RNG).overall.silence == "too_few"
    sudden = Panel(smoking.outcome, np.where(smoking.start > 0, 1, -1))
    assert synthetic_effect(sudden, rng=RNG).overall.silence == "not_determinable"
    two = Panel(smoking.outcome, np.where(np.arange(39) == 1, 5, smoking.start))
    with pytest.raises(ValueError, match="same moment"):
        synthetic_effect(two, rng=RNG)


@every_estimand
@both_controls
def test_a_constant_or_a_common_shock_leaves_the_effect_and_scaling_scales_it(estimand, controls):
    panel = staggered_panel(Starts(), np.random.default_rng(2))
    plain = effect_of(panel, estimand, controls)
    shock = np.array([0, 0, 5, 0, -9, 0, 0, 2.0])
    moved = effect_of(Panel(7 + panel.outcome + shock, panel.start), estimand, controls)
    scaled = effect_of(Panel(3 * panel.outcome, panel.start), estimand, controls)
    assert moved.overall.value == pytest.approx(plain.overall.value)
    assert moved.standard_error == pytest.approx(plain.standard_error)
    assert scaled.overall.value == pytest.approx(3 * plain.overall.value)
    assert scaled.standard_error == pytest.approx(3 * plain.standard_error)
    assert scaled.overall.high == pytest.approx(3 * plain.overall.high)


@every_estimand
def test_the_weights_of_outcomes_and_of_cells_rebuild_the_effect(estimand):
    panel = staggered_panel(Starts(never=5), np.random.default_rng(3))
    effects = group_time(panel, Controls.NOT_YET)
    value = aggregate(effects, estimand).overall.value
    weights = coefficients(effects, estimand)
    rebuilt = sum(
        weights[int(start)] @ row for start, row in zip(panel.start, panel.outcome, strict=True)
    )
    assert rebuilt == pytest.approx(value)
    assert cell_weights(effects, estimand) @ effects.att == pytest.approx(value)
    assert cell_weights(effects, estimand).sum() == pytest.approx(1)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(32)))
def test_the_order_of_the_rows_does_not_matter(order):
    panel = staggered_panel(Starts(), np.random.default_rng(4))
    order = list(order)
    mixed = Panel(panel.outcome[order], panel.start[order])
    for estimator in (lambda p: effect_of(p).overall, lambda p: imputation(p).overall):
        before, after = estimator(panel), estimator(mixed)
        for name in ("value", "low", "high"):
            assert getattr(after, name) == pytest.approx(getattr(before, name))


def test_households_of_one_neighbourhood_count_as_one_cluster():
    panel = staggered_panel(Starts(), np.random.default_rng(5))
    names = tuple(f"n{row:02}" for row in np.repeat(np.arange(32), 3))
    copied = Panel(np.repeat(panel.outcome, 3, axis=0), np.repeat(panel.start, 3), names)
    one, three = effect_of(panel), effect_of(copied)
    assert three.overall.value == pytest.approx(one.overall.value)
    assert three.standard_error == pytest.approx(one.standard_error)
    assert three.overall.high == pytest.approx(one.overall.high)
    assert three.overall.n == 32
    assert imputation(copied).standard_error == pytest.approx(imputation(panel).standard_error)
    tests = [
        finding_of(rows, by_lot=True, lottery_block=np.repeat(np.arange(32) % 2, times))
        for rows, times in ((panel, 1), (copied, 3))
    ]
    assert tests[0].randomisation.statistic == pytest.approx(tests[1].randomisation.statistic)
    assert tests[0].randomisation.p_value == tests[1].randomisation.p_value


def test_it_covers_as_often_as_it_says_even_with_few_places_and_a_price_shock():
    """Seeded; the long table stands in docs/methods/effects.md."""
    for spec in (
        Starts(waves=(2, 4), clusters_per_wave=4, never=4),
        Starts(shock=-5.0, shock_sd=1.0),
        Starts(effect_sd=1.0),
    ):
        found = assess(
            spec,
            estimand=Estimand.SIMPLE,
            runs=80,
            rng=np.random.default_rng(6),
            draws=0,
        )
        assert 0.89 <= found.covered <= 1.0
        assert 0.89 <= found.covered_imputation <= 1.0
        assert abs(found.bias) < 0.1


def test_where_nothing_changed_an_effect_is_seldom_seen():
    rng = np.random.default_rng(7)
    spec = Starts(waves=(2, 4), clusters_per_wave=5, never=5, effect=0.0, periods=6)
    seen = [effect_of(staggered_panel(spec, rng)).overall for _ in range(200)]
    false = np.mean([one.low > 0 or one.high < 0 for one in seen])
    assert false <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)


def test_a_placebo_holds_zero_and_a_trend_that_differed_shows_in_it():
    panel = staggered_panel(Starts(effect=5.0), np.random.default_rng(9))
    calm = placebo(panel, 1, controls=Controls.NOT_YET)
    assert calm.low < 0 < calm.high
    climbing = panel.outcome + np.arange(8) * (panel.start > 0)[:, None] * 3
    told = placebo(Panel(climbing, panel.start), 1, controls=Controls.NOT_YET)
    assert told.low > 0
    assert finding_of(Panel(climbing, panel.start)).cautions == (Caution.PRE_TREND_DIFFERS,)
    assert placebo(panel, 7, controls=Controls.NOT_YET).silence == "not_determinable"


def test_leaving_out_the_ring_undoes_the_spill_over_to_neighbours():
    spec = Starts(effect=4.0, noise_sd=0.2, never=16)
    panel = staggered_panel(spec, np.random.default_rng(10))
    waiting, started = np.flatnonzero(panel.start == -1), np.flatnonzero(panel.start == 2)
    pairs = tuple(zip(waiting[:8].tolist(), started.tolist(), strict=True))
    touched = ring(panel.start, pairs)
    assert touched.sum() == 8
    spilt = panel.outcome + 3.0 * (touched[:, None] & (np.arange(8) >= 2)[None, :])
    both = donut(
        Panel(spilt, panel.start), touched, estimand=Estimand.SIMPLE, controls=Controls.NEVER
    )
    assert both.left_out == 8
    assert both.everyone.value < 3.3
    assert both.without_ring.value == pytest.approx(4.0, abs=0.25)


def cut(spec, **also):
    return finding_of(staggered_panel(spec, np.random.default_rng(11)), **also)


@pytest.mark.parametrize(
    ("spec", "refusals"),
    [
        (Starts(waves=(2, 4), clusters_per_wave=2, never=3), [Refusal.TOO_FEW_CLUSTERS]),
        (Starts(waves=(4,), clusters_per_wave=10), [Refusal.TOO_FEW_COHORTS]),
        (Starts(waves=(2, 4, 6), clusters_per_wave=1), [Refusal.COHORT_OF_ONE]),
        (Starts(never=1), [Refusal.COMPARISON_OF_ONE]),
        (
            Starts(waves=(3,), clusters_per_wave=1, never=3),
            [Refusal.TOO_FEW_CLUSTERS, Refusal.TOO_FEW_COHORTS, Refusal.COHORT_OF_ONE],
        ),
    ],
)
def test_too_few_places_are_refused_with_every_reason(spec, refusals):
    found = cut(spec)
    assert list(found.refusals) == refusals
    assert found.estimate.is_silent
    assert found.estimate.silence == "too_few"
    assert found.randomisation is None


def test_without_comparison_or_data_there_is_no_effect():
    panel = staggered_panel(Starts(never=0), np.random.default_rng(12))
    never = finding_of(panel, controls=Controls.NEVER)
    assert never.refusals == (Refusal.NO_CONTROLS,)
    assert never.estimate.silence == "not_determinable"
    assert not finding_of(panel).refusals
    empty = finding_of(Panel(np.zeros((0, 0)), np.zeros(0, int)))
    assert empty.refusals == (Refusal.NO_DATA,)
    assert empty.estimate.silence == "no_data"


def test_below_twenty_clusters_the_randomisation_p_value_stands_beside_it():
    few = cut(Starts(waves=(2, 4), clusters_per_wave=4, never=4, periods=6))
    assert Caution.FEW_CLUSTERS in few.cautions
    assert few.randomisation.smallest_p == pytest.approx(1 / 34_650)
    many = cut(Starts())
    assert many.randomisation is None
    assert many.cautions == ()
    assert cut(Starts(effect=3.0), by_lot=True).randomisation.p_value < 0.001


def test_places_treated_from_the_first_period_on_are_left_out_and_it_is_said():
    panel = staggered_panel(Starts(), np.random.default_rng(13))
    more = Panel(
        np.vstack([panel.outcome, np.full((3, 8), 50.0)]), np.append(panel.start, [0, 0, 0])
    )
    found = finding_of(more)
    assert found.estimate == finding_of(panel).estimate
    assert Caution.LEFT_OUT_ALWAYS_TREATED in found.cautions


def test_a_shock_after_the_start_and_a_single_later_period_are_mentioned():
    late = cut(Starts(waves=(6, 7), periods=8), shocks=(7,))
    assert Caution.SHOCK_AFTER_START in late.cautions
    assert Caution.ONE_PERIOD_AFTER not in late.cautions
    last = cut(Starts(waves=(7,), clusters_per_wave=16), shocks=(2,))
    assert last.cautions == (Caution.ONE_PERIOD_AFTER,)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"outcome": np.array([[1.0, np.nan]])}, "gaps, the first at row 0, period 1"),
        ({"start": np.array([2])}, "a start is a period"),
        ({"start": np.array([0, 1])}, "one per row"),
        ({"cluster": ("a", "b")}, "one cluster per unit"),
    ],
)
def test_a_panel_says_what_is_wrong_with_it(change, text):
    sound = Panel(np.array([[1.0, 2.0]]), np.array([1]))
    with pytest.raises(ValueError, match=text):
        replace(sound, **change)


def test_a_cluster_starts_at_one_moment():
    with pytest.raises(ValueError, match="cluster a starts at two moments"):
        Panel(np.zeros((2, 2)), np.array([1, -1]), ("a", "a"))


def test_loose_rows_become_a_panel_and_units_with_gaps_are_named():
    gathered = gather(
        ("b", "a", "b", "a", "c"),
        np.array([2021, 2020, 2020, 2021, 2020]),
        outcome=np.array([4.0, 1.0, 3.0, 2.0, 9.0]),
        start={"a": 2021, "b": 2025, "c": 2020},
    )
    assert (gathered.units, gathered.periods, gathered.incomplete) == (
        ("a", "b"),
        (2020, 2021),
        ("c",),
    )
    np.testing.assert_array_equal(gathered.panel.outcome, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(gathered.panel.start, [1, -1])
    twice = np.array([2020, 2020])
    with pytest.raises(ValueError, match="two rows"):
        gather(("a", "a"), twice, outcome=np.ones(2), start={})


def zwolle_gas(folder):
    """Gas per household, m3, per neighbourhood and year, and where coach talks began in 2023."""
    with (folder / "zwolle" / "zwolle_energie_buurt_2015_2023.csv").open() as file:
        rows = list(csv.DictReader(file))
    gas = "aardgasverbruik_woningen_(temperatuurgecorrigeerd)_[miljoen_m3]"

    def per_household(row):
        used, homes = row[gas], row["huishoudens_[aantal]"]
        return 1e6 * float(used) / float(homes) if used and homes and float(homes) > 0 else np.nan

    with (folder / "zwolle" / "zwolle_energiecoach_buurt_kwartaal_2023_2024.csv").open() as file:
        talks = [row for row in csv.DictReader(file) if row["kwartaal"].startswith("2023")]
    return gather(
        tuple(row["buurtcode_cbs2020"] for row in rows),
        np.array([int(row["jaar"]) for row in rows]),
        outcome=np.array([per_household(row) for row in rows]),
        start={row["buurtcode_cbs2020"]: 2023 for row in talks},
    )


@pytest.mark.open_data
def test_the_effect_of_coach_talks_in_zwolle_is_refused_and_the_reasons_are_given(open_data):
    gathered = zwolle_gas(open_data)
    assert gathered.panel.periods == 9
    assert len(gathered.units) > 40
    assert gathered.incomplete
    shocks = tuple(gathered.periods.index(year) for year in (2022, 2023))
    found = finding_of(gathered.panel, controls=Controls.NEVER, shocks=shocks)
    assert found.estimate.is_silent
    assert found.refusals == (Refusal.TOO_FEW_COHORTS,)
    assert {Caution.ONE_PERIOD_AFTER, Caution.SHOCK_AFTER_START} <= set(found.cautions)
    anyway = effect_of(gathered.panel, controls=Controls.NEVER).overall
    assert anyway.low < 0 < anyway.high
