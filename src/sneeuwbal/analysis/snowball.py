"""How many further participants does each participant bring in, and may it be called a snowball?

Method page: docs/methods/snowball.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

from sneeuwbal.analysis.estimate import LEVEL, Estimate, Silence, Verdict, silent
from sneeuwbal.analysis.labels import label
from sneeuwbal.analysis.recruiting import (
    MAX_CV,
    PRIOR_RATE,
    PRIOR_SHAPE,
    coefficient_of_variation,
    posterior_quantile,
    probability_above,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DelayCdf = Callable[[Floats], Floats]

# Assumptions, docs/methods/snowball.md; those of the posterior stand in `recruiting`.
DEFAULT_DISPERSION = 0.2
RECRUITS_FOR_DISPERSION = 11
MAX_UNKNOWN_SHARE = 1 / 3
VIA_NEIGHBOUR_WEIGHT = 0.5
WINDOW_DAYS = 365
BAND_WIDTH = 5
UNIT = "recruits per participant"
METHOD = "referrals"
DISPERSION_RANGE = (0.02, 1000.0)


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known about the snowball number; the fields as in `recruiting`."""

    shape: float
    rate: float
    size: float

    @property
    def mean(self) -> float:
        """Return its mean."""
        return self.shape / self.rate

    @property
    def variation(self) -> float:
        """Return its sd over its mean."""
        shape, size = np.array(self.shape), np.array(self.size)
        return float(coefficient_of_variation(shape=shape, size=size))

    def quantile(self, share: float) -> float:
        """Return one of its quantiles."""
        return float(posterior_quantile(share, **self._arrays()))

    def interval(self) -> tuple[float, float]:
        """Return the central 95% interval."""
        tail = (1 - LEVEL) / 2
        return self.quantile(tail), self.quantile(1 - tail)

    def probability_above(self, threshold: float) -> float:
        """Return the probability that the number is larger than the threshold."""
        return float(probability_above(threshold, **self._arrays()))

    def _arrays(self) -> dict[str, Floats]:
        return {name: np.array(getattr(self, name)) for name in ("shape", "rate", "size")}


@dataclass(frozen=True, slots=True)
class SnowballFinding:
    """The snowball number with everything that has to stand next to it.

    `low` and `high` are the bounds of the interval, also where the estimate is silent.
    """

    estimate: Estimate
    verdict: Verdict
    low: float
    high: float
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
    evenness: float = inf,
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
    evenness : float, > 0
        Negative binomial k of `dispersion`; infinite when everyone recruits alike.
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
    Posterior of Cori et al. (2013), doi:10.1093/aje/kwt133, with observed parents and
    negative binomial counts; see `recruiting`. Weak point: one k for everyone.
    """
    counted = _checked(recruits, days_followed, unattributed)
    exposure = float(np.sum(delay_cdf(days_followed)))
    posterior = _posterior(counted, exposure, evenness)
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
    recorded = _checked(recruits, days_followed, 0.0)
    known = max(1, people - unknown_origin)
    referred = min(1.0, (recorded + VIA_NEIGHBOUR_WEIGHT * via_neighbour) / known)
    gaps = Gaps(via_neighbour, unknown_origin, unknown_origin / people if people else 0, referred)
    seen = np.asarray(delay_cdf(days_followed), float)
    return finding(
        np.asarray(recruits, float),
        seen,
        gaps=gaps,
        programme_dispersion=programme_dispersion,
        exceeds_comparison=exceeds_comparison,
        chains=chains,
    )


@dataclass(frozen=True, slots=True)
class Gaps:
    """Arrivals without a link: how many, and which share of the unknown is taken as referred."""

    via_neighbour: float = 0.0
    unknown: float = 0.0
    share_unknown: float = 0.0
    referred_share: float = 0.0


def finding(
    recruits: Floats,
    seen: Floats,
    *,
    gaps: Gaps,
    programme_dispersion: float | None,
    exceeds_comparison: bool | None,
    chains: int | None,
) -> SnowballFinding:
    """Return the finding for checked input; `seen` is the exposure per participant.

    The lower bound takes every arrival without a link for a campaign arrival, the upper bound
    for a recruit: whatever they were, the interval holds as often as it says or more.
    """
    people, exposure, recorded = int(recruits.size), float(seen.sum()), float(recruits.sum())
    k = dispersion(recruits, seen, programme=programme_dispersion)
    likely = recorded + VIA_NEIGHBOUR_WEIGHT * gaps.via_neighbour
    likely += gaps.unknown * gaps.referred_share
    lowest, posterior, highest = (
        _posterior(counted, exposure, k)
        for counted in (recorded, likely, recorded + gaps.via_neighbour + gaps.unknown)
    )
    low, high = lowest.interval()[0], highest.interval()[1]
    if gaps.share_unknown > MAX_UNKNOWN_SHARE:
        reason = Silence.ORIGIN_UNKNOWN
        estimate = silent(reason, n=people, method="bounds", low=low, high=high, unit=UNIT)
    else:
        estimate = _as_estimate(posterior, likely, n=people)
        if not estimate.is_silent:
            estimate = replace(estimate, low=low, high=high)
    verdict = label(
        participants=people, low=low, exceeds_comparison=exceeds_comparison, chains=chains
    )
    return SnowballFinding(
        estimate=replace(estimate, verdict=verdict.value),
        verdict=verdict,
        low=low,
        high=high,
        probability_above_one=lowest.probability_above(1.0),
        dispersion=k,
        overdispersion=1 + posterior.mean / k,
        exposure=exposure,
        share_unknown=gaps.share_unknown,
    )


def _checked(recruits: Floats | Ints, days_followed: Floats, unattributed: float) -> float:
    """Refuse malformed input; return the weight of all recruits together."""
    if recruits.shape != days_followed.shape:
        raise ValueError("recruits and days_followed differ in length")
    if recruits.size and min(recruits.min(), days_followed.min()) < 0:
        raise ValueError("recruits and days_followed cannot be negative")
    if unattributed < 0:
        raise ValueError("unattributed cannot be negative")
    return float(recruits.sum()) + unattributed


def _posterior(counted: float, exposure: float, evenness: float) -> Posterior:
    if evenness <= 0:
        raise ValueError("evenness is above 0")
    rate = PRIOR_RATE + exposure
    return Posterior(PRIOR_SHAPE + counted, rate, evenness * rate)


def _as_estimate(posterior: Posterior, counted: float, *, n: int) -> Estimate:
    """Return the number, or silence with the band of the count when it is too uncertain."""
    if n == 0:
        return silent(Silence.NO_DATA, n=0, method=METHOD, unit=UNIT)
    if posterior.variation > MAX_CV:
        first = int(counted // BAND_WIDTH) * BAND_WIDTH
        band = (first, first + BAND_WIDTH - 1)
        return silent(Silence.TOO_FEW, n=n, method=METHOD, unit=UNIT, band=band)
    low, high = posterior.interval()
    return Estimate(posterior.mean, low, high, n=n, method=METHOD, unit=UNIT)
