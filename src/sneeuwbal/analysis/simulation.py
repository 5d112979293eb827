"""A town whose truth is known: to test every estimator, and to show the product.

Method page: docs/methods/simulation.md. Yields lie near the priors of the product
definition; hours and rates are made up, because none have been published.
"""

from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from sneeuwbal.analysis.population import draw_households, draw_neighbourhoods, spontaneous_days
from sneeuwbal.analysis.spending import staff_costs
from sneeuwbal.analysis.town import (
    APPROACHED,
    BASES,
    CHANNELS,
    DECIDED,
    DONE,
    FIRST_EXIT,
    INTERESTED,
    MOVED,
    NOT_INTERESTED,
    OBJECTION,
    ORIGINS,
    PARTICIPANT,
    PREPARING,
    SPOKEN,
    UNREACHABLE,
    Attempts,
    Events,
    Households,
    Neighbourhoods,
    Town,
    TownSpec,
    Truth,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WEEKS_PER_QUARTER = 13
START_UP_WEEKS = 17
FAILED_TEAM_WEEKS = 45
ATTEMPTS_BEFORE_UNREACHABLE = 3
# Share spoken with per approach, share interested per talk (near the product's priors).
YIELD = {
    "flyer": (0.032, 0.50),
    "letter": (0.030, 0.50),
    "door": (0.41, 0.20),
    "phone": (0.35, 0.18),
    "meeting": (0.095, 0.60),
    "thermal_camera": (0.10, 0.50),
    "social_media": (0.020, 0.40),
    "handover": (0.60, 0.40),
    "school": (0.060, 0.40),
}
# Weeks since the start: first, last, every so many weeks; and the share approached.
PROGRAMME = (
    ("letter", 17, 17, 1, 1.0),
    ("flyer", 18, 140, 60, 0.9),
    ("social_media", 19, 150, 13, 0.20),
    ("door", 19, 30, 1, 0.06),
    ("meeting", 26, 130, 39, 0.25),
    ("phone", 27, 33, 3, 0.04),
    ("handover", 22, 150, 5, 0.005),
    ("thermal_camera", 34, 100, 52, 0.15),
    ("school", 40, 100, 52, 0.12),
    ("door", 70, 80, 2, 0.04),
)
# Odds of taking part against owner, couple and 35-64; age as in PRODUCT section 7.
TENURE_ODDS = np.array([1.0, 0.55, 0.45])
KIND_ODDS = np.array([0.8, 1.0, 1.1])
AGE_ODDS = np.array([0.67, 1.0, 0.48])
# Stage, share of the stage before that gets there, mean days, of a gamma with shape 2.
LATER_STAGES = ((PREPARING, 0.50, 40.0), (DECIDED, 0.55, 130.0), (DONE, 0.85, 70.0))


@dataclass(slots=True)
class _Run:
    """The town while it is being simulated."""

    spec: TownSpec
    rng: np.random.Generator
    places: Neighbourhoods
    homes: Households
    r: Floats
    first: Ints
    propensity: Floats
    spontaneous_day: Floats
    reached: NDArray[np.bool_]
    gone: NDArray[np.bool_]
    knocks: Ints
    joined: Ints
    recruiter: Ints
    offered: Floats
    accepted: Floats
    queue: list[tuple[float, int, int, int, int, int]] = field(default_factory=list)
    rows: list[tuple[int, int, int, int, int, int, int]] = field(default_factory=list)
    actions: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)


def simulate_town(spec: TownSpec, rng: np.random.Generator) -> Town:
    """Simulate a town week by week.

    Parameters
    ----------
    spec : TownSpec
        Its size, its programme and its truth.
    rng : numpy.random.Generator
        The only source of chance: the same state gives the same town.

    Returns
    -------
    Town
        Records as a programme would keep them, and the truth.

    Notes
    -----
    Who joins after the start recruits a negative binomial number of others, with mean R
    of the neighbourhood and dispersion k, after gamma delays; a referral finds a free household
    with probability `(1 - share taking part) ** saturation`. Some households come by
    themselves, everywhere, and many more during an outside price shock.
    """
    run = _new_run(spec, rng)
    for household in np.flatnonzero(run.spontaneous_day < spec.days):
        _push(run, float(run.spontaneous_day[household]), int(household), "own_initiative")
    for week in range(spec.weeks):
        _campaign(run, week)
        while run.queue and run.queue[0][0] < 7 * (week + 1):
            _arrive(run)
    events = _events(run)
    actions = np.array(run.actions, np.int64).reshape(-1, 6).T
    attempts = Attempts(*actions)
    return Town(
        spec=spec,
        neighbourhoods=run.places,
        households=run.homes,
        events=events,
        attempts=attempts,
        costs=staff_costs(spec, run.places, attempts),
        truth=_truth(run),
    )


