"""Rounds through the worker: closed forms, repeatability, exclusions, refusals."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from sneeuwbal.accounts.jobs import JobError
from sneeuwbal.places.models import Indicator
from sneeuwbal.planning import rounds
from sneeuwbal.planning.models import Criterion, SelectionRound, Weighing
from sneeuwbal.planning.ranges import share_left

pytestmark = pytest.mark.django_db


def two_places(chosen, town, need, energy, give_values):
    """Keep three neighbourhoods with values of our own; one place to give away."""
    areas = town.neighbourhoods[:3]
    for key, values in (("criterion_a", need), ("criterion_b", energy)):
        give_values(areas, key, values, 2020)
    chosen.candidates.set(areas)
    SelectionRound.objects.filter(pk=chosen.pk).update(places=1, draws=40_000)
    chosen.criteria.all().delete()
    for position, key in enumerate(["criterion_a", "criterion_b"]):
        Criterion.objects.create(
            round=chosen,
            indicator=Indicator.objects.get(key=key),
            year=2020,
            axis="need",
            error_share=0.0,
            position=position,
        )
    chosen.refresh_from_db()
    return areas


def test_two_criteria_give_the_share_that_is_worked_out_by_hand(
    chosen, town, give_values, evaluate
):
    # Scores w, 1 - w and 0.6 for weight w on the first: the first wins when w > 0.6, the second
    # when w < 0.4, the third in between; w is uniform, so 0.4, 0.4 and 0.2.
    areas = two_places(chosen, town, [1.0, 0.0, 0.6], [0.0, 1.0, 0.6], give_values)
    found = evaluate(chosen)
    shares = [found[area.code].top_share for area in areas]
    assert shares == pytest.approx([0.4, 0.4, 0.2], abs=0.01)


def test_an_order_changes_the_result_as_worked_out_by_hand(
    chosen, town, give_values, evaluate, manager, order
):
    # With the first criterion weighing more, w is uniform on 0.5 to 1: 0.8, 0 and 0.2.
    areas = two_places(chosen, town, [1.0, 0.0, 0.6], [0.0, 1.0, 0.6], give_values)
    order(chosen, manager, "criterion_a", "criterion_b")
    found = evaluate(chosen)
    shares = [found[area.code].top_share for area in areas]
    assert shares == pytest.approx([0.8, 0.0, 0.2], abs=0.01)
    assert [found[area.code].label for area in areas[1:]] == [
        "nearly_certainly_not",
        "depends_on_choice",
    ]
    assert found[areas[2].code].deciding.indicator.key in {"criterion_a", "criterion_b"}


def test_ranges_in_whole_percents_keep_the_weights_within_them(
    chosen, town, give_values, evaluate, manager
):
    areas = two_places(chosen, town, [1.0, 0.0, 0.6], [0.0, 1.0, 0.6], give_values)
    first, second = chosen.criteria.all()
    # w uniform on 0.5 to 0.7: the first wins from 0.6.
    rounds.give_ranges(chosen, by=manager, ranges={first.pk: (50, 70), second.pk: (0, 100)})
    found = evaluate(chosen)
    assert found[areas[0].code].top_share == pytest.approx(0.5, abs=0.015)


def test_the_same_seed_and_inputs_give_the_same_result_and_fingerprint(
    chosen, evaluate, manager, order
):
    order(chosen, manager, "need", "energy")
    first = {code: row.details for code, row in evaluate(chosen).items()}
    digest = chosen.inputs_digest
    second = {code: row.details for code, row in evaluate(chosen).items()}
    assert second == first
    assert chosen.inputs_digest == digest


def test_another_direction_gives_another_fingerprint(chosen, evaluate):
    evaluate(chosen)
    before = chosen.inputs_digest
    chosen.criteria.filter(indicator__key="need").update(higher_is_better=False)
    evaluate(chosen)
    assert chosen.inputs_digest != before


def test_turning_a_criterion_around_turns_the_ranking_around(
    chosen, town, evaluate, manager, order
):
    order(chosen, manager, "need")
    chosen.criteria.filter(indicator__key="energy").delete()
    Criterion.objects.create(
        round=chosen, indicator=Indicator.objects.get(key="households"), year=2020, axis="chance"
    )
    east = evaluate(chosen)[town.neighbourhoods[-1].code].top_share
    chosen.criteria.filter(indicator__key="need").update(higher_is_better=False)
    assert evaluate(chosen)[town.neighbourhoods[-1].code].top_share < east


def test_people_who_disagree_each_get_an_equal_part_and_are_counted(
    chosen, town, evaluate, manager, adviser, order
):
    order(chosen, manager, "need", "energy")
    order(chosen, adviser, "energy", "need")
    found = evaluate(chosen)
    west, east = found[town.neighbourhoods[0].code], found[town.neighbourhoods[-1].code]
    assert set(west.details["people"]) == {str(manager.pk), str(adviser.pk)}
    assert west.details["people"][str(adviser.pk)] > west.details["people"][str(manager.pk)]
    assert west.top_share == pytest.approx(sum(west.details["people"].values()) / 2, abs=0.02)
    assert east.details["people"][str(manager.pk)] > 0.9


def test_ranks_are_doubly_stochastic_and_shares_add_up_to_the_places(chosen, evaluate):
    found = evaluate(chosen)
    assert sum(row.top_share for row in found.values()) == pytest.approx(chosen.places)
    for row in found.values():
        assert sum(row.details["ranks"]) == pytest.approx(1, abs=0.001)


def test_an_excluded_neighbourhood_is_left_out_until_its_end_date(chosen, town, evaluate, manager):
    area = town.neighbourhoods[-1]
    until = chosen.held_on + timedelta(days=10)
    rounds.exclude(chosen, area, owner=manager, reason="Riool", until=until)
    assert area.code not in evaluate(chosen)
    rounds.change_round(chosen, held_on=until + timedelta(days=1))
    assert area.code in evaluate(chosen)


def test_who_is_left_out_is_compared_by_neighbourhood_and_by_household(
    chosen, evaluate, manager, order
):
    order(chosen, manager, "energy", "need")
    evaluate(chosen)
    [tenure] = [one for one in chosen.summary["equity"] if one["indicator"] == "corporation_share"]
    # Energy lies in the west, corporation dwellings in the east.
    assert tenure["chosen"] < tenure["left_out"]
    assert tenure["chosen_households"] < tenure["left_out_households"]
    assert tenure["n"] == 9


def test_leaving_out_peoples_energy_names_who_changes(chosen, town, evaluate, manager, order):
    order(chosen, manager, "energy", "need")
    evaluate(chosen)
    changed = {one["code"]: one for one in chosen.summary["without_energy"]}
    assert changed[town.neighbourhoods[0].code]["label_without"] == "nearly_certainly_not"
    chosen.criteria.filter(axis="energy").update(axis="chance")
    evaluate(chosen)
    assert chosen.summary["without_energy"] is None


def test_missing_values_are_counted_and_drawn_not_taken_as_zero(
    chosen, town, give_values, evaluate
):
    areas = two_places(chosen, town, [1.0, 0.0, None], [0.0, 1.0, 0.6], give_values)
    found = evaluate(chosen)
    assert found[areas[2].code].details["values"] == [None, 0.6]
    assert chosen.summary["missing"] == 1
    # Half of the draws the missing value is 1, and then the third nearly always wins.
    assert found[areas[2].code].top_share > 0.3


def test_a_result_is_out_of_date_as_soon_as_someone_changes_something(
    chosen, town, evaluate, manager, order
):
    evaluate(chosen)
    assert not chosen.is_stale
    order(chosen, manager, "need", "energy")
    assert chosen.is_stale
    evaluate(chosen)
    assert not chosen.is_stale
    rounds.withdraw_weighing(chosen, by=manager)
    assert chosen.is_stale


def test_a_change_while_the_worker_computes_leaves_the_result_out_of_date(
    chosen, manager, order, monkeypatch, organisation
):
    from sneeuwbal.planning import plans

    compute = plans.rank_acceptability

    def meanwhile(*args, **kwargs):
        Weighing.objects.filter(round=chosen).delete()
        order(SelectionRound.objects.get(pk=chosen.pk), manager, "need", "energy")
        return compute(*args, **kwargs)

    monkeypatch.setattr(plans, "rank_acceptability", meanwhile)
    plans.evaluate_round(
        progress=lambda share, message: None, organisation=organisation.slug, round_id=chosen.pk
    )
    chosen.refresh_from_db()
    assert chosen.is_stale


@pytest.mark.parametrize("places", [9, 12])
def test_nothing_to_choose_is_refused_in_words(chosen, evaluate, places, english):
    SelectionRound.objects.filter(pk=chosen.pk).update(places=places)
    with pytest.raises(JobError, match="not more neighbourhoods"):
        evaluate(chosen)


def test_a_criterion_that_is_the_same_everywhere_is_refused_by_name(
    chosen, town, give_values, evaluate
):
    give_values(town.neighbourhoods, "flat", [1.0] * 9, 2020)
    Criterion.objects.create(
        round=chosen, indicator=Indicator.objects.get(key="flat"), year=2020, axis="need"
    )
    with pytest.raises(JobError, match="flat"):
        evaluate(chosen)


def test_ranges_that_leave_nothing_name_whose_they_are(chosen, evaluate, manager):
    first, second = chosen.criteria.all()
    Weighing.objects.create(
        round=chosen,
        participant=manager,
        ranges={str(first.pk): [50, 50], str(second.pk): [50, 50]},
    )
    with pytest.raises(JobError, match="Mila Manager"):
        evaluate(chosen)


def test_the_room_that_ranges_leave_is_what_drawing_finds():
    import numpy as np

    rng = np.random.default_rng(3)
    draws = rng.dirichlet([1, 1, 1, 1], 200_000)
    ranges = [(0.1, 0.5), (0.0, 0.3), (0.2, 0.6), (0.0, 1.0)]
    inside = np.all([(draws[:, i] >= a) & (draws[:, i] <= b) for i, (a, b) in enumerate(ranges)], 0)
    assert share_left(ranges) == pytest.approx(inside.mean(), abs=0.004)
    assert share_left([(0.5, 0.5), (0.5, 0.5)]) == 0


def test_a_job_of_another_organisation_cannot_be_asked_for(chosen, stranger):
    from sneeuwbal.planning import plans

    with pytest.raises(SelectionRound.DoesNotExist):
        plans.evaluate_round(progress=print, organisation="elders", round_id=chosen.pk)


def test_a_round_that_chooses_nothing_cannot_be_stored(programme):
    with pytest.raises(IntegrityError):
        SelectionRound.objects.create(
            programme=programme, name="x", held_on=date(2024, 1, 1), places=0, seed=1
        )


def test_a_criterion_that_goes_takes_along_what_was_said_about_it(chosen, manager, adviser, order):
    need, energy = chosen.criteria.select_related("indicator")
    order(chosen, manager, "need", "energy")
    rounds.give_ranges(chosen, by=adviser, ranges={need.pk: (10, 90), energy.pk: (0, 100)})
    facts = {"year": 2020, "axis": "need", "higher_is_better": True}
    households = Indicator.objects.get(key="households")
    rounds.set_criteria(chosen, [(need.indicator, facts), (households, facts)])
    assert Weighing.objects.get(participant=manager).order == [[need.pk]]
    assert not Weighing.objects.filter(participant=adviser).exists()
