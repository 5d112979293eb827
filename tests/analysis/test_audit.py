"""What a reader can compute from tables with holes, and what to withhold more."""

from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sneeuwbal.analysis.audit import (
    Contradiction,
    Relation,
    Statement,
    Tables,
    known_intervals,
    narrow_cells,
    secondary_suppression,
)
from sneeuwbal.analysis.disclosure import counts_behind, rounded, stepped

K = 10


def two_way(shown, *, top, price=True):
    """A table with both margins; None is withheld, margins cannot be taken back."""
    rows, columns = len(shown), len(shown[0])
    cells = {f"{r}{c}": (0, top) for r, c in product(range(rows), range(columns))}
    statements = []
    for r, c in product(range(rows), range(columns)):
        if shown[r][c] is not None:
            inner = price and r < rows - 1 and c < columns - 1
            cost = shown[r][c] if inner else inf
            statements.append(Statement(f"{r}{c}", f"{r}{c}", shown[r][c], shown[r][c], cost))
    relations = [
        Relation((*((f"{r}{c}", 1.0) for c in range(columns - 1)), (f"{r}{columns - 1}", -1.0)))
        for r in range(rows)
    ]
    relations += [
        Relation((*((f"{r}{c}", 1.0) for r in range(rows - 1)), (f"{rows - 1}{c}", -1.0)))
        for c in range(columns)
    ]
    return Tables(cells, tuple(statements), tuple(relations))


COUNTIES = [
    [15, None, None, None, 20],
    [20, None, None, 15, 55],
    [None, 10, 10, None, 25],
    [None, 14, 7, None, 35],
    [50, 35, 30, 20, 135],
]


def test_two_holes_in_each_row_and_column_do_not_protect_a_table():
    """A known trap: the first two rows less the middle two columns leave one cell, which is 1.

    75 in the two rows, of which 50 shown; 65 in the two columns, of which 41 shown. The four
    cells in both sum to 24 after the columns, so 75 - 50 - 24 = 1 is left for the fourth column.
    """
    tables = two_way(COUNTIES, top=135)
    found = {one.cell: (one.low, one.high) for one in known_intervals(tables, tables.ranges)}
    assert found["03"] == pytest.approx((1, 1))
    assert found["01"] == pytest.approx((0, 4)) == found["02"]
    chosen = secondary_suppression(tables, {"03"}, threshold=5)
    assert chosen.beyond_help == ()
    [seven] = known_intervals(tables, ["03"], withheld=chosen.withheld)
    assert seven.possible >= 5


def rows(counts, hidden, *, slack, top=500):
    """One row with its total, rounded by slack; hidden ones are known to be below ten."""
    names = [str(place) for place in range(len(counts))]
    ranges = {name: (0, 9) if name in hidden else (0, top) for name in names} | {"all": (0, top)}
    told = dict(zip([*names, "all"], [*counts, sum(counts)], strict=True))
    said = tuple(
        Statement(name, name, told[name] - slack, told[name] + slack, price=told[name] or 1)
        for name in told
        if name not in hidden
    )
    return Tables(ranges, said, (Relation((*((name, 1.0) for name in names), ("all", -1.0))),))


def test_a_single_hole_is_found_by_subtraction():
    assert [one.possible for one in known_intervals(rows([4, 40, 30], {"0"}, slack=0), "0")] == [1]


def test_rounding_alone_can_be_enough():
    assert not narrow_cells(rows([4, 40, 30], {"0"}, slack=2), "0", threshold=K - 1)
    assert narrow_cells(rows([4, 40, 30], {"0"}, slack=1), "0", threshold=K - 1)


def test_the_cheapest_cell_goes_and_always_the_same():
    tables = rows([4, 40, 12, 30], {"0"}, slack=0)
    chosen = secondary_suppression(tables, {"0"}, threshold=K)
    assert chosen.withheld == ("2",)
    assert secondary_suppression(tables, {"0"}, threshold=K) == chosen


def test_a_total_is_withheld_when_that_is_all_that_can_be():
    tables = rows([4, 3], {"0", "1"}, slack=0)
    assert secondary_suppression(tables, {"0", "1"}, threshold=K).withheld == ("all",)


def test_what_falls_with_a_number_is_withheld_with_it():
    ranges = {"part": (0, 9), "whole": (0, 50), "rest": (0, 50)}
    split = Relation((("part", 1.0), ("rest", 1.0), ("whole", -1.0)))
    said = (
        Statement("page", "whole", 30, 30, price=1),
        Statement("cell", "rest", 26, 26, price=5, falls_with="page"),
    )
    chosen = secondary_suppression(Tables(ranges, said, (split,)), {"part"}, threshold=K)
    assert chosen.withheld == ("page",)


