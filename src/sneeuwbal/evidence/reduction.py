"""The SQL texts that turn the ledger into arrays, and what comes back from each.

One text per array, the same on DuckDB, PostgreSQL and Spark SQL. Host parameters are written as
in the SQL standard (`:name`); an engine puts its own marker in their place.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
SQL = Path(__file__).parent / "sql"
WHOLE, DAY, TEXT = "int64", "datetime64[D]", "U12"

SHAPES: dict[str, dict[str, str]] = {
    "weekly": {
        "neighbourhood": WHOLE,
        "week": WHOLE,
        "channel": WHOLE,
        "origin": TEXT,
        "stage": WHOLE,
        "households": WHOLE,
    },
    "contacts": {"neighbourhood": WHOLE, "week": WHOLE, "channel": WHOLE, "contacts": WHOLE},
    "participants": {
        "participant": WHOLE,
        "neighbourhood": WHOLE,
        "week": WHOLE,
        "entered_on": DAY,
        "channel": WHOLE,
        "source": WHOLE,
    },
    "referrals": {
        "recruiter": WHOLE,
        "recruit": WHOLE,
        "recruiter_on": DAY,
        "recruit_on": DAY,
        "weeks_between": WHOLE,
        "claims": WHOLE,
    },
    "funnel": {
        "neighbourhood": WHOLE,
        "highest": WHOLE,
        "exit_stage": WHOLE,
        "tenure": TEXT,
        "households": WHOLE,
    },
    "costs": {
        "neighbourhood": WHOLE,
        "year": WHOLE,
        "month": WHOLE,
        "kind": TEXT,
        "cents": WHOLE,
        "centihours": WHOLE,
        "unpriced_centihours": WHOLE,
    },
}
# The columns that the texts read, by table; an engine that does not hold the tables is given these.
TABLES: dict[str, dict[str, str]] = {
    "outreach_event": {
        "id": "BIGINT",
        "organisation_id": "BIGINT",
        "corrects_id": "BIGINT",
        "void": "BOOLEAN",
        "neighbourhood_id": "BIGINT",
        "household": "UUID",
        "stage": "SMALLINT",
        "channel_id": "BIGINT",
        "origin": "VARCHAR",
        "referrer": "UUID",
        "happened_on": "DATE",
        "happened_week": "INTEGER",
        "recorded_at": "TIMESTAMP",
        "tenure": "VARCHAR",
    },
    "outreach_costline": {
        "id": "BIGINT",
        "organisation_id": "BIGINT",
        "neighbourhood_id": "BIGINT",
        "on": "DATE",
        "kind": "VARCHAR",
        "hours": "DECIMAL(9,2)",
        "amount_eur": "DECIMAL(12,2)",
        "recorded_at": "TIMESTAMP",
    },
}


@dataclass(frozen=True)
class Moment:
    """What to look at: the ledger of one organisation as it was known at one time."""

    organisation: int
    as_of: date
    known_before: datetime

    @classmethod
    def end_of(cls, as_of: date, *, organisation: int, zone: tzinfo = UTC) -> "Moment":
        """The end of a day, where the organisation is."""
        midnight = datetime.combine(as_of + timedelta(days=1), time(), zone)
        return cls(organisation, as_of, midnight)

    def parameters(self) -> dict[str, Any]:
        """Host parameters of every text."""
        return {
            "organisation": self.organisation,
            "as_of": self.as_of,
            "known_before": self.known_before,
        }


class Engine(Protocol):
    """Something that runs a text and gives back its columns in order."""

    name: str

    def run(self, text: str, parameters: Mapping[str, Any]) -> Iterable[Any]:
        """One sequence per column."""
        ...


def text_of(name: str) -> str:
    """The whole text of one reduction, comments left out."""
    parts = [] if name == "costs" else ["standing_events"]
    texts = [(SQL / f"{part}.sql").read_text("utf-8") for part in [*parts, name]]
    return re.sub(r"--.*", "", "".join(texts))


def with_markers(text: str, marker: Callable[[str], str]) -> str:
    """Write each host parameter as one engine wants it."""
    return re.sub(r":(\w+)", lambda found: marker(found.group(1)), text)


def reduce(name: str, *, engine: Engine, moment: Moment) -> Columns:
    """Run one reduction and return its columns with their types."""
    shape = SHAPES[name]
    columns = list(engine.run(text_of(name), moment.parameters()))
    if not columns:
        columns = [[] for _ in shape]
    if len(columns) != len(shape):
        raise ValueError(f"{name} gave {len(columns)} columns instead of {len(shape)}")
    return {
        column: np.asarray(values).astype(kind)
        for (column, kind), values in zip(shape.items(), columns, strict=True)
    }
