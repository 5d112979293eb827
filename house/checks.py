"""The one check: read the code, test on SQLite, test on PostgreSQL, and sum up in one table."""

import os
import re
import subprocess
import time
from dataclasses import dataclass, field

from house.environment import ROOT, VENV, last_lines
from house.postgres import server_programs, throwaway_server
from house.telling import say

READERS = {
    "format": ["ruff", "format", "--check", "."],
    "rules": ["ruff", "check", "."],
    "types": ["mypy"],
    "imports": ["lint-imports"],
    "licences": ["reuse", "lint", "--quiet"],
}
LICENCES_ALOUD = ["reuse", "lint"]
# Only what reaches a database: a browser and pure mathematics tell nothing about PostgreSQL.
ON_POSTGRESQL = ["-m", "not browser and not spark", "--ignore=tests/analysis"]
NO_TESTS_FOUND = 5


@dataclass
class Report:
    """What each part gave."""

    settings: dict[str, str]
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    failed: bool = False
    closing: str = ""

    def add(self, part: str, *, passed: bool | None, remark: str) -> None:
        """Keep one part; `passed` is None for what was skipped."""
        word = {True: "passed", False: "FAILED", None: "skipped"}[passed]
        self.failed |= passed is False
        self.lines.append((part, word, remark))

    def conclude(self) -> int:
        """Print a line per part, then the verdict; return the exit status."""
        say("\n── summary " + "─" * 49)
        for part, word, remark in self.lines:
            say(f"{part:<22} {word:<8} {remark}")
        say("Something FAILED." if self.failed else "All passed.")
        if self.closing:
            say(self.closing)
        return int(self.failed)


def read_the_code(report: Report) -> None:
    """Run each reader; only one that complains gets to speak."""
    for part, command in READERS.items():
        started = time.monotonic()
        done = _run(command, report.settings)
        if done.returncode and part == "licences":
            done = _run(LICENCES_ALOUD, report.settings)
        passed = done.returncode == 0
        report.add(part, passed=passed, remark=f"{time.monotonic() - started:.1f} s")
        say(f"{part}: {'passed' if passed else 'FAILED'}")
        if not passed:
            say(last_lines(done.stdout + done.stderr, 80))


def test_on_sqlite(report: Report, arguments: list[str]) -> None:
    """Run pytest on SQLite."""
    _pytest(report, "tests on SQLite", arguments, {})


def test_on_postgresql(report: Report, arguments: list[str], *, demanded: bool) -> None:
    """Run what reaches a database on a throw-away PostgreSQL server."""
    part = "tests on PostgreSQL"
    programs = server_programs()
    if programs is None:
        reason = "no PostgreSQL server programs found (Debian: apt install postgresql)"
        report.add(part, passed=False if demanded else None, remark=reason)
        return
    with throwaway_server(programs) as url:
        _pytest(report, part, [*ON_POSTGRESQL, *arguments], {"DATABASE_URL": url})


def _pytest(report: Report, part: str, arguments: list[str], extra: dict[str, str]) -> None:
    say(f"\n── {part} " + "─" * (56 - len(part)))
    command = [str(VENV / "bin" / "python"), "-m", "pytest", *arguments]
    closing = ""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=_environment(report.settings | extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as child:
        for line in child.stdout or ():
            say(line.rstrip("\n"))
            if re.match(r"=* ?\d+ \w+.* in [\d.]+s", _without_colour(line)):
                closing = _without_colour(line).strip()
    remark = closing.strip("= ") or f"pytest ended with {child.returncode}"
    if child.returncode == NO_TESTS_FOUND:
        remark = "no test was chosen"
    report.add(part, passed=child.returncode == 0, remark=remark)
    report.closing = report.closing or closing


def _run(command: list[str], settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = str(VENV / "bin" / command[0])
    return subprocess.run(
        [program, *command[1:]],
        cwd=ROOT,
        env=_environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _environment(settings: dict[str, str]) -> dict[str, str]:
    # lint-imports finds the package by the folder, wherever the shell stands.
    path = f"{VENV / 'bin'}{os.pathsep}{settings.get('PATH', '')}"
    return settings | {"PATH": path, "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}


def _without_colour(line: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", line)
