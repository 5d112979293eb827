"""Fixtures for all tests."""

import json
import os
import shutil
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("SNEEUWBAL_MODE", "test")
# Sync Playwright runs its own loop beside the live server.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests():
    """Let the runner empty tables that refuse it, and put back what a migration had loaded."""
    from importlib import import_module

    from django.apps import apps
    from django.db.backends.sqlite3.base import DatabaseOperations
    from django.db.models.signals import post_migrate

    load_channels = import_module("sneeuwbal.outreach.migrations.0003_channel_catalogue").load
    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(self, statements):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _text in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            flush(self, statements)
            for _name, text in triggers:
                cursor.execute(text)

    def put_back(sender, **_):
        if sender.label == "outreach":
            load_channels(apps, None)

    DatabaseOperations.execute_sql_flush = flush_without_triggers
    post_migrate.connect(put_back, weak=False)
    yield
    DatabaseOperations.execute_sql_flush = flush
    post_migrate.disconnect(put_back)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Hash passwords quickly: slowness is the point elsewhere, not in a test."""
    from django.conf import settings
    from django.contrib.auth import hashers

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    hashers.get_hashers.cache_clear()
    hashers.get_hashers_by_algorithm.cache_clear()


@pytest.fixture(autouse=True)
def start_in_dutch():
    """Forget the language of the page that an earlier test opened."""
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


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


@dataclass(frozen=True)
class Town:
    """A made-up municipality of square neighbourhoods, west to east, then south."""

    municipality: Any
    districts: list[Any]
    neighbourhoods: list[Any]
    dataset: Any


SIDE_M = 500.0


def _square(area, dataset, column, row, *, side=SIDE_M, width=1, height=1):
    """The shape of a square in a grid; y grows downwards, as in an SVG path."""
    from sneeuwbal.places.models import Shape

    left, top = 100_000 + column * side, -450_000 + row * side
    right, bottom = left + side * width, top + side * height
    west, south = 4.6 + column * 0.007, 52.4 - row * 0.0045
    east, north = west + 0.007 * width, south + 0.0045 * height
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Shape(
        area=area,
        dataset=dataset,
        geometry=json.dumps({"type": "Polygon", "coordinates": [ring]}),
        path=f"M{left:.0f} {top:.0f}H{right:.0f}V{bottom:.0f}H{left:.0f}Z",
        min_x=left,
        min_y=top,
        max_x=right,
        max_y=bottom,
        label_x=(left + right) / 2,
        label_y=(top + bottom) / 2,
        lon=(west + east) / 2,
        lat=(south + north) / 2,
        area_m2=(right - left) * (bottom - top),
    )


def _touching(neighbourhoods, columns):
    from sneeuwbal.places.models import Adjacency

    for one, area in enumerate(neighbourhoods):
        for other, neighbour in enumerate(neighbourhoods):
            across = abs(one % columns - other % columns)
            down = abs(one // columns - other // columns)
            if across + down == 1:
                yield Adjacency(area=area, neighbour=neighbour, shared_border_m=SIDE_M)


def _made_up_dataset(key, year, licence="CC BY 4.0"):
    from sneeuwbal.places.models import Dataset

    given = {
        "publisher": "Proefbureau",
        "table": f"Tabel {key}",
        "title": f"Proeftabel {key} {year}",
        "year": year,
        "area_year": year,
        "licence": licence,
        "fictional": True,
    }
    return Dataset.objects.get_or_create(key=f"test-{key}-{year}", defaults=given)[0]


def _made_up_series(key, year):
    from sneeuwbal.places.models import Indicator, Series

    given = {
        "name_nl": f"{key} (nl)",
        "name_en": f"{key} (en)",
        "unit": "%",
        "decimals": 1,
        "topic": "test",
        "featured": True,
    }
    indicator, _ = Indicator.objects.get_or_create(key=key, defaults=given)
    return Series.objects.get_or_create(
        indicator=indicator,
        dataset=_made_up_dataset(key, year),
        year=year,
        defaults={"official_key": key, "unit": indicator.unit},
    )[0]


def _give_values(areas, key, given, year):
    from sneeuwbal.places.models import Missing, Value

    series = _made_up_series(key, year)
    Value.objects.bulk_create(
        Value(
            series=series,
            area=area,
            value=value,
            missing=Missing.SUPPRESSED if value is None else None,
        )
        for area, value in zip(areas, given, strict=False)
    )


def _town(
    code="GM9990", *, name="Proefstad", year=2020, columns=3, rows=2, shapes=True, values=None
):
    from sneeuwbal.places.models import Adjacency, Area, Shape

    number = code.removeprefix("GM")
    district = f"WK{number}00"
    shared = {"year": year, "municipality_code": code, "fictional": True}
    municipality = Area.objects.create(kind="GM", code=code, name=name, **shared)
    shared["district_code"] = district
    whole = Area.objects.create(kind="WK", code=district, name=f"Wijk 00 {name}", **shared)
    neighbourhoods = Area.objects.bulk_create(
        Area(kind="BU", code=f"BU{number}{i:04d}", name=f"{name} buurt {i + 1}", **shared)
        for i in range(columns * rows)
    )
    borders = _made_up_dataset("borders", year, licence="CC0")
    if shapes:
        size = {"width": columns, "height": rows}
        Shape.objects.bulk_create(
            [_square(area, borders, 0, 0, **size) for area in (municipality, whole)]
            + [_square(a, borders, i % columns, i // columns) for i, a in enumerate(neighbourhoods)]
        )
        Adjacency.objects.bulk_create(_touching(neighbourhoods, columns))
    for key, given in (values or {}).items():
        _give_values(neighbourhoods, key, given, year)
    return Town(municipality, [whole], neighbourhoods, borders)


@pytest.fixture
def make_town(db):
    """Make a municipality with square neighbourhoods, borders, adjacency and values.

    `make_town("GM9990", name="Proefstad", year=2020, columns=3, rows=2, shapes=True,
    values={"density": [1.0, None, ...]})`; a value None is suppressed. Codes of neighbourhoods
    are BU99900000, BU99900001, ... in one district WK999000.
    """
    return _town


@pytest.fixture
def give_values(db):
    """Give areas values of one indicator: `give_values(areas, key, values, year)`."""
    return _give_values


class _PageReader(HTMLParser):
    """Notes what a page must not hold: inline code, foreign addresses, doubled ids."""

    def __init__(self):
        super().__init__()
        self.faults, self.ids, self.counts, self.language = [], [], Counter(), None
        self.in_script = False

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.counts[tag] += 1
        self.in_script = tag == "script"
        if tag == "html":
            self.language = given.get("lang")
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.faults.append(f"inline <{tag}>")
        if tag == "img" and "alt" not in given:
            self.faults.append(f"image without alt: {given.get('src')}")
        for name, value in attrs:
            self._judge(tag, name, value or "")

    handle_startendtag = handle_starttag

    def _judge(self, tag, name, value):
        if name == "style" or name.startswith(("on", "hx-on", "hx-vals", "hx-vars")):
            self.faults.append(f"inline code: <{tag} {name}={value!r}>")
        if name in {"href", "src", "action"} and value.startswith("javascript:"):
            self.faults.append(f"script in an address: {value}")
        if tag in {"link", "script", "img", "iframe", "source"} and "//" in value:
            self.faults.append(f"asks another site: <{tag} {name}={value!r}>")
        if name == "id":
            self.ids.append(value)

    def handle_data(self, data):
        if self.in_script and data.strip():
            self.faults.append("inline script")

    def handle_endtag(self, tag):
        self.in_script = False


def assert_page_is_clean(html):
    """Fail on inline code, requests to other sites, doubled ids, no language, not one heading."""
    text = html if isinstance(html, str) else html.content.decode()
    reader = _PageReader()
    reader.feed(text)
    doubled = [name for name, times in Counter(reader.ids).items() if times > 1]
    assert not reader.faults
    assert not doubled, f"ids that occur twice: {doubled}"
    assert reader.language in {"nl", "en"}
    assert reader.counts["h1"] == 1, f"{reader.counts['h1']} top headings"
    assert reader.counts["main"] == 1
    assert "{%" not in text and "{{" not in text


@pytest.fixture
def clean_page():
    """`clean_page(response)` fails when a page breaks the rules of the house."""
    return assert_page_is_clean


@pytest.fixture
def axe():
    """`axe(page)` fails on any fault that axe-core finds in a page of the browser."""
    from axe_playwright_python.sync_playwright import Axe

    def judge(page):
        found = Axe().run(page)
        assert not found.violations_count, found.generate_report()

    return judge


@pytest.fixture
def shot():
    """`shot(page, "name")` keeps a picture in var/screenshots when SNEEUWBAL_SHOTS=1."""

    def take(page, name):
        if os.environ.get("SNEEUWBAL_SHOTS") != "1":
            return
        folder = Path(__file__).resolve().parent.parent / "var" / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        width = page.viewport_size["width"]
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)

    return take
