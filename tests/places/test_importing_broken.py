"""A broken file gives a message with file, row, column and remedy, and changes nothing."""

import gzip
import json

import pytest

from sneeuwbal.places.models import Area, ImportRun

INSTALLATIONS = "AantalInstallatiesBijWoningen_5"


@pytest.fixture
def refused(importer, contents):
    """`refused(path, ...)`: the problem of an import that changed nothing but the log."""

    def check(path, **options):
        before = contents()
        (outcome,) = importer(path, **options)
        assert outcome.state == ImportRun.State.FAILED
        assert contents() == before
        run = ImportRun.objects.filter(state=ImportRun.State.FAILED).first()
        problem = run.report["problem"]
        assert problem["file"] == path.name and path.name in outcome.problem
        assert problem["what"] and problem["remedy"], problem
        assert run.dataset is None
        return problem

    return check


@pytest.fixture
def known(importer, solar):
    """Something to keep: the areas and values of 2020."""
    importer(solar)


def test_a_cut_compressed_file(refused, write_csv, solar_rows, known):
    path = write_csv("85775NED.csv.gz", solar_rows())
    path.write_bytes(path.read_bytes()[:-40])
    problem = refused(path)
    assert problem["row"] and "cut off" in problem["what"]


def test_a_cut_text_file(refused, write_csv, solar_rows, known):
    path = write_csv("85775NED.csv", solar_rows())
    path.write_bytes(path.read_bytes()[:-20])
    problem = refused(path)
    assert problem["row"] == 8 and "cut off" in problem["remedy"]


def test_a_cut_json(refused, write_json, solar_rows, known, tmp_path):
    path = write_json("85775NED_TypedDataSet.json", solar_rows())
    path.write_text(path.read_text(encoding="utf-8")[:-30], encoding="utf-8")
    problem = refused(path)
    assert problem["row"] == 1 and "cut off" in problem["what"]


@pytest.mark.parametrize("name", ["85775NED_TypedDataSet.json", "85775NED.csv", "kwb-2021.xlsx"])
def test_an_error_page_in_place_of_data(refused, tmp_path, known, name):
    path = tmp_path / name
    path.write_text("<!DOCTYPE html>\n<html><body>503 Service</body></html>", encoding="utf-8")
    problem = refused(path)
    assert problem["row"] == 1 and "HTML" in problem["what"]


def test_an_error_of_the_publisher_in_place_of_data(refused, write_json, known):
    error = {"odata.error": {"message": {"lang": "en-US", "value": "more than 10000 records"}}}
    assert "10000" in refused(write_json("85775NED_TypedDataSet.json", error))["what"]


@pytest.mark.parametrize("content", [b"", b"\n\n", gzip.compress(b"")])
def test_an_empty_file(refused, tmp_path, known, content):
    path = tmp_path / "85775NED.csv.gz"
    path.write_bytes(content)
    assert "empty" in refused(path)["what"]


def test_another_encoding(refused, write_csv, solar_rows, known):
    rows = solar_rows()
    rows[3]["Gemeentenaam_1"] = "Súdwest-Fryslân"
    problem = refused(write_csv("85775NED.csv", rows, encoding="cp1252"))
    assert problem["row"] == 5 and "UTF-8" in problem["what"]


def test_a_byte_order_mark_is_accepted(importer, write_csv, solar_rows):
    (outcome,) = importer(write_csv("85775NED.csv", solar_rows(), encoding="utf-8-sig"))
    assert outcome.state == ImportRun.State.DONE


def test_semicolons_are_accepted(importer, write_csv, solar_rows):
    (outcome,) = importer(write_csv("85775NED.csv", solar_rows(), delimiter=";"))
    assert outcome.state == ImportRun.State.DONE


def test_a_separator_that_nobody_uses(refused, write_csv, solar_rows, known):
    problem = refused(write_csv("85775NED.csv", solar_rows(), delimiter="~"))
    assert problem["column"] == "WijkenEnBuurten" and "separator" in problem["remedy"]


@pytest.mark.parametrize("wrong", ["2,5", "1.234,5", "-3,0"])
def test_a_decimal_comma(refused, write_csv, solar_rows, known, wrong):
    rows = solar_rows()
    rows[4][INSTALLATIONS] = wrong
    problem = refused(write_csv("85775NED.csv", rows))
    assert (problem["row"], problem["column"]) == (6, INSTALLATIONS)
    assert "comma" in problem["what"] and wrong in problem["what"]


@pytest.mark.parametrize("wrong", ["much", "1_000", "1e999", "12 %"])
def test_what_is_no_number(refused, write_csv, solar_rows, known, wrong):
    rows = solar_rows()
    rows[0][INSTALLATIONS] = wrong
    problem = refused(write_csv("85775NED.csv", rows))
    assert (problem["row"], problem["column"]) == (2, INSTALLATIONS)


def test_a_row_that_occurs_twice(refused, write_csv, solar_rows, known):
    rows = solar_rows()
    problem = refused(write_csv("85775NED.csv", [*rows, rows[2]]))
    assert (problem["row"], problem["column"]) == (9, "WijkenEnBuurten")
    assert "WK099800" in problem["what"] and "row 4" in problem["what"]


def test_a_table_without_its_code_column(refused, write_csv, solar_rows, known):
    rows = [{k: v for k, v in row.items() if k != "WijkenEnBuurten"} for row in solar_rows()]
    problem = refused(write_csv("85775NED.csv", rows))
    assert (problem["row"], problem["column"]) == (1, "WijkenEnBuurten")
    assert INSTALLATIONS in problem["what"]


