"""Sessions: who sees and writes what, what is carried over, and when a session can close."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from tests.learning.makers import add_figure, add_person, advise

from sneeuwbal.accounts.models import Role
from sneeuwbal.learning import sessions
from sneeuwbal.learning.models import Advice, Agreement, IntervisionSession

DUE = date(2024, 5, 1)


def complete(session, towns, people):
    sessions.bring_case(session, case="Wat er gebeurde.", figures=[], by=towns[0])
    sessions.note(session, question="Wat nu?")
    sessions.note_attendance(session, towns[:2])
    advise(session, towns[1], people[1])
    sessions.agree(session, organisation=towns[0], text="Bellen", owner=people[0], due_on=DUE)
    session.refresh_from_db()


def test_a_session_needs_two_organisations_and_its_case_owner(towns, outsider):
    for taking_part, owner in ([towns[:1], towns[0]], [towns[:2], outsider]):
        with pytest.raises(ValidationError):
            sessions.start(title="x", held_on=DUE, organisations=taking_part, case_owner=owner)


def test_a_double_send_of_advice_adds_nothing(session, towns, people):
    key = uuid4()
    assert advise(session, towns[1], people[1], key=key) == advise(
        session, towns[1], people[1], key=key
    )
    assert Advice.objects.count() == 1


def test_the_key_of_advice_cannot_be_used_by_another_organisation(session, towns, people):
    key = uuid4()
    advise(session, towns[1], people[1], key=key)
    with pytest.raises(PermissionDenied):
        advise(session, towns[2], people[2], key=key)


def test_who_does_not_take_part_gives_no_advice(session, outsider):
    with pytest.raises(PermissionDenied):
        advise(session, outsider, add_person(outsider))


def test_an_absent_organisation_advises_in_writing(session, towns, people, as_user):
    sessions.note_attendance(session, towns[:2])
    advise(session, towns[2], people[2])
    page = as_user(people[0]).get(f"/werk/aadorp/leren/{session.pk}/")
    assert [in_writing for _advice, in_writing in page.context["advice"]] == [True]
    assert "schriftelijk" in page.content.decode()


def test_the_minutes_name_who_was_absent_and_who_was_silent(session, towns, people, as_user):
    complete(session, towns, people)
    text = as_user(people[1]).get(f"/werk/beestad/leren/{session.pk}/verslag/").content.decode()
    assert "Ceedam was afwezig" in text and "Ceedam gaf geen advies" in text
    assert "Beestad gaf geen advies" not in text


def test_only_the_case_owner_tells_the_case_and_only_with_its_own_figures(session, towns):
    with pytest.raises(PermissionDenied):
        sessions.bring_case(session, case="x", figures=[], by=towns[1])
    with pytest.raises(PermissionDenied):
        sessions.bring_case(session, case="x", figures=[add_figure(towns[1])], by=towns[0])


def test_figures_are_the_newest_until_the_session_is_closed(session, towns, people, as_user):
    old = add_figure(towns[0], value=0.31)
    complete(session, towns, people)
    sessions.bring_case(session, case="Casus", figures=[old], by=towns[0])
    add_figure(towns[0], value=0.52, as_of=date(2024, 7, 1))
    browser, address = as_user(people[1]), f"/werk/beestad/leren/{session.pk}/"
    assert [number.value for number in browser.get(address).context["numbers"]] == [0.52]
    sessions.close(session, on=DUE)
    add_figure(towns[0], value=0.99, as_of=date(2024, 8, 1))
    assert [number.value for number in browser.get(address).context["numbers"]] == [0.52]


def test_an_organisation_agrees_for_its_own_people_only(session, towns, people):
    with pytest.raises(PermissionDenied):
        sessions.agree(session, organisation=towns[0], text="x", owner=people[1], due_on=DUE)


@pytest.mark.parametrize("missing", ["case", "question", "attendance", "advice", "agreements"])
def test_a_session_does_not_close_while_something_is_missing(session, towns, people, missing):
    complete(session, towns, people)
    if missing in {"case", "question"}:
        IntervisionSession.objects.filter(pk=session.pk).update(**{missing: ""})
    else:
        getattr(session, missing).all().delete()
    with pytest.raises(ValidationError):
        sessions.close(session, on=DUE)


def test_a_closed_session_changes_only_after_reopening(session, towns, people):
    complete(session, towns, people)
    sessions.close(session, on=DUE)
    session.refresh_from_db()
    with pytest.raises(ValidationError):
        advise(session, towns[2], people[2])
    sessions.follow_up(session.agreements.get(), "done")
    sessions.reopen(session)
    assert advise(session, towns[2], people[2])


def test_the_next_session_opens_with_the_agreements_of_the_one_before(session, towns, people):
    complete(session, towns, people)
    following = sessions.start(
        title="Volgende", held_on=date(2024, 6, 1), organisations=towns, case_owner=towns[1]
    )
    sessions.follow_up(session.agreements.get(), "done")
    assert [each.text for each in sessions.agreements_before(following, towns[1])] == ["Bellen"]


def test_older_agreements_return_only_while_they_are_open(session, towns, people):
    complete(session, towns, people)
    for month in (4, 5):
        following = sessions.start(
            title="Volgende",
            held_on=date(2024, month, 1),
            organisations=towns,
            case_owner=towns[1],
        )
    assert len(sessions.agreements_before(following, towns[0])) == 1
    sessions.follow_up(session.agreements.get(), "dropped")
    assert sessions.agreements_before(following, towns[0]) == []


def test_a_newcomer_does_not_see_agreements_made_without_them(session, towns, people, outsider):
    complete(session, towns, people)
    following = sessions.start(
        title="Volgende",
        held_on=date(2024, 6, 1),
        organisations=[*towns, outsider],
        case_owner=towns[0],
    )
    assert sessions.agreements_before(following, outsider) == []


def test_who_contributed_cannot_be_left_out_later(session, towns, people):
    advise(session, towns[2], people[2])
    with pytest.raises(ValidationError):
        sessions.change(
            session,
            title="x",
            held_on=DUE,
            organisations=towns[:2],
            case_owner=towns[0],
        )


def test_withdrawn_advice_is_hidden_and_can_come_back(session, towns, people, as_user):
    given = advise(session, towns[1], people[1])
    browser = as_user(people[1])
    address = f"/werk/beestad/leren/{session.pk}/advies/{given.pk}/intrekken/"
    browser.post(address)
    page = f"/werk/beestad/leren/{session.pk}/"
    assert not browser.get(page).context["advice"]
    browser.post(address, {"back": "1"})
    assert browser.get(page).context["advice"]


def test_advice_of_another_organisation_cannot_be_withdrawn(session, towns, people, as_user):
    given = advise(session, towns[1], people[1])
    answer = as_user(people[0]).post(
        f"/werk/aadorp/leren/{session.pk}/advies/{given.pk}/intrekken/"
    )
    assert answer.status_code == 404
    given.refresh_from_db()
    assert given.withdrawn_at is None


def test_an_organisation_that_does_not_take_part_finds_nothing(
    session, towns, people, outsider, as_user
):
    complete(session, towns, people)
    agreement = session.agreements.get()
    browser = as_user(add_person(outsider))
    base = f"/werk/elders/leren/{session.pk}/"
    for address in (base, f"{base}verslag/", f"{base}wijzigen/", f"{base}les/"):
        assert browser.get(address).status_code == 404
    for part in ("casus", "notitie/question", "aanwezig", "advies", "afspraak", "sluiten"):
        assert browser.post(f"{base}{part}/", {}).status_code == 404
    own = sessions.start(
        title="x", held_on=DUE, organisations=[outsider, towns[1]], case_owner=outsider
    )
    reach = browser.post(
        f"/werk/elders/leren/{own.pk}/afspraak/{agreement.pk}/", {"status": "dropped"}
    )
    assert reach.status_code == 404
    agreement.refresh_from_db()
    assert agreement.status == Agreement.Status.OPEN


def test_who_may_not_learn_is_refused(session, towns, as_user):
    volunteer = add_person(towns[0], Role.TEAM_VOLUNTEER)
    assert as_user(volunteer).get("/werk/aadorp/leren/").status_code == 403


def test_late_agreements_are_said(session, towns, people, as_user):
    sessions.agree(
        session,
        organisation=towns[0],
        text="Bellen",
        owner=people[0],
        due_on=date.today() - timedelta(days=1),
    )
    assert "te laat" in as_user(people[0]).get("/werk/aadorp/leren/").content.decode()
