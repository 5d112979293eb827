"""The neighbourhoods and households of a simulated town, before any programme.

Method page: docs/methods/simulation.md.
"""

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.town import Households, Neighbourhoods, TownSpec

Floats = NDArray[np.float64]


def draw_neighbourhoods(spec: TownSpec, rng: np.random.Generator) -> Neighbourhoods:
    """Draw neighbourhoods that differ in size, ownership, age of dwellings, income and energy."""
    size = spec.neighbourhoods
    tenure = rng.dirichlet([6.0, 3.0, 1.3], size)
    if spec.owner_shares and spec.corporation_shares:
        owner, corporation = spec.of(spec.owner_shares), spec.of(spec.corporation_shares)
        tenure = np.column_stack([owner, corporation, np.maximum(0, 1 - owner - corporation)])
    # Energy runs with ownership, so that choosing on energy favours the advantaged.
    energy = np.clip(0.35 + 0.4 * (tenure[:, 0] - 0.6) + rng.normal(0, 0.18, size), 0.02, 0.98)
    income = np.clip(np.round(1 + 3 * (tenure[:, 0] - 0.58) + rng.normal(0, 0.5, size)), 0, 2)
    drawn = np.maximum(60, np.round(spec.households * rng.uniform(0.6, 1.4, size)))
    known = spec.of(spec.household_counts) if spec.household_counts else drawn
    return Neighbourhoods(
        households=known.astype(np.int64),
        owner_share=tenure[:, 0],
        corporation_share=tenure[:, 1],
        private_share=tenure[:, 2],
        era=rng.integers(0, 5, size),
        income_class=income.astype(np.int64),
        energy=energy,
        start_quarter=spec.of(spec.start_quarter).astype(np.int64),
        team_formed=spec.of(spec.team_formed).astype(bool),
    )


def draw_households(places: Neighbourhoods, rng: np.random.Generator) -> Households:
    """Draw each household's tenure from its neighbourhood, and its kind and age band."""
    neighbourhood = np.repeat(np.arange(places.households.size), places.households)
    draw = rng.random(neighbourhood.size)
    owner = places.owner_share[neighbourhood]
    tenure = (draw > owner).astype(np.int64)
    tenure += draw > owner + places.corporation_share[neighbourhood]
    shares = np.array([0.40, 0.29, 0.31])
    kind = rng.choice(3, neighbourhood.size, p=shares)
    age_band = rng.choice(3, neighbourhood.size, p=np.array([0.24, 0.50, 0.26]))
    return Households(neighbourhood, tenure, kind, age_band)


def spontaneous_days(spec: TownSpec, propensity: Floats, rng: np.random.Generator) -> Floats:
    """Return the day each household would come by itself; infinite if not before the end."""
    rate = np.full(spec.weeks, spec.background_per_year / 52)
    rate[spec.shock_week : spec.shock_week + spec.shock_weeks] *= spec.shock_factor
    hazard = np.concatenate([[0.0], np.cumsum(rate)])
    needed = rng.standard_exponential(propensity.size) / propensity
    day = 7 * np.interp(needed, hazard, np.arange(spec.weeks + 1))
    return np.where(needed < hazard[-1], day, np.inf)
