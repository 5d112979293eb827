"""Importing official tables: whole or not at all, once, with a report."""

import io
import subprocess
import sys

import duckdb
import pytest
from django.core.management import CommandError, call_command

from sneeuwbal.places import importing
from sneeuwbal.places.models import Area, Dataset, ImportRun, Missing, Series, Value
from sneeuwbal.places.problems import ImportProblem

# Groups (no key) and columns: number, number of the group above, key, title, unit.
TOLD = [
    (1, None, "", "Bevolking", ""),
    (2, 1, "AantalInwoners_5", "Aantal inwoners", "aantal"),
    (3, None, "", "Energie", ""),
    (4, 3, "", "Gemiddeld elektriciteitsverbruik", ""),
    (5, 4, "", "Naar woningtype", ""),
    (6, 5, "Appartement_48", "Appartement", "kWh"),
    (7, 3, "", "Gemiddeld aardgasverbruik", ""),
    (8, 7, "", "Naar woningtype", ""),
    (9, 8, "Appartement_56", "Appartement", "m³"),
    (10, None, "", "Woningen naar eigendom", ""),
    (11, 10, "Koopwoningen_40", "Koopwoningen", "%"),
]
PROPERTIES = [
    {
        "ID": number,
        "ParentID": above,
        "Type": "Topic" if key else "TopicGroup",
        "Key": key,
        "Title": title,
        "Unit": unit,
    }
    for number, above, key, title, unit in TOLD
]


@pytest.fixture
def kwb_rows(area_rows):
    """Key figures of 2020: apartments twice, tenure all empty."""
    return area_rows(
        {
            "AantalInwoners_5": lambda code: None if code == "BU09980100" else 100,
            "Appartement_48": 2000,
            "Appartement_56": 900,
            "Koopwoningen_40": None,
        }
    )


@pytest.fixture
def kwb_pages(write_json, tmp_path, kwb_rows, areas):
    """The same as OData v3 gives it: two pages of figures, properties and a code list."""
    folder = tmp_path / "84799NED"
    write_json("TypedDataSet_000000.json", kwb_rows[:4], folder)
    write_json("TypedDataSet_000001.json", kwb_rows[4:], folder)
    write_json("DataProperties.json", PROPERTIES, folder)
    names = [{"Key": code.ljust(10), "Title": name} for code, name in areas.items()]
    write_json("WijkenEnBuurten.json", names, folder)
    return folder


def test_pages_of_a_table_become_one_dataset_with_names_and_years(importer, kwb_pages, value_of):
    (outcome,) = importer(kwb_pages)
    assert outcome.state == ImportRun.State.DONE
    assert outcome.report["rows_read"] == outcome.report["rows_matched"] == 7
    haven = Area.objects.get(code="BU09980001", year=2020)
    assert (haven.name, haven.name_year, haven.kind) == ("Haven", 2020, "BU")
    assert (haven.municipality_code, haven.district_code) == ("GM0998", "WK099800")
    assert value_of("population", "BU09980001", 2020) == (100, None)


def test_columns_with_the_same_name_are_told_apart_by_the_group_above_them(
    importer, kwb_pages, value_of
):
    importer(kwb_pages)
    assert value_of("electricity_kwh_apartment", "GM0998", 2020) == (2000, None)
    assert value_of("gas_m3_apartment", "GM0998", 2020) == (900, None)


def test_without_titles_a_name_that_occurs_twice_is_not_guessed(importer, write_csv, kwb_rows):
    (outcome,) = importer(write_csv("kwb_84799NED.csv", kwb_rows))
    assert not Series.objects.filter(indicator__key="gas_m3_apartment").exists()
    assert outcome.report["unmapped_columns"] == ["Appartement_48", "Appartement_56"]


def test_another_number_behind_a_column_name_is_still_the_same_column(
    importer, write_csv, kwb_rows, value_of
):
    renumbered = [
        {("AantalInwoners_99" if key == "AantalInwoners_5" else key): v for key, v in row.items()}
        for row in kwb_rows
    ]
    importer(write_csv("kwb_84799NED.csv", renumbered))
    assert value_of("population", "BU09980000", 2020) == (100, None)


def test_an_empty_column_is_accepted_and_told_to_be_empty(importer, kwb_pages):
    (outcome,) = importer(kwb_pages)
    series = Series.objects.get(indicator__key="owner_occupied_share")
    assert series.empty and not series.values.exists()
    assert outcome.report["empty_columns"] == ["Koopwoningen_40 2020"]


def test_a_missing_value_has_a_reason_and_is_never_zero(importer, kwb_pages, solar, value_of):
    importer(kwb_pages)
    importer(solar)
    assert value_of("population", "BU09980100", 2020) == (None, Missing.UNKNOWN)
    assert value_of("solar_kw", "BU09980100", 2020) == (None, Missing.SUPPRESSED)
    assert not Value.objects.filter(value=None, missing=None).exists()