def test_a_table_with_another_content_than_its_number_says(refused, write_csv, area_rows, known):
    problem = refused(write_csv("85775NED.csv", area_rows({"Something_5": 1})))
    assert "None of the columns" in problem["what"]


def test_a_column_that_occurs_twice(refused, tmp_path, known):
    path = tmp_path / "85775NED.csv"
    path.write_text("WijkenEnBuurten,A_1,A_1\nNL00,1,2\n", encoding="utf-8")
    assert refused(path)["column"] == "A_1"


def test_a_damaged_parquet_file(refused, tmp_path, known):
    path = tmp_path / "85775NED_TypedDataSet.parquet"
    path.write_bytes(b"PAR1 this is no parquet")
    assert "parquet" in refused(path)["what"]


def test_a_damaged_spreadsheet(refused, tmp_path, known):
    path = tmp_path / "kwb-2021.xlsx"
    path.write_bytes(b"PK\x03\x04 this is no workbook")
    assert "damaged" in refused(path)["what"]


def many(count, start=0):
    """Codes of many neighbourhoods."""
    return {f"BU0998{number:04d}": "x" for number in range(start, start + count)}


def test_codes_of_another_year_are_refused_with_the_likely_year(
    refused, importer, write_csv, solar_rows
):
    importer(write_csv("zonnestroom_2020_85447NED.csv", solar_rows(many(100))))
    importer(write_csv("zonnestroom_2022_86044NED.csv", solar_rows(many(100, 60))))
    problem = refused(write_csv("86044NED.csv", solar_rows(many(90))))
    assert "not those of 2022" in problem["what"] and "2020 (100 % fit)" in problem["what"]


def test_a_table_is_not_refused_for_fitting_another_year_as_well(importer, write_csv, solar_rows):
    importer(write_csv("zonnestroom_2020_85447NED.csv", solar_rows(many(100))))
    (outcome,) = importer(write_csv("zonnestroom_2021_85775NED.csv", solar_rows(many(100))))
    assert outcome.state == ImportRun.State.DONE


@pytest.fixture
def mapping(tmp_path):
    def write(**changed):
        told = {
            "table": "own",
            "publisher": "p",
            "title": "t",
            "licence": "l",
            "code": "code",
            "area_year": 2020,
            "year": 2020,
            "delimiter": ",",
            "columns": {"n": "households"},
        } | changed
        path = tmp_path / "mapping.json"
        path.write_text(json.dumps(told), encoding="utf-8")
        return path

    return write


def own(tmp_path, text):
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapped_table_with_mostly_unknown_codes(refused, known, mapping, tmp_path):
    path = own(tmp_path, "code,n\nBU09980000,1\nBU12340000,2\nBU12340001,3\n")
    problem = refused(path, mapping=mapping())
    assert "2 of 3 area codes are unknown in 2020" in problem["what"]
    assert "BU12340000" in problem["what"]


def test_a_mapped_table_of_another_year(
    refused, importer, write_csv, solar_rows, mapping, tmp_path
):
    importer(write_csv("zonnestroom_2020_85447NED.csv", solar_rows(many(100))))
    importer(write_csv("zonnestroom_2022_86044NED.csv", solar_rows(many(100, 60))))
    rows = "".join(f"{code},1\n" for code in many(50))
    problem = refused(own(tmp_path, "code,n\n" + rows), mapping=mapping(area_year=2022))
    assert "2020" in problem["what"]


def test_a_mapped_table_before_any_areas(refused, mapping, tmp_path):
    problem = refused(own(tmp_path, "code,n\nBU09980000,1\n"), mapping=mapping())
    assert "First import" in problem["remedy"]


def test_a_mapped_table_with_another_separator(refused, known, mapping, tmp_path):
    problem = refused(own(tmp_path, "code;n\nBU09980000;1\n"), mapping=mapping())
    assert problem["column"] == "code" and "delimiter" in problem["remedy"]


def test_a_mapped_table_without_a_column_of_the_mapping(refused, known, mapping, tmp_path):
    problem = refused(own(tmp_path, "code,m\nBU09980000,1\n"), mapping=mapping())
    assert problem["column"] == "n"


def test_a_mapped_table_with_a_double_row(refused, known, mapping, tmp_path):
    problem = refused(own(tmp_path, "code,n\nBU09980000,1\nBU09980000,1\n"), mapping=mapping())
    assert (problem["row"], problem["column"]) == (3, "code")


def test_a_point_where_the_mapping_says_comma(refused, known, mapping, tmp_path):
    path = own(tmp_path, "code,n\nBU09980000,1.25\n")
    problem = refused(path, mapping=mapping(decimal=","))
    assert (problem["row"], problem["column"]) == (2, "n")


def test_a_failed_try_is_kept_with_its_reason_and_a_later_one_can_succeed(
    importer, write_csv, solar_rows
):
    path = write_csv("85775NED.csv", solar_rows(**{INSTALLATIONS: "1,5"}))
    importer(path)
    write_csv("85775NED.csv", solar_rows())
    (outcome,) = importer(path)
    assert outcome.state == ImportRun.State.DONE
    assert Area.objects.count() == 7
    assert [run.state for run in ImportRun.objects.order_by("pk")] == ["failed", "done"]
