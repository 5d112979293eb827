"""The ledger as arrays: the only module outside outreach that knows its rows.

What leaves this module names no household: participants are numbers of events, all else is counts.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sneeuwbal.evidence import reduction
from sneeuwbal.evidence.engines import default_engine, open_engine
from sneeuwbal.evidence.reduction import Columns, Moment
from sneeuwbal.outreach.models import Channel

CARD, NEIGHBOUR, CAMPAIGN, UNKNOWN = 1, 2, 3, 4


@dataclass(frozen=True)
class Ledger:
    """Everything the figures need, as columns of equal length per table.

    weekly        households that reached a stage for the first time, by neighbourhood, week,
                  channel, origin and stage
    contacts      households contacted, once per day and channel
    participants  one row each: neighbourhood, week, day, channel, source (1 card, 2 neighbour,
                  3 channel of the programme, 4 unknown)
    referrals     recruiter and recruit (numbers of participants), both days, weeks between them,
                  and how many recruiters claim the recruit
    funnel        households by neighbourhood, highest stage, exit in force and tenure
    costs         cents and hundredths of hours by neighbourhood (0: programme), month and kind
    """

    weekly: Columns
    contacts: Columns
    participants: Columns
    referrals: Columns
    funnel: Columns
    costs: Columns

    def digest(self) -> str:
        """Fingerprint of all arrays."""
        return digest({field.name: getattr(self, field.name) for field in fields(self)})


def read_ledger(moment: Moment, *, engine: str = "") -> Ledger:
    """Reduce the ledger of one organisation, as it was known at a moment, to arrays."""
    with open_engine(engine or default_engine(), moment) as opened:
        return Ledger(
            **{
                name: reduction.reduce(name, engine=opened, moment=moment)
                for name in reduction.SHAPES
            }
        )


def channel_names() -> dict[int, tuple[str, str, str]]:
    """Slug, Dutch and English name of each channel by its number."""
    rows = Channel.objects.values_list("pk", "slug", "name_nl", "name_en")
    return {key: (slug, nl, en) for key, slug, nl, en in rows}


def digest(inputs: Mapping[str, Any]) -> str:
    """Fingerprint of named arrays and plain values; equal inputs give equal fingerprints."""
    made = hashlib.sha256()
    _add(made, inputs)
    return made.hexdigest()


def _add(made: Any, value: Any) -> None:
    if isinstance(value, Mapping):
        for name in sorted(value):
            made.update(f"{name}=".encode())
            _add(made, value[name])
    elif isinstance(value, np.ndarray):
        made.update(f"{value.dtype.str}{value.shape}".encode())
        made.update(np.ascontiguousarray(value).tobytes())
    else:
        made.update(json.dumps(value, sort_keys=True, default=str).encode())
    made.update(b";")
