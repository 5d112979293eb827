"""What a reader can compute from what is shown: town minus neighbourhoods, all minus counted."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.publication.towns import HOUSEHOLDS, STAGES, town_of

from sneeuwbal.publication import public

pytestmark = pytest.mark.django_db

ROUNDING = 2  # a count rounded to fives is at most two off


def shown_counts(numbers):
    """Each count that stands in a release, by what is counted and where."""
    found = {}
    for number in numbers:
        counted = {"voice": "spoken", "reach": "spoken"}.get(number.kind, "participant")
        if number.n is not None:
            found[counted, number.area.code] = number.n
        for row in number.details.get("stages", []):
            if row["count"] is not None:
                found[row["key"], number.area.code] = row["count"]
    return found


def knowable(total, parts):
    """The lowest and highest that the sum of what is hidden can be."""
    shown = [part for part in parts if part is not None]
    slack = ROUNDING * (len(shown) + 1)
    return total - sum(shown) - slack, total - sum(shown) + slack


small_and_large = st.one_of(st.integers(0, 14), st.integers(0, 399))
neighbourhood = st.lists(small_and_large, min_size=4, max_size=4).map(
    lambda counts: sorted(counts, reverse=True)
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(neighbourhood, min_size=1, max_size=5))
def test_no_hidden_count_can_be_narrowed_down_by_subtracting(neighbourhoods):
    shown = shown_counts(public.safe_numbers(town_of(neighbourhoods)))
    codes = [f"BU9990{number:04}" for number in range(1, len(neighbourhoods) + 1)]
    for place, stage in enumerate(STAGES):
        total = shown.get((stage, "GM9990"))
        parts = [shown.get((stage, code)) for code in codes]
        if total is None or None not in parts:
            continue
        truth = [counts[place] for counts in neighbourhoods]
        if all(10 <= count <= HOUSEHOLDS - 10 for count in truth):
            continue  # withheld for another reason: what subtracting tells may be told
        low, high = knowable(total, parts)
        rest = HOUSEHOLDS * parts.count(None)
        if parts.count(None) == 1:
            # Rounding alone leaves it open; of conversations a share is shown, so it would not.
            assert stage != "spoken"
            if min(truth) < 10:
                assert values_below_ten(low, high) >= 9
            if max(truth) > HOUSEHOLDS - 10:
                assert values_below_ten(rest - high, rest - low) >= 9
        else:  # They share what is left, in every way up to nine.
            assert high >= 9
            assert rest - low >= 9


def values_below_ten(low, high):
    """How many values below ten lie between."""
    return min(9, high) - max(0, low) + 1


def test_a_small_neighbourhood_beside_one_large_one_stays_hidden():
    """Twenty-seven in the town, twenty-five in the one: the other would be four at most."""
    numbers = public.safe_numbers(town_of([[200, 100, 25, 12], [100, 60, 2, 0]]))
    told = {(number.kind, number.area.code): number.withheld for number in numbers}
    for kind in ("funnel", "snowball", "cost"):
        assert told[kind, "BU99900001"] and told[kind, "BU99900002"]
        assert not told[kind, "GM9990"]
    assert not told["voice", "BU99900001"] and not told["voice", "BU99900002"]


@pytest.mark.parametrize(("small", "silent"), [(2, 2), (5, 1), (9, 2)])
def test_a_small_neighbourhood_silences_another_only_where_rounding_does_not_hide_it(small, silent):
    numbers = public.safe_numbers(town_of([[300, 200, 60, 30], [100, 60, small, 0]]))
    spread = [number for number in numbers if number.kind == "snowball" and number.area.pk != 99]
    assert [bool(number.withheld) for number in spread].count(True) == silent


def test_who_were_not_reached_cannot_be_computed_from_all_who_live_there():
    """Of 400 households 395 were approached: the five others are few people too."""
    numbers = public.safe_numbers(town_of([[395, 393, 60, 30], [300, 200, 60, 30]]))
    first = {number.kind: number for number in numbers if number.area.pk == 1}
    cells = {row["key"]: row["count"] for row in first["funnel"].details["stages"]}
    assert cells["not_reached"] is None and cells["approached"] is None
    assert cells["spoken"] is None and cells["participant"] == 60
    assert first["voice"].withheld and first["reach"].withheld


def test_growth_needs_enough_participants_on_both_sides(figure):
    few = figure("growth", n=60, details={"comparison_participants": 9})
    assert public.SAFE["growth"](few)["withheld"]
    few.details = {"comparison_participants": 10}
    assert "withheld" not in public.SAFE["growth"](few)


def test_one_small_channel_hides_a_second_one(figure, town):
    rows = [
        {"key": key, "spoken": spoken, "participants": came}
        for key, spoken, came in [("door", 80, 40), ("letter", 30, 16), ("phone", 20, 4)]
    ]
    whole = figure("channels", town.municipality, n=60, details={"channels": rows})
    shown = public.SAFE["channels"](whole)["details"]["channels"]
    assert [row["participants"] for row in shown] == [40, None, None]
    assert [row["spoken"] for row in shown] == [80, 30, 20]


def test_channels_of_one_neighbourhood_are_not_told(figure, town):
    rows = [{"key": "door", "spoken": 80, "participants": 40}]
    one = figure("channels", town.neighbourhoods[0], n=60, details={"channels": rows})
    assert "details" not in public.SAFE["channels"](one)


def test_what_others_are_compared_with_is_not_released(organisation, figures, figure, town):
    compared = town.neighbourhoods[3]
    figure("snowball", compared, n=60)
    figure("snowball", None, n=190)
    areas = {found.area_id for found in public.newest_figures(organisation)}
    assert compared.pk not in areas
    assert {None, town.municipality.pk, town.neighbourhoods[0].pk} <= areas