def test_each_value_leads_to_its_table_year_unit_and_licence(importer, kwb_pages):
    importer(kwb_pages)
    value = Value.objects.get(series__indicator__key="gas_m3_apartment", area__code="GM0998")
    dataset = value.series.dataset
    assert (dataset.publisher, dataset.table, dataset.licence) == ("CBS", "84799NED", "CC BY 4.0")
    assert (value.series.official_key, value.series.unit) == ("Appartement_56", "m³")
    assert (value.series.year, dataset.area_year) == (2020, 2020)
    assert "84799NED" in dataset.address


def test_parquet_gives_the_same_as_pages(importer, kwb_pages, kwb_rows, tmp_path, contents):
    importer(kwb_pages)
    from_pages = contents()
    folder = tmp_path / "parquet"
    folder.mkdir()
    for name in ("TypedDataSet", "DataProperties", "WijkenEnBuurten"):
        pages = kwb_pages / f"{name}*.json"
        duckdb.execute(
            f"COPY (SELECT unnest(value, max_depth := 2) FROM read_json('{pages}')) "
            f"TO '{folder / f'84799NED_v3_{name}.parquet'}' (FORMAT parquet)"
        )
    (outcome,) = importer(folder, again=True)
    assert outcome.state == ImportRun.State.DONE
    assert contents() == from_pages


def test_a_second_run_changes_nothing_and_says_so(importer, kwb_pages, solar, contents):
    importer(kwb_pages, solar)
    before = contents()
    outcomes = importer(kwb_pages, solar)
    assert [outcome.state for outcome in outcomes] == [ImportRun.State.UNCHANGED] * 2
    assert contents() == before


def test_again_imports_the_same_file_anew_with_the_same_result(importer, solar, contents):
    importer(solar)
    before = contents()
    (outcome,) = importer(solar, again=True)
    assert outcome.state == ImportRun.State.DONE
    assert contents() == before


def test_a_newer_edition_takes_the_place_of_the_older(
    importer, write_csv, solar_rows, solar, value_of
):
    importer(solar)
    count = Value.objects.count()
    newer = write_csv(solar.name, solar_rows(AantalInstallatiesBijWoningen_5="15"))
    importer(newer)
    assert value_of("solar_installations", "BU09980000", 2020) == (15, None)
    assert Value.objects.count() == count
    assert Dataset.objects.count() == 1


def test_a_copy_of_a_table_in_a_lesser_format_is_not_loaded_beside_it(
    importer, kwb_pages, write_csv, kwb_rows, tmp_path
):
    copy = write_csv("kwb_84799NED.csv", kwb_rows, folder=kwb_pages)
    outcomes = {outcome.file: outcome for outcome in importer(kwb_pages)}
    assert outcomes[copy.name].state == ImportRun.State.UNCHANGED
    assert "TypedDataSet_000000.json" in outcomes[copy.name].note
    assert importer(copy)[0].state == ImportRun.State.UNCHANGED
    assert Dataset.objects.count() == 1


def test_one_dataset_that_fails_leaves_the_others_and_itself_whole(
    importer, write_csv, solar_rows, tmp_path
):
    good = write_csv("zonnestroom_2020_85447NED.csv", solar_rows())
    rows = solar_rows(OpgesteldVermogenVanZonnepanelen_6="much")
    bad = write_csv("zonnestroom_2021_85775NED.csv", rows)
    states = {outcome.file: outcome.state for outcome in importer(tmp_path)}
    assert states == {good.name: ImportRun.State.DONE, bad.name: ImportRun.State.FAILED}
    assert set(Area.objects.values_list("year", flat=True)) == {2020}
    assert set(Dataset.objects.values_list("key", flat=True)) == {"cbs-85447ned"}


def test_a_failure_while_writing_rolls_everything_back(importer, solar, contents, monkeypatch):
    from sneeuwbal.places import writing

    before = contents()

    def breaks(*args):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(writing, "_write_shapes", breaks)
    with pytest.raises(RuntimeError):
        importer(solar)
    assert contents() == before


def test_a_cancelled_import_changes_nothing(solar, contents, db):
    class Cancelled(Exception):
        pass

    def cancel(share, message):
        if share > 0 or message:
            raise Cancelled

    before = contents()
    with pytest.raises(Cancelled):
        importing.import_paths([solar], progress=cancel)
    assert contents() == before


def test_progress_only_grows_and_ends_at_one(solar, kwb_pages, db):
    told = []
    importing.import_paths([solar, kwb_pages], progress=lambda share, text: told.append(share))
    assert told == sorted(told) and told[0] == 0 and told[-1] == 1


