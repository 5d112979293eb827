"""Planted violations: what must never happen is made to happen, and its check must notice.

Planted elsewhere: a ledger that doubles a replay (outreach/test_ledger_model.py), a page without
an access mark (accounts/test_access.py), a dropped correction (evidence/test_reduction.py), inline
code in a page (web/test_pages.py).
"""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.reading import check_public_page
from tests.walking import Page, Walker

from sneeuwbal.accounts.models import Organisation, ReportingUnit
from sneeuwbal.evidence.models import Figure
from sneeuwbal.publication import public, releasing
from sneeuwbal.publication.models import PublicNumber
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 9, 27)


@pytest.fixture
def copied_house(tmp_path):
    """A copy of the package with its contracts, in which something can be planted."""
    unwanted = shutil.ignore_patterns("*.po", "*.mo", "static", "templates", "__pycache__")
    shutil.copytree(ROOT / "src" / "sneeuwbal", tmp_path / "sneeuwbal", ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def contracts(folder):
    """What the check of imports says about a copy: its exit status and its words."""
    program = Path(sys.executable).parent / "lint-imports"
    settings = os.environ | {"PYTHONPATH": str(folder)}
    command = [program, "--no-cache", "--config", folder / "pyproject.toml"]
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_an_untouched_copy_of_the_house_keeps_every_contract(copied_house):
    status, told = contracts(copied_house)
    assert status == 0 and "0 broken" in told, told


@pytest.mark.parametrize(
    ("room", "planted", "broken"),
    [
        ("places/atlas.py", "from sneeuwbal.accounts import access", "Ten rooms"),
        ("accounts/people.py", "from sneeuwbal.web import story", "Ten rooms"),
        ("cellar/__init__.py", "", "Ten rooms"),
        ("analysis/costs.py", "from django.utils import timezone", "The analysis knows no Django"),
        ("analysis/costs.py", "import time", "The analysis knows no Django"),
        ("analysis/costs.py", "from sneeuwbal.analysis import chains", "Analysis modules import"),
        ("outreach/teams.py", "from sneeuwbal.analysis import costs", "The analysis is called"),
        ("publication/views.py", "from sneeuwbal.evidence import tables", "Publication cannot"),
        ("evidence/wording.py", "from sneeuwbal.outreach import models", "Publication cannot"),
        ("planning/results.py", "from sneeuwbal.outreach.models import Event", "Only outreach"),
    ],
)
def test_an_import_against_a_contract_is_noticed(copied_house, room, planted, broken):
    place = copied_house / "sneeuwbal" / room
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"{place.read_text() if place.exists() else ''}\n{planted}\n")
    status, told = contracts(copied_house)
    assert status != 0
    lines = [line for line in told.splitlines() if line.startswith(broken)]
    # A room that nobody listed is no broken contract but a refusal to judge.
    assert any("BROKEN" in line for line in lines) or "cellar" in told, told


@pytest.fixture
def public_page(make_town):
    """`public_page(n=...)` releases figures about n households and gives the public page."""
    town = make_town("GM9990", name="Proefstad")
    organisation = Organisation.objects.create(slug="proefstad", name="Proefstad", fictional=True)
    unit = ReportingUnit.objects.create(organisation=organisation, municipality=town.municipality)
    dates = {"starts_on": date(2023, 1, 1), "ends_on": date(2027, 1, 1)}
    programme = Programme.objects.create(organisation=organisation, name="Proef", **dates)
    area = town.neighbourhoods[0]
    ProgrammeNeighbourhood.objects.create(
        programme=programme, unit=unit, area=area, phase="active", households=400
    )

    def release(*, n, low=0.2):
        shown = {"as_of": DAY, "value": 0.4, "low": low, "high": 0.7, "n": n, "verdict": "boost"}
        for kind, details in (("snowball", {}), ("reach", {"households": 400})):
            Figure.objects.create(
                organisation=organisation,
                area=area,
                kind=kind,
                method="referrals",
                inputs_digest="x",
                code_version="1",
                details=details,
                **shown,
            )
        releasing.make_release(progress=lambda *_: None, organisation="proefstad")
        return Walker().go(f"/openbaar/buurt/{area.code}/").html

    return release


def test_a_page_with_enough_people_behind_each_number_passes(public_page):
    check_public_page(public_page(n=83))


def test_a_page_that_withholds_a_small_number_passes(public_page):
    check_public_page(public_page(n=7))


def unprotected(figures, *_, **__):
    """What the gate to the public would let through if it let everything through."""
    taken = ("area", "kind", "value", "low", "high", "n", "method", "verdict")
    return [PublicNumber(**{name: getattr(row, name) for name in taken}) for row in figures]


@pytest.mark.parametrize(("n", "fault"), [(7, "fewer than 10"), (83, "not rounded to fives")])
def test_a_page_that_shows_a_small_or_an_exact_cell_is_noticed(public_page, monkeypatch, n, fault):
    nothing = SimpleNamespace(cells=0, beyond_help=0)
    monkeypatch.setattr(public, "safe_numbers", unprotected)
    monkeypatch.setattr(releasing, "protect", lambda *_, **__: nothing)
    with pytest.raises(AssertionError, match=fault):
        check_public_page(public_page(n=n))


def test_a_number_without_its_interval_is_noticed(public_page):
    with pytest.raises(AssertionError, match="no interval"):
        check_public_page(public_page(n=83, low=None))


def test_a_visitor_cannot_fill_in_what_does_not_stand_on_the_page():
    page = Page(
        "<form method=post action='/af/'><input name=naam value=Jan><select name=soort>"
        "<option value=1>Eén</option><option value=2 selected>Twee</option></select>"
        "<textarea name=wat>\nx</textarea>"
        "<label for=c>Ja</label><input type=checkbox name=mag id=c><button>Af</button></form>"
    )
    (form,) = page.forms
    assert form.sent == {"naam": ["Jan"], "soort": ["2"], "wat": ["x"]}
    form.fill("mag", True)
    form.fill("soort", "Twee")
    assert form.sent["mag"] == ["on"] and form.sent["soort"] == ["2"]
    for name, answer in (("verborgen", "x"), ("soort", "3"), ("mag", "soms")):
        with pytest.raises(AssertionError):
            form.fill(name, answer)
    assert form.buttons == [("Af", "", "")]


def test_a_form_without_its_token_stops_the_visitor(db, settings):
    walker = Walker().go("/inloggen/")
    for form in walker.page.forms:
        form.sent.pop("csrfmiddlewaretoken", None)
    with pytest.raises(AssertionError, match="403"):
        walker.submit(username="a@b.example", password="x")
