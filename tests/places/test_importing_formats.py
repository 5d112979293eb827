"""Every official shape of a table: v4, spreadsheet, health, solar, energy, registers, mappings."""

import json

import pytest
from openpyxl import Workbook

from sneeuwbal.places.models import Area, Dataset, ImportRun, Indicator, Missing, Series, Value


@pytest.fixture
def observations(write_json, tmp_path):
    """Key figures of 2017 as OData v4: long, with measure codes and reasons."""
    folder = tmp_path / "83765NED"
    value = {
        ("T001036", "BU09980000"): (120, "None"),
        ("T001036", "BU09980001"): (None, "Confidential"),
        ("T001036", "BU09980100"): (None, "Impossible"),
        ("1014800_1", "BU09980000"): (57, "None"),
        ("1014800_1", "BU09980001"): (None, "None"),
        ("M000219_2", "BU09980000"): (None, "NotYetAvailable"),
        ("ZZ99", "BU09980000"): (1, "None"),
    }
    rows = [
        {
            "Id": at,
            "Measure": measure,
            "ValueAttribute": attribute,
            "Value": number,
            "WijkenEnBuurten": code,
        }
        for at, ((measure, code), (number, attribute)) in enumerate(value.items())
    ]
    v4 = {"@odata.context": "made up"}
    write_json("Observations_000000.json", {**v4, "value": rows[:4]}, folder)
    write_json("Observations_000001.json", {**v4, "value": rows[4:]}, folder)
    codes = [
        {
            "Identifier": "T001036",
            "Title": "Aantal inwoners",
            "MeasureGroupId": "A",
            "Unit": "aantal",
        },
        {"Identifier": "1014800_1", "Title": "Koopwoningen", "MeasureGroupId": "B", "Unit": "%"},
    ]
    write_json("MeasureCodes.json", {**v4, "value": codes}, folder)
    groups = [{"Id": "A", "Title": "Bevolking", "ParentId": None}]
    write_json("MeasureGroups.json", {**v4, "value": groups}, folder)
    names = [{"Identifier": "BU09980000", "Title": "Dorp"}, {"Identifier": "GM0998", "Title": "P"}]
    write_json("WijkenEnBuurtenCodes.json", {**v4, "value": names}, folder)
    return folder


def test_v4_maps_by_measure_code_and_keeps_the_reason(importer, observations, value_of):
    (outcome,) = importer(observations)
    assert outcome.state == ImportRun.State.DONE
    assert value_of("population", "BU09980000", 2017) == (120, None)
    assert value_of("population", "BU09980001", 2017) == (None, Missing.SUPPRESSED)
    assert value_of("population", "BU09980100", 2017) == (None, Missing.NOT_APPLICABLE)
    assert value_of("owner_occupied_share", "BU09980000", 2017) == (0.57, None)
    assert value_of("owner_occupied_share", "BU09980001", 2017) == (None, Missing.UNKNOWN)
    assert Series.objects.get(indicator__key="gas_m3").empty
    assert Series.objects.get(indicator__key="owner_occupied_share").unit == "%"
    assert outcome.report["unmapped_columns"] == ["ZZ99"]
    assert Area.objects.get(code="BU09980000").name == "Dorp"


def test_a_value_that_v4_gives_twice_is_refused(importer, observations, write_json):
    page = observations / "Observations_000001.json"
    told = json.loads(page.read_text(encoding="utf-8"))
    told["value"].append(told["value"][0])
    page.write_text(json.dumps(told), encoding="utf-8")
    (outcome,) = importer(observations)
    assert outcome.problem.startswith("Observations_000001.json, row 4, column 1014800_1: ")


def test_a_v4_code_list_without_figures_is_a_register_of_areas(importer, observations):
    for page in observations.glob("Observations*"):
        page.unlink()
    (outcome,) = importer(observations)
    assert outcome.state == ImportRun.State.DONE
    assert Area.objects.get(code="BU09980000").year == 2017
    assert not Value.objects.exists()


