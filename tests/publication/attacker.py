"""An attacker who reads every release and computes: own bounds, own equations, own programme.

Nothing here uses the code that protects the numbers.
"""

from itertools import pairwise

import numpy as np
from scipy.optimize import linprog

STAGES = ("approached", "spoken", "participant", "done")
SPOKEN = {"voice", "reach"}
HOUSEHOLDS, TOWN, K = 400, 99, 10


class Attacker:
    """All counts of a town with 400 households in each neighbourhood, over some releases."""

    def __init__(self, releases, neighbourhoods):
        self.areas = [*range(1, neighbourhoods + 1), TOWN]
        self.cells = {
            (when, area, stage): number
            for number, (when, area, stage) in enumerate(
                (when, area, stage)
                for when in range(len(releases))
                for area in self.areas
                for stage in STAGES
            )
        }
        self.low = np.zeros(len(self.cells))
        self.high = np.array(
            [HOUSEHOLDS * (neighbourhoods if area == TOWN else 1) for _, area, _ in self.cells],
            float,
        )
        self.former = {}
        for when, numbers in enumerate(releases):
            self.read(when, numbers)
        self.matrix, self.limits = self.inequalities(len(releases))

    def read(self, when, numbers):
        """Every count shown says something, more so when it changed."""
        seen = {}
        for number in numbers:
            area = number.area.pk
            if number.withheld:
                assert number.n is None and number.details == {}
                continue
            stage = "spoken" if number.kind in SPOKEN else "participant"
            seen.setdefault((area, stage), number.n)
            for row in number.details.get("stages", []):
                if row["count"] is not None and row["key"] in STAGES:
                    seen[area, row["key"]] = row["count"]
                if row["count"] is not None and row["key"] == "not_reached":
                    seen[area, "not_reached"] = row["count"]
        for (area, stage), shown in seen.items():
            slack = 7 if self.former.get((area, stage)) == shown else 2
            low, high = max(K, shown - slack), shown + slack
            if stage == "not_reached":
                top = self.high[self.cells[when, area, "approached"]]
                stage, low, high = "approached", top - high, top - low
                top = self.cells[when, area, stage]
                self.low[top], self.high[top] = max(self.low[top], low), min(self.high[top], high)
                continue
            place = self.cells[when, area, stage]
            self.low[place] = max(self.low[place], low)
            self.high[place] = min(self.high[place], high)
        self.former |= seen

    def told(self, cell, low, high):
        """Somebody tells the attacker more about one count."""
        place = self.cells[cell]
        self.low[place], self.high[place] = low, high

    def inequalities(self, releases):
        """Stages follow each other, areas add up, counts grow."""
        rows = []
        for when in range(releases):
            for area in self.areas:
                for earlier, later in pairwise(STAGES):
                    rows.append({(when, area, later): 1, (when, area, earlier): -1})
            for stage in STAGES:
                total = {(when, area, stage): 1 for area in self.areas[:-1]}
                total[when, TOWN, stage] = -1
                rows += [total, {cell: -weight for cell, weight in total.items()}]
            if when:
                rows += [
                    {(when - 1, area, stage): 1, (when, area, stage): -1}
                    for area in self.areas
                    for stage in STAGES
                ]
        matrix = np.zeros((len(rows), len(self.cells)))
        for place, row in enumerate(rows):
            for cell, weight in row.items():
                matrix[place, self.cells[cell]] = weight
        return matrix, np.zeros(len(rows))

    def interval(self, cell):
        """The lowest and highest whole count that agrees with everything."""
        goal = np.zeros(len(self.cells))
        goal[self.cells[cell]] = 1
        ends = [
            linprog(
                sign * goal,
                A_ub=self.matrix,
                b_ub=self.limits,
                bounds=np.column_stack([self.low, self.high]),
            )
            for sign in (1, -1)
        ]
        assert all(end.success for end in ends), "the releases contradict each other"
        return int(np.ceil(ends[0].fun - 1e-5)), int(np.floor(-ends[1].fun + 1e-5))

    def possible(self, cell):
        """How many counts are possible."""
        low, high = self.interval(cell)
        return high - low + 1
