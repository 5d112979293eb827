"""Long work from request to end, with a job that the test plays."""

import pytest
from django.core.management import call_command

from sneeuwbal.accounts import jobs, signs
from sneeuwbal.accounts.models import Job
from sneeuwbal.places.problems import ImportProblem

STAGE = {}


def play(progress, **arguments):
    """The job of these tests: does what the test wrote down."""
    return STAGE["play"](progress, **arguments)


def work_of_an_organisation(progress, organisation, number):
    STAGE["told"] = (organisation, number)


@pytest.fixture(autouse=True)
def a_play(settings, monkeypatch):
    settings.JOBS = {
        **settings.JOBS,
        "play": "played.play",
        "ours": "played.work_of_an_organisation",
    }
    import sys
    import types

    played = types.ModuleType("played")
    played.play, played.work_of_an_organisation = play, work_of_an_organisation
    monkeypatch.setitem(sys.modules, "played", played)
    STAGE.clear()


def ask(place, manager, **arguments):
    return jobs.request("play", organisation=place, by=manager, return_path="/werk/", **arguments)


def run(job):
    jobs.perform.call(job.pk)
    job.refresh_from_db()
    return job


def test_a_job_waits_runs_and_is_done_with_its_result(place, manager):
    seen = []

    def scene(progress, number):
        progress(0.5, "halverwege")
        seen.append((Job.objects.get().state, signs.last(Job.objects.get().key).percent))
        return {"twice": 2 * number}

    STAGE["play"] = scene
    job = ask(place, manager, number=21)
    assert job.state == "waiting"
    run(job)
    assert seen == [("running", 50)]
    assert (job.state, job.progress, job.result) == ("done", 100, {"twice": 42})
    assert job.finished_at >= job.started_at
    assert signs.last(job.key) is None


def test_asking_twice_gives_one_job_and_other_arguments_another(place, manager):
    first = ask(place, manager, number=1)
    assert ask(place, manager, number=1) == first
    assert ask(place, manager, number=2) != first


def test_a_job_that_ended_can_be_asked_again(place, manager):
    STAGE["play"] = lambda progress: None
    first = run(ask(place, manager))
    assert ask(place, manager) != first


def test_an_unknown_job_is_refused_before_it_is_queued(place, manager):
    with pytest.raises(ValueError, match="no such job"):
        jobs.request("invented", organisation=place, by=manager)


def test_a_job_is_claimed_once(place, manager):
    times = []
    STAGE["play"] = lambda progress: times.append(1)
    job = run(ask(place, manager))
    run(job)
    assert times == [1]


def test_a_running_job_stops_at_its_next_sign_of_life(place, manager):
    reached = []

    def scene(progress):
        jobs.cancel(Job.objects.get())
        progress(0.9, "te laat")
        reached.append("after")

    STAGE["play"] = scene
    job = run(ask(place, manager))
    assert (job.state, reached) == ("cancelled", [])


def test_a_waiting_job_is_stopped_at_once_and_never_runs(place, manager):
    STAGE["play"] = lambda progress: pytest.fail("it ran")
    job = ask(place, manager)
    jobs.cancel(job)
    assert run(job).state == "cancelled"


def test_a_failure_that_the_reader_can_mend_is_told(place, manager):
    def scene(progress):
        raise ImportProblem("no such code", file="x.csv", row=3, column="code")

    STAGE["play"] = scene
    job = run(ask(place, manager))
    assert job.state == "failed"
    assert "x.csv" in job.message and "no such code" in job.message


def test_a_failure_of_ours_is_logged_and_not_told(place, manager):
    def scene(progress):
        raise RuntimeError("secret detail")

    STAGE["play"] = scene
    job = ask(place, manager)
    with pytest.raises(RuntimeError):
        run(job)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "")


def test_a_job_speaks_the_language_of_who_asked(place, manager):
    from django.utils import translation

    def scene(progress):
        raise jobs.JobError(str(jobs.TITLES["make_schedule"]))

    STAGE["play"] = scene
    with translation.override("en"):
        job = ask(place, manager)
    assert run(job).message == "Make a schedule"
    assert run(ask(place, manager)).message == "Planning maken"


def test_a_job_that_wants_to_know_whose_work_it_is_is_told(place, manager):
    job = jobs.request("ours", organisation=place, by=manager, number=3)
    assert run(job).state == "done"
    assert STAGE["told"] == ("proefstad", 3)


def test_a_job_whose_worker_was_stopped_is_closed(place, manager):
    from datetime import timedelta

    from django.utils import timezone

    job = ask(place, manager)
    started = timezone.now() - jobs.SILENCE - timedelta(minutes=1)
    Job.objects.update(state="running", started_at=started)
    signs.give(job.key, percent=10, message="leeft nog")
    jobs.close_broken_off()
    job.refresh_from_db()
    assert job.state == "running"
    signs.remove(job.key)
    jobs.close_broken_off()
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.message


def test_every_job_of_the_settings_has_a_name_on_screen():
    from sneeuwbal.web import settings as written

    assert set(written.JOBS) == set(jobs.TITLES)


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_what_a_page_asked(place, manager):
    STAGE["play"] = lambda progress: {"ran": True}
    job = ask(place, manager)
    call_command("db_worker", batch=True, interval=0, verbosity=0, startup_delay=False)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"ran": True})


def test_the_page_of_a_job_shows_progress_and_renews_itself(as_manager, place, manager, clean_page):
    job = ask(place, manager)
    Job.objects.update(state="running")
    signs.give(job.key, percent=40, message="Rijen lezen")
    page = as_manager.get(f"/taak/{job.pk}/")
    clean_page(page)
    text = page.content.decode()
    assert 'value="40"' in text and "Rijen lezen" in text and 'hx-trigger="every 1s"' in text
    part = as_manager.get(f"/taak/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and 'value="40"' in part
    Job.objects.update(state="done", progress=100)
    part = as_manager.get(f"/taak/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in part and "/werk/" in part


def test_a_job_is_stopped_from_its_page(as_manager, place, manager):
    job = ask(place, manager)
    assert as_manager.get(f"/taak/{job.pk}/stoppen/").status_code == 405
    answer = as_manager.post(f"/taak/{job.pk}/stoppen/", follow=True)
    assert "Gestopt" in answer.content.decode()
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_a_job_of_another_organisation_does_not_exist(client, place, elsewhere, manager, person):
    job = ask(place, manager)
    client.force_login(person(elsewhere))
    assert client.get(f"/taak/{job.pk}/").status_code == 404
    assert client.post(f"/taak/{job.pk}/stoppen/").status_code == 404
    job.refresh_from_db()
    assert job.state == "waiting"


def test_a_colleague_follows_a_job_but_only_an_administrator_stops_it(client, place, person):
    job = ask(place, person(place))
    client.force_login(person(place, "policy_adviser"))
    assert client.get(f"/taak/{job.pk}/").status_code == 200
    assert client.post(f"/taak/{job.pk}/stoppen/").status_code == 403
    client.force_login(person(place))
    assert client.post(f"/taak/{job.pk}/stoppen/").status_code == 302


def test_the_list_shows_how_each_job_ended(as_manager, place, manager, clean_page):
    from sneeuwbal.accounts.models import Job

    page = as_manager.get("/werk/proefstad/taken/")
    assert "Er zijn nog geen taken" in page.content.decode()
    ask(place, manager)
    Job.objects.update(state="failed", message="Rij 3 is leeg.")
    page = as_manager.get("/werk/proefstad/taken/")
    clean_page(page)
    assert "Rij 3 is leeg." in page.content.decode()
