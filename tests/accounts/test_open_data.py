"""Files handed in and imports asked, from the page with open data."""

import os
from pathlib import Path
from time import time

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from sneeuwbal.accounts import uploads
from sneeuwbal.accounts.models import Job
from sneeuwbal.places.models import ImportRun

PAGE = "/werk/proefstad/gegevens/"


def hand_in(client, name="kerncijfers.csv", content=b"a,b\n1,2\n", **more):
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content)} | more)


def test_a_file_is_kept_and_its_import_asked(as_manager, own_var):
    answer = hand_in(as_manager, repair="on")
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/taak/{job.pk}/"
    assert (job.name, job.arguments["repair"]) == ("import_open_data", True)
    kept = job.arguments["path"]
    assert kept.startswith(str(own_var / "uploads")) and kept.endswith("/kerncijfers.csv")
    assert Path(kept).read_bytes() == b"a,b\n1,2\n"


def test_a_name_cannot_climb_out_of_its_folder(own_var):
    kept = uploads.keep(SimpleUploadedFile("../../../etc/kern cijfers.csv", b"x"))
    assert kept.parent.parent == own_var / "uploads"
    assert kept.name == "kern_cijfers.csv"


def test_a_file_that_no_importer_reads_is_refused(as_manager):
    assert "Dit soort bestand" in hand_in(as_manager, "programma.exe").content.decode()
    assert not Job.objects.exists()


def test_a_file_that_is_too_large_is_refused(as_manager, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 3)
    assert "te groot" in hand_in(as_manager).content.decode()
    assert not Job.objects.exists()


def test_old_files_are_removed(own_var):
    old = uploads.keep(SimpleUploadedFile("oud.csv", b"x"))
    long_ago = time() - uploads.KEPT_SECONDS - 60
    os.utime(old.parent, (long_ago, long_ago))
    new = uploads.keep(SimpleUploadedFile("nieuw.csv", b"x"))
    assert not old.exists() and new.exists()


def test_the_folder_is_imported_by_a_button_and_asked_once(as_manager, settings, tmp_path):
    settings.OPEN_DATA = tmp_path
    first = as_manager.post(f"{PAGE}map/")
    assert as_manager.post(f"{PAGE}map/").headers["Location"] == first.headers["Location"]
    assert Job.objects.get().arguments == {"path": str(tmp_path), "repair": False}
    assert as_manager.get(f"{PAGE}map/").status_code == 405


def test_an_absent_folder_is_said(as_manager, settings, tmp_path):
    settings.OPEN_DATA = tmp_path / "nergens"
    assert "geen map met open data" in as_manager.get(PAGE).content.decode()
    as_manager.post(f"{PAGE}map/")
    assert not Job.objects.exists()


def test_the_page_tells_how_imports_went(as_manager, clean_page):
    now = timezone.now()
    shared = {"digest": "0" * 64, "importer": "csv", "started_at": now, "finished_at": now}
    ImportRun.objects.create(
        file_name="goed.csv",
        state="done",
        rows_read=12,
        rows_matched=10,
        report={"unknown_codes": {"count": 2, "rows": 2, "codes": ["BU1", "BU2"]}},
        **shared,
    )
    ImportRun.objects.create(
        file_name="fout.csv",
        state="failed",
        report={"message": "fout.csv, rij 3, kolom code: leeg."},
        **shared,
    )
    page = as_manager.get(PAGE)
    clean_page(page)
    text = page.content.decode()
    for told in ("12 rijen gelezen, 10 geplaatst", "2 codes", "BU1, BU2", "rij 3, kolom code"):
        assert told in text


def test_only_who_may_import_sees_the_page(client, place, person):
    client.force_login(person(place, "policy_adviser"))
    assert client.get(PAGE).status_code == 403
    assert hand_in(client).status_code == 403
