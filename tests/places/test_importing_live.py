"""Downloading from a publisher: paging, retries, broken-off transfers, error pages.

A small server on this machine speaks the protocol of CBS; nothing outside is asked.
"""

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command

from sneeuwbal.places import importing, live
from sneeuwbal.places.models import Area, ImportRun, Value
from sneeuwbal.places.problems import ImportProblem


class Publisher:
    """What the server knows, what it was asked, and how it misbehaves next."""

    def __init__(self):
        self.sets = {}
        self.version = 3
        self.asked = []
        self.faults = []
        self.linked = 0  # rows per page when the server itself gives the next link
        self.elsewhere = ""

    def page(self, name, question):
        rows = self.sets[name]
        skip = int(question.get("$skip", ["0"])[0])
        top = int(question.get("$top", [str(live.PAGE)])[0])
        if self.version == 3:
            if top > live.PAGE:
                raise AssertionError("more than 10,000 rows asked")
            return {"odata.metadata": "x", "value": rows[skip : skip + top]}
        size = self.linked or len(rows) or 1
        page = {"@odata.context": "x", "value": rows[skip : skip + size]}
        if skip + size < len(rows):
            page["@odata.nextLink"] = f"{self.elsewhere or self.root}{name}?$skip={skip + size}"
        return page

    def root_page(self):
        mark = "odata.metadata" if self.version == 3 else "@odata.context"
        return {mark: "x", "value": [{"name": name, "url": name} for name in self.sets]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        publisher = self.server.publisher
        parts = urlsplit(self.path)
        name = parts.path.rstrip("/").rsplit("/", 1)[-1]
        publisher.asked.append(self.path)
        fault = publisher.faults.pop(0) if publisher.faults else None
        if isinstance(fault, int):
            return self.answer(fault, b"busy", {"Retry-After": "3"} if fault == 429 else {})
        if name == "84131NED" or name == "83765NED":
            content = publisher.root_page()
        elif name in publisher.sets:
            content = publisher.page(name, parse_qs(parts.query))
        else:
            return self.answer(404, b"{}", {})
        body = json.dumps(content).encode()
        if fault == "cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return None
        if fault == "html":
            body = b"<!DOCTYPE html><html>Onderhoud</html>"
        return self.answer(200, body, {})

    def answer(self, status, body, headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def publisher(area_rows):
    """A publisher of table 84131NED (solar panels 2016)."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.publisher = Publisher()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    told = server.publisher
    told.base = f"http://127.0.0.1:{server.server_port}/odata/"
    told.root = told.base + "84131NED/"
    rows = area_rows({"AantalInstallatiesBijWoningen_5": 12})
    told.sets = {
        "TableInfos": [{"ID": 0, "Identifier": "84131NED", "Modified": "2018-07-18"}],
        "DataProperties": [{"ID": 1, "Type": "Topic", "Key": "AantalInstallatiesBijWoningen_5"}],
        "WijkenEnBuurten": [{"Key": r["WijkenEnBuurten"], "Title": "Naam"} for r in rows],
        "TypedDataSet": rows,
    }
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def download(publisher, tmp_path):
    """`download()` fetches the table and gives how long it would have waited."""

    def fetch(table="84131NED"):
        waits = []
        live.download_table(
            table,
            tmp_path,
            base=publisher.base,
            progress=importing.silent,
            sleep=waits.append,
        )
        return waits

    return fetch


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "84131NED"


def rows_in(folder, name="TypedDataSet"):
    pages = sorted(folder.glob(f"{name}_*.json"))
    return [json.loads(page.read_text(encoding="utf-8"))["value"] for page in pages]


def test_a_table_is_downloaded_with_its_names_and_imported(publisher, tmp_path, db):
    out = io.StringIO()
    call_command("import", "--live", "84131ned", "--url", publisher.base, stdout=out)
    assert "7 rows read, 7 matched" in out.getvalue()
    assert Area.objects.get(code="BU09980001", year=2016).name == "Naam"
    assert Value.objects.filter(value=12).count() == 7


def test_a_long_table_comes_in_pages_of_ten_thousand(publisher, download, folder):
    row = publisher.sets["TypedDataSet"][0]
    publisher.sets["TypedDataSet"] = [{**row, "ID": number} for number in range(20_001)]
    download()
    pages = rows_in(folder)
    assert [len(page) for page in pages] == [10_000, 10_000, 1]
    assert [r["ID"] for page in pages for r in page] == list(range(20_001))


def test_v4_follows_the_links_to_the_next_page(publisher, download, tmp_path, db, importer):
    publisher.version, publisher.linked = 4, 3
    publisher.root = publisher.base + "83765NED/"
    codes = ["BU09980000", "BU09980001", "BU09980100", "WK099800"]
    publisher.sets = {
        "Properties": [],
        "MeasureCodes": [{"Identifier": "T001036", "Title": "Inwoners", "Unit": "aantal"}],
        "WijkenEnBuurtenCodes": [{"Identifier": code, "Title": code} for code in codes],
        "Observations": [
            {"Id": at, "Measure": "T001036", "Value": at, "WijkenEnBuurten": code}
            for at, code in enumerate(codes)
        ],
    }
    download("83765NED")
    folder = tmp_path / "83765NED"
    assert [len(page) for page in rows_in(folder, "Observations")] == [3, 1]
    (outcome,) = importer(folder)
    assert outcome.state == ImportRun.State.DONE and Value.objects.count() == 4


@pytest.mark.parametrize("fault", [500, 502, 503, "cut"])
def test_a_busy_server_or_a_broken_line_is_tried_again(publisher, download, folder, fault):
    publisher.faults = [fault, fault]
    assert download() == [1.0, 2.0]
    assert len(rows_in(folder)[0]) == 7


def test_a_server_that_asks_to_wait_is_obeyed(publisher, download, folder):
    publisher.faults = [429]
    assert download() == [3.0]
    assert len(rows_in(folder)[0]) == 7


def test_a_server_that_stays_broken_is_told_of_and_nothing_is_kept_as_whole(
    publisher, download, folder
):
    publisher.faults = [None] * 5 + ["cut"] * 20
    with pytest.raises(ImportProblem, match="does not answer well"):
        download()
    assert not list(folder.glob("TypedDataSet_*.json"))


def test_a_download_goes_on_where_it_broke_off(publisher, download, folder):
    row = publisher.sets["TypedDataSet"][0]
    publisher.sets["TypedDataSet"] = [{**row, "ID": number} for number in range(10_005)]
    publisher.faults = [None] * 6 + [500] * 20
    with pytest.raises(ImportProblem):
        download()
    assert [len(page) for page in rows_in(folder)] == [10_000]
    publisher.faults, publisher.asked = [], []
    download()
    assert [len(page) for page in rows_in(folder)] == [10_000, 5]
    assert not any("$skip=0" in path for path in publisher.asked)


def test_a_newer_edition_is_not_mixed_with_the_older(publisher, download, folder):
    download()
    publisher.sets["TableInfos"][0]["Modified"] = "2019-01-01"
    publisher.sets["TypedDataSet"][0]["AantalInstallatiesBijWoningen_5"] = 99
    download()
    assert rows_in(folder)[0][0]["AantalInstallatiesBijWoningen_5"] == 99


def test_a_web_page_in_place_of_data_is_refused(publisher, download):
    publisher.faults = [None, "html"]
    with pytest.raises(ImportProblem, match="HTML") as told:
        download()
    assert "TableInfos" in told.value.file


def test_a_table_that_is_not_there_is_refused_without_trying_again(publisher, download):
    with pytest.raises(ImportProblem, match="HTTP 404"):
        download("99999NED")
    assert len(publisher.asked) == 1


def test_a_next_page_on_another_host_is_not_followed(publisher, download, tmp_path):
    publisher.version, publisher.linked = 4, 1
    publisher.elsewhere = "https://example.org/"
    publisher.sets = {"Observations": [{"Id": 1, "Measure": "A"}, {"Id": 2, "Measure": "A"}]}
    with pytest.raises(ImportProblem, match="another address"):
        download("83765NED")


def test_an_answer_that_is_too_large_is_broken_off(publisher, download, monkeypatch):
    monkeypatch.setattr(live, "LARGEST_PAGE", 100)
    with pytest.raises(ImportProblem, match="too large"):
        download()


@pytest.mark.parametrize(
    "address",
    ["http://opendata.cbs.nl/", "ftp://127.0.0.1/", "file:///etc/passwd", "https://a:b@cbs.nl/"],
)
def test_only_encrypted_addresses_are_asked(address):
    with pytest.raises(ImportProblem, match="https"):
        live.check_address(address)


def test_the_command_says_what_went_wrong_with_a_download(publisher, db):
    publisher.faults = ["html"]
    with pytest.raises(CommandError, match="HTML"):
        call_command("import", "--live", "84131NED", "--url", publisher.base)
    assert not Area.objects.exists()