def _new_run(spec: TownSpec, rng: np.random.Generator) -> _Run:
    places = draw_neighbourhoods(spec, rng)
    homes = draw_households(places, rng)
    total = homes.neighbourhood.size
    odds = TENURE_ODDS[homes.tenure] * KIND_ODDS[homes.kind] * AGE_ODDS[homes.age_band]
    propensity = odds * (0.8 + 0.4 * places.energy[homes.neighbourhood])
    propensity = propensity / propensity.mean()
    return _Run(
        spec=spec,
        rng=rng,
        places=places,
        homes=homes,
        r=spec.of(spec.r),
        first=np.concatenate([[0], np.cumsum(places.households)]),
        propensity=propensity,
        spontaneous_day=spontaneous_days(spec, propensity, rng),
        reached=np.zeros((total, DONE + 1), bool),
        gone=np.zeros(total, bool),
        knocks=np.zeros(total, np.int64),
        joined=np.full(total, -1),
        recruiter=np.full(total, -2),
        offered=np.zeros(spec.neighbourhoods),
        accepted=np.zeros(spec.neighbourhoods),
    )


def _campaign(run: _Run, week: int) -> None:
    """Carry out this week's actions in every neighbourhood that has started."""
    for place in np.flatnonzero(run.places.start_quarter >= 0):
        age = week - WEEKS_PER_QUARTER * int(run.places.start_quarter[place])
        formed = bool(run.places.team_formed[place])
        if age < START_UP_WEEKS or (not formed and age > FAILED_TEAM_WEEKS):
            continue
        for channel, first, last, every, share in PROGRAMME:
            if first <= age <= last and (age - first) % every == 0:
                _act(run, week, int(place), channel, share if formed else share / 2)


def _act(run: _Run, week: int, place: int, channel: str, share: float) -> None:
    """Approach a part of the households through one channel and see what comes of it."""
    rng = run.rng
    own = np.arange(run.first[place], run.first[place + 1])
    free = own[(run.joined[own] < 0) & ~run.gone[own]]
    wanted = round(share * own.size * run.spec.campaign_intensity)
    chosen = rng.choice(free, min(wanted, free.size), replace=False)
    talks, interest = YIELD[channel]
    spoken = chosen[rng.random(chosen.size) < talks]
    likes = rng.random(spoken.size) < np.minimum(0.95, interest * run.propensity[spoken])
    code, day = CHANNELS.index(channel), 7 * week
    days = day + rng.integers(0, 7, chosen.size)
    for household, on in zip(chosen.tolist(), days.tolist(), strict=True):
        _reach(run, household, on, APPROACHED, code)
    for household, liked in zip(spoken.tolist(), likes.tolist(), strict=True):
        _talked(run, household, day + 6, code, liked=liked)
    if channel == "door":
        missed = np.setdiff1d(chosen, spoken)
        run.knocks[missed] += 1
        for household in missed[run.knocks[missed] == ATTEMPTS_BEFORE_UNREACHABLE].tolist():
            _leave(run, household, day + 6, UNREACHABLE, code)
    run.actions.append((place, week, code, chosen.size, spoken.size, int(likes.sum())))


def _talked(run: _Run, household: int, day: int, channel: int, *, liked: bool) -> None:
    """Record a talk; the interested may come later, some of the others say no for good."""
    _reach(run, household, day, SPOKEN, channel)
    if liked:
        _reach(run, household, day, INTERESTED, channel)
        if run.rng.random() < run.spec.followed_up:
            later = day + run.rng.gamma(2.0, 10.5)
            _push(run, later, household, CHANNELS[channel])
        return
    chance = run.rng.random()
    if chance < 0.02:
        _leave(run, household, day, OBJECTION, channel)
    elif chance < 0.27:
        _leave(run, household, day, NOT_INTERESTED, channel)


def _push(run: _Run, day: float, household: int, channel: str, recruiter: int = -1) -> None:
    """Plan an arrival; household -1 is a referral that has yet to find its household."""
    place = int(run.homes.neighbourhood[household if household >= 0 else recruiter])
    entry = (day, len(run.queue), household, place, CHANNELS.index(channel), recruiter)
    heappush(run.queue, entry)


def _arrive(run: _Run) -> None:
    """Let the next planned arrival happen, if a household is free."""
    when, _, household, place, channel, recruiter = heappop(run.queue)
    day = int(when)
    if household < 0:
        own = np.arange(run.first[place], run.first[place + 1])
        free = own[(run.joined[own] < 0) & ~run.gone[own]]
        share = float((run.joined[own] >= 0).mean())
        accepts = float((1 - share) ** run.spec.saturation) if free.size else 0.0
        run.offered[place] += 1
        run.accepted[place] += accepts
        if run.rng.random() >= accepts:
            return
        weights = run.propensity[free]
        household = int(run.rng.choice(free, p=weights / weights.sum()))
    if run.joined[household] >= 0 or (run.gone[household] and recruiter < 0):
        return
    run.joined[household], run.recruiter[household] = day, recruiter
    _record_entry(run, household, day, channel, recruiter)
    _recruit(run, household, place, when)
    _go_on(run, household, day, channel)


