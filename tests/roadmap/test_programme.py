"""The programme: neighbourhoods that may join, targets, staff, money, and short warnings."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from sneeuwbal.places.models import Area, Indicator, Series, Value
from sneeuwbal.roadmap import programmes
from sneeuwbal.roadmap.models import Programme
from sneeuwbal.roadmap.remarks import remarks

TODAY = date(2024, 6, 1)


def texts(programme):
    return " ".join(remark.text for remark in remarks(programme, today=TODAY))


def test_a_new_organisation_needs_three_answers_to_begin(town, manager, as_user):
    browser = as_user(manager)
    assert (
        reverse("programme_new", args=["proefstad"])
        in browser.get("/werk/proefstad/programma/").content.decode()
    )
    answer = browser.post(
        "/werk/proefstad/programma/nieuw/",
        {"name": "Warm", "starts_on": "2024-01-01", "ends_on": "2026-12-31"},
    )
    assert answer.status_code == 302
    assert Programme.objects.get().organisation == town


def test_a_programme_cannot_end_before_it_starts(town, manager, as_user):
    answer = as_user(manager).post(
        "/werk/proefstad/programma/nieuw/",
        {"name": "Warm", "starts_on": "2024-01-01", "ends_on": "2023-12-31"},
    )
    assert answer.status_code == 200 and not Programme.objects.exists()


def test_a_neighbourhood_joins_with_its_official_number_of_households(
    programme, areas, manager, as_user, dataset
):
    indicator = Indicator.objects.create(
        key="households", name_nl="Huishoudens", name_en="Households", unit="-", topic="people"
    )
    series = Series.objects.create(
        indicator=indicator, dataset=dataset, year=2020, official_key="x", unit="-"
    )
    Value.objects.create(series=series, area=areas[1], value=640)
    as_user(manager).post(
        f"/werk/proefstad/programma/{programme.pk}/buurt-toevoegen/",
        {"area": areas[1].pk, "phase": "candidate", "on": "2024-02-01"},
    )
    row = programme.neighbourhoods.get()
    assert row.households == 640 and row.phase_changes.count() == 1


def test_a_programme_that_runs_already_is_entered_with_its_true_dates(
    programme, areas, manager, as_user
):
    as_user(manager).post(
        f"/werk/proefstad/programma/{programme.pk}/buurt-toevoegen/",
        {"area": areas[1].pk, "phase": "candidate", "on": "2024-02-01"},
    )
    row = programme.neighbourhoods.get()
    programmes.change_phase(row, "startup", on=date(2024, 2, 5), by=manager)
    row.refresh_from_db()
    assert (row.decided_on, row.startup_on) == (date(2024, 2, 1), date(2024, 2, 5))


def test_a_neighbourhood_does_not_join_in_the_future(programme, areas, manager, as_user):
    answer = as_user(manager).post(
        f"/werk/proefstad/programma/{programme.pk}/buurt-toevoegen/",
        {"area": areas[1].pk, "phase": "candidate", "on": "2999-01-01"},
    )
    assert answer.status_code == 200 and not programme.neighbourhoods.exists()


def test_a_neighbourhood_of_another_municipality_cannot_join(programme, other_town, manager):
    elsewhere = Area.objects.create(
        kind="BU", code="BU98020001", year=2020, name="Daar", municipality_code="GM9802"
    )
    with pytest.raises(ValidationError):
        programmes.add_neighbourhood(programme, elsewhere, phase="candidate", by=manager)


def test_a_neighbourhood_joins_once(programme, areas, manager):
    programmes.add_neighbourhood(programme, areas[0], phase="candidate", by=manager)
    with pytest.raises(ValidationError):
        programmes.add_neighbourhood(programme, areas[0], phase="comparison", by=manager)


@pytest.mark.parametrize(
    ("target", "reason", "kept"), [(60, "", True), (61, "", False), (61, "team bestaat al", True)]
)
def test_a_target_above_one_in_ten_needs_a_written_reason(
    programme, areas, manager, as_user, target, reason, kept
):
    row = programmes.add_neighbourhood(
        programme, areas[0], phase="candidate", by=manager, households=600
    )
    as_user(manager).post(
        f"/werk/proefstad/programma/buurt/{row.pk}/wijzigen/",
        {"households": 600, "target_participants": target, "target_reason": reason},
    )
    row.refresh_from_db()
    assert (row.target_participants == target) is kept


def test_missing_staff_budget_and_comparison_are_said(programme, areas, manager):
    programmes.add_neighbourhood(programme, areas[0], phase="candidate", by=manager)
    said = texts(programme)
    assert "personeel" in said and "budget" in said and "vergelijkingsbuurt" in said.lower()


def test_a_complete_programme_has_no_remarks(programme, areas, manager):
    programmes.add_neighbourhood(programme, areas[0], phase="candidate", by=manager)
    programmes.add_neighbourhood(programme, areas[1], phase="comparison", by=manager)
    quarters = programmes.quarters_of(programme)
    programmes.set_capacity(programme, [(quarter, Decimal(2), 2) for quarter in quarters])
    programmes.set_budgets(programme, [(2024, "gemeente", Decimal(1000))])
    assert texts(programme) == ""


def test_more_starts_in_a_quarter_than_fit_are_said(programme, areas, manager):
    for area in areas[:2]:
        row = programmes.add_neighbourhood(programme, area, phase="candidate", by=manager)
        row.startup_on = date(2024, 5, 1)
        row.save()
    programmes.set_capacity(programme, [(date(2024, 4, 1), Decimal(1), 1)])
    assert "kwartaal 2 van 2024" in texts(programme)


def test_an_empty_quarter_is_not_filled_in_and_zero_is(programme):
    first = date(2024, 1, 1)
    programmes.set_capacity(programme, [(first, Decimal(0), 0)])
    assert programme.capacity.get().fte == 0
    programmes.set_capacity(programme, [(first, None, 0)])
    assert not programme.capacity.exists()


def test_the_quarters_cover_the_programme(programme):
    quarters = programmes.quarters_of(programme)
    assert quarters[0] == date(2024, 1, 1) and quarters[-1] == date(2026, 10, 1)
    assert len(quarters) == 12


def test_staff_is_filled_in_on_its_page(programme, manager, as_user):
    address = f"/werk/proefstad/programma/{programme.pk}/capaciteit/"
    browser = as_user(manager)
    forms = browser.get(address).context["forms"]
    data = {
        forms.management_form.add_prefix(n): v for n, v in forms.management_form.initial.items()
    }
    for form in forms:
        data[form.add_prefix("quarter")] = form.initial["quarter"].isoformat()
        data[form.add_prefix("fte")] = "1.5"
        data[form.add_prefix("kickoffs")] = "1"
    assert browser.post(address, data).status_code == 302
    assert programme.capacity.count() == 12
    assert "1,50" in browser.get("/werk/proefstad/programma/").content.decode()


def test_budget_lines_are_kept_replaced_and_removed(programme, manager, as_user):
    address = f"/werk/proefstad/programma/{programme.pk}/budget/"
    browser = as_user(manager)
    rows = {"form-TOTAL_FORMS": 3, "form-INITIAL_FORMS": 0}
    line = {"form-0-year": 2024, "form-0-funder": "Rijk", "form-0-amount_eur": "1200.50"}
    assert browser.post(address, rows | line).status_code == 302
    assert programme.budgets.get().amount_eur == Decimal("1200.50")
    gone = {"form-TOTAL_FORMS": 4, "form-INITIAL_FORMS": 1, "form-0-DELETE": "on"}
    assert browser.post(address, line | gone).status_code == 302
    assert not programme.budgets.exists()
