"""Which of four things may be said about spread, by the product's own convention.

Part of `snowball`. Method page: docs/methods/snowball.md.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from sneeuwbal.analysis.estimate import LEVEL, Verdict

Ints = NDArray[np.int64]

MIN_PARTICIPANTS = 20
MIN_CHAINS = 3
BOOST_FROM = 0.1


def label(
    *,
    participants: int,
    low: float,
    exceeds_comparison: bool | None,
    chains: int | None = None,
    generations: Sequence[int] = (),
    generation_route: bool = False,
) -> Verdict:
    """Return the first label whose rule holds (product convention).

    Parameters
    ----------
    participants : int
        Fewer than 20 is too few for any label.
    low : float
        Lower bound of the 95% interval of the snowball number.
    exceeds_comparison : bool, optional
        Whether growth exceeded the comparison neighbourhoods. Unknown is no snowball.
    chains : int, optional
        Campaign arrivals with a recruit of a recruit; fewer than 3 is no snowball.
    generations : sequence of int
        Households in generation 0, 1, 2 and so on; only for the generation route.
    generation_route : bool
        Off: size alone meets it. R = 0.3 and 120 starters give 11 households in
        generation 2, so it would call ordinary campaigns a snowball.

    Returns
    -------
    Verdict
        too_few, snowball, boost or no_spread_shown.
    """
    if participants < MIN_PARTICIPANTS:
        return Verdict.TOO_FEW
    by_number = low > 1 and (chains is None or chains >= MIN_CHAINS)
    by_generation = generation_route and len(generations) >= 3 and sum(generations[2:]) >= 10
    if (by_number or by_generation) and exceeds_comparison is True:
        return Verdict.SNOWBALL
    return Verdict.BOOST if low > BOOST_FROM else Verdict.NO_SPREAD_SHOWN


def exceeds_comparison(
    participants: int,
    households: int,
    *,
    comparison_participants: Ints,
    comparison_households: Ints,
) -> bool | None:
    """Say whether a neighbourhood grew more than its comparison neighbourhoods.

    Parameters
    ----------
    participants, households : int
        New participants in the period, and households, of the neighbourhood itself.
    comparison_participants, comparison_households : (m,) int
        The same for each comparison neighbourhood over the same period.

    Returns
    -------
    bool or None
        None when fewer than two comparison neighbourhoods are given.

    Notes
    -----
    Exact one-sided binomial test at 2.5%, given the total, against the pooled rate and
    against the highest single comparison rate. Weak point: with few comparison
    neighbourhoods their natural spread is badly known.
    """
    people, homes = np.asarray(comparison_participants), np.asarray(comparison_households)
    if people.shape != homes.shape:
        raise ValueError("the comparison arrays differ in length")
    if people.size < 2 or households <= 0 or int(homes.sum()) <= 0:
        return None
    if participants / households <= float((people / np.maximum(homes, 1)).max()):
        return False
    total = participants + int(people.sum())
    expected_share = households / (households + int(homes.sum()))
    test = binomtest(participants, total, expected_share, alternative="greater")
    return bool(test.pvalue < (1 - LEVEL) / 2)
