"""How much room ranges of weights leave. Pure arithmetic, so that a form can refuse at once."""

from collections.abc import Sequence
from itertools import combinations

# As the worker: fewer than 1 in 1,000 weightings that fit is too narrow to draw from.
NARROWEST = 1 / 1_000
MOST_CRITERIA = 10  # beyond this nobody weighs, and the sum below grows too long


def share_left(ranges: Sequence[tuple[float, float]]) -> float:
    """Share of all weightings (adding up to 1) in which each weight lies in its range.

    Inclusion and exclusion over the upper limits, on the simplex that the lower limits leave.
    """
    room = 1 - sum(low for low, _high in ranges)
    power = len(ranges) - 1
    if room <= 0:
        return 0.0
    widths = [high - low for low, high in ranges]
    total = 0.0
    for size in range(len(widths) + 1):
        for chosen in combinations(widths, size):
            total += (-1) ** size * max(0.0, room - sum(chosen)) ** power
    return max(0.0, min(1.0, total))
