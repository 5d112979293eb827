"""The pages of choosing and planning over HTTP: who may, what is asked, what is said."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from sneeuwbal.accounts import access
from sneeuwbal.accounts.models import Job, Role
from sneeuwbal.places.models import Indicator
from sneeuwbal.planning import rounds
from sneeuwbal.planning.models import SelectionRound, Weighing
from sneeuwbal.planning.urls import urlpatterns

from .conftest import add_person

pytestmark = pytest.mark.django_db
O = "proefstad"  # noqa: E741


def address(name, *args):
    return reverse(name, args=[O, *args])


def text_of(response):
    return response.content.decode()


@pytest.fixture
def desk(as_user, manager):
    return as_user(manager)


def test_every_page_is_closed_to_who_lacks_its_right(
    organisation, chosen, staff, candidates, plan, as_user
):
    made = plan(staff, candidates[:2])
    people = {role: add_person(organisation, role, f"een {role}") for role in Role.values}
    for pattern in urlpatterns:
        right = pattern.callback.right
        needs = [made.pk if "schedule" in pattern.name else chosen.pk]
        url = address(pattern.name, *(needs if "pk" in pattern.pattern.converters else []))
        for role, person in people.items():
            status = as_user(person).get(url).status_code
            if right in access.MAY[role]:
                assert status != 403, (pattern.name, role)
            else:
                assert status == 403, (pattern.name, role)


def test_another_organisation_finds_nothing(stranger, chosen, staff, candidates, plan, as_user):
    made = plan(staff, candidates[:2])
    client = as_user(stranger)
    for pattern in urlpatterns:
        pk = made.pk if "schedule" in pattern.name else chosen.pk
        args = [pk] if "pk" in pattern.pattern.converters else []
        for slug in (O, "elders"):
            if slug == "elders" and not args:
                continue
            url = reverse(pattern.name, args=[slug, *args])
            for ask in (client.get, client.post):
                status = ask(url).status_code
                assert status == 404 or (status == 405 and ask == client.get), (url, status)


def test_who_is_not_logged_in_is_asked_to(client, organisation):
    assert client.get(address("rounds")).status_code == 302


def test_without_a_programme_the_lists_lead_to_it(desk, organisation):
    for name in ("rounds", "schedules"):
        assert address("programme") in text_of(desk.get(address(name)))
    assert desk.get(address("round_new")).url == address("programme")


def test_without_staff_the_schedule_leads_to_the_staff(desk, programme, candidates):
    assert reverse("programme_capacity", args=[O, programme.pk]) in text_of(
        desk.get(address("schedules"))
    )
    assert desk.get(address("schedule_new")).url == address("schedules")


def round_answers(**more):
    return {
        "key": str(uuid4()),
        "name": "Najaar",
        "held_on": "2026-09-01",
        "places": "2",
        "seed": "7",
        "source": "programme",
    } | more


def test_a_round_sent_twice_is_made_once(desk, candidates):
    answers = round_answers()
    first = desk.post(address("round_new"), answers)
    second = desk.post(address("round_new"), answers)
    made = SelectionRound.objects.get()
    assert first.url == second.url == address("round_criteria", made.pk)
    assert made.candidates.count() == 6


def test_a_round_over_a_whole_municipality_leaves_out_what_runs(
    desk, organisation, candidates, running
):
    running(candidates[0], "2026-01-01")
    unit = organisation.units.get()
    desk.post(address("round_new"), round_answers(source=f"unit-{unit.pk}"))
    made = SelectionRound.objects.get()
    assert made.candidates.count() == 8
    assert candidates[0].area not in made.candidates.all()


def test_a_round_must_choose_fewer_than_there_are(desk, candidates):
    response = desk.post(address("round_new"), round_answers(places="6"))
    assert response.status_code == 200
    assert not SelectionRound.objects.exists()
    assert desk.post(address("round_new"), round_answers(places="0")).status_code == 200


def criterion_answers(*keys, higher="True"):
    answers = {}
    for indicator in Indicator.objects.all():
        answers[f"{indicator.pk}-axis"] = "need"
        answers[f"{indicator.pk}-higher_is_better"] = higher
        if indicator.key in keys:
            answers[f"{indicator.pk}-use"] = "on"
    return answers


def test_criteria_come_from_indicators_with_values_in_their_newest_useful_year(
    desk, chosen, town, give_values
):
    give_values(town.neighbourhoods, "need", [1.0] * 9, 2022)  # complete: taken
    give_values(town.neighbourhoods[:3], "energy", [1.0] * 3, 2023)  # far from complete
    desk.post(address("round_criteria", chosen.pk), criterion_answers("need", "energy"))
    found = {row.indicator.key: row.year for row in chosen.criteria.select_related("indicator")}
    assert found == {"need": 2022, "energy": 2020}


def test_one_criterion_is_nothing_to_weigh(desk, chosen):
    response = desk.post(address("round_criteria", chosen.pk), criterion_answers("need"))
    assert response.status_code == 200
    assert chosen.criteria.count() == 2


def places(chosen, **given):
    found = {row.indicator.key: row.pk for row in chosen.criteria.select_related("indicator")}
    return {f"place_{found[key]}": place for key, place in given.items()} | {"way": "volgorde"}


def percents(chosen, **given):
    found = {row.indicator.key: row.pk for row in chosen.criteria.select_related("indicator")}
    answers = {"way": "grenzen"}
    for key, (low, high) in given.items():
        answers |= {f"low_{found[key]}": low, f"high_{found[key]}": high}
    return answers


def test_an_order_with_ties_and_open_ends_is_kept_and_can_be_changed_and_taken_back(
    desk, chosen, manager
):
    need, energy = chosen.criteria.values_list("pk", flat=True)
    url = address("weigh", chosen.pk)
    desk.post(url, places(chosen, need="1", energy="1"))
    assert chosen.weighings.get().order == [[need, energy]]
    desk.post(url, places(chosen, need="2", energy="1"))
    assert chosen.weighings.get().order == [[energy], [need]]
    desk.post(url, places(chosen, need="", energy="1"))
    assert chosen.weighings.get().order == [[energy]]
    desk.post(address("weigh_withdraw", chosen.pk))
    assert not Weighing.objects.exists()


def test_an_answer_that_says_nothing_is_refused(desk, chosen):
    assert desk.post(address("weigh", chosen.pk), places(chosen, need="")).status_code == 200
    assert not Weighing.objects.exists()


@pytest.mark.parametrize(
    "need, energy",
    [
        (("12.5", "50"), ("0", "100")),  # no decimals
        (("12,5", "50"), ("0", "100")),
        (("50", "40"), ("0", "100")),  # the wrong way around
        (("60", "80"), ("60", "80")),  # more than 100 together
        (("0", "30"), ("0", "30")),  # less than 100 together
        (("50", "50"), ("50", "50")),  # nothing to draw
        (("-5", "50"), ("0", "101")),
    ],
)
def test_ranges_are_whole_percents_that_leave_room(desk, chosen, need, energy):
    answers = percents(chosen, need=need, energy=energy)
    response = desk.post(address("weigh", chosen.pk), answers)
    assert response.status_code == 200
    assert "error-summary" in text_of(response)
    assert not Weighing.objects.exists()


def test_ranges_replace_an_order(desk, chosen):
    desk.post(address("weigh", chosen.pk), places(chosen, need="1"))
    desk.post(address("weigh", chosen.pk), percents(chosen, need=("20", "60"), energy=("0", "100")))
    row = chosen.weighings.get()
    assert row.order == []
    assert sorted(row.ranges.values()) == [[0, 100], [20, 60]]


def test_what_others_said_is_closed_until_the_result(
    desk, chosen, adviser, order, evaluate, as_user
):
    order(chosen, adviser, "energy", "need")
    said = "energy (nl) &gt; need (nl)"
    before = text_of(desk.get(address("round", chosen.pk)))
    assert "Arie Adviseur" in before
    assert said not in before
    assert said not in text_of(desk.get(address("round_card", chosen.pk)))
    evaluate(chosen)
    assert said in text_of(desk.get(address("round", chosen.pk)))


def test_weighing_is_asked_of_the_worker_once(desk, chosen, django_capture_on_commit_callbacks):
    first = desk.post(address("round_evaluate", chosen.pk))
    second = desk.post(address("round_evaluate", chosen.pk))
    assert first.url == second.url
    job = Job.objects.get()
    assert job.arguments == {"round_id": chosen.pk}
    assert f"job-{job.pk}" in text_of(desk.get(address("round", chosen.pk)))


def test_a_failed_attempt_says_why_on_the_page_of_the_round(desk, chosen, organisation):
    Job.objects.create(
        name="evaluate_round",
        organisation=organisation,
        arguments={"round_id": chosen.pk},
        fingerprint="x",
        state=Job.State.FAILED,
        message="Te nauw.",
    )
    assert "Te nauw." in text_of(desk.get(address("round", chosen.pk)))


def test_the_result_shows_whole_percents_with_their_margin_and_never_the_word_bad(
    desk, chosen, evaluate, manager, order
):
    order(chosen, manager, "need", "energy")
    evaluate(chosen)
    shown = text_of(desk.get("/en" + address("round", chosen.pk)))
    assert "± 1" in shown
    assert "Does not fit this round under these weights." in shown
    assert "nearly certain" in shown
    for share in chosen.results.values_list("top_share", flat=True):
        assert f"{share:.2f}" not in shown.replace("0.00", "")


def test_a_changed_round_warns_that_its_result_is_out_of_date(
    desk, chosen, evaluate, manager, order
):
    evaluate(chosen)
    url = "/en" + address("round", chosen.pk)
    assert "result out of date" not in text_of(desk.get(url))
    order(chosen, manager, "need", "energy")
    assert "result out of date" in text_of(desk.get(url))


def test_the_table_can_be_sorted_by_name_and_by_share(desk, chosen, evaluate):
    evaluate(chosen)
    rows = desk.get(address("round", chosen.pk), {"volgorde": "naam"}).context["rows"]
    assert [row.area.name for row in rows] == sorted(row.area.name for row in rows)
    rows = desk.get(address("round", chosen.pk)).context["rows"]
    shares = [row.result.top_share for row in rows]
    assert shares == sorted(shares, reverse=True)


def test_an_exclusion_has_owner_reason_and_an_end_after_the_round(desk, chosen, town, manager):
    url = address("exclusion_new", chosen.pk)
    answers = {
        "area": town.neighbourhoods[0].pk,
        "owner": manager.pk,
        "reason": "Straat ligt open",
        "until": (chosen.held_on - timedelta(days=1)).isoformat(),
    }
    assert desk.post(url, answers).status_code == 200
    assert desk.post(url, answers | {"until": "2030-01-01", "reason": ""}).status_code == 200
    assert not chosen.exclusions.exists()
    desk.post(url, answers | {"until": "2030-01-01"})
    desk.post(url, answers | {"until": "2031-01-01"})
    row = chosen.exclusions.get()
    assert row.until.year == 2031
    desk.post(address("exclusion_end", row.pk))
    assert not chosen.exclusions.exists()


def test_chosen_neighbourhoods_become_candidates_once_with_their_households(
    desk, chosen, town, evaluate, programme
):
    evaluate(chosen)
    area = town.neighbourhoods[-1]
    for _ in range(2):
        desk.post(address("round_take_over", chosen.pk), {"area": [area.pk]})
    row = programme.neighbourhoods.get()
    assert (row.area, row.phase, row.households) == (area, "candidate", 700)


def test_only_neighbourhoods_of_the_result_can_be_taken_over(desk, chosen, town, programme):
    desk.post(address("round_take_over", chosen.pk), {"area": [town.neighbourhoods[0].pk]})
    assert not programme.neighbourhoods.exists()


def test_the_table_for_a_spreadsheet_says_where_it_comes_from(desk, chosen, evaluate, organisation):
    organisation.fictional = True
    organisation.save()
    evaluate(chosen)
    rows = text_of(desk.get("/en" + address("round_csv", chosen.pk))).splitlines()
    assert len(rows) == 10
    assert all(chosen.inputs_digest in row and "Fictional" in row for row in rows[1:])


def test_the_algorithm_card_names_data_weights_seed_and_limits(
    desk, chosen, evaluate, manager, order
):
    order(chosen, manager, "need", "energy")
    evaluate(chosen)
    shown = text_of(desk.get("/en" + address("round_card", chosen.pk)))
    for part in ("CC BY 4.0", "need (en) &gt; energy (en)", chosen.inputs_digest, "SMAA"):
        assert part in shown


def test_a_round_with_a_result_cannot_be_thrown_away(desk, chosen, evaluate):
    evaluate(chosen)
    desk.post(address("round_remove", chosen.pk))
    assert SelectionRound.objects.filter(pk=chosen.pk).exists()
    SelectionRound.objects.update(evaluated_at=None)
    desk.post(address("round_remove", chosen.pk))
    assert not SelectionRound.objects.filter(pk=chosen.pk).exists()


def schedule_answers(rows, first_quarter, **more):
    answers = {"first_quarter": first_quarter.isoformat(), "quarters": "12", "round": ""}
    for row in rows:
        code = row.area.code
        answers |= {f"{code}-use": "on", f"{code}-months": "4", f"{code}-reason": ""}
    return answers | more


def test_a_schedule_is_asked_of_the_worker_once(desk, staff, candidates, first_quarter):
    answers = schedule_answers(candidates[:3], first_quarter)
    first = desk.post(address("schedule_new"), answers)
    second = desk.post(address("schedule_new"), answers)
    assert first.status_code == 302
    assert first.url == second.url
    job = Job.objects.get()
    assert job.arguments["codes"] == [row.area.code for row in candidates[:3]]


def test_the_form_refuses_less_than_four_months_without_a_reason_in_the_same_row(
    desk, staff, candidates, first_quarter
):
    code = candidates[0].area.code
    answers = schedule_answers(candidates[:2], first_quarter, **{f"{code}-months": "3"})
    response = desk.post(address("schedule_new"), answers)
    assert response.status_code == 200
    assert f'id="id_{code}-reason_error"' in text_of(response)
    assert not Job.objects.exists()
    answers[f"{code}-reason"] = "Het team bestaat al twee jaar"
    assert desk.post(address("schedule_new"), answers).status_code == 302
    assert Job.objects.get().arguments["startup"][code]["months"] == 3


def test_quarters_without_staff_are_refused_by_name(desk, staff, candidates, first_quarter):
    answers = schedule_answers(candidates, first_quarter, quarters="20")
    response = desk.post(address("schedule_new"), answers)
    assert response.status_code == 200
    assert not Job.objects.exists()


def test_ticking_nobody_is_refused(desk, staff, candidates, first_quarter):
    answers = schedule_answers([], first_quarter)
    assert desk.post(address("schedule_new"), answers).status_code == 200
    assert not Job.objects.exists()


def test_the_page_of_a_schedule_shows_a_range_its_basis_and_no_decimals(
    desk, staff, candidates, plan
):
    made = plan(staff, candidates)
    shown = text_of(desk.get("/en" + address("schedule", made.pk)))
    low, high = made.summary["households_low"], made.summary["households_high"]
    assert f"{int(low)} to {int(high) + 1}" in shown
    assert "Assumption" in shown
    assert f"{made.summary['households']:.1f}" not in shown


def test_a_schedule_can_be_adopted_and_undone_and_made_again(desk, staff, candidates, plan):
    made = plan(staff, candidates[:2])
    desk.post(address("schedule_adopt", made.pk))
    assert staff.neighbourhoods.filter(startup_on__isnull=False).count() == 2
    desk.post(address("schedule_undo", made.pk))
    assert not staff.neighbourhoods.filter(startup_on__isnull=False).exists()
    again = desk.get(address("schedule_new"), {"schema": made.pk})
    ticked = [form.neighbourhood for form in again.context["starts"] if form.initial["use"]]
    assert set(ticked) == set(candidates[:2])


def test_a_schedule_begins_with_what_came_out_of_the_round(
    desk, chosen, staff, candidates, evaluate, manager, order
):
    order(chosen, manager, "need", "energy")
    evaluate(chosen)
    form = desk.get(address("schedule_new"), {"ronde": chosen.pk})
    ticked = {
        start.neighbourhood.area.code: start.initial["use"] for start in form.context["starts"]
    }
    unlikely = chosen.results.filter(label="nearly_certainly_not").values_list(
        "area__code", flat=True
    )
    assert not any(ticked.get(code) for code in unlikely)


def test_the_ledger_of_revisions_grows_with_every_change(chosen, manager, order):
    before = chosen.revision
    order(chosen, manager, "need", "energy")
    rounds.change_round(chosen, name="Anders")
    assert chosen.revision == before + 2


def test_a_partner_says_what_counts_without_seeing_the_result(
    organisation, chosen, evaluate, as_user
):
    partner = add_person(organisation, Role.PARTNER, "Wonen Proefstad")
    client = as_user(partner)
    url = address("weigh", chosen.pk)
    assert url in text_of(client.get(address("weighings")))
    assert address("weighings") in text_of(client.get(reverse("organisation", args=[O])))
    response = client.post(url, places(chosen, need="1", energy="2"), follow=True)
    assert response.redirect_chain == [(address("weighings"), 302)]
    assert chosen.weighings.get().participant == partner
    evaluate(chosen)
    shown = text_of(client.get(url)) + text_of(client.get(address("weighings")))
    assert address("round", chosen.pk) not in shown.replace(url, "").replace(
        address("weigh_withdraw", chosen.pk), ""
    )
