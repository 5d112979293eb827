"""How many further participants does each participant bring in, and may it be called a snowball?

Method page: docs/methods/snowball.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import binomtest, gamma

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, Verdict, silent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DelayCdf = Callable[[Floats], Floats]

# Assumptions, docs/methods/snowball.md: prior mean 0.5 and sd 0.5, mostly below 1.
PRIOR_SHAPE = 1.0
PRIOR_RATE = 2.0
MAX_CV = 0.3
DEFAULT_DISPERSION = 0.2
RECRUITS_FOR_DISPERSION = 11
MAX_UNKNOWN_SHARE = 1 / 3
VIA_NEIGHBOUR_WEIGHT = 0.5
MIN_PARTICIPANTS = 20
MIN_CHAINS = 3
BOOST_FROM = 0.1
WINDOW_DAYS = 365
BAND_WIDTH = 5
UNIT = "recruits per participant"
METHOD = "referrals"
DISPERSION_RANGE = (0.02, 1000.0)


@dataclass(frozen=True, slots=True)
class GammaPosterior:
    """What is known about the snowball number; its coefficient of variation is shape^-1/2."""

    shape: float
    scale: float

    def interval(self) -> tuple[float, float]:
        """Return the central 95% interval."""
        tail = (1 - LEVEL) / 2
        bounds = gamma.ppf(np.array([tail, 1 - tail]), self.shape, scale=self.scale)
        return float(bounds[0]), float(bounds[1])

    def probability_above(self, threshold: float) -> float:
        """Return the probability that the number is larger than the threshold."""
        return float(gamma.sf(threshold, self.shape, scale=self.scale))


@dataclass(frozen=True, slots=True)
class SnowballFinding:
    """The snowball number with everything that has to stand next to it."""

    estimate: Estimate
    verdict: Verdict
    probability_above_one: float
    dispersion: float
    overdispersion: float
    exposure: float
    share_unknown: float


def dispersion(recruits: Floats, exposure: Floats, *, programme: float | None = None) -> float:
    """Estimate how unevenly recruiting is spread: the negative binomial k.

    Parameters
    ----------
    recruits, exposure : (n,) float
        Recruits per participant, and the share of referrals to be expected by now.
    programme : float, optional
        k of the whole programme, borrowed when there are fewer than 11 recruits here.

    Returns
    -------
    float
        k; small means that a few people bring in nearly everyone.

    Notes
    -----
    Maximum likelihood of Lloyd-Smith et al. (2005), doi:10.1038/nature04153, with
    mean R x exposure per participant and R at its ratio estimate. Below 11 recruits
    and without a programme: 0.2, which errs on the wide side.
    """
    counts, seen = np.asarray(recruits, float), np.asarray(exposure, float)
    if counts.sum() < RECRUITS_FOR_DISPERSION or seen.sum() <= 0:
        return DEFAULT_DISPERSION if programme is None else programme
    mean = np.maximum(counts.sum() / seen.sum() * seen, 1e-12)
    values, index = np.unique(counts, return_inverse=True)

    def minus_log_likelihood(log_k: float) -> float:
        k = float(np.exp(log_k))
        by_value = gammaln(values + k) - gammaln(k)
        terms = by_value[index] - k * np.log1p(mean / k) + counts * np.log(mean / (mean + k))
        return -float(terms.sum())

    low, high = np.log(DISPERSION_RANGE)
    found = minimize_scalar(minus_log_likelihood, bounds=(low, high), method="bounded")
    return float(np.exp(found.x))


def snowball_number(
    recruits: Floats | Ints,
    days_followed: Floats,
    *,
    delay_cdf: DelayCdf,
    overdispersion: float = 1.0,
    unattributed: float = 0.0,
) -> Estimate:
    """Estimate how many further participants each participant brings in.

    Each counts only for the share of referrals that would have been made by now.

    Parameters
    ----------
    recruits : (n,) number
        Participants who named this participant as the one who brought them in.
        A recruit with m claimed recruiters counts 1/m for each.
    days_followed : (n,) float, days, >= 0
        Time since the participant joined.
    delay_cdf : days -> share in [0, 1]
        Share of eventual referrals made within so many days of joining.
    overdispersion : float, >= 1
        Variance of the counts over their mean; 1 + R/k for negative binomial k.
    unattributed : float, >= 0
        Weight of arrivals "via a neighbour" whose neighbour is not known.

    Returns
    -------
    Estimate
        R, recruits per participant. Above 1 the snowball grows by itself. Silent,
        with the band of the count, when the posterior's coefficient of variation
        exceeds 0.3.

    Raises
    ------
    ValueError
        If the arrays differ in length or hold a negative number.

    Notes
    -----
    Gamma posterior of Cori et al. (2013), doi:10.1093/aje/kwt133, with observed
    parents, widened for overdispersion. Weak point: one overdispersion for all.
    """
    counted = _checked(recruits, days_followed, unattributed)
    exposure = float(np.sum(delay_cdf(days_followed)))
    posterior = _posterior(counted, exposure, overdispersion)
    return _as_estimate(posterior, counted, n=int(recruits.size))


def snowball_finding(
    recruits: Floats | Ints,
    days_followed: Floats,
    *,
    delay_cdf: DelayCdf,
    via_neighbour: int = 0,
    unknown_origin: int = 0,
    programme_dispersion: float | None = None,
    exceeds_comparison: bool | None = None,
    chains: int | None = None,
) -> SnowballFinding:
    """Estimate the snowball number, its bounds if origins are missing, and its label.

    Parameters
    ----------
    recruits, days_followed, delay_cdf
        As in `snowball_number`; one entry per participant.
    via_neighbour, unknown_origin : int
        Participants who came via a neighbour without a code; whose origin is unknown.
    programme_dispersion : float, optional
        k of the whole programme, used when there are few recruits here.
    exceeds_comparison : bool, optional
        Whether growth exceeded the comparison neighbourhoods; None is "not known".
    chains : int, optional
        Campaign arrivals with a recruit of a recruit; see `chains.chains_of_three`.

    Returns
    -------
    SnowballFinding
        When more than a third of the origins is unknown its estimate is silent and
        holds bounds: all unknown from the campaign, all unknown referred.

    Raises
    ------
    ValueError
        As `snowball_number`, or if a count is negative or exceeds the participants.

    Notes
    -----
    Up to a third, arrivals of unknown origin are divided as the known ones are: an
    assumption, and the reason to show the unknown share beside the number.
    """
    people = int(recruits.size)
    if min(via_neighbour, unknown_origin) < 0 or via_neighbour + unknown_origin > people:
        raise ValueError("via_neighbour and unknown_origin are counts of the participants")
    counted = _checked(recruits, days_followed, VIA_NEIGHBOUR_WEIGHT * via_neighbour)
    seen = np.asarray(delay_cdf(days_followed), float)
    exposure = float(seen.sum())
    k = dispersion(np.asarray(recruits, float), seen, programme=programme_dispersion)
    share_unknown = unknown_origin / people if people else 0.0
    if share_unknown > MAX_UNKNOWN_SHARE:
        posterior, wide = _widened(counted, exposure, k, unverified=via_neighbour)
        highest, _ = _widened(counted + unknown_origin, exposure, k, unverified=via_neighbour)
        low, high = posterior.interval()[0], highest.interval()[1]
        reason = Silence.ORIGIN_UNKNOWN
        estimate = silent(reason, n=people, method="bounds", low=low, high=high, unit=UNIT)
    else:
        referred_share = min(1.0, counted / max(1, people - unknown_origin))
        completed = counted + unknown_origin * referred_share
        posterior, wide = _widened(completed, exposure, k, unverified=via_neighbour)
        low = posterior.interval()[0]
        estimate = _as_estimate(posterior, completed, n=people)
    verdict = label(
        participants=people, low=low, exceeds_comparison=exceeds_comparison, chains=chains
    )
    return SnowballFinding(
        estimate=replace(estimate, verdict=verdict.value),
        verdict=verdict,
        probability_above_one=posterior.probability_above(1.0),
        dispersion=k,
        overdispersion=wide,
        exposure=exposure,
        share_unknown=share_unknown,
    )


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


def _checked(recruits: Floats | Ints, days_followed: Floats, unattributed: float) -> float:
    """Refuse malformed input; return the weight of all recruits together."""
    if recruits.shape != days_followed.shape:
        raise ValueError("recruits and days_followed differ in length")
    if recruits.size and min(recruits.min(), days_followed.min()) < 0:
        raise ValueError("recruits and days_followed cannot be negative")
    if unattributed < 0:
        raise ValueError("unattributed cannot be negative")
    return float(recruits.sum()) + unattributed


def _posterior(counted: float, exposure: float, overdispersion: float) -> GammaPosterior:
    if overdispersion < 1:
        raise ValueError("overdispersion is at least 1")
    shape = (PRIOR_SHAPE + counted) / overdispersion
    return GammaPosterior(shape, overdispersion / (PRIOR_RATE + exposure))


def _widened(
    counted: float, exposure: float, k: float, *, unverified: int
) -> tuple[GammaPosterior, float]:
    """Return the posterior widened for dispersion k and unverified links, and by how much.

    The weight of an unverified link is 0.5, but may for all of them be anything from 0 to
    1: that adds the variance of a uniform weight, 1/12, times the square of their number.
    """
    wide = 1 + (PRIOR_SHAPE + counted) / (PRIOR_RATE + exposure) / k
    wide += unverified**2 / 12 / (PRIOR_SHAPE + counted)
    return _posterior(counted, exposure, wide), wide


def _as_estimate(posterior: GammaPosterior, counted: float, *, n: int) -> Estimate:
    """Return the number, or silence with the band of the count when it is too uncertain."""
    if n == 0:
        return silent(Silence.NO_DATA, n=0, method=METHOD, unit=UNIT)
    if posterior.shape**-0.5 > MAX_CV:
        first = int(counted // BAND_WIDTH) * BAND_WIDTH
        band = (first, first + BAND_WIDTH - 1)
        return silent(Silence.TOO_FEW, n=n, method=METHOD, unit=UNIT, band=band)
    low, high = posterior.interval()
    return Estimate(posterior.shape * posterior.scale, low, high, n=n, method=METHOD, unit=UNIT)
