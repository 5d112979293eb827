"""A throw-away PostgreSQL server for tests: own folder, own socket, no network, gone afterwards."""

import os
import pwd
import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from house.telling import Trouble

DEBIAN_FOLDERS = "postgresql/*/bin"
SPEED = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def server_programs() -> Path | None:
    """Return the folder that holds initdb and pg_ctl, the newest first; None without a server."""
    folders = sorted(
        Path("/usr/lib").glob(DEBIAN_FOLDERS),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


@contextmanager
def throwaway_server(programs: Path) -> Iterator[str]:
    """Start an empty server and yield its DATABASE_URL."""
    owner = _unprivileged_user()
    # A short folder: a socket's path may be 107 characters long at most.
    folder = Path(tempfile.mkdtemp(prefix="sneeuwbal-", dir="/tmp"))
    port = random.randint(20_000, 60_000)  # noqa: S311 - only names the socket file
    data = folder / "data"
    try:
        if owner:
            shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
        _run(owner, [programs / "initdb", "-D", data, "-A", "trust", "-U", "sneeuwbal"])
        options = f"-p {port} -k {folder} -c listen_addresses='' {SPEED}"
        log = folder / "log"
        _run(owner, [programs / "pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "start"])
        try:
            yield f"postgresql://sneeuwbal@{quote(str(folder), safe='')}:{port}/postgres"
        finally:
            _run(owner, [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> str | None:
    """Whom the server runs as; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise Trouble("PostgreSQL refuses to run as root, and there is no user postgres or nobody.")


def _run(owner: str | None, command: list[Path | str]) -> None:
    group = pwd.getpwnam(owner).pw_gid if owner else None
    done = subprocess.run(
        list(map(str, command)),
        cwd="/",
        user=owner,
        group=group,
        extra_groups=[] if owner else None,
        stdin=subprocess.DEVNULL,
        # A file and not a pipe: the server keeps the handle open and would hold us up.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"{command[0]} ended with {done.returncode}.")
