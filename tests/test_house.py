"""The house around the code: what is committed, how it is set up, what the site loads."""

import json
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from house import assets, checks, environment, postgres, processes
from house.telling import Steps, Trouble

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
REGISTRIES = ["pypi" + ".org", "files.python" + "hosted", "registry." + "npmjs", "npmjs" + ".com"]
MACHINE_PATHS = ["/wo" + "rk/main", "/wo" + "rk/shared", "/ro" + "ot/", "/tmp" + "/w/"]
SCIENTIFIC = {"numpy", "scipy", "duckdb", "shapely", "pyogrio", "pyproj", "openpyxl", "urllib3"}
SCIENTIFIC |= {"pandas", "diff_diff"}
GRAB_BAGS = {"utils", "util", "helpers", "helper", "services", "managers", "core", "common", "misc"}
MOST_LINES = 500


def tracked_files() -> list[Path]:
    """What a clone gets."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    """Each tracked file's name and text."""
    found = []
    for path in tracked_files():
        try:
            found.append((str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def run_script():
    """The script ./run as a module."""
    loader = SourceFileLoader("run_script", str(ROOT / "run"))
    module = module_from_spec(spec_from_loader("run_script", loader))
    loader.exec_module(module)
    return module


def test_no_committed_file_names_a_registry_or_a_machine():
    found = [
        (name, word)
        for name, text in texts()
        for word in [*REGISTRIES, *MACHINE_PATHS]
        if word in text
    ]
    assert found == []


@pytest.mark.parametrize("path", [*LOCKS, ROOT / "package-lock.json"], ids=lambda path: path.name)
def test_a_lock_holds_hashes_and_no_address(path):
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--hash=sha256:" in text or '"integrity"' in text


def test_every_wanted_npm_package_is_pinned_exactly_and_free():
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name for name in locked if name} == {f"node_modules/{name}" for name in wanted}
    assert {facts["license"] for name, facts in locked.items() if name} == {"EUPL-1.2"}


def test_nothing_third_party_is_committed():
    names = [path.relative_to(ROOT) for path in tracked_files()]
    strange = [
        str(name)
        for name in names
        if {"node_modules", "vendor", ".assets"} & set(name.parts)
        or name.name.endswith((".min.js", ".min.css", ".woff", ".woff2", ".ttf", ".whl", ".map"))
    ]
    assert strange == []
    headers = [
        name
        for name, text in texts()
        if name.endswith((".js", ".css")) and re.search(r"@license|@preserve|Copyright \(c\)", text)
    ]
    assert headers == []


def test_no_module_is_too_long_and_none_is_a_grab_bag():
    modules = [path for path in tracked_files() if path.suffix == ".py"]
    long = [path.name for path in modules if len(path.read_text("utf-8").splitlines()) > MOST_LINES]
    assert long == []
    parts = {part.removesuffix(".py") for path in modules for part in path.relative_to(ROOT).parts}
    assert parts & GRAB_BAGS == set()


def test_every_package_file_is_empty():
    assert [
        str(path) for path in tracked_files() if path.name == "__init__.py" and path.stat().st_size
    ] == []


def test_the_web_process_loads_none_of_the_scientific_libraries():
    program = """
import sys
from django.urls import URLPattern, get_resolver
from sneeuwbal.web.wsgi import application

def walk(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback
        else:
            walk(pattern.url_patterns)

walk(get_resolver().url_patterns)
from django.template.loader import get_template
get_template("base.html")
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": "src", "DJANGO_SETTINGS_MODULE": "sneeuwbal.web.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert SCIENTIFIC & set(done.stdout.split()) == set()


def test_the_continuous_check_calls_the_one_check():
    script = ROOT / ".ci" / "run"
    assert re.search(r"^exec \./run test\b", script.read_text("utf-8"), re.MULTILINE)
    for path in (script, ROOT / "run"):
        assert path.stat().st_mode & stat.S_IXUSR


def test_publiccode_has_every_mandatory_key_in_both_languages():
    text = (ROOT / "publiccode.yml").read_text("utf-8")
    for key in ("publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus"):
        assert re.search(rf"^{key}:", text, re.MULTILINE), key
    for key in ("softwareType", "description", "legal", "maintenance", "localisation"):
        assert re.search(rf"^{key}:", text, re.MULTILINE), key
    assert '"0.7"' in text and "license: EUPL-1.2" in text
    for language in ("nl", "en"):
        part = re.search(rf"^  {language}:\n((?:    .*\n|\n)+)", text, re.MULTILINE)
        assert part
        short = re.search(r"shortDescription: (.+)", part[1])
        long = re.search(r"longDescription: \|\n((?:      .*\n|\n)+)", part[1])
        assert short and len(short[1]) <= 150
        assert long and 150 <= len(long[1]) <= 10_000
        assert "features:" in part[1]


def test_every_setting_of_the_environment_is_explained():
    settings = (ROOT / "src/sneeuwbal/web/settings.py").read_text("utf-8")
    named = set(re.findall(r'environ\.get\(\s*"([A-Z_]+)"', settings))
    explained = set(re.findall(r"`((?:SNEEUWBAL_|DATABASE_)[A-Z_]+)`", _settings_page()))
    assert named
    assert named == explained


def test_every_product_setting_that_is_explained_exists():
    settings = (ROOT / "src/sneeuwbal/web/settings.py").read_text("utf-8")
    product = _settings_page().partition("## The product")[2]
    for name in re.findall(r"`([A-Z_]+)`", product):
        assert name.startswith("SNEEUWBAL_") or re.search(rf"^{name} = ", settings, re.MULTILINE)


def _settings_page() -> str:
    return (ROOT / "docs" / "settings.md").read_text("utf-8")


# The colours


def _tokens(*sheets: str) -> dict[str, str]:
    folder = ROOT / "src/sneeuwbal/web/static"
    text = "".join((folder / sheet).read_text("utf-8") for sheet in sheets)
    return dict(re.findall(r"--sneeuwbal-([a-z0-9-]+): (#[0-9a-f]{6});", text))


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    (f"color-{text}", f"color-{ground}")
    for text in ("ink", "ink-soft", "link", "brand", "brand-dark")
    for ground in ("surface", "ground", "tint")
] + [
    ("color-on-brand", "color-brand"),
    ("color-on-brand", "color-brand-dark"),
    ("color-ink", "color-focus-halo"),
    ("color-ink", "color-accent"),
    *[(f"color-{mood}", f"color-{mood}-tint") for mood in ("info", "ok", "warning", "error")],
    *[(f"color-{mood}", "color-surface") for mood in ("info", "ok", "warning", "error")],
    *[("color-ink", f"color-{mood}-tint") for mood in ("info", "ok", "warning", "error")],
]
SIGN_PAIRS = [
    *[("color-control", f"color-{ground}") for ground in ("surface", "ground")],
    *[(f"series-{number}", "color-surface") for number in range(1, 7)],
    ("color-focus", "color-focus-halo"),
]
THEMES = [["sneeuwbal/theme.css"]] + [
    ["sneeuwbal/theme.css", f"themes/{path.name}"]
    for path in sorted((ROOT / "src/sneeuwbal/web/static/themes").glob("*.css"))
]


@pytest.mark.parametrize("sheets", THEMES, ids=lambda sheets: sheets[-1])
def test_text_and_signs_have_enough_contrast_in_every_theme(sheets):
    tokens = _tokens(*sheets)
    for pairs, least in ((TEXT_PAIRS, 4.5), (SIGN_PAIRS, 3.0)):
        faint = {
            pair: round(_contrast(tokens[pair[0]], tokens[pair[1]]), 2)
            for pair in pairs
            if _contrast(tokens[pair[0]], tokens[pair[1]]) < least
        }
        assert faint == {}


def test_the_steps_of_the_map_darken_evenly_enough_to_read_in_grey():
    tokens = _tokens("sneeuwbal/theme.css")
    steps = [_luminance(tokens[f"scale-{number}"]) for number in range(7)]
    ratios = [(light + 0.05) / (dark + 0.05) for light, dark in pairwise(steps)]
    assert min(ratios) > 1.15


# Set-up


def test_only_new_or_changed_sets_are_installed():
    stamp = {"web": environment.fingerprint("web"), "science": "of an older lock"}
    assert environment.missing_sets(["web", "science", "dev"], stamp) == ["science", "dev"]


def test_a_second_set_up_installs_nothing(monkeypatch, tmp_path):
    installed: list[list[str]] = []
    _environment_in(tmp_path, monkeypatch, lambda names: installed.append(names) or "uv")
    environment.make_environment(["web"])
    assert environment.make_environment(["web"]) == "already there"
    environment.make_environment(["web", "dev"])
    assert installed == [["web"], ["dev"]]


def test_an_environment_of_another_folder_is_not_trusted(monkeypatch, tmp_path):
    _environment_in(tmp_path, monkeypatch, lambda _names: "uv")
    environment.make_environment(["web"])
    assert environment.read_stamp()
    monkeypatch.setattr(environment, "ROOT", tmp_path / "moved")
    assert environment.read_stamp() == {}


def test_a_broken_off_installation_is_taken_up_again(monkeypatch, tmp_path):
    def fails(_names: list[str]) -> str:
        raise Trouble("the line went dead")

    _environment_in(tmp_path, monkeypatch, fails)
    with pytest.raises(Trouble):
        environment.make_environment(["web"])
    assert environment.read_stamp() == {}
    monkeypatch.setattr(environment, "_install", lambda _names: "pip")
    assert environment.make_environment(["web"]) == "web with pip"


def test_the_command_works_from_a_folder_with_a_space(monkeypatch, tmp_path):
    home = tmp_path / "my projects"
    (home / "src" / "sneeuwbal" / "web").mkdir(parents=True)
    for folder in (home / "src/sneeuwbal", home / "src/sneeuwbal/web"):
        (folder / "__init__.py").touch()
    command = "def main():\n    print('at your service')\n"
    (home / "src/sneeuwbal/web/command.py").write_text(command)
    _environment_in(home, monkeypatch, lambda _names: "uv")
    environment._make_venv()
    environment._link_project()
    done = subprocess.run([home / ".venv/bin/sneeuwbal"], capture_output=True, text=True, cwd="/")
    assert done.stdout == "at your service\n", done.stderr


def _environment_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, install: Callable[[list[str]], object]
) -> None:
    requirements = ROOT / "requirements"
    venv = folder / ".venv"
    for name, value in {
        "ROOT": folder,
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "SNEEUWBAL": venv / "bin" / "sneeuwbal",
        "STAMP": venv / "sneeuwbal-stamp.json",
        "lock_path": lambda name: requirements / f"{name}.lock",
        "_install": install,
    }.items():
        monkeypatch.setattr(environment, name, value)


def test_an_old_python_is_refused_in_plain_words(monkeypatch):
    monkeypatch.setattr(environment.sys, "version_info", (3, 9, 2))
    with pytest.raises(Trouble, match=r"Python 3\.11 or newer is needed; this is 3\.9\.2"):
        environment.check_python()


def test_a_python_without_its_venv_part_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: name == "venv")
    with pytest.raises(Trouble, match=r"lacks ensurepip.*\n.*apt install python3"):
        environment.check_python()


def test_styles_are_joined_with_their_licences(tmp_path):
    modules, target = _fake_modules(tmp_path, licence="EUPL-1.2"), tmp_path / "public"
    count = assets.join_styles(modules, target)
    sheet = (target / "utrecht.css").read_text()
    assert count == sheet.count(".a-rule {") == len(list((target / "licences").iterdir()))
    assert "@charset" not in sheet


def test_a_style_that_is_not_free_is_refused(tmp_path):
    with pytest.raises(Trouble, match="has licence 'see-licence'"):
        assets.join_styles(_fake_modules(tmp_path, licence="see-licence"), tmp_path / "public")


def _fake_modules(folder: Path, *, licence: str) -> Path:
    for name in json.loads((ROOT / "package.json").read_text())["dependencies"]:
        package = folder / name
        (package / "dist").mkdir(parents=True)
        (package / "package.json").write_text(json.dumps({"license": licence, "version": "1.0.0"}))
        (package / "dist" / "index.css").write_text('@charset "UTF-8";\n.a-rule { color: red; }\n')
        (package / "LICENSE.md").write_text("EUPL")
    return folder


def test_without_npm_the_site_still_finds_a_style_sheet(monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "PUBLIC", tmp_path / "public")
    monkeypatch.setattr(assets, "STYLES", tmp_path / "public" / "utrecht.css")
    monkeypatch.setattr(assets, "STAMP", tmp_path / "stamp")
    (tmp_path / "stamp").write_text("old")
    assets.make_plain_assets()
    assert "could not be fetched" in (tmp_path / "public" / "utrecht.css").read_text()
    assert not (tmp_path / "stamp").exists()


def test_of_a_traceback_only_the_conclusion_is_told():
    text = (
        "Traceback (most recent call last):\n"
        '  File "a.py", line 1, in f\n'
        "KeyError: 1\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n"
        '  File "settings.py", line 2, in <module>\n'
        "django.core.exceptions.ImproperlyConfigured: Unsafe settings:\n- SNEEUWBAL_HOSTS\n"
    )
    told = environment.last_lines(text)
    assert told.splitlines() == [
        "    django.core.exceptions.ImproperlyConfigured: Unsafe settings:",
        "    - SNEEUWBAL_HOSTS",
    ]


# Running


def test_a_port_in_use_is_told_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Trouble, match=f"Port {port}.*\n.*--port {port + 1}"):
            processes.check_port("127.0.0.1", port)
    processes.check_port("127.0.0.1", port)


def test_a_process_that_dies_is_told_with_its_last_words(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "LOGS", tmp_path)
    children = processes.Children({})
    children._start("worker", [sys.executable, "-c", "raise SystemExit('no database')"])
    with pytest.raises(Trouble, match=r"worker process ended \(1\):\n *no database"):
        children.watch()
    children.stop()


def test_stopping_ends_the_grandchildren_too(monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "LOGS", tmp_path)
    program = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    children = processes.Children({})
    children._start("web", [sys.executable, "-c", program])
    log = tmp_path / "web.log"
    for _ in range(200):
        if log.read_text().strip():
            break
        processes.time.sleep(0.05)
    grandchild = int(log.read_text())
    children.stop()
    processes.time.sleep(0.2)
    assert not _alive(grandchild)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_the_demo_never_touches_somebodys_own_database(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://a-real-one/")
    monkeypatch.setenv("SNEEUWBAL_VAR", "/somewhere")
    monkeypatch.setenv("SNEEUWBAL_OPEN_DATA", "/data")
    settings = run_script().demo_settings()
    assert "DATABASE_URL" not in settings and "SNEEUWBAL_VAR" not in settings
    assert settings["SNEEUWBAL_MODE"] == "demo"
    assert settings["SNEEUWBAL_OPEN_DATA"] == "/data"


def test_starting_over_removes_the_demo_database_and_nothing_else(monkeypatch, tmp_path):
    script = run_script()
    monkeypatch.setattr(script, "DEMO_DATABASE", tmp_path / "sneeuwbal.sqlite3")
    for name in ("sneeuwbal.sqlite3", "sneeuwbal.sqlite3-wal", "other.sqlite3"):
        (tmp_path / name).touch()
    assert script.remove_demo_database() == "removed the old one"
    assert [path.name for path in tmp_path.iterdir()] == ["other.sqlite3"]
    assert script.remove_demo_database() == "there was none to remove"


@pytest.mark.parametrize(("words", "status"), [([], 0), (["help"], 0), (["fly"], 2)])
def test_every_verb_is_told_and_an_unknown_one_is_refused(words, status):
    done = subprocess.run([ROOT / "run", *words], capture_output=True, text=True, check=False)
    assert done.returncode == status
    for verb in ("demo", "test", "check", "serve", "help"):
        assert f"./run {verb}" in done.stdout


def test_serving_without_its_settings_names_each_that_is_missing():
    bare = {"PATH": os.environ["PATH"]}
    done = subprocess.run([ROOT / "run", "serve"], env=bare, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Set DATABASE_URL, SNEEUWBAL_SECRET_KEY, SNEEUWBAL_HOSTS" in done.stdout


def test_a_step_tells_its_number_seconds_and_remark(capsys):
    with Steps(3).step("Packages") as remarks:
        remarks.append("already there")
    told = capsys.readouterr().out
    assert re.fullmatch(r"\[1/3\] Packages …\n +ready in \d+\.\d s — already there\n", told)


def test_a_failed_part_fails_the_whole_check(capsys):
    report = checks.Report({})
    report.add("types", passed=True, remark="1.0 s")
    report.add("tests on PostgreSQL", passed=None, remark="no server programs found")
    assert report.conclude() == 0
    assert re.search(r"PostgreSQL +skipped +no server programs", capsys.readouterr().out)
    report.add("imports", passed=False, remark="2.0 s")
    assert report.conclude() == 1


@pytest.mark.postgresql
def test_a_throwaway_server_answers_and_leaves_nothing_behind():
    programs = postgres.server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server programs found")
    with postgres.throwaway_server(programs) as url:
        folder = Path(unquote(urlsplit(url).netloc.partition("@")[2]).rpartition(":")[0])
        assert folder.is_dir()
        asked = [programs / "psql", url, "-Atc", "select 6 * 7"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.stdout == "42\n", done.stderr
    assert not folder.exists()
