"""The real open data: everything of the Netherlands, once for the whole session.

It goes into a SQLite file of its own, by the command that a user types.
"""

import json
import os
import resource
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import pytest

pytestmark = pytest.mark.open_data

LONGEST_S = 60
LARGEST_KB = 1_500_000
NOT_THE_LOG = ("area", "dataset", "indicator", "series", "value", "shape", "adjacency")


def cpu_seconds():
    """Time that finished children computed: another process on this machine does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="session")
def netherlands(open_data, tmp_path_factory):
    """The file with everything imported, and what the command printed, took and used."""
    file = tmp_path_factory.mktemp("netherlands") / "all.sqlite3"
    settings = os.environ | {"DATABASE_URL": f"sqlite:///{file}", "SNEEUWBAL_MODE": "test"}

    def command(*words):
        before = cpu_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "sneeuwbal.web.command", *words],
            env=settings,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout, cpu_seconds() - before

    command("migrate", "--verbosity", "0")
    text, seconds = command("import", str(open_data))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    base = sqlite3.connect(file)
    yield SimpleNamespace(
        base=base,
        text=text,
        seconds=seconds,
        memory=memory,
        command=lambda *words: command(*words)[0],
        again=lambda: command("import", str(open_data)),
    )
    base.close()


def one(netherlands, question, *values):
    return netherlands.base.execute(question, values).fetchone()[0]


VALUE = """
    SELECT v.value FROM places_value v JOIN places_series s ON s.id = v.series_id
    JOIN places_indicator i ON i.id = s.indicator_id JOIN places_area a ON a.id = v.area_id
    JOIN places_dataset d ON d.id = s.dataset_id
    WHERE d.key = ? AND i.key = ? AND s.year = ? AND a.code = ?