def _record_entry(run: _Run, household: int, day: int, channel: int, recruiter: int) -> None:
    """Record how a participant says to have come, which may differ from the truth."""
    spec, chance = run.spec, run.rng.random()
    origin, code = ORIGINS.index("campaign"), -1
    if recruiter >= 0:
        if chance < spec.code_redeemed:
            origin, code = ORIGINS.index("referral"), recruiter
        elif chance < spec.code_redeemed + spec.via_neighbour:
            origin = ORIGINS.index("neighbour")
        else:
            origin = ORIGINS.index("unknown")
    elif chance < spec.campaign_unknown:
        origin = ORIGINS.index("unknown")
    elif chance < spec.campaign_unknown + spec.campaign_says_neighbour:
        origin = ORIGINS.index("neighbour")
    if origin == ORIGINS.index("neighbour"):
        channel = CHANNELS.index("neighbour")
    elif origin == ORIGINS.index("unknown"):
        channel = CHANNELS.index("unknown")
    for stage in (SPOKEN, INTERESTED, PARTICIPANT):
        _reach(run, household, day, stage, channel, origin=origin, recruiter=code)


def _recruit(run: _Run, household: int, place: int, when: float) -> None:
    """Draw how many others this participant will bring in, and when."""
    spec, mean = run.spec, float(run.r[place])
    start = 7 * WEEKS_PER_QUARTER * int(run.places.start_quarter[place])
    if mean <= 0 or start < 0 or when < start:
        return
    chance = spec.dispersion_k / (spec.dispersion_k + mean)
    recruits = int(run.rng.negative_binomial(spec.dispersion_k, chance))
    scale = spec.delay_mean_days / spec.delay_shape
    for delay in run.rng.gamma(spec.delay_shape, scale, recruits).tolist():
        _push(run, when + delay, -1, "neighbour", recruiter=household)


def _go_on(run: _Run, household: int, day: int, channel: int) -> None:
    """Draw whether and when a participant prepares, decides and finishes; or moves away."""
    when = float(day)
    for stage, share, mean_days in LATER_STAGES:
        if run.rng.random() >= share:
            break
        when += float(run.rng.gamma(2.0, mean_days / 2))
        _reach(run, household, int(when), stage, channel)
    moves = day + float(run.rng.exponential(365 / 0.03))
    if moves < run.spec.days and moves > when:
        run.rows.append((household, int(moves), MOVED, channel, 0, -1, BASES.index("reported")))


def _reach(
    run: _Run,
    household: int,
    day: int,
    stage: int,
    channel: int,
    *,
    origin: int = 0,
    recruiter: int = -1,
) -> None:
    """Record a stage the first time a household reaches it."""
    if run.reached[household, stage] or day >= run.spec.days:
        return
    run.reached[household, stage] = True
    basis = "verified" if stage == DONE else "reported"
    if stage in (APPROACHED, SPOKEN, PARTICIPANT):
        basis = "observed"
    run.rows.append((household, day, stage, channel, origin, recruiter, BASES.index(basis)))


def _leave(run: _Run, household: int, day: int, stage: int, channel: int) -> None:
    if not run.gone[household] and day < run.spec.days:
        run.gone[household] = True
        run.rows.append((household, day, stage, channel, 0, -1, BASES.index("reported")))


def _events(run: _Run) -> Events:
    """Sort the rows, add when they were recorded, and drop what was not recorded in time."""
    rows = np.array(run.rows, np.int64).reshape(-1, 7)
    late = run.rng.exponential(run.spec.registration_delay_days, len(rows))
    # Whoever talks at the door records the whole conversation at once.
    recorded = rows[:, 1] + np.where(rows[:, 2] >= PARTICIPANT, late, late / 5).astype(np.int64)
    recorded[rows[:, 2] >= FIRST_EXIT] = rows[rows[:, 2] >= FIRST_EXIT, 1]
    kept = recorded < run.spec.days
    rows, recorded = rows[kept], recorded[kept]
    order = np.lexsort((rows[:, 2], rows[:, 0], rows[:, 1]))
    household, day, stage, channel, origin, recruiter, basis = rows[order].T
    return Events(
        household=household,
        neighbourhood=run.homes.neighbourhood[household],
        day=day,
        recorded_day=recorded[order],
        stage=stage,
        channel=channel,
        origin=origin,
        recruiter=recruiter,
        basis=basis,
    )


def _truth(run: _Run) -> Truth:
    size = run.spec.neighbourhoods
    joined = run.joined >= 0
    would_have_come = np.isfinite(run.spontaneous_day)
    found = np.divide(run.accepted, run.offered, out=np.ones(size), where=run.offered > 0)
    place = run.homes.neighbourhood
    extra = joined & ~would_have_come
    return Truth(
        r=run.r,
        effective_r=run.r * found,
        recruiter=run.recruiter,
        joined_day=run.joined,
        would_have_come=would_have_come,
        participants=np.bincount(place[joined], minlength=size),
        additional=np.bincount(place[extra], minlength=size),
    )
