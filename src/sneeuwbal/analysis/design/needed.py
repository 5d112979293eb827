"""How many neighbourhoods do we need?

Method page: docs/methods/design.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

ENOUGH = 0.8
HARDLY = 0.5  # below it the page says so before the start
MOST = 400


@dataclass(frozen=True, slots=True)
class Needed:
    """The smallest number of neighbourhoods that reaches the power, and the curve tried.

    `clusters` is None when even the largest number tried does not reach it.
    """

    clusters: int | None
    power: float
    curve: tuple[tuple[int, float], ...]


def neighbourhoods_needed(
    power_at: Callable[[int], float], *, fewest: int, target: float = ENOUGH, most: int = MOST
) -> Needed:
    """Find how many neighbourhoods a design needs.

    Parameters
    ----------
    power_at : number of neighbourhoods -> power
    fewest, most : int
        Range to look in; `fewest` is what the design needs at the least.
    target : float in (0, 1)

    Returns
    -------
    Needed
        Every number up to the answer was tried, as power may dip where waves are uneven.

    Raises
    ------
    ValueError
        If the range is empty or the target no share.
    """
    if not 0 < target < 1 or not 1 <= fewest <= most:
        raise ValueError("the target lies between 0 and 1, and fewest is not above most")
    curve: list[tuple[int, float]] = []
    for number in range(fewest, most + 1):
        curve.append((number, power_at(number)))
        if curve[-1][1] >= target:
            return Needed(number, curve[-1][1], tuple(curve))
    return Needed(None, curve[-1][1], tuple(curve))
