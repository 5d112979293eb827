"""What became of those who joined in the same weeks: R by cohort, from arrivals per week.

Method page: docs/methods/renewal.md. With recorded referrals: `snowball_cohorts`.
"""

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.recruiting import OWN_PRIOR
from sneeuwbal.analysis.renewal.arrivals import EVEN, Series, checked, kernel, series

Floats = NDArray[np.float64]

COHORT_WEEKS = 13


def attributed(referred: Floats, campaign: Floats, *, weights: Floats) -> Floats:
    """Return the recruits that each week's arrivals brought in so far.

    Parameters
    ----------
    referred, campaign, weights
        As `sliding.renewal_number`.

    Returns
    -------
    (n, t) float
        Expected recruits of all who arrived in that week. They add up to the referred
        arrivals for whom there was anyone to recruit them.

    Notes
    -----
    Wallinga & Teunis (2004), doi:10.1093/aje/kwh255: a referred arrival belongs to an
    earlier one in proportion to its weight. Changed here: campaign arrivals are nobody's
    recruit. Weak point: it divides by timing alone and so evens out cohorts that follow
    each other closely.
    """
    local, imported = checked(referred, campaign, weights)
    everyone = local + imported
    weight = kernel(weights, local.shape[1])
    expected = everyone @ weight
    each = np.divide(local, expected, out=np.zeros(local.shape), where=expected > 0)
    found: Floats = everyone * (each @ weight.T)
    return found


def cohort_number(
    referred: Floats,
    campaign: Floats,
    *,
    weights: Floats,
    length: int = COHORT_WEEKS,
    dispersion: float | Floats = EVEN,
    prior: tuple[float, float] = OWN_PRIOR,
) -> Series:
    """Estimate R for those who joined in each stretch of weeks.

    Parameters
    ----------
    length : int, weeks
        Length of a stretch, counted back from the newest week; older weeks that fill no
        stretch are left out. The rest as `sliding.renewal_number`.

    Returns
    -------
    Series
        One column per cohort, oldest first. Each participant counts for the share of
        referrals that would have been made by now.

    Raises
    ------
    ValueError
        As `sliding.renewal_number`.
    """
    local, imported = checked(referred, campaign, weights)
    if length < 1:
        raise ValueError("a cohort spans at least one week")
    weeks = local.shape[1]
    share = kernel(weights, weeks).sum(axis=1)
    each = (
        attributed(local, imported, weights=weights),
        (local + imported) * share,
        local + imported,
    )
    skipped, count = weeks % length, weeks // length
    blocks = tuple(
        array[:, skipped:].reshape(array.shape[0], count, length).sum(axis=2) for array in each
    )
    first = skipped + length * np.arange(count)
    return series(
        (first, first + length - 1),
        (blocks[0], blocks[1], blocks[2]),
        prior=prior,
        dispersion=dispersion,
        method="cohorts by timing",
    )
