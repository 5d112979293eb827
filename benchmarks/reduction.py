"""How long does the ledger take to become arrays, and how far is that from the limit?

    .venv/bin/python benchmarks/reduction.py                 one million events, on SQLite
    .venv/bin/python benchmarks/reduction.py --rows 10000000

Peers: copying is compared with merely fetching the same columns; each text with the plainest
count that DuckDB can make of the same table (no corrections, no first times: a lower limit).
"""

import argparse
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import django
import duckdb
from django.core.management import call_command
from django.db import connection

from sneeuwbal.evidence import reduction
from sneeuwbal.evidence.engines import BATCH, DuckDB, _reading
from sneeuwbal.evidence.reduction import TABLES, Moment

FIRST = date(2021, 1, 4)
WEEKS = 156
ORIGINS = ("campaign", "campaign", "referral", "neighbour", "unknown")
STAGES = (1, 1, 1, 2, 2, 3, 4, 5, 7, 11, 13)
PLAINEST = """
    SELECT neighbourhood_id, happened_week, channel_id, origin, stage, COUNT(*) AS events
    FROM outreach_event GROUP BY neighbourhood_id, happened_week, channel_id, origin, stage
"""
COLUMNS = (
    "key, digest, organisation_id, neighbourhood_id, household, stage, channel_id, origin, "
    "referrer, basis, happened_on, happened_week, recorded_at, corrects_id, void, outcome, "
    "tenure, household_kind, covariates"
)


@contextmanager
def timed(told: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    told[name] = time.perf_counter() - began


def rows(count: int, seed: int) -> Iterator[tuple[object, ...]]:
    """Three years of events: four a household, one in fifty corrected, half of those cancelled."""
    dice = random.Random(seed)
    homes = [f"{dice.getrandbits(128):032x}" for _ in range(max(2, count // 4))]
    for number in range(1, count + 1):
        place = dice.randrange(len(homes))
        day = dice.randrange(7 * WEEKS)
        origin = ORIGINS[dice.randrange(5)]
        corrects = number - 1 if number % 50 == 0 else None
        referrer = homes[place - 1 - place % 7] if origin == "referral" else None
        on = FIRST + timedelta(days=day)
        yield (
            f"{number:032x}", "", 1, place % 80 + 1, homes[place],
            STAGES[dice.randrange(len(STAGES))], place % 12 + 1, origin, referrer, "reported",
            on.isoformat(), (on - date(2018, 1, 1)).days // 7, f"{on} 12:00:00", corrects,
            corrects is not None and number % 100 == 0, "", "owner", "", "{}",
        )  # fmt: skip


def main(count: int, seed: int) -> None:
    call_command("migrate", verbosity=0)
    marks = ", ".join("?" * len(COLUMNS.split(",")))
    connection.ensure_connection()
    raw = connection.connection
    raw.execute("PRAGMA foreign_keys = OFF")
    # The database refuses loose ends; a benchmark of counting needs no people behind the rows.
    raw.execute("PRAGMA ignore_check_constraints = ON")
    # Indexes would only slow the writing down; nothing below reads through them.
    names = raw.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        "AND tbl_name = 'outreach_event'"
    ).fetchall()
    for (name,) in names:
        raw.execute(f"DROP INDEX {name}")
    raw.executemany(f"INSERT INTO outreach_event ({COLUMNS}) VALUES ({marks})", rows(count, seed))
    raw.commit()
    told: dict[str, float] = {}
    moment = Moment.end_of(date(2030, 1, 1), organisation=1)
    with timed(told, "fetch the columns, nothing else"), connection.chunked_cursor() as cursor:
        cursor.execute(_reading("outreach_event", TABLES["outreach_event"]), [1])
        while cursor.fetchmany(BATCH):
            pass
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with timed(told, "copy into DuckDB"):
        engine = DuckDB(moment)
    with engine:
        with timed(told, "plainest count in DuckDB"):
            engine.connection.execute(PLAINEST).fetchnumpy()
        for name in reduction.SHAPES:
            with timed(told, name):
                found = reduction.reduce(name, engine=engine, moment=moment)
                sizes = len(next(iter(found.values())))
            print(f"{name:<14} {sizes:>9,} rows of arrays")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"\n{count:,} events, seed {seed}, Python {sys.version.split()[0]}, DuckDB", end=" ")
    print(f"{duckdb.__version__}, {os.cpu_count()} cores\n")
    for name, seconds in told.items():
        print(f"{name:<34}{seconds:8.2f} s")
    fetched, plain = told["fetch the columns, nothing else"], told["plainest count in DuckDB"]
    texts = sum(told[name] for name in reduction.SHAPES)
    print(f"\ncopy / fetch                      {told['copy into DuckDB'] / fetched:8.1f} x")
    print(f"weekly / plainest count           {told['weekly'] / plain:8.1f} x")
    print(f"ledger to all arrays              {told['copy into DuckDB'] + texts:8.2f} s")
    print(f"peak memory                       {peak / 1024:8.0f} MiB ({before / 1024:.0f} before)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'ledger.sqlite3'}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "sneeuwbal.web.settings"
        os.environ["SNEEUWBAL_VAR"] = folder
        django.setup()
        main(asked.rows, asked.seed)
