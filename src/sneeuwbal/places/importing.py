"""Import open data: all of a dataset or nothing of it, with a report of every try.

    sneeuwbal import ../shared/data

Recognise the files, read and check one dataset, write it in one transaction, next dataset.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sneeuwbal.places import adjacency, catalogue, mapped_csv, writing
from sneeuwbal.places.batch import Batch, Progress
from sneeuwbal.places.models import ImportRun
from sneeuwbal.places.problems import ImportProblem
from sneeuwbal.places.readers import read_source
from sneeuwbal.places.reading import unreadable
from sneeuwbal.places.recognising import Skipped, Source, mapped, recognise

# Raise it when reading changes, so that the same file is read anew.
VERSION = 1
CHUNK = 1 << 20


@dataclass
class Outcome:
    """What became of one dataset."""

    file: str
    state: ImportRun.State
    dataset: str = ""
    report: dict[str, Any] = field(default_factory=dict)
    problem: str = ""
    note: str = ""


@dataclass
class Result:
    """What became of everything that was asked."""

    outcomes: list[Outcome] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def failed(self) -> list[Outcome]:
        """The datasets that could not be imported."""
        return [o for o in self.outcomes if o.state == ImportRun.State.FAILED]


def silent(share: float, message: str) -> None:
    """Progress for who does not look."""


def import_path(*, progress: Progress, path: str, repair: bool = False) -> dict[str, Any]:
    """Import for a page: only from the folders that the site allows."""
    result = import_paths([allowed_path(path)], progress=progress, repair=repair)
    if result.failed:
        raise ImportProblem(" ".join(outcome.problem for outcome in result.failed))
    states = Counter(str(outcome.state) for outcome in result.outcomes)
    return {"states": dict(states), "skipped": len(result.skipped)}


def allowed_path(path: str) -> Path:
    """The path, if it lies in the folder with open data or that for uploads."""
    folders = [Path(settings.OPEN_DATA).resolve(), (Path(settings.VAR) / "uploads").resolve()]
    for folder in folders:
        wanted = (folder / path).resolve()
        if wanted.is_relative_to(folder) and wanted.exists():
            return wanted
    raise ImportProblem(
        _("This file is not among the open data or the uploads of this site."),
        file=Path(path).name,
        remedy=_("Upload it first, or ask the administrator to put it there."),
    )


def import_paths(
    paths: list[Path],
    *,
    progress: Progress = silent,
    repair: bool = False,
    again: bool = False,
    mapping: Path | None = None,
    tell: Callable[[Outcome], None] | None = None,
) -> Result:
    """Import files and folders; one dataset that fails does not stop the others."""
    result = Result()
    sources = _sources(paths, mapping, result)
    loaded: dict[str, str] = {}
    for at, source in enumerate(sources):
        step = _step(progress, at, len(sources))
        step(0, source.name)
        for outcome in _import_source(source, loaded, step, repair=repair, again=again):
            result.outcomes.append(outcome)
            if tell:
                tell(outcome)
    progress(1, "")
    return result


def _step(progress: Progress, at: int, of: int) -> Progress:
    """Progress within one of several sources; it never goes back."""
    furthest = 0.0

    def step(share: float, message: str) -> None:
        nonlocal furthest
        furthest = max(furthest, min(1.0, share))
        progress((at + furthest) / of, message)

    return step


def _sources(paths: list[Path], mapping: Path | None, result: Result) -> list[Source]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] != ".")
        elif path.exists():
            files.append(path)
        else:
            raise ImportProblem(_("There is no such file."), file=str(path))
    if mapping:
        told = mapped_csv.load_mapping(mapping)
        return [mapped(path, told) for path in files]
    by_name = not any(path.is_dir() for path in paths)
    sources, result.skipped = recognise(files, by_name=by_name)
    return sources


def _import_source(
    source: Source, loaded: dict[str, str], progress: Progress, *, repair: bool, again: bool
) -> list[Outcome]:
    started = timezone.now()
    try:
        digest = source_digest(source, repair=repair)
    except OSError as error:
        return [_failed(source, "", started, unreadable(source.name, error))]
    if not again and (earlier := _earlier(source, digest, loaded)):
        return [_unchanged(source, digest, started, earlier)]
    try:
        batches = read_source(source, progress=progress, repair=repair)
        outcomes = []
        for batch in batches:
            key = batch.dataset.key
            if key in loaded or (not again and _better_copy(key, source)):
                note = _("same dataset, already loaded from another file")
                outcomes.append(Outcome(source.name, ImportRun.State.UNCHANGED, key, note=note))
                continue
            outcomes.append(_write(source, batch, digest, started, progress))
            loaded[key] = source.name
    except ImportProblem as problem:
        problem.file = problem.file or source.name
        return [_failed(source, digest, started, problem)]
    return outcomes


def source_digest(source: Source, *, repair: bool = False) -> str:
    """Changes with the files, the catalogue and the way of reading."""
    told = hashlib.sha256(f"{VERSION} {catalogue.digest()} {repair}".encode())
    told.update(f"{source.told} {source.mapping}".encode())
    for path in sorted(source.files):
        told.update(path.name.encode())
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                told.update(chunk)
    return told.hexdigest()


def _earlier(source: Source, digest: str, loaded: dict[str, str]) -> str:
    """Why there is nothing to do; empty if there is."""
    done = ImportRun.objects.filter(digest=digest, state=ImportRun.State.DONE)
    last = [run.finished_at for run in done if run.dataset_id and run == _latest(run.dataset_id)]
    if last:
        return _("nothing new since %(date)s") % {"date": f"{max(last):%Y-%m-%d %H:%M}"}
    copies = [loaded.get(key) or _better_copy(key, source) for key in source.keys]
    if copies and all(copies):
        return _("same dataset, already loaded from %(file)s") % {
            "file": ", ".join(dict.fromkeys(copies))
        }
    return ""


def _latest(dataset: int) -> ImportRun | None:
    return ImportRun.objects.filter(dataset=dataset, state=ImportRun.State.DONE).first()


def _better_copy(key: str, source: Source) -> str:
    """The file from which a better copy of this dataset was loaded before."""
    latest = ImportRun.objects.filter(dataset__key=key, state=ImportRun.State.DONE).first()
    if latest and latest.report.get("preference", 0) < source.preference:
        return latest.file_name
    return ""


def _write(source: Source, batch: Batch, digest: str, started: Any, progress: Progress) -> Outcome:
    progress(0.9, source.name)
    with transaction.atomic():
        dataset = writing.write(batch)
        if batch.shapes:
            adjacency.update_adjacency(sorted({(s.code[:2], s.year) for s in batch.shapes}))
        report = batch.report.as_dict() | {"preference": source.preference}
        ImportRun.objects.create(
            file_name=source.name[:200],
            digest=digest,
            importer=source.importer,
            dataset=dataset,
            state=ImportRun.State.DONE,
            started_at=started,
            finished_at=timezone.now(),
            rows_read=batch.report.rows_read,
            rows_matched=max(0, batch.report.rows_matched),
            report=report,
        )
    progress(1, source.name)
    return Outcome(source.name, ImportRun.State.DONE, dataset.key, report)


def _unchanged(source: Source, digest: str, started: Any, note: str) -> Outcome:
    ImportRun.objects.create(
        file_name=source.name[:200],
        digest=digest,
        importer=source.importer,
        state=ImportRun.State.UNCHANGED,
        started_at=started,
        finished_at=timezone.now(),
        report={"notes": [note]},
    )
    return Outcome(source.name, ImportRun.State.UNCHANGED, source.key, note=note)


def _failed(source: Source, digest: str, started: Any, problem: ImportProblem) -> Outcome:
    ImportRun.objects.create(
        file_name=source.name[:200],
        digest=digest,
        importer=source.importer,
        state=ImportRun.State.FAILED,
        started_at=started,
        finished_at=timezone.now(),
        report={"problem": problem.as_dict()},
    )
    return Outcome(source.name, ImportRun.State.FAILED, source.key, problem=str(problem))
