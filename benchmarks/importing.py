"""How near is an import to the least that any import must do? One command:

    .venv/bin/python benchmarks/importing.py [ROWS]

The limit: read the same CSV with the csv module, turn its cells into numbers and insert the same
values with one bare executemany. The ratio says what recognising, checking codes, years, doubles
and reasons, names, reports and Django cost.
"""

import csv
import gzip
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS = 17_000
COLUMNS = 3
HEADER = (
    "ID,WijkenEnBuurten,Gemeentenaam_1,SoortRegio_2,Codering_3,"
    "IndelingswijzigingWijkenEnBuurten_4,AantalInstallatiesBijWoningen_5,"
    "OpgesteldVermogenVanZonnepanelen_6"
)
TABLE = """
CREATE TABLE area (id INTEGER PRIMARY KEY, code TEXT, year INTEGER, UNIQUE (code, year));
CREATE TABLE value (series INTEGER, area INTEGER, value REAL, missing INTEGER,
    PRIMARY KEY (series, area));
CREATE INDEX by_area ON value (area);
"""


def write_table(path: Path, rows: int) -> None:
    """A made-up table of solar panels in the official layout."""
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write(HEADER + "\n")
        for at in range(rows):
            code = f"BU{at:08d}"
            stream.write(
                f"{at},{code},{'Proefstad':<40},Buurt     ,{code},1,{at % 97}.0,{at % 89 or ''}\n"
            )


def bare(path: Path, base: Path) -> float:
    """Seconds for the least work: csv, float, executemany."""
    started = time.perf_counter()
    with sqlite3.connect(base) as connection:
        connection.executescript(TABLE)
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))[1:]
        connection.executemany(
            "INSERT INTO area VALUES (?, ?, 2022)", ((at, row[1]) for at, row in enumerate(rows))
        )
        for series in range(COLUMNS):
            values = [
                (series, at, float(row[5 + series]) if row[5 + series] else None, None)
                for at, row in enumerate(rows)
            ]
            connection.executemany("INSERT INTO value VALUES (?, ?, ?, ?)", values)
    return time.perf_counter() - started


IMPORT = """
import sys, time
import django
django.setup()
from pathlib import Path
from django.core.management import call_command
from sneeuwbal.places import importing
call_command("migrate", verbosity=0)
started = time.perf_counter()
result = importing.import_paths([Path(sys.argv[1])])
print(time.perf_counter() - started)
assert not result.failed, result.failed
"""


def ours(path: Path, base: Path) -> float:
    """Seconds for our import, without starting Python and making the database."""
    settings = os.environ | {
        "DATABASE_URL": f"sqlite:///{base}",
        "DJANGO_SETTINGS_MODULE": "sneeuwbal.web.settings",
        "SNEEUWBAL_MODE": "test",
    }
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, str(path)],
        env=settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zonnestroom_2022_86044NED.csv.gz"
        write_table(path, rows)
        least = min(bare(path, Path(folder) / f"bare{n}.sqlite3") for n in range(3))
        taken = min(ours(path, Path(folder) / f"ours{n}.sqlite3") for n in range(3))
    print(f"{rows} rows, {rows * COLUMNS} values")
    print(f"bare csv + executemany  {least:6.2f} s  {rows / least:9,.0f} rows/s")
    print(f"sneeuwbal import        {taken:6.2f} s  {rows / taken:9,.0f} rows/s")
    print(f"ratio                   {taken / least:6.1f}")


if __name__ == "__main__":
    main()
