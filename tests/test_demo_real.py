"""The same demo over real neighbourhoods: real statistics and borders, made-up participation."""

import pytest
from django.core.management import call_command
from django.db import connection
from tests.reading import check_public_page
from tests.walking import Walker

from sneeuwbal.accounts.models import Organisation, ReportingUnit
from sneeuwbal.places.models import Area, Dataset
from sneeuwbal.web.demo import towns

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.open_data,
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="the demo command always runs on SQLite"
    ),
]
TOWNS = ["Boxtel", "Leeuwarden", "Rotterdam", "Sint-Michielsgestel", "Zaanstad"]
MARK = {"": "Voorbeeldcijfers.", "/en": "Example figures."}


def test_made_up_participation_lies_over_real_neighbourhoods_and_says_so(open_data):
    call_command("load_demo", real=open_data)
    organisations = Organisation.objects.all()
    assert all(row.example_figures and not row.fictional for row in organisations)
    units = ReportingUnit.objects.order_by("municipality__name").select_related("municipality")
    assert [unit.municipality.name for unit in units] == TOWNS
    assert not Area.objects.filter(fictional=True).exists(), "the places are real"
    assert not Dataset.objects.filter(fictional=True).exists(), "and so are their statistics"
    for language, mark in MARK.items():
        reader = Walker()
        for unit in units:
            code = unit.municipality.code
            assert mark in reader.go(f"{language}/openbaar/{code}/").text
            check_public_page(reader.html)
            reader.go(f"{language}/kaart/{code}/")
    worker = Walker().go("/inloggen/")
    worker.submit(to="inloggen/", username="buurt@rotterdam.example", password=towns.PASSWORD)
    for page in ("", "programma/", "routekaart/", "kiezen/", "planning/", "bereik/", "bewijs/"):
        assert MARK[""] in worker.go(f"/werk/rotterdam/{page}").text
