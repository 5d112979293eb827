"""Where the SQL texts run: DuckDB in this process, or PostgreSQL where the ledger lies."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import duckdb
import numpy as np
from django.db import connection, transaction
from django.utils.module_loading import import_string

from sneeuwbal.evidence.reduction import TABLES, Moment, with_markers

BATCH = 100_000
ENGINES = {
    "duckdb": "sneeuwbal.evidence.engines.DuckDB",
    "postgresql": "sneeuwbal.evidence.engines.PostgreSQL",
    # Loaded only when asked for: Spark needs Java and a package of its own.
    "spark": "sneeuwbal.evidence.spark.Spark",
}

# PostgreSQL cannot guess how large the steps of a text are. It then takes a nested loop, which
# is never right for counting everything: hours instead of seconds.
IN_PLACE = {"enable_nestloop": "off", "work_mem": "128MB"}


def default_engine() -> str:
    """PostgreSQL reduces its own ledger; any other database is read into DuckDB."""
    return "postgresql" if connection.vendor == "postgresql" else "duckdb"


def open_engine(name: str, moment: Moment) -> Any:
    """Open an engine by name; use it in a `with` block."""
    return import_string(ENGINES[name])(moment)


class DuckDB:
    """The ledger of one organisation, copied into memory by column."""

    name = "duckdb"

    def __init__(self, moment: Moment) -> None:
        # Where DuckDB puts what does not fit in memory: ours alone, and gone afterwards.
        self._spill = TemporaryDirectory(prefix="sneeuwbal-")
        self.connection = duckdb.connect(config={"temp_directory": self._spill.name})
        self.connection.execute("SET TimeZone = 'UTC'")
        for table, columns in TABLES.items():
            described = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            self.connection.execute(f'CREATE TABLE "{table}" ({described})')
            self._fill(table, columns, moment.organisation)

    def _fill(self, table: str, columns: dict[str, str], organisation: int) -> None:
        """Copy rows batch by batch, so that memory holds the columns and not the rows."""
        kept = ", ".join(_from_text(column, kind) for column, kind in columns.items())
        with connection.chunked_cursor() as cursor:
            cursor.execute(_reading(table, columns), [organisation])
            while rows := cursor.fetchmany(BATCH):
                batch = {
                    column: np.array(values, dtype="int64" if _is_whole(kind) else object)
                    for (column, kind), values in zip(
                        columns.items(), zip(*rows, strict=True), strict=True
                    )
                }
                self.connection.register("batch", batch)
                # Names come from TABLES, never from outside.
                self.connection.execute(f'INSERT INTO "{table}" SELECT {kept} FROM batch')  # noqa: S608
                self.connection.unregister("batch")

    def run(self, text: str, parameters: Mapping[str, Any]) -> Iterable[Any]:
        """Run a text on the copy."""
        values = {name: _without_zone(value) for name, value in parameters.items()}
        found = self.connection.execute(with_markers(text, "${}".format), values).fetchnumpy()
        return [np.ma.getdata(column) for column in found.values()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.connection.close()
        self._spill.cleanup()


class PostgreSQL:
    """The ledger where it lies."""

    name = "postgresql"

    def __init__(self, _moment: Moment) -> None:
        if connection.vendor != "postgresql":
            raise ValueError("the database is not PostgreSQL")

    def run(self, text: str, parameters: Mapping[str, Any]) -> Iterable[Any]:
        """Run a text in the site's own database."""
        with transaction.atomic(), connection.cursor() as cursor:
            for setting, value in IN_PLACE.items():
                cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
            cursor.execute(with_markers(text, "%({})s".format), dict(parameters))
            columns = list(zip(*cursor.fetchall(), strict=True))
            for setting in IN_PLACE:
                cursor.execute(f"SET LOCAL {setting} TO DEFAULT")
            return columns

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """The connection stays open: it is the site's own."""


def _is_whole(kind: str) -> bool:
    return kind in {"BIGINT", "INTEGER", "SMALLINT", "BOOLEAN"}


def _reading(table: str, columns: dict[str, str]) -> str:
    """Read whole numbers as such and all else as text: no database then builds Python objects."""
    parts = [
        f'COALESCE(CAST("{column}" AS INTEGER), 0)'
        if kind == "BOOLEAN"
        else f'COALESCE("{column}", 0)'
        if _is_whole(kind)
        else f"COALESCE(CAST(\"{column}\" AS VARCHAR(40)), '')"
        for column, kind in columns.items()
    ]
    return f'SELECT {", ".join(parts)} FROM "{table}" WHERE organisation_id = %s'  # noqa: S608


def _from_text(column: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f'"{column}"'
    # 0 stands for no row, as keys begin at 1.
    source = f'"{column}"' if _is_whole(kind) else f"NULLIF(\"{column}\", '')"
    if column in {"corrects_id", "neighbourhood_id"}:
        source = f'NULLIF("{column}", 0)'
    return f"CAST({source} AS {kind})"


def _without_zone(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