def test_what_earlier_tables_gave_away_is_beyond_help_and_costs_nothing():
    tables = rows([4, 40, 30], {"0"}, slack=0)
    out = tuple(one._replace(price=inf) for one in tables.statements)
    old = Tables(tables.ranges, out, tables.relations)
    assert secondary_suppression(old, {"0"}, threshold=K) == ((), ("0",))


def test_a_later_release_can_give_an_earlier_hole_away():
    """Withheld in March; in June the two are told together, and counts only grow."""
    ranges = {"march": (0, 9), "june": (0, 400), "other": (0, 400), "both": (0, 400)}
    grows = Relation((("june", 1.0), ("march", -1.0)), high=inf)
    adds_up = Relation((("june", 1.0), ("other", 1.0), ("both", -1.0)))
    said = [Statement("other", "other", 28, 32, 1), Statement("both", "both", 30, 32, 2)]
    apart = Tables(ranges, tuple(said), (adds_up,))
    together = Tables(ranges, tuple(said), (grows, adds_up))
    assert not narrow_cells(apart, ["march"], threshold=K)
    assert [one.high for one in narrow_cells(together, ["march"], threshold=K)] == [4]
    assert secondary_suppression(together, {"march"}, threshold=K).withheld == ("other",)


def test_numbers_that_contradict_each_other_are_refused():
    with pytest.raises(Contradiction):
        known_intervals(two_way([[5, None, 4], [1, 1, 2], [6, 1, 7]], top=20), ["01"])
    said = (Statement("a", "x", 1, 2), Statement("b", "x", 4, 5))
    with pytest.raises(Contradiction):
        known_intervals(Tables({"x": (0, 9)}, said, ()), ["x"])
    with pytest.raises(ValueError, match="finite"):
        known_intervals(Tables({"x": (0, inf)}, (), ()), ["x"])


def attacked(table, withheld):
    """An attacker's own programme: only the holes are unknown, the margins are equations."""
    rows, columns = table.shape
    place = {cell: number for number, cell in enumerate(sorted(withheld))}
    equations, sums = [], []
    for line in [[(r, c) for c in range(columns)] for r in range(rows)] + [
        [(r, c) for r in range(rows)] for c in range(columns)
    ]:
        row = np.zeros(len(place))
        for cell in line:
            if cell in place:
                row[place[cell]] = 1
        equations.append(row)
        sums.append(sum(table[cell] for cell in line if cell in place))
    for cell, number in place.items():
        goal = np.eye(len(place))[number]
        ends = [
            linprog(sign * goal, A_eq=equations, b_eq=sums, bounds=(0, None)) for sign in (1, -1)
        ]
        yield cell, ends[0].fun, -ends[1].fun


def as_tables(table, small):
    shown = np.pad(table, ((0, 1), (0, 1))).astype(object)
    shown[-1, :-1], shown[:-1, -1], shown[-1, -1] = table.sum(0), table.sum(1), table.sum()
    for cell in small:
        shown[cell] = None
    return two_way(shown.tolist(), top=float(table.sum()))


two_way_counts = st.lists(
    st.lists(st.integers(0, 60), min_size=3, max_size=3), min_size=3, max_size=4
)


@settings(max_examples=12, deadline=None)
@given(two_way_counts)
def test_an_attacker_recovers_no_protected_cell_and_no_hole_is_superfluous(counts):
    table = np.array(counts)
    small = {cell for cell in np.ndindex(table.shape) if table[cell] < K}
    assume(0 < len(small) < 7)
    names = {f"{r}{c}" for r, c in small}
    tables = as_tables(table, small)
    chosen = secondary_suppression(tables, names, threshold=K)
    helped = names - set(chosen.beyond_help)
    for unit in chosen.withheld:
        fewer = set(chosen.withheld) - {unit}
        assert narrow_cells(tables, helped, threshold=K, withheld=fewer)
    hidden = small | {(int(name[0]), int(name[1])) for name in chosen.withheld}
    for cell, low, high in attacked(table, hidden):
        assert low - 1e-6 <= table[cell] <= high + 1e-6
        if "{}{}".format(*cell) in helped:
            assert np.floor(high + 1e-6) - np.ceil(low - 1e-6) + 1 >= K


def test_without_the_extra_holes_the_attacker_does_recover_one():
    """So that the test above could fail."""
    table = np.array([[4, 40, 12], [30, 20, 25], [11, 15, 50]])
    assert [(low, high) for _, low, high in attacked(table, {(0, 0)})] == [(4, 4)]


@given(st.integers(10, 5000), st.integers(10, 5000))
def test_the_counts_behind_a_number_hold_the_true_one(former, count):
    shown = stepped(rounded(count), rounded(former))
    low, high = counts_behind(shown, rounded(former))
    assert low <= count <= high
    assert low <= high <= low + 14
    assert shown == rounded(former) or abs(shown - rounded(former)) >= K
    low, high = counts_behind(rounded(count))
    assert K <= low <= count <= high <= low + 4