@pytest.fixture
def workbook(tmp_path, areas):
    """The spreadsheet with short names, as CBS lays it out."""

    def write(name="kwb-2020.xlsx", changed=()):
        book = Workbook()
        book.active.title = "Toelichting"
        book.active.append(["Kerncijfers wijken en buurten"])
        sheet = book.create_sheet("KWB")
        header = ["gwb_code_10", "gwb_code_8", "regio", "gm_naam", "recs", "gwb_code", "a_inw"]
        header += ["p_koopw", "g_gas", "g_wozbag", "g_gas_vw", "ste_mvs"]
        sheet.append(header)
        kinds = {"NL": "Land", "GM": "Gemeente", "WK": "Wijk", "BU": "Buurt"}
        for code, title in areas.items():
            row = [code, code[2:], title, "Proefstad", kinds[code[:2]], code, 100, 57, 900, 310]
            sheet.append([*row, ".", 3])
        for cell, value in changed:
            sheet[cell] = value
        path = tmp_path / name
        book.save(path)
        return path

    return write


def test_the_spreadsheet_with_short_names_gives_the_figures_of_its_year(
    importer, workbook, value_of
):
    (outcome,) = importer(workbook(changed=[("G5", "."), ("I6", None)]))
    assert outcome.state == ImportRun.State.DONE
    assert value_of("population", "BU09980000", 2020) == (100, None)
    assert value_of("owner_occupied_share", "BU09980000", 2020) == (0.57, None)
    assert value_of("dwelling_value_eur", "GM0998", 2020) == (310_000, None)
    assert value_of("population", "WK099801", 2020) == (None, Missing.SUPPRESSED)
    assert value_of("gas_m3", "BU09980000", 2020) == (None, Missing.UNKNOWN)
    assert value_of("gas_m3", "BU09980001", 2020) == (900, None)
    assert Series.objects.get(indicator__key="gas_m3_detached").empty
    assert Area.objects.get(code="WK099801", year=2020).name == "Wijk 01 Zuid"


def test_the_spreadsheet_and_the_table_of_a_year_are_one_dataset(importer, workbook):
    importer(workbook())
    assert Dataset.objects.get().key == "cbs-84799ned"


def test_a_comma_in_the_spreadsheet_is_refused_with_its_place(importer, workbook):
    (outcome,) = importer(workbook(changed=[("I7", "1.450,5")]))
    assert outcome.problem.startswith("kwb-2020.xlsx, row 7, column g_gas: ")
    assert "decimal comma" in outcome.problem


def test_a_spreadsheet_without_a_year_in_its_name_is_refused(importer, workbook, tmp_path):
    from sneeuwbal.places.problems import ImportProblem

    with pytest.raises(ImportProblem, match="Put the year in the name"):
        importer(workbook(name="kerncijfers.xlsx"))


def test_health_figures_speak_of_three_years_on_one_list_of_areas(
    importer, write_csv, area_rows, areas, value_of
):
    rows = []
    for year in (2012, 2016, 2020):
        for margin in ("MW00000", "MW00002"):
            for row in area_rows({}):
                code = row["WijkenEnBuurten"].replace("NL00", "NL01")
                share = "" if year == 2012 else 30.5 if margin == "MW00000" else 99
                rows.append(
                    {
                        "Leeftijd": "20300",
                        "Marges": margin,
                        "WijkenEnBuurten": code,
                        "Perioden": f"{year}JJ00",
                        "Vrijwilligerswerk_33": share,
                        "Eenzaam_28": "" if code.strip() == "BU09980100" else 40,
                    }
                )
    (outcome,) = importer(write_csv("gezondheid_50090NED.csv.gz", rows))
    assert value_of("volunteering_share", "NL00", 2020) == (0.305, None)
    assert value_of("loneliness_share", "BU09980100", 2016) == (None, Missing.SUPPRESSED)
    assert set(Area.objects.values_list("year", flat=True)) == {2020}
    assert Series.objects.get(indicator__key="volunteering_share", year=2012).empty
    assert outcome.report["left_out"] == {"dimension": 21}


