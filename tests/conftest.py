"""Fixtures for all tests."""

import os
import shutil

import pytest

os.environ.setdefault("SNEEUWBAL_MODE", "test")
# Sync Playwright runs its own loop beside the live server.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def open_data():
    """The folder with real open data; without it the test is skipped."""
    from django.conf import settings

    if not settings.OPEN_DATA.is_dir():
        pytest.skip(f"no open data at {settings.OPEN_DATA}")
    return settings.OPEN_DATA


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the system's Chromium; without it the test is skipped."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no Chromium on this machine: browser tests skipped")
    flags = ["--no-sandbox", "--disable-background-networking", "--disable-quic", "--disable-gpu"]
    return {**browser_type_launch_args, "executable_path": chromium, "args": flags}
