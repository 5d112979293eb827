"""The same texts on Spark SQL, for a ledger that outgrows one machine (`[spark]` extra)."""

import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from pyspark.sql import SparkSession

from sneeuwbal.evidence.engines import DuckDB
from sneeuwbal.evidence.reduction import TABLES, Moment

# Double quotes name a column, as in the standard; times are universal time.
ANSI = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.cteRecursionRowLimit": "-1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
}


class Spark:
    """Tables kept as Parquet files, one folder per table; a cluster reads the same folders."""

    name = "spark"

    def __init__(self, moment: Moment, folder: Path | None = None) -> None:
        self._own = None if folder else Path(tempfile.mkdtemp(prefix="sneeuwbal-"))
        self.folder = folder or self._own
        assert self.folder is not None
        if self._own:
            write_parquet(self._own, moment)
        builder = SparkSession.builder.appName("sneeuwbal")
        for setting, value in ANSI.items():
            builder = builder.config(setting, value)
        self.session = builder.getOrCreate()
        for table in TABLES:
            frame = self.session.read.parquet(str(self.folder / table))
            frame.createOrReplaceTempView(table)

    def run(self, text: str, parameters: Mapping[str, Any]) -> Iterable[Any]:
        """Run a text; Spark writes host parameters as the standard does."""
        values = {
            name: value.astimezone(UTC).replace(tzinfo=None)
            if isinstance(value, datetime)
            else value
            for name, value in parameters.items()
        }
        rows = self.session.sql(text, args=values).collect()
        return list(zip(*rows, strict=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.session.stop()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)


def write_parquet(folder: Path, moment: Moment) -> None:
    """Write the ledger of one organisation as Parquet, for Spark to read."""
    with DuckDB(moment) as engine:
        for table, columns in TABLES.items():
            (folder / table).mkdir(parents=True, exist_ok=True)
            # Spark knows no UUID column: as text it compares just as well.
            kept = ", ".join(
                f'CAST("{column}" AS VARCHAR) AS "{column}"' if kind == "UUID" else f'"{column}"'
                for column, kind in columns.items()
            )
            target = str(folder / table / "part.parquet").replace("'", "''")
            engine.connection.execute(
                f"COPY (SELECT {kept} FROM \"{table}\") TO '{target}' (FORMAT parquet)"  # noqa: S608
            )