def test_the_panel_of_years_is_the_same_as_the_yearly_tables(
    importer, write_csv, solar_rows, tmp_path, contents
):
    panel = []
    for year in (2021, 2022):
        for row in solar_rows(AantalInstallatiesBijWoningen_5=str(year)):
            kept = {key: row[key] for key in row if key[-2:] in {"_4", "_5", "_6"}}
            panel.append({"jaar": year, "WijkenEnBuurten": row["WijkenEnBuurten"].strip(), **kept})
    path = write_csv("zonnestroom_buurt_panel_2016_2022.csv.gz", panel)
    outcomes = importer(path)
    assert {outcome.dataset for outcome in outcomes} == {"cbs-85775ned", "cbs-86044ned"}
    assert Value.objects.filter(series__year=2022, value=2022).count() == 7
    again = importer(path)
    assert [outcome.state for outcome in again] == [ImportRun.State.UNCHANGED]


def test_the_panel_does_not_load_beside_the_yearly_tables(
    importer, write_csv, solar_rows, tmp_path
):
    from sneeuwbal.places.catalogue import families

    for table, year in families()["solar"].tables.items():
        write_csv(f"zonnestroom_{year}_{table}.csv", solar_rows())
    row = {"jaar": 2022, "WijkenEnBuurten": "NL00", "AantalInstallatiesBijWoningen_5": 1}
    write_csv("zonnestroom_buurt_panel_2016_2022.csv", [row])
    outcomes = {outcome.file: outcome for outcome in importer(tmp_path)}
    panel = outcomes["zonnestroom_buurt_panel_2016_2022.csv"]
    assert panel.state == ImportRun.State.UNCHANGED and "already loaded" in panel.note
    assert Dataset.objects.count() == 7


def test_energy_of_neighbourhoods_is_split_by_kind_of_dwelling(
    importer, write_csv, area_rows, value_of
):
    rows = []
    for kind, gas in (("T001100", 1200), ("ZW10320", 2400), ("ZW99999", 1)):
        for row in area_rows({"GemiddeldAardgasverbruik_4": gas, "Stadsverwarming_6": 4.6}):
            rows.append({"Woningkenmerken": kind, **row})
    (outcome,) = importer(write_csv("83026NED.csv", rows))
    assert value_of("gas_m3", "BU09980000", 2010) == (1200, None)
    assert value_of("gas_m3_detached", "BU09980000", 2010) == (2400, None)
    assert value_of("district_heating_share", "BU09980000", 2010) == (0.046, None)
    assert outcome.report["left_out"] == {"dimension": 7}
    assert Series.objects.get(indicator__key="gas_m3_detached").official_key.endswith("[ZW10320]")


def test_regional_energy_gives_each_municipality_only_in_the_years_that_it_existed(
    importer, write_csv, solar, value_of
):
    importer(solar)
    rows = [
        {
            "ID": at,
            "Woningkenmerken": "T001100",
            "RegioS": region,
            "Perioden": period,
            "GemiddeldAardgasverbruik_1": gas,
        }
        for at, (region, period, gas) in enumerate(
            [
                ("NL01  ", "2019JJ00", "1290"),
                ("GM0998", "2019JJ00", "1100"),
                ("GM0998", "2018JJ00", ""),
                ("GM0998", "2019KW01", "300"),
                ("GM0001", "2019JJ00", "1000"),
                ("PV20  ", "2019JJ00", "1000"),
            ]
        )
    ]
    (outcome,) = importer(write_csv("81528NED.csv", rows))
    assert value_of("gas_m3", "NL00", 2019) == (1290, None)
    assert value_of("gas_m3", "GM0998", 2019) == (1100, None)
    assert not Area.objects.filter(year=2018).exists()
    assert Area.objects.get(code="GM0998", year=2019).name == "Proefstad"
    assert outcome.report["unknown_codes"]["codes"] == ["GM0001"]
    assert outcome.report["other_regions"] == {"PV": 1}
    assert outcome.report["left_out"] == {"period": 1, "no value in that year": 1}


def test_a_register_comes_with_a_byte_order_mark_and_codes_without_prefix(importer, write_csv):
    rows = [{"Wijk2025": "099800", "wijknaam2025": "Noord"}]
    importer(write_csv("cbs_wijk_2025.csv.gz", rows, delimiter=";", encoding="utf-8-sig"))
    area = Area.objects.get()
    assert (area.code, area.year, area.name, area.kind) == ("WK099800", 2025, "Noord", "WK")


