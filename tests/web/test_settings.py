"""How the site starts: safely, or not at all; and without the scientific libraries."""

import os
import subprocess
import sys

import pytest

SAFE = {
    "SNEEUWBAL_MODE": "production",
    "SNEEUWBAL_SECRET_KEY": "k3" * 30,
    "SNEEUWBAL_HOSTS": "sneeuwbal.example",
    "DATABASE_URL": "postgresql://user:word@localhost/sneeuwbal",
}
HEAVY = ["numpy", "scipy", "duckdb", "shapely", "pyogrio", "pyproj", "openpyxl", "urllib3"]
HEAVY += ["pandas", "diff_diff"]


def start(tmp_path, code="import sneeuwbal.web.settings", **environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SNEEUWBAL", "DATABASE"))}
    given = {k: v for k, v in environment.items() if v is not None}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=clean | {"SNEEUWBAL_VAR": str(tmp_path)} | given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_safe_settings(tmp_path):
    done = start(tmp_path, **SAFE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SNEEUWBAL_SECRET_KEY", None),
        ("SNEEUWBAL_SECRET_KEY", "short"),
        ("SNEEUWBAL_SECRET_KEY", "only-for-the-demo-and-the-tests-never-in-production"),
        ("SNEEUWBAL_HOSTS", None),
        ("SNEEUWBAL_HOSTS", "*"),
        ("DATABASE_URL", None),
        ("DATABASE_URL", "sqlite:///somewhere.sqlite3"),
    ],
)
def test_production_refuses_an_unsafe_setting_and_names_it(tmp_path, name, value):
    done = start(tmp_path, **(SAFE | {name: value}))
    assert done.returncode != 0
    assert name in done.stderr
    others = {"SNEEUWBAL_SECRET_KEY", "SNEEUWBAL_HOSTS", "DATABASE_URL"} - {name}
    assert not any(f"- {other}" in done.stderr for other in others)


def test_production_names_every_problem_at_once(tmp_path):
    done = start(tmp_path, SNEEUWBAL_MODE="production")
    for name in ("SNEEUWBAL_SECRET_KEY", "SNEEUWBAL_HOSTS", "DATABASE_URL"):
        assert name in done.stderr


def test_an_unknown_mode_is_refused(tmp_path):
    assert "SNEEUWBAL_MODE" in start(tmp_path, SNEEUWBAL_MODE="prod").stderr


def test_the_demo_password_does_not_exist_in_production(tmp_path):
    code = "from sneeuwbal.web import settings; print(repr(settings.DEMO_PASSWORD))"
    assert start(tmp_path, code, **SAFE).stdout.strip() == "''"


def test_the_web_process_never_loads_the_scientific_libraries(tmp_path):
    code = (
        "import sys; from sneeuwbal.web.wsgi import application; "
        "from django.urls import get_resolver; get_resolver().url_patterns; "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = start(tmp_path, code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_the_password_on_screen_is_the_one_of_the_demo_accounts():
    from django.conf import settings

    from sneeuwbal.web.demo import towns

    assert settings.DEMO_PASSWORD == towns.PASSWORD


def test_health_is_answered_without_language_or_session(client, db):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert not answer.cookies
