"""Figures about who came and at what cost: funnel, reach, channels, costs, residents heard."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from sneeuwbal.analysis.costs import cost_per_household
from sneeuwbal.analysis.estimate import Estimate, Silence, silent
from sneeuwbal.analysis.representativeness import reach as share_of
from sneeuwbal.analysis.representativeness import representation
from sneeuwbal.evidence.reduction import Columns
from sneeuwbal.evidence.results import Kind, Result, shown
from sneeuwbal.evidence.scopes import PROGRAMME_WIDE, TENURES, Scope
from sneeuwbal.evidence.tables import UNKNOWN, Ledger

STAGES = {
    "approached": 1,
    "spoken": 2,
    "interested": 3,
    "participant": 4,
    "preparing": 5,
    "decided": 6,
    "done": 7,
}
EXITS = {"not_interested": 11, "objection": 12, "unreachable": 13, "moved": 14}


def part_of(columns: Columns, keys: list[int]) -> Columns:
    """The rows of these neighbourhoods."""
    kept = np.isin(columns["neighbourhood"], keys)
    return {name: column[kept] for name, column in columns.items()}


def at_least(rows: Columns, stage: str) -> int:
    """Households that came at least so far."""
    return int(rows["households"][rows["highest"] >= STAGES[stage]].sum())


def share(count: int, households: int | None) -> Estimate:
    """Share of the households, or why it cannot be given."""
    if not households:
        return silent(Silence.NO_DATA, n=count, method="Wilson", unit="share")
    if count > households:
        # The statistics are older than the neighbourhood: a share above 1 would be nonsense.
        return silent(Silence.NOT_DETERMINABLE, n=count, method="Wilson", unit="share")
    return share_of(count, households)


def funnel(scope: Scope, ledger: Ledger) -> Result:
    """How far households came, out of all that live there, and where they left."""
    rows = part_of(ledger.funnel, scope.keys)
    counts = {stage: at_least(rows, stage) for stage in STAGES}
    households = scope.households
    fits = households is not None and counts["approached"] <= households
    stages = [
        {"key": stage, "count": count, "share": count / households if households and fits else None}
        for stage, count in counts.items()
    ]
    exits = [
        {"key": key, "count": int(rows["households"][rows["exit_stage"] == code].sum())}
        for key, code in EXITS.items()
    ]
    return Result(
        Kind.FUNNEL,
        share(counts["participant"], households),
        inputs={"rows": rows, "households": households},
        n=counts["participant"],
        details={
            "stages": stages,
            "exits": exits,
            "households": households,
            "not_reached": households - counts["approached"] if households and fits else None,
            "known": int(rows["households"].sum()),
        },
    )


def reach(scope: Scope, ledger: Ledger) -> Result:
    """Households spoken with and taking part, as a share of all, and by tenure."""
    rows = part_of(ledger.funnel, scope.keys)
    spoken, participants = at_least(rows, "spoken"), at_least(rows, "participant")
    population = scope.tenures()
    return Result(
        Kind.REACH,
        share(spoken, scope.households),
        inputs={"rows": rows, "households": scope.households, "population": population},
        n=spoken,
        details={
            "households": scope.households,
            "spoken": spoken,
            "participants": participants,
            "participant_share": shown(share(participants, scope.households)),
            "groups": _groups(rows, population),
        },
    )


def _groups(rows: Columns, population: list[float] | None) -> list[dict[str, Any]]:
    """Share among the households spoken with over the share among all, per tenure."""
    spoken = rows["highest"] >= STAGES["spoken"]
    reached = np.array(
        [int(rows["households"][spoken & (rows["tenure"] == key)].sum()) for key in TENURES],
        np.int64,
    )
    if population is None or not reached.sum():
        return []
    estimates = representation(reached, np.rint(population).astype(np.int64))
    total = sum(population)
    return [
        {"key": key, "reached": int(count), "share": living / total, **shown(estimate)}
        for key, count, living, estimate in zip(
            TENURES, reached, population, estimates, strict=True
        )
    ]


def voice(scope: Scope, ledger: Ledger) -> Result:
    """Households spoken with, beside the number that makes a finding more than a desk study."""
    spoken = at_least(part_of(ledger.funnel, scope.keys), "spoken")
    needed = _needed_conversations(scope)
    method = "households spoken with"
    return Result(
        Kind.VOICE,
        Estimate(float(spoken), None, None, n=spoken, method=method, unit="households"),
        inputs={"spoken": spoken, "needed": needed},
        n=spoken,
        parameters={
            "conversations": settings.VOICE_CONVERSATIONS,
            "share": settings.VOICE_SHARE,
        },
        details={"needed": needed, "enough": spoken >= needed, "households": scope.households},
    )


def _needed_conversations(scope: Scope) -> int:
    """Twenty conversations or 5 % of the households per neighbourhood, whichever is smaller."""
    return sum(
        min(settings.VOICE_CONVERSATIONS, ceil(settings.VOICE_SHARE * member.households))
        if member.households
        else settings.VOICE_CONVERSATIONS
        for member in scope.members
    )


def channels(scope: Scope, ledger: Ledger, names: Mapping[int, tuple[str, str, str]]) -> Result:
    """What each channel brought, and how many came we know not how."""
    weekly = part_of(ledger.weekly, scope.keys)
    contacts = part_of(ledger.contacts, scope.keys)
    source = ledger.participants["source"][
        np.isin(ledger.participants["neighbourhood"], scope.keys)
    ]
    people, unknown = int(source.size), int((source == UNKNOWN).sum())
    used = sorted({int(key) for rows in (weekly, contacts) for key in np.unique(rows["channel"])})
    table = [_channel(key, weekly, contacts, names.get(key, ("", "", ""))) for key in used]
    estimate = share_of(unknown, people)
    return Result(
        Kind.CHANNELS,
        estimate,
        inputs={"weekly": weekly, "contacts": contacts, "source": source},
        n=people,
        details={
            "channels": sorted(table, key=lambda row: (-row["participants"], row["key"])),
            "unknown": unknown,
            "unknown_share": estimate.value,
        },
    )


def _channel(
    key: int, weekly: Columns, contacts: Columns, names: tuple[str, str, str]
) -> dict[str, Any]:
    """Counts of one channel: each stage counts for the channel through which it was reached."""
    own = weekly["channel"] == key

    def came(stage: str) -> int:
        return int(weekly["households"][own & (weekly["stage"] == STAGES[stage])].sum())

    participants = came("participant")
    return {
        "key": names[0],
        "name_nl": names[1],
        "name_en": names[2],
        "count": participants,
        "contacts": int(contacts["contacts"][contacts["channel"] == key].sum()),
        "spoken": came("spoken"),
        "interested": came("interested"),
        "participants": participants,
    }


def cost(scope: Scope, ledger: Ledger) -> Result:
    """What was spent per household spoken with and per participant."""
    keys = [*scope.keys, PROGRAMME_WIDE] if scope.overhead else scope.keys
    lines, rows = part_of(ledger.costs, keys), part_of(ledger.funnel, scope.keys)
    euro = int(lines["cents"].sum()) / 100
    spoken, participants = at_least(rows, "spoken"), at_least(rows, "participant")
    return Result(
        Kind.COST,
        _cost_per(euro, participants),
        inputs={"lines": lines, "spoken": spoken, "participants": participants},
        n=participants,
        details={
            "euro": euro,
            "per_reached": shown(_cost_per(euro, spoken)),
            "volunteer_hours": _hours(lines, lines["kind"] == "volunteer", "centihours"),
            "hours_without_amount": _hours(
                lines, lines["kind"] != "volunteer", "unpriced_centihours"
            ),
            "with_overhead": scope.overhead,
            "additional": Silence.NOT_DETERMINABLE.value,
            "lines": [
                {
                    "key": str(kind),
                    "euro": int(lines["cents"][lines["kind"] == kind].sum()) / 100,
                    "hours": _hours(lines, lines["kind"] == kind, "centihours"),
                }
                for kind in np.unique(lines["kind"])
            ],
        },
    )


def _cost_per(euro: float, households: int) -> Estimate:
    if euro <= 0:
        method, unit = "ratio of sums, exact Poisson", "EUR per household"
        return silent(Silence.NO_DATA, n=households, method=method, unit=unit)
    return cost_per_household(euro, households)


def _hours(lines: Columns, chosen: NDArray[np.bool_], column: str) -> float:
    return int(lines[column][chosen].sum()) / 100