MAPPING = """
table = "monitor-proefstad"
publisher = "Proefstad"
title = "Eigen monitor"
licence = "CC0"
code = "buurt"
prefix = "BU"
area_year = 2020
year_column = "jaar"
delimiter = ";"
decimal = ","
encoding = "cp1252"
missing = { "" = "unknown", "?" = "suppressed", "nvt" = "not_applicable" }

[indicators.energy_poverty_share]
name_nl = "Energiearmoede"
name_en = "Energy poverty"
unit = "share"
decimals = 1
topic = "energy"

[columns]
"verbruik gas" = "gas_m3"
armoede = { indicator = "energy_poverty_share", factor = 0.01, unit = "%" }
"""


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


@pytest.fixture
def own_table(tmp_path):
    path = tmp_path / "monitor.csv"
    rows = "buurt;jaar;verbruik gas;armoede;opmerking\n09980000;2021;1.450,5;8,4;café\n"
    rows += "09980001;2021;900;?;\n09980000;2022;;nvt;\n09980001;2022;880;7;\n"
    rows += "99999999;2021;1;1;\n"
    path.write_bytes(rows.encode("cp1252"))
    return path


def test_a_mapping_reads_any_table_with_its_own_signs(
    importer, solar, own_table, mapping, value_of
):
    importer(solar)
    (outcome,) = importer(own_table, mapping=mapping)
    assert value_of("gas_m3", "BU09980000", 2021) == (1450.5, None)
    assert value_of("gas_m3", "BU09980000", 2022) == (None, Missing.UNKNOWN)
    assert value_of("energy_poverty_share", "BU09980000", 2022) == (None, Missing.NOT_APPLICABLE)
    assert value_of("energy_poverty_share", "BU09980000", 2021) == (0.084, None)
    assert value_of("energy_poverty_share", "BU09980001", 2021) == (None, Missing.SUPPRESSED)
    assert Indicator.objects.get(key="energy_poverty_share").name_en == "Energy poverty"
    assert Dataset.objects.get(key="monitor-proefstad").licence == "CC0"
    assert outcome.report["unknown_codes"]["codes"] == ["BU99999999"]
    assert Area.objects.count() == 7


def test_a_mapping_may_be_json(importer, solar, own_table, mapping, tmp_path, value_of):
    import tomllib

    other = tmp_path / "mapping.json"
    other.write_text(json.dumps(tomllib.loads(MAPPING)), encoding="utf-8")
    importer(solar)
    importer(own_table, mapping=other)
    assert value_of("gas_m3", "BU09980001", 2021) == (900, None)


@pytest.mark.parametrize(
    ("line", "instead", "column"),
    [
        ('code = "buurt"', "", "code"),
        ('"verbruik gas" = "gas_m3"', '"verbruik gas" = "gas"', "verbruik gas"),
        ('decimal = ","', 'decimal = ";"', "decimal"),
        ('"?" = "suppressed"', '"?" = "secret"', "missing"),
        ('licence = "CC0"', "", "licence"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(own_table, mapping, line, instead, column):
    from sneeuwbal.places.mapped_csv import load_mapping
    from sneeuwbal.places.problems import ImportProblem

    mapping.write_text(MAPPING.replace(line, instead), encoding="utf-8")
    with pytest.raises(ImportProblem) as told:
        load_mapping(mapping)
    assert (told.value.file, told.value.column) == ("mapping.toml", column)


def test_the_mappings_that_come_along_are_right():
    from sneeuwbal.places import catalogue
    from sneeuwbal.places.mapped_csv import check_mapping

    names = [told["mapping"] for told in catalogue.known_files() if "mapping" in told]
    assert names
    for name in names:
        assert check_mapping(catalogue.mapping(name), name).columns


def test_the_catalogue_names_each_indicator_in_two_languages_and_each_column_one_that_exists():
    from sneeuwbal.places import catalogue

    specs = catalogue.indicators()
    for spec in specs.values():
        assert spec.name_nl and spec.name_en and spec.topic
        assert (spec.unit == "share") == spec.key.endswith("_share")
    for family in catalogue.families().values():
        assert {column.indicator for column in family.columns} <= specs.keys()
        for column in family.columns:
            is_share = specs[column.indicator].unit == "share"
            assert (column.factor == 0.01) == is_share, column
