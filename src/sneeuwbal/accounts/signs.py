"""Signs of life of long work, and the wish to stop it, as small files beside the database.

A job does its work in one transaction: what it would write about its progress in the database,
nobody sees before it is done, and on SQLite nobody else can write meanwhile. Files can.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings


class Sign(NamedTuple):
    """How far a job was, and when it said so."""

    percent: int
    message: str
    at: datetime


def _file(key: UUID, kind: str) -> Path:
    folder: Path = settings.VAR / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{key}.{kind}"


def give(key: UUID, *, percent: int, message: str) -> None:
    """Say how far a job is."""
    half_written = _file(key, "new")
    half_written.write_text(json.dumps([percent, message]), encoding="utf-8")
    half_written.replace(_file(key, "json"))


def last(key: UUID) -> Sign | None:
    """Give the last sign of a job, if it gave any."""
    file = _file(key, "json")
    try:
        percent, message = json.loads(file.read_text(encoding="utf-8"))
        at = datetime.fromtimestamp(file.stat().st_mtime, tz=UTC)
    except FileNotFoundError:
        return None
    return Sign(percent, message, at)


def ask_to_stop(key: UUID) -> None:
    """Leave the wish that a job stops."""
    _file(key, "stop").touch()


def asked_to_stop(key: UUID) -> bool:
    """Whether someone wished that a job stops."""
    return _file(key, "stop").exists()


def remove(key: UUID) -> None:
    """Clear what a job left behind."""
    for kind in ("new", "json", "stop"):
        _file(key, kind).unlink(missing_ok=True)
