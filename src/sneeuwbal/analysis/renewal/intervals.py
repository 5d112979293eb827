"""How many weeks lie between a participant's entry and that of a recruit: weights by week.

Method page: docs/methods/renewal.md.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import gamma

Floats = NDArray[np.float64]

DAYS_PER_WEEK = 7


def discretised_gamma(mean: float, sd: float, *, steps: int) -> Floats:
    """Return the share of recruits that come 0, 1, 2 … steps after their recruiter.

    Parameters
    ----------
    mean, sd : float, in steps (weeks here, days in the reference software)
        Of the time between two entries. The mean is above 1, the sd above 0.
    steps : int
        How many weights to return, the first being that of step 0.

    Returns
    -------
    (steps,) float
        Never negative; the first is 0: nobody recruits in the step of their own entry.

    Raises
    ------
    ValueError
        If the mean is not above 1, or the sd not above 0.

    Notes
    -----
    Formula of Cori et al. (2013) as in `discr_si` of EpiEstim: a gamma distribution shifted
    by one step, averaged over the moment within the step. The sd of the result is a little
    larger than asked. Weak point: recruits of the same week count as of the next.
    """
    if mean <= 1 or sd <= 0:
        raise ValueError("a discretised interval needs a mean above 1 step and an sd above 0")
    shape, scale = ((mean - 1) / sd) ** 2, sd**2 / (mean - 1)
    step = np.arange(steps, dtype=float)
    below, here, above = (gamma.cdf(step - lag, shape, scale=scale) for lag in (2, 1, 0))
    moments = [gamma.cdf(step - lag, shape + 1, scale=scale) for lag in (2, 1, 0)]
    weights = step * above + (step - 2) * below - 2 * (step - 1) * here
    weights += shape * scale * (2 * moments[1] - moments[0] - moments[2])
    return np.asarray(np.maximum(weights, 0.0), float)


def weekly_weights(mean_days: float, shape: float, *, weeks: int) -> Floats:
    """Return weekly weights for a gamma distribution of days, as `delays` estimates it.

    Parameters
    ----------
    mean_days, shape : float
        Mean and shape of the days between two entries; the mean is above a week.
    weeks : int
        How many weights to return. What falls later is left out, so the sum may be below 1.
    """
    mean = mean_days / DAYS_PER_WEEK
    return discretised_gamma(mean, mean / float(np.sqrt(shape)), steps=weeks)


def interval_draws(
    mean: tuple[float, float, float, float],
    sd: tuple[float, float, float, float],
    *,
    draws: int,
    steps: int,
    rng: np.random.Generator,
) -> Floats:
    """Return weights for intervals that are themselves uncertain.

    Parameters
    ----------
    mean, sd : (centre, standard deviation, lowest, highest), in steps
        Of the normal distributions from which the interval's mean and sd are drawn.
    draws, steps : int
        Number of intervals, and of weights for each.

    Returns
    -------
    (draws, steps) float

    Notes
    -----
    As method `uncertain_si` of EpiEstim: outside the limits, or with an sd larger than the
    mean, is drawn again.
    """
    kept: list[Floats] = []
    while len(kept) < draws:
        one, other = rng.normal(mean[0], mean[1]), rng.normal(sd[0], sd[1])
        inside = mean[2] < one <= mean[3] and sd[2] <= other <= sd[3]
        if inside and one > 1 and 0 < other <= one:
            kept.append(discretised_gamma(float(one), float(other), steps=steps))
    return np.array(kept)