"""


def test_all_of_the_netherlands_is_loaded_in_time_and_memory(netherlands):
    assert netherlands.seconds < LONGEST_S
    assert netherlands.memory < LARGEST_KB
    assert "0 failed" in netherlands.text


@pytest.mark.parametrize(
    ("year", "kind", "count"),
    [
        (2020, "NL", 1),
        (2020, "GM", 355),
        (2020, "WK", 3_177),
        (2020, "BU", 13_808),
        (2016, "BU", 12_823),
        (2017, "BU", 13_209),
        (2018, "BU", 13_306),
        (2019, "BU", 13_595),
        (2021, "BU", 14_080),
        (2022, "BU", 14_317),
        (2022, "WK", 3_340),
        (2025, "BU", 14_823),
        (2025, "WK", 3_505),
    ],
)
def test_each_year_has_its_own_list_of_areas(netherlands, year, kind, count):
    question = "SELECT count(*) FROM places_area WHERE year = ? AND kind = ?"
    assert one(netherlands, question, year, kind) == count


def test_the_year_2020_has_17341_areas_with_their_own_names(netherlands):
    question = "SELECT count(*) FROM places_area WHERE year = 2020 AND name_year = 2020"
    assert one(netherlands, question) == 17_341
    assert "17341 rows read, 17341 matched" in netherlands.text


@pytest.mark.parametrize(
    ("dataset", "indicator", "year", "code", "value"),
    [
        ("cbs-84799ned", "population", 2020, "NL00", 17_407_585),
        ("cbs-84799ned", "households", 2020, "BU07570000", 3_980),
        ("rivm-50090ned", "volunteering_share", 2020, "BU07570000", 0.236),
        ("cbs-84131ned", "solar_installations", 2016, "NL00", 397_390),
        ("cbs-86044ned", "solar_installations", 2022, "NL00", 2_131_019),
        ("cbs-86044ned", "solar_installations", 2022, "BU07570000", 765),
        ("cbs-81528ned", "gas_m3", 2010, "GM0599", 1_250),
        ("cbs-81528ned", "gas_m3", 2024, "GM0845", 1_010),
        ("cbs-85005ned", "solar_installations", 2022, "GM0599", 24_980),
        ("map-wijk-2022-cbs-tmap", "owner_occupied_share", 2022, "WK001400", 0.15),
        ("map-zaanstad-buurt-2017", "population", 2017, "BU04798130", 655),
        ("zwolle-energie", "gas_total_m3", 2015, "BU01931000", 1_600_000),
    ],
)
def test_figures_are_those_of_the_publisher(netherlands, dataset, indicator, year, code, value):
    found = one(netherlands, VALUE, dataset, indicator, year, code)
    assert found == pytest.approx(value, rel=1e-9)


def test_neighbourhoods_add_up_to_the_country_but_for_who_has_no_neighbourhood(netherlands):
    total = one(
        netherlands,
        """SELECT sum(v.value) FROM places_value v JOIN places_series s ON s.id = v.series_id
        JOIN places_indicator i ON i.id = s.indicator_id JOIN places_area a ON a.id = v.area_id
        JOIN places_dataset d ON d.id = s.dataset_id
        WHERE i.key = 'population' AND d.key = 'cbs-84799ned' AND a.kind = 'BU'""",
    )
    assert total == 17_397_650


def test_what_is_suppressed_is_not_zero(netherlands):
    suppressed = one(
        netherlands,
        """SELECT count(*) FROM places_value v JOIN places_series s ON s.id = v.series_id
        JOIN places_indicator i ON i.id = s.indicator_id JOIN places_area a ON a.id = v.area_id
        WHERE i.key = 'solar_installations' AND s.year = 2016 AND a.kind = 'BU'
        AND v.value IS NULL AND v.missing = 1""",
    )
    assert suppressed / 12_823 == pytest.approx(0.270, abs=0.001)


def test_columns_that_are_empty_until_later_are_told_to_be(netherlands):
    empty = netherlands.base.execute(
        """SELECT i.key FROM places_series s JOIN places_indicator i ON i.id = s.indicator_id
        JOIN places_dataset d ON d.id = s.dataset_id WHERE s.empty AND d.key = 'cbs-84799ned'"""
    ).fetchall()
    names = {key for (key,) in empty}
    assert {"dwelling_value_eur", "owner_occupied_share", "gas_m3", "electricity_kwh"} <= names


def test_borders_are_those_of_the_maps(netherlands):
    counts = dict(
        netherlands.base.execute(
            """SELECT a.kind || a.year, count(*) FROM places_shape s
            JOIN places_area a ON a.id = s.area_id GROUP BY 1"""
        )
    )
    assert counts == {"GM2022": 345, "WK2022": 3340, "BU2017": 50, "WK2017": 19, "BU2020": 78}


def test_surfaces_are_those_that_the_municipality_measured(netherlands, open_data):
    zwolle = json.loads((open_data / "geo" / "zwolle_buurt.geojson").read_text(encoding="utf-8"))
    published = {
        feature["properties"]["buurtcode_cbs2020"]: feature["properties"]["SHAPEAREA"]
        for feature in zwolle["features"]
    }
    measured = dict(
        netherlands.base.execute(
            """SELECT a.code, s.area_m2 FROM places_shape s
            JOIN places_area a ON a.id = s.area_id WHERE a.code LIKE 'BU0193%'"""
        )
    )
    assert measured == {code: pytest.approx(m2, rel=0.002) for code, m2 in published.items()}


def test_the_crossing_polygons_of_the_published_maps_are_repaired_and_told(netherlands):
    assert one(netherlands, "SELECT count(*) FROM places_shape WHERE repaired") == 2
    assert "repaired 1747 (WK071702)" in netherlands.text


def test_every_area_with_a_border_has_a_neighbour_in_both_directions(netherlands):
    lonely = one(
        netherlands,
        """SELECT count(*) FROM places_shape s WHERE NOT EXISTS
        (SELECT 1 FROM places_adjacency x WHERE x.area_id = s.area_id)""",
    )
    one_way = one(
        netherlands,
        """SELECT count(*) FROM places_adjacency x WHERE NOT EXISTS
        (SELECT 1 FROM places_adjacency y
         WHERE y.area_id = x.neighbour_id AND y.neighbour_id = x.area_id)""",
    )
    assert (lonely, one_way) == (0, 0)


def test_a_table_is_not_loaded_twice_from_two_files(netherlands):
    assert "unchanged  kwb2020_84799NED.csv.gz: same dataset" in netherlands.text
    assert "unchanged  zonnestroom_buurt_panel_2016_2022.csv.gz: same dataset" in netherlands.text
    doubled = one(
        netherlands,
        """SELECT count(*) FROM (SELECT series_id, area_id FROM places_value
        GROUP BY 1, 2 HAVING count(*) > 1)""",
    )
    assert doubled == 0


def test_of_the_codes_of_2020_88_percent_exist_in_2025_and_in_zaanstad_58(netherlands):
    text = netherlands.command("update_successions", "2020", "2025")
    assert "BU: 12225 of 13808 codes of 2020 exist in 2025 (88.5%)" in text
    kept = one(
        netherlands,
        """SELECT avg(to_code <> '') FROM places_succession
        WHERE from_code LIKE 'BU0479%' AND from_year = 2020 AND to_year = 2025""",
    )
    assert kept == pytest.approx(0.58)
    guessed = one(
        netherlands,
        "SELECT count(*) FROM places_succession WHERE basis = 'unknown' AND share IS NOT NULL",
    )
    assert guessed == 0


def test_a_second_run_changes_nothing_and_is_quick(netherlands):
    def everything():
        return [
            netherlands.base.execute(f"SELECT * FROM places_{table} ORDER BY 1, 2").fetchall()
            for table in NOT_THE_LOG
        ]

    before = everything()
    text, seconds = netherlands.again()
    assert "0 datasets imported" in text and "24 unchanged" in text
    assert seconds < LONGEST_S / 4
    assert everything() == before
