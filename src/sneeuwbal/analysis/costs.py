"""What did it cost per household reached, taking part, or gained?

Method page: docs/methods/costs.md.
"""

from math import inf, sqrt

from scipy.stats import chi2
from scipy.stats import t as student

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, silent

UNIT = "EUR per household"


def poisson_interval(count: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact interval for the mean behind a count.

    Parameters
    ----------
    count : int, >= 0
    level : float in (0, 1)

    Returns
    -------
    (low, high)
        Low is 0 for a count of 0.

    Notes
    -----
    Garwood (1936), doi:10.1093/biomet/28.3-4.437. Covers at least as often as it says.
    """
    if count < 0:
        raise ValueError("a count cannot be negative")
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    return low, float(chi2.ppf(1 - tail, 2 * count + 2)) / 2


def cost_per_household(cost_eur: float, households: int) -> Estimate:
    """Estimate the cost per household reached or taking part.

    Parameters
    ----------
    cost_eur : float, >= 0
        Everything the ledger booked, teams that stopped included.
    households : int, >= 0
        Households counted over the same places and period.

    Returns
    -------
    Estimate
        Sum over sum, EUR per household. Without households it is not determinable; its
        lower bound then says "at least".

    Raises
    ------
    ValueError
        If either is negative.

    Notes
    -----
    The interval is the exact Poisson interval of the count: the cost is known, how
    many households it would bring a second time is not. Weak point: households that
    bring each other in vary more than Poisson.
    """
    if cost_eur < 0 or households < 0:
        raise ValueError("cost and households cannot be negative")
    fewest, most = poisson_interval(households)
    method = "ratio of sums, exact Poisson"
    if households == 0:
        return silent(Silence.NOT_DETERMINABLE, n=0, method=method, unit=UNIT, low=cost_eur / most)
    return Estimate(
        cost_eur / households,
        cost_eur / most,
        cost_eur / fewest,
        n=households,
        method=method,
        unit=UNIT,
    )


def fieller_interval(
    numerator: float,
    denominator: float,
    *,
    var_numerator: float,
    var_denominator: float,
    covariance: float = 0.0,
    degrees_of_freedom: float = inf,
    level: float = LEVEL,
) -> tuple[float, float] | None:
    """Return the Fieller interval of a ratio, or None when it is unbounded.

    Parameters
    ----------
    numerator, denominator : float
        Two estimates with normal errors.
    var_numerator, var_denominator, covariance : float
        Their variances and covariance.
    degrees_of_freedom : float, > 0
        Of the variances when they are estimated; infinite when they are known.
    level : float in (0, 1)

    Returns
    -------
    (low, high) or None
        None when the denominator does not differ from 0 at this level.

    Raises
    ------
    ValueError
        If the variances and covariance cannot belong together.

    Notes
    -----
    Roots of `(b^2 - t^2 B) r^2 - 2 (ab - t^2 C) r + (a^2 - t^2 A) = 0`, Fieller (1954).
    """
    if min(var_numerator, var_denominator) < 0 or covariance**2 > var_numerator * var_denominator:
        raise ValueError("these variances and covariance cannot belong together")
    t2 = float(student.ppf((1 + level) / 2, degrees_of_freedom)) ** 2
    square = denominator**2 - t2 * var_denominator
    if square <= 0:
        return None
    middle = numerator * denominator - t2 * covariance
    constant = numerator**2 - t2 * var_numerator
    half_width = sqrt(max(0.0, middle**2 - square * constant))
    return (middle - half_width) / square, (middle + half_width) / square


def cost_per_additional_household(
    cost_eur: float,
    additional: float,
    *,
    sd_additional: float,
    sd_cost_eur: float = 0.0,
    n: int = 0,
) -> Estimate:
    """Estimate the cost per household that would not have taken part otherwise.

    Parameters
    ----------
    cost_eur : float, >= 0
        Total cost over all started places.
    additional : float
        Observed households minus the counterfactual; may be negative.
    sd_additional, sd_cost_eur : float, >= 0
        Standard errors.
    n : int
        Households observed.

    Returns
    -------
    Estimate
        EUR per additional household; not determinable when the effect may be zero.

    Raises
    ------
    ValueError
        If a cost or standard error is negative.
    """
    if min(cost_eur, sd_additional, sd_cost_eur) < 0:
        raise ValueError("cost and standard errors cannot be negative")
    interval = fieller_interval(
        cost_eur, additional, var_numerator=sd_cost_eur**2, var_denominator=sd_additional**2
    )
    method = "ratio of sums, Fieller"
    if interval is None or additional <= 0:
        return silent(Silence.NOT_DETERMINABLE, n=n, method=method, unit=UNIT)
    return Estimate(cost_eur / additional, *interval, n=n, method=method, unit=UNIT)


def cost_of_effect(cost_eur: float, effect: Estimate, *, households: int) -> Estimate:
    """Estimate the cost per additional household from an estimated effect.

    Parameters
    ----------
    cost_eur : float, >= 0
        Total cost over all started places, teams that stopped included.
    effect : Estimate
        Additional share of the households, with its interval.
    households : int, >= 0
        Households in the started places, over which that share holds.

    Returns
    -------
    Estimate
        EUR per additional household. Not determinable when the effect is silent or its interval
        holds 0.

    Raises
    ------
    ValueError
        If the cost or the number of households is negative.

    Notes
    -----
    With a known cost Fieller's interval is the cost over the ends of the effect's own interval,
    whatever its degrees of freedom. Weak point: whatever the effect leaves out, such as what
    spread to other neighbourhoods, is not counted as gained.
    """
    if min(cost_eur, households) < 0:
        raise ValueError("cost and households cannot be negative")
    method = "cost over effect, Fieller"
    if effect.value is None or effect.low is None or effect.high is None or not households:
        return silent(Silence.NOT_DETERMINABLE, n=effect.n, method=method, unit=UNIT)
    if effect.low <= 0:
        return silent(Silence.NOT_DETERMINABLE, n=effect.n, method=method, unit=UNIT)
    likely, least, most = (
        cost_eur / (share * households) for share in (effect.value, effect.high, effect.low)
    )
    return Estimate(likely, least, most, n=effect.n, method=method, unit=UNIT, level=effect.level)