def test_names_come_from_the_nearest_year_until_the_year_itself_names_them(
    importer, write_csv, solar_rows, kwb_pages
):
    importer(write_csv("zonnestroom_2021_85775NED.csv", solar_rows()))
    haven = Area.objects.get(code="BU09980001", year=2021)
    assert (haven.name, haven.name_year) == ("BU09980001", None)
    importer(kwb_pages)
    haven.refresh_from_db()
    assert (haven.name, haven.name_year) == ("Haven", 2020)
    register = write_csv(
        "codes.csv",
        [{"Buurt2021": "09980001", "buurtnaam2021": "Nieuwe Haven"}],
        delimiter=";",
        encoding="utf-8-sig",
    )
    importer(register)
    haven.refresh_from_db()
    assert (haven.name, haven.name_year) == ("Nieuwe Haven", 2021)


def test_rows_with_a_code_but_nothing_else_are_kept_as_unknown(
    importer, write_csv, solar_rows, value_of
):
    rows = solar_rows()
    rows[-1] = {
        key: (rows[-1][key] if key in {"ID", "WijkenEnBuurten"} else "") for key in rows[-1]
    }
    (outcome,) = importer(write_csv("85447NED.csv", rows))
    assert value_of("solar_installations", "BU09980100", 2020) == (None, Missing.UNKNOWN)
    assert outcome.report["notes"]


def test_codes_that_are_no_area_are_counted_and_named(importer, write_csv, solar_rows, area_rows):
    rows = solar_rows()
    rows.append({**rows[0], "ID": 99, "WijkenEnBuurten": "GEM9999   "})
    (outcome,) = importer(write_csv("85447NED.csv", rows))
    assert outcome.report["unknown_codes"] == {"count": 1, "rows": 1, "codes": ["GEM9999"]}
    assert outcome.report["rows_read"] == 8 and outcome.report["rows_matched"] == 7


def test_the_report_counts_what_is_missing_per_column(importer, solar):
    (outcome,) = importer(solar)
    assert outcome.report["missing"]["OpgesteldVermogenVanZonnepanelen_6 2020"] == 1
    assert outcome.report["missing"]["AantalInstallatiesBijWoningen_5 2020"] == 0
    run = ImportRun.objects.get(state=ImportRun.State.DONE)
    assert run.report["missing"] == outcome.report["missing"]
    assert (run.rows_read, run.rows_matched, run.dataset.key) == (7, 7, "cbs-85447ned")


def test_the_command_names_every_file_that_it_skips_and_why(solar, tmp_path, db):
    (tmp_path / "pc4_gemeente_2023.csv").write_text("PC4,Gemeente2023\n", encoding="utf-8")
    (tmp_path / "notes.docx").write_bytes(b"PK")
    out = io.StringIO()
    call_command("import", str(tmp_path), stdout=out)
    text = out.getvalue()
    assert "imported   zonnestroom_2020_85447NED.csv.gz: 7 rows read, 7 matched" in text
    assert "skipped    pc4_gemeente_2023.csv: postcode areas" in text
    assert "skipped    notes.docx: no format" in text
    assert "1 datasets imported" in text and "2 files skipped, 0 failed" in text


def test_the_command_fails_when_a_dataset_failed(write_csv, solar_rows, db):
    bad = write_csv("85447NED.csv", solar_rows(AantalInstallatiesBijWoningen_5="1,5"))
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 failed"):
        call_command("import", str(bad), stdout=out)
    assert "85447NED.csv, row 2, column AantalInstallatiesBijWoningen_5" in out.getvalue()


def test_the_command_refuses_a_path_that_is_not_there(tmp_path, db):
    with pytest.raises(CommandError, match="no such file"):
        call_command("import", str(tmp_path / "nothing.csv"))


def test_a_page_can_import_only_what_lies_in_the_allowed_folders(settings, tmp_path, solar, db):
    settings.OPEN_DATA = tmp_path / "open"
    settings.VAR = tmp_path / "var"
    uploads = settings.VAR / "uploads"
    uploads.mkdir(parents=True)
    (uploads / solar.name).write_bytes(solar.read_bytes())
    (uploads / "link.csv").symlink_to("/etc/passwd")
    for path in (str(solar), "/etc/passwd", "../../etc/passwd", "link.csv", "not-there.csv"):
        with pytest.raises(ImportProblem):
            importing.import_path(progress=importing.silent, path=path)
    told = importing.import_path(progress=importing.silent, path=solar.name)
    assert told["states"] == {"done": 1}
    again = importing.import_path(progress=importing.silent, path=str(uploads / solar.name))
    assert again["states"] == {"unchanged": 1}


def test_a_job_tells_what_is_wrong_with_the_file(settings, tmp_path, write_csv, solar_rows, db):
    settings.OPEN_DATA = tmp_path
    write_csv("85447NED.csv", solar_rows(AantalInstallatiesBijWoningen_5="1,5"))
    with pytest.raises(ImportProblem, match=r"85447NED.csv, row 2, column Aantal"):
        importing.import_path(progress=importing.silent, path="85447NED.csv")


def test_the_web_process_does_not_load_the_importers_libraries():
    code = (
        "import django, sys; django.setup(); import sneeuwbal.web.urls;"
        "heavy = {'duckdb', 'shapely', 'pyogrio', 'pyproj', 'openpyxl', 'urllib3'};"
        "print(heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
