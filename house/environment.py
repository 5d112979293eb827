"""Make `.venv` from the hash-locked requirements, once; a stamp makes the next time quick."""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from house.telling import Trouble

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BOOT = ROOT / ".boot"
PYTHON = VENV / "bin" / "python"
SNEEUWBAL = VENV / "bin" / "sneeuwbal"
STAMP = VENV / "sneeuwbal-stamp.json"
OLDEST_PYTHON = (3, 11)
INSTALL_SECONDS = 900
LAST_LINES = 25


def check_python() -> None:
    """Stop in plain words when this Python cannot make an environment."""
    if os.name != "posix":
        raise Trouble(
            "This works on Linux and macOS. On Windows, use WSL (Ubuntu or Debian in it)."
        )
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(map(str, sys.version_info[:3]))
        raise Trouble(
            f"Python 3.11 or newer is needed; this is {found}.\n"
            "Install it (Debian, Ubuntu: apt install python3.11 python3.11-venv), "
            "then start with: python3.11 ./run"
        )
    missing = [name for name in ("venv", "ensurepip") if not importlib.util.find_spec(name)]
    if missing:
        series = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise Trouble(
            f"This Python lacks {' and '.join(missing)}, needed to make an environment.\n"
            f"Install it (Debian, Ubuntu: sudo apt install {series}), then try again."
        )


def lock_path(name: str) -> Path:
    """Where the lock of a set of packages lies."""
    return ROOT / "requirements" / f"{name}.lock"


def fingerprint(name: str) -> str:
    """Tell one content of a lock from another."""
    return hashlib.sha256(lock_path(name).read_bytes()).hexdigest()


def missing_sets(wanted: list[str], stamp: dict[str, str]) -> list[str]:
    """Which sets the stamp does not hold in their present form."""
    return [name for name in wanted if stamp.get(name) != fingerprint(name)]


def read_stamp() -> dict[str, str]:
    """What the environment holds, or nothing when it is another Python's or another folder's."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stamp, dict) or not PYTHON.exists():
        return {}
    return stamp if stamp.get("home") == _home() else {}


def make_environment(wanted: list[str]) -> str:
    """Install the wanted sets where they are missing; return what was done in a few words."""
    stamp = read_stamp()
    todo = missing_sets(wanted, stamp)
    if not todo:
        _link_project()
        return "already there"
    if not stamp and not _usable():
        _make_venv()
    installer = _install(todo)
    _link_project()
    stamp |= {"home": _home()} | {name: fingerprint(name) for name in todo}
    STAMP.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    return f"{', '.join(todo)} with {installer}"


def boot_environment() -> Path:
    """Return the Python of the small environment that holds the installer."""
    python = BOOT / "bin" / "python"
    if not python.exists() or not _answers(python, "-m", "pip", "--version"):
        shutil.rmtree(BOOT, ignore_errors=True)
        run_quietly([sys.executable, "-m", "venv", str(BOOT)], "Making .boot")
    return python


def run_quietly(
    command: list[str], doing: str, *, timeout_s: int = INSTALL_SECONDS, cwd: Path = ROOT
) -> str:
    """Run a command; when it fails, stop with its last lines."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Trouble(f"{doing} took longer than {timeout_s} seconds and was stopped.") from error
    if done.returncode:
        raise Trouble(f"{doing} failed:\n{last_lines(done.stdout + done.stderr)}")
    return done.stdout


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """Keep the end of a long output, indented; of a Python traceback only its conclusion."""
    if "Traceback (most recent call last)" in text:
        conclusions = list(
            re.finditer(r"^[\w.]+(Error|Configured|Exception)\b", text, re.MULTILINE)
        )
        text = text[conclusions[-1].start() :] if conclusions else text
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])


def _home() -> str:
    return f"{ROOT} {_series()}"


def _series() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _answers(*command: Path | str) -> bool:
    return subprocess.run(list(map(str, command)), capture_output=True, check=False).returncode == 0


def _usable() -> bool:
    """Is there an environment of this Python at this place, perhaps half filled?"""
    asked = "import sys; print(sys.prefix, '%d.%d' % sys.version_info[:2])"
    if not PYTHON.exists():
        return False
    done = subprocess.run([str(PYTHON), "-c", asked], capture_output=True, text=True, check=False)
    return done.stdout.strip() == f"{VENV} {_series()}"


def _make_venv() -> None:
    if VENV.is_symlink():
        raise Trouble(".venv is a link; remove it, so that an environment can be made here.")
    shutil.rmtree(VENV, ignore_errors=True)
    run_quietly([sys.executable, "-m", "venv", "--without-pip", str(VENV)], "Making .venv")


def _install(names: list[str]) -> str:
    """Install with uv; where that cannot be had, with pip. Both check every hash."""
    pip = [str(boot_environment()), "-m", "pip"]
    locks = [part for name in names for part in ("-r", str(lock_path(name)))]
    try:
        uv = BOOT / "bin" / "uv"
        if not uv.exists():
            run_quietly(
                [*pip, "install", "-q", "--require-hashes", "-r", str(lock_path("boot"))],
                "Fetching uv",
            )
        run_quietly(
            [str(uv), "pip", "install", "-q", "--python", str(PYTHON), "--require-hashes", *locks],
            "Installing with uv",
        )
        return "uv"
    except Trouble as first:
        try:
            run_quietly(
                [*pip, "--python", str(PYTHON), "install", "-q", "--require-hashes", *locks],
                "Installing with pip",
            )
        except Trouble as second:
            raise Trouble(
                f"{first}\n{second}\nIs the Python package registry reachable from here? "
                "Behind a proxy, set HTTPS_PROXY; with a mirror, set PIP_INDEX_URL."
            ) from second
        return "pip"


def _link_project() -> None:
    """Make the checkout importable and give it its command, without a build or a network."""
    folders = sorted(VENV.glob("lib/python3*/site-packages"))
    if not folders:
        raise Trouble(".venv is damaged: remove the folder .venv and try again.")
    _write_if_new(folders[0] / "sneeuwbal.pth", f"{ROOT / 'src'}\n")
    # The shell finds Python itself, since a '#!' line breaks on a folder with a space.
    script = (
        "#!/bin/sh\n"
        f'\'\'\'exec\' "{PYTHON}" "$0" "$@"\n'
        "' '''\n"
        "import sys\n\n"
        "from sneeuwbal.web.command import main\n\n"
        'if __name__ == "__main__":\n'
        "    sys.exit(main())\n"
    )
    _write_if_new(SNEEUWBAL, script)
    SNEEUWBAL.chmod(0o755)


def _write_if_new(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
