import pytest
from hypothesis import given
from hypothesis import strategies as st

from sneeuwbal.analysis.disclosure import (
    THRESHOLD,
    checked_threshold,
    count_band,
    publishable_count,
    publishable_share,
    rounded,
    suppressed,
    weakest_interval,
)

tables = st.lists(st.integers(0, 60), min_size=1, max_size=9)


@given(st.integers(0, 10_000), st.integers(10, 50))
def test_no_count_below_the_threshold_is_published(count, threshold):
    shown = publishable_count(count, threshold=threshold)
    assert shown is None if count < threshold else shown == count


@pytest.mark.parametrize("value", [0, 5, 9])
def test_the_threshold_cannot_be_lowered(value):
    with pytest.raises(ValueError, match="never"):
        checked_threshold(value)
    with pytest.raises(ValueError, match="never"):
        publishable_count(50, threshold=value)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_share_needs_enough_people_on_both_sides(some, rest):
    share = publishable_share(some, some + rest)
    if min(some, rest) < THRESHOLD:
        assert share is None
    else:
        assert abs(share - 100 * some / (some + rest)) <= 0.5


@given(tables)
def test_no_hidden_cell_can_be_computed_from_the_total(cells):
    shown = suppressed(cells)
    total = sum(cells)
    assert all(cell is None or cell >= THRESHOLD for cell in shown)
    assert all(cell is None or cell == true for cell, true in zip(shown, cells, strict=True))
    if publishable_count(total) is not None and (found := weakest_interval(shown, total)):
        low, high = found
        if len(cells) > 1:
            assert high - low >= THRESHOLD


@given(tables)
def test_without_a_total_only_small_cells_are_hidden(cells):
    shown = suppressed(cells, total_published=False)
    assert [cell is None for cell in shown] == [cell < THRESHOLD for cell in cells]


def test_one_hidden_cell_takes_the_next_smallest_with_it():
    assert suppressed([4, 40, 12, 30]) == (None, 40, None, 30)
    assert suppressed([4, 40, 12, 30], total_published=False) == (None, 40, 12, 30)


def test_two_empty_cells_do_not_betray_each_other():
    """Both are below the threshold, but together they are 0, and so is each."""
    assert suppressed([0, 0, 15, 30]) == (None, None, None, 30)


def test_a_table_without_small_cells_is_left_alone():
    assert suppressed([10, 40, 12]) == (10, 40, 12)


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_rounding_moves_a_count_at_most_half_a_base(count, base):
    assert rounded(count, base=base) % base == 0
    assert abs(rounded(count, base=base) - count) <= base / 2


@given(st.integers(0, 10_000))
def test_a_band_holds_its_count_and_never_splits_the_small_ones(count):
    low, high = count_band(count)
    assert low <= count <= high
    assert (low, high) == (0, 9) or low >= THRESHOLD
