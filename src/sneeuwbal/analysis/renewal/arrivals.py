"""Arrivals per neighbourhood and week, and how many referrals they should have led to.

Method page: docs/methods/renewal.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.estimate import Estimate, Silence, silent
from sneeuwbal.analysis.recruiting import (
    MAX_CV,
    coefficient_of_variation,
    posterior_quantile,
    probability_above,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

UNIT = "recruits per participant"
TAIL = 0.025
BAND_WIDTH = 5
EVEN = float("inf")


@dataclass(frozen=True, slots=True)
class Series:
    """R for each neighbourhood (rows) and each stretch of weeks (columns).

    first, last  (w,) first and last week of each stretch, counted from 0
    recruits     referred arrivals that count in it
    exposure     participants that could have brought them in, by the share of their time
    people       arrivals of both streams that stand behind it
    shape, rate, size   of the posterior, see `recruiting`
    """

    first: Ints
    last: Ints
    recruits: Floats
    exposure: Floats
    people: Floats
    shape: Floats
    rate: Floats
    size: Floats
    method: str

    @property
    def value(self) -> Floats:
        """Mean of the posterior."""
        found: Floats = self.shape / self.rate
        return found

    @property
    def interval(self) -> tuple[Floats, Floats]:
        """Bounds of the 95% interval."""
        return self.quantile(TAIL), self.quantile(1 - TAIL)

    @property
    def sayable(self) -> Bools:
        """Where the number may be shown: sd at most 0.3 of the mean."""
        found: Bools = coefficient_of_variation(shape=self.shape, size=self.size) <= MAX_CV
        return found

    def quantile(self, share: float) -> Floats:
        """Quantile of R in every cell."""
        return posterior_quantile(share, shape=self.shape, rate=self.rate, size=self.size)

    def probability_above(self, threshold: float) -> Floats:
        """Probability in every cell that R is larger than the threshold."""
        return probability_above(threshold, shape=self.shape, rate=self.rate, size=self.size)

    def estimate(self, row: int, column: int = -1) -> Estimate:
        """One cell as an Estimate; silent, with the band of the count, if it says too little."""
        cell = {name: getattr(self, name)[row, column] for name in ("shape", "rate", "size")}
        people, recruits = round(float(self.people[row, column])), self.recruits[row, column]
        if not people:
            return silent(Silence.NO_DATA, n=0, method=self.method, unit=UNIT)
        if not self.sayable[row, column]:
            low = int(recruits // BAND_WIDTH) * BAND_WIDTH
            band = (low, low + BAND_WIDTH - 1)
            reason = Silence.TOO_FEW
            return silent(reason, n=people, method=self.method, unit=UNIT, band=band)
        low_r, high_r = (float(posterior_quantile(share, **cell)) for share in (TAIL, 1 - TAIL))
        value = float(cell["shape"] / cell["rate"])
        return Estimate(value, low_r, high_r, n=people, method=self.method, unit=UNIT)


def series(
    stretches: tuple[Ints, Ints],
    counted: tuple[Floats, Floats, Floats],
    *,
    prior: tuple[float, float],
    dispersion: float | Floats,
    method: str,
) -> Series:
    """Return the posterior for recruits, exposure and people, each (n, w)."""
    recruits, exposure, people = counted
    shape, rate = prior[0] + recruits, prior[1] + exposure
    k = np.asarray(dispersion, float)
    size = (k[:, None] if k.ndim else k) * rate
    first, last = stretches
    return Series(first, last, recruits, exposure, people, shape, rate, size, method)


def checked(referred: Floats, campaign: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Refuse malformed arrivals; return both streams as floats."""
    local, imported = np.asarray(referred, float), np.asarray(campaign, float)
    if local.ndim != 2 or local.shape != imported.shape:
        raise ValueError("arrivals are two arrays of one form: neighbourhoods by weeks")
    counts = (local, imported, weights)
    if any(array.size and not (np.isfinite(array).all() and array.min() >= 0) for array in counts):
        raise ValueError("arrivals and weights are finite and not negative")
    if weights.ndim != 1 or not weights.size or weights[0] != 0 or weights.sum() > 1 + 1e-6:
        raise ValueError("weights start with 0 and add up to at most 1")
    return local, imported


def kernel(weights: Floats, weeks: int) -> Floats:
    """Return (weeks, weeks): what an arrival in week s (row) weighs in week t (column)."""
    long = np.zeros(weeks)
    long[: min(weeks, weights.size)] = weights[:weeks]
    lag = np.arange(weeks)[None, :] - np.arange(weeks)[:, None]
    return np.asarray(np.where(lag >= 0, long[np.maximum(lag, 0)], 0.0), float)


def infectivity(arrivals: Floats, weights: Floats) -> Floats:
    """Return the referrals expected per week at R = 1: earlier arrivals times their weights.

    Parameters
    ----------
    arrivals : (n, t) float
        All arrivals per neighbourhood and week, of both streams.
    weights : (m,) float
        Share of recruits that come 0, 1, 2 … weeks after their recruiter.
    """
    found: Floats = arrivals @ kernel(weights, arrivals.shape[1])
    return found
