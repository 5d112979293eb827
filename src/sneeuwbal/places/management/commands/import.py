"""Import open data from files, folders or live from the publisher."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from sneeuwbal.places import importing
from sneeuwbal.places import live as download
from sneeuwbal.places.models import ImportRun
from sneeuwbal.places.problems import ImportProblem

NAMED = 8


class Command(BaseCommand):
    help = "Import official tables and maps; a dataset is imported whole or not at all."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take files and folders, or a table to download."""
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
        parser.add_argument("--repair", action="store_true", help="mend borders that cross")
        parser.add_argument("--again", action="store_true", help="import also what is unchanged")
        parser.add_argument("--mapping", type=Path, help="what the columns of the file are")
        parser.add_argument("--live", metavar="TABLE", help="download this official table")
        parser.add_argument("--url", default="", help="address of the publisher's service")
        parser.add_argument("--folder", type=Path, help="keep the download here, to go on later")

    def handle(self, *, paths: list[Path], live: str | None, **options: Any) -> None:
        """Import, print a line per dataset and a summary; fail if a dataset failed."""
        if not paths and not live:
            raise CommandError("name a file or folder, or a table with --live")
        try:
            # Commands speak English; an import that a page asked for speaks as its reader does.
            with translation.override("en"):
                result = self._asked(paths, live, options)
        except ImportProblem as problem:
            raise CommandError(str(problem)) from problem
        self._summary(result)
        if result.failed:
            raise CommandError(f"{len(result.failed)} failed; of those nothing was changed")

    def _asked(
        self, paths: list[Path], live: str | None, options: dict[str, Any]
    ) -> importing.Result:
        if not live:
            return self._import(paths, options)
        with tempfile.TemporaryDirectory() as folder:
            return self._import_live(live, options, Path(folder))

    def _import_live(self, table: str, options: dict[str, Any], folder: Path) -> importing.Result:
        target = options["folder"] or folder
        download.download_table(table, target, base=options["url"], progress=self._progress)
        return self._import([target / table.upper()], options)

    def _import(self, paths: list[Path], options: dict[str, Any]) -> importing.Result:
        return importing.import_paths(
            paths,
            progress=self._progress,
            repair=options["repair"],
            again=options["again"],
            mapping=options["mapping"],
            tell=self._tell,
        )

    def _progress(self, share: float, message: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{share:4.0%} {message[:60]:<60}", ending="")

    def _tell(self, outcome: importing.Outcome) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r" + " " * 66 + "\r", ending="")
        if outcome.state == ImportRun.State.FAILED:
            self.stdout.write(self.style.ERROR(f"FAILED     {outcome.problem}"))
        elif outcome.state == ImportRun.State.UNCHANGED:
            self.stdout.write(f"unchanged  {outcome.file}: {outcome.note}")
        else:
            self.stdout.write(f"imported   {outcome.file}: {told(outcome.report)}")

    def _summary(self, result: importing.Result) -> None:
        reasons: dict[str, list[str]] = {}
        for skipped in result.skipped:
            reasons.setdefault(skipped.reason, []).append(skipped.path.name)
        for reason, names in reasons.items():
            self.stdout.write(f"skipped    {', '.join(names)}: {reason}")
        done = [o for o in result.outcomes if o.state == ImportRun.State.DONE]
        values = sum(o.report["written"].get("values", 0) for o in done)
        shapes = sum(o.report["written"].get("shapes", 0) for o in done)
        same = len(result.outcomes) - len(done) - len(result.failed)
        self.stdout.write(
            f"{len(done)} datasets imported ({values} values, {shapes} borders), {same} unchanged, "
            f"{len(result.skipped)} files skipped, {len(result.failed)} failed"
        )


def told(report: dict[str, Any]) -> str:
    """The report of one dataset in one line."""
    missing = {label: n for label, n in report["missing"].items() if n}
    most = sorted(missing, key=lambda label: -missing[label])[:NAMED]
    parts = [
        f"{report['rows_read']} rows read, {report['rows_matched']} matched",
        f"{report['written'].get('areas', 0)} areas, {report['written'].get('values', 0)} values",
    ]
    if shapes := report["written"].get("shapes"):
        parts.append(f"{shapes} borders")
    if most:
        rest = f" and {len(missing) - NAMED} columns more" if len(missing) > NAMED else ""
        parts.append("missing " + ", ".join(f"{m} {missing[m]}" for m in most) + rest)
    if empty := report["empty_columns"]:
        parts.append(f"{len(empty)} columns empty")
    if unknown := report["unknown_codes"]["count"]:
        codes = ", ".join(report["unknown_codes"]["codes"][:NAMED])
        parts.append(f"{unknown} unknown codes ({codes})")
    if others := report["other_regions"]:
        parts.append(f"{sum(others.values())} rows of other regions")
    for repaired in report["repaired"]:
        parts.append(f"repaired {repaired['feature']}: surface {repaired['change_share']:+.3%}")
    return "; ".join(parts)
