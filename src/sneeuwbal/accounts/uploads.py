"""Files that people hand in, kept until they are imported."""

import shutil
from pathlib import Path
from time import time
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename

LARGEST = 200 * 2**20
KEPT_SECONDS = 7 * 24 * 60 * 60
READABLE = (".csv", ".xlsx", ".json", ".geojson", ".topojson", ".gpkg")


def is_readable(name: str) -> bool:
    """Whether some importer reads files of this name."""
    return name.lower().removesuffix(".gz").endswith(READABLE)


def keep(file: "UploadedFile[bytes]") -> Path:
    """Keep a file under a folder that nobody can guess, with its own name for the messages."""
    folder: Path = settings.VAR / "uploads"
    _remove_old(folder)
    target = folder / uuid4().hex / get_valid_filename(Path(file.name or "file").name)[-100:]
    target.parent.mkdir(parents=True)
    with target.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    return target


def _remove_old(folder: Path) -> None:
    for one in folder.glob("*"):
        if one.is_dir() and one.stat().st_mtime < time() - KEPT_SECONDS:
            shutil.rmtree(one, ignore_errors=True)
