"""An effect: agreed and locked beforehand, computed by the worker, shown with its doubts."""

from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone, translation

from sneeuwbal.accounts import jobs
from sneeuwbal.accounts.models import Job, Membership, Organisation, ReportingUnit, Role, User
from sneeuwbal.analysis.effects.aggregates import Estimand
from sneeuwbal.analysis.effects.attgt import Controls
from sneeuwbal.analysis.effects.finding import Caution, Refusal
from sneeuwbal.evidence import analysis_plans as plans
from sneeuwbal.evidence import effect_wording as wording
from sneeuwbal.evidence import effects
from sneeuwbal.evidence.models import AnalysisPlan
from sneeuwbal.places.models import Area, Indicator, Value
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

pytestmark = pytest.mark.django_db
YEARS = range(2015, 2024)
EFFECT = -40.0


def quiet(_share, _message):
    """Nobody watches."""


def facts(outcome, **changes):
    return {
        "outcome": outcome,
        "per_household": False,
        "first_year": 2015,
        "last_year": 2023,
        "comparison": "municipality",
        "controls": "not_yet_treated",
        "estimand": "dynamic",
        "shock_years": [2022],
        "by_lot": False,
        "exploratory": True,
        **changes,
    }


def posted(**changes):
    given = facts(Indicator.objects.get(key="gas_m3").pk, shock_years="2022", **changes)
    return {name: value for name, value in given.items() if value is not False}


def give_gas(give_values, town, starts, effect=EFFECT):
    """Gas per neighbourhood that falls by the effect from the year of the start on."""
    rng = np.random.default_rng(5)
    level = 1200 + 100 * rng.standard_normal(len(town.neighbourhoods))
    for year in YEARS:
        noise = 8 * rng.standard_normal(level.size)
        after = np.array([start is not None and year >= start for start in starts])
        values = level - 10 * (year - 2015) + noise + effect * after
        give_values(town.neighbourhoods, "gas_m3", [float(v) for v in values], year)


def start(programme, numbers, year):
    for number in numbers:
        area = programme.town.neighbourhoods[number]
        day = date(year, 3, 1)
        ProgrammeNeighbourhood.objects.create(
            programme=programme.programme,
            unit=programme.unit,
            area=area,
            phase="active",
            startup_on=day,
            recruitment_on=day,
        )


@pytest.fixture
def wide(programme, make_town, give_values):
    """Twenty-four neighbourhoods: eight start in 2019, eight in 2021, eight wait."""
    programme.programme.neighbourhoods.all().delete()
    ReportingUnit.objects.filter(organisation=programme.organisation).delete()
    programme.town = make_town("GM9991", name="Wijdstad", columns=6, rows=4, shapes=False)
    programme.unit = ReportingUnit.objects.create(
        organisation=programme.organisation, municipality=programme.town.municipality
    )
    start(programme, range(8), 2019)
    start(programme, range(8, 16), 2021)
    give_gas(give_values, programme.town, [2019] * 8 + [2021] * 8 + [None] * 8)
    return programme


def locked(programme, **changes):
    outcome = Indicator.objects.get(key=changes.pop("key", "gas_m3"))
    made = plans.draft(programme.organisation, facts(outcome, **changes), by=programme.manager)
    return plans.lock(made, by=programme.manager)


def computed(plan):
    effects.estimate_effect(progress=quiet, organisation=plan.organisation.slug, plan=plan.pk)
    return plan.figures.first()


def address(name, *args, language="nl", organisation="proefstad"):
    with translation.override(language):
        return reverse(name, args=[organisation, *args])


def page(client, person, name, *args, language="nl"):
    client.force_login(person)
    return client.get(address(name, *args, language=language))


def test_from_draft_to_verdict_through_the_pages_and_the_worker(client, wide):
    client.force_login(wide.manager)
    answer = client.post(address("effect_new"), posted())
    plan = AnalysisPlan.objects.get()
    assert answer.url == address("effect", plan.pk)
    assert len(plan.comparison_codes) == 8 and plan.shock_years == [2022]
    client.post(address("effect_lock", plan.pk))
    client.post(address("effect_compute", plan.pk))
    job = Job.objects.get(name="estimate_effect")
    assert "job--running" in client.get(address("effect", plan.pk)).content.decode()
    jobs.perform.call(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    figure = plan.figures.get()
    assert figure.low < EFFECT < figure.high < 0 and figure.n == 24
    text = client.get(address("effect", plan.pk)).content.decode()
    assert "Starten maakte een verschil van" in text
    assert text.index("verdict__title") < text.index("<figure")
    assert "Jaar van de start" in text and "2 jaar voor de start" in text
    assert "In een jaar na de start gebeurde er iets anders" in text

    assert ", 2015–2023</h1>" in text and "2019: 8 buurten" in text
    assert figure.inputs_digest[:8] in text
    plan.refresh_from_db()
    assert plan.digest in text and "versie 1" in text
    assert (
        "Starten maakte een verschil van" in page(client, wide.auditor, "effects").content.decode()
    )


def test_without_effect_the_interval_holds_zero_and_the_words_say_so(wide, give_values):
    Value.objects.all().delete()
    give_gas(give_values, wide.town, [None] * 24)
    plan = locked(wide)
    figure = computed(plan)
    assert figure.low < 0 < figure.high and figure.verdict == "no_effect_shown"
    assert wording.headline(figure, plan).startswith("Geen effect aangetoond")


def test_a_difference_that_was_there_before_the_start_is_not_called_an_effect(wide):
    plan = locked(wide)
    figure = computed(plan)
    assert wording.state(figure) == "shown"
    figure.details["cautions"].append("pre_trend_differs")
    assert wording.headline(figure, plan).startswith("We mogen het geen effect noemen")
    assert wording.state(figure) == "unknown"


def test_one_year_of_starts_is_refused_with_the_reason(client, wide):
    ProgrammeNeighbourhood.objects.filter(recruitment_on__year=2021).delete()
    plan = locked(wide)
    figure = computed(plan)
    assert figure.value is None and figure.details["refusals"] == ["too_few_cohorts"]
    text = page(client, wide.manager, "effect", plan.pk).content.decode()
    assert "We kunnen het niet zeggen: alle buurten startten in hetzelfde jaar" in text


def test_few_neighbourhoods_are_refused_with_every_reason(client, wide):
    kept = [area.code for area in wide.town.neighbourhoods[:3]]
    Value.objects.exclude(area__code__in=kept).delete()
    plan = locked(wide)
    figure = computed(plan)
    assert figure.value is None and figure.details["refusals"][0] == "too_few_clusters"
    text = page(client, wide.manager, "effect", plan.pk).content.decode()
    assert "minder dan acht buurten" in text and "Ook: " in text


def test_without_any_data_there_is_a_refusal_and_no_crash(wide):
    plan = locked(wide)
    Value.objects.all().delete()
    assert computed(plan).details["refusals"] == ["no_data"]


@pytest.mark.parametrize("estimand", ["simple", "group", "calendar"])
def test_every_average_has_its_picture(client, wide, estimand):
    plan = locked(wide, estimand=estimand)
    figure = computed(plan)
    assert figure.high < 0
    text = page(client, wide.manager, "effect", plan.pk).content.decode()
    words = {"simple": "Alle jaren na een start", "group": "Gestart in 2019", "calendar": "2020"}
    assert words[estimand] in text and "<figure" in text


def test_a_total_is_divided_by_the_households_of_the_same_year(wide, give_values):
    areas = wide.town.neighbourhoods
    for year in (2015, 2016):
        give_values(areas[:2], "total", [1000.0, 900.0], year)
        give_values(areas[:2], "households", [100.0, None], year)
    plan = locked(wide, key="total", per_household=True, last_year=2016)
    table = effects.read_table(plan, timezone.localdate())
    assert set(table.outcome.values()) == {10.0} and len(table.outcome) == 2


def test_after_the_first_start_a_plan_is_locked_only_as_an_exploration(client, wide):
    made = plans.draft(
        wide.organisation, facts(Indicator.objects.get(key="gas_m3"), exploratory=False), by=None
    )
    client.force_login(wide.manager)
    text = client.post(address("effect_lock", made.pk), follow=True).content.decode()
    assert "Noem het een verkenning" in text
    made.refresh_from_db()
    assert not made.locked_at and not made.digest
    plans.change(made, facts(made.outcome, exploratory=True))
    plan = plans.lock(made, by=wide.manager)
    computed(plan)
    assert "Dit is een verkenning" in client.get(address("effect", plan.pk)).content.decode()


def test_before_the_first_start_a_plan_is_locked_as_agreed(wide):
    ProgrammeNeighbourhood.objects.update(
        recruitment_on=None, startup_on=timezone.localdate() + timedelta(days=40)
    )
    assert not locked(wide, exploratory=False).exploratory


def test_a_locked_plan_is_neither_changed_nor_removed_nor_locked_again(client, wide):
    plan = locked(wide)
    for attempt in (
        lambda: plans.change(plan, facts(plan.outcome, last_year=2020)),
        lambda: plans.remove(plan),
        lambda: plans.lock(plan, by=wide.manager),
    ):
        with pytest.raises(ValidationError):
            attempt()
    client.force_login(wide.manager)
    client.post(address("effect_edit", plan.pk), posted(last_year=2020))
    client.post(address("effect_remove", plan.pk))
    again = AnalysisPlan.objects.get(pk=plan.pk)
    assert again.last_year == 2023 and again.digest == plan.digest == plans.digest_of(again)


@pytest.mark.parametrize(
    ("name", "value"),
    [("last_year", 2022), ("estimand", "simple"), ("comparison_codes", []), ("shock_years", [])],
)
def test_a_locked_plan_that_was_tampered_with_is_told(client, wide, name, value):
    plan = locked(wide)
    assert plans.is_intact(plan)
    AnalysisPlan.objects.filter(pk=plan.pk).update(**{name: value})
    text = page(client, wide.manager, "effect", plan.pk).content.decode()
    assert "niet meer wat de vingerafdruk zegt" in text


def test_a_new_version_keeps_the_old_one_and_says_what_changed_and_why(client, wide):
    first = locked(wide)
    client.force_login(wide.manager)
    link = address("effect_revise", first.pk)
    assert client.post(link, posted(last_year=2022)).status_code == 200  # no reason given
    client.post(link, posted(last_year=2022, reason="2023 is nog voorlopig"))
    second = AnalysisPlan.objects.get(version=2)
    plan = plans.lock(second, by=wide.manager)
    computed(plan)
    text = client.get(address("effect", plan.pk)).content.decode()
    assert "Veranderd na het vastleggen" in text and "2023 is nog voorlopig" in text
    assert "<del>2023</del>" in text and "<ins>2022</ins>" in text and first.digest in text
    old = client.get(address("effect", first.pk)).content.decode()
    assert "niet de nieuwste versie" in old
    with pytest.raises(ValidationError):
        plans.revise(first, facts(first.outcome), reason="nog eens", by=wide.manager)
    assert "veranderd na het vastleggen" in client.get(address("effects")).content.decode()


def test_a_draft_can_be_changed_and_thrown_away_but_not_computed(client, wide):
    made = plans.draft(wide.organisation, facts(Indicator.objects.get(key="gas_m3")), by=None)
    client.force_login(wide.manager)
    client.post(address("effect_edit", made.pk), posted(first_year=2016))
    made.refresh_from_db()
    assert made.first_year == 2016
    client.post(address("effect_compute", made.pk))
    assert not Job.objects.exists()
    with pytest.raises(jobs.JobError):
        computed(made)
    client.post(address("effect_remove", made.pk))
    assert not AnalysisPlan.objects.exists()


def test_the_form_refuses_what_is_no_year_and_a_window_without_length(client, wide):
    client.force_login(wide.manager)
    wrong = posted(first_year=2023, last_year=2023) | {"shock_years": "vorig jaar"}
    text = client.post(address("effect_new"), wrong).content.decode()
    assert "Dit is geen jaar: vorig jaar" in text and "Het laatste jaar komt na" in text
    assert not AnalysisPlan.objects.exists()


def test_an_effect_figure_is_computed_again_the_same_and_other_data_are_noticed(wide):
    figure = computed(locked(wide))
    out = StringIO()
    call_command("verify_figure", figure.pk, stdout=out)
    assert ": the same" in out.getvalue()
    assert computed(figure.plan).pk == figure.pk, "what did not change is not added"
    row = Value.objects.filter(series__year=2020, series__indicator__key="gas_m3").first()
    Value.objects.filter(series=row.series, area=row.area).update(value=1.0)
    with pytest.raises(CommandError, match="not reproduced"):
        call_command("verify_figure", figure.pk, stdout=out)


def test_who_may_only_look_changes_nothing_and_strangers_see_nothing(client, wide):
    plan = locked(wide)
    assert page(client, wide.auditor, "effect", plan.pk).status_code == 200
    for name in ("effect_lock", "effect_compute", "effect_remove", "effect_revise", "effect_edit"):
        assert client.post(address(name, plan.pk)).status_code == 403
    assert page(client, wide.volunteer, "effects").status_code == 403
    other = Organisation.objects.create(slug="elders", name="Elders")
    stranger = User.objects.create_user("x@elders.example", name="X")
    Membership.objects.create(user=stranger, organisation=other, role=Role.PROGRAMME_MANAGER)
    assert page(client, stranger, "effect", plan.pk).status_code == 404
    for name in ("effect", "effect_edit", "effect_revise"):
        link = address(name, plan.pk, organisation="elders")
        assert client.get(link).status_code == 404
    with pytest.raises(jobs.JobError):
        effects.estimate_effect(progress=quiet, organisation="elders", plan=plan.pk)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_are_clean_in_both_languages(client, wide, clean_page, language):
    def look(name, *args):
        clean_page(page(client, wide.manager, name, *args, language=language))

    look("effects")
    plan = locked(wide)
    computed(plan)
    new = plans.revise(plan, facts(plan.outcome), reason="anders", by=wide.manager)
    for name in ("effects", "effect_new", "evidence"):
        look(name)
    look("effect", plan.pk)
    look("effect", new.pk)
    look("effect_edit", new.pk)
    words = {"nl": "Starten maakte een verschil", "en": "Starting made a difference"}
    shown = page(client, wide.manager, "effect", plan.pk, language=language).content.decode()
    assert words[language] in shown


def test_the_plan_knows_every_choice_of_the_analysis_and_every_reason_has_words():
    assert {str(one) for one in Estimand} == set(AnalysisPlan.Estimand.values)
    assert {str(one) for one in Controls} == set(AnalysisPlan.Controls.values)
    assert {str(one) for one in Refusal} == set(wording.REFUSALS)
    assert {str(one) for one in Caution} == set(wording.CAUTIONS)


@pytest.mark.open_data
def test_the_coach_talks_of_zwolle_show_no_effect_and_the_page_says_why(client, open_data):
    folder = open_data / "zwolle"
    energy = folder / "zwolle_energie_buurt_2015_2023.csv"
    codes = {line.split(",")[1] for line in energy.read_text().splitlines()[1:]}
    shared = {"year": 2020, "municipality_code": "GM0193"}
    Area.objects.bulk_create(
        Area(kind="BU", code=code, name=code, **shared) for code in sorted(codes)
    )
    call_command("import", energy, stdout=StringIO())
    talks = (folder / "zwolle_energiecoach_buurt_kwartaal_2023_2024.csv").read_text().splitlines()
    coached = {line.split(",")[0] for line in talks[1:] if line.split(",")[1].startswith("2023")}
    town = Area.objects.get_or_create(
        kind="GM", code="GM0193", year=2020, defaults={"name": "Zwolle"}
    )[0]
    organisation = Organisation.objects.create(slug="proefstad", name="Zwolle")
    unit = ReportingUnit.objects.create(organisation=organisation, municipality=town)
    manager = User.objects.create_user("m@zwolle.example", name="M")
    Membership.objects.create(user=manager, organisation=organisation, role="programme_manager")
    programme = Programme.objects.create(
        organisation=organisation, name="Coaches", starts_on="2023-01-01", ends_on="2026-01-01"
    )
    day = date(2023, 1, 1)
    for area in Area.objects.filter(code__in=coached, kind="BU", year=2020):
        ProgrammeNeighbourhood.objects.create(
            programme=programme, unit=unit, area=area, phase="active", recruitment_on=day
        )
    outcome = Indicator.objects.get(key="gas_total_m3")
    asked = facts(outcome, per_household=True, controls="never_treated", shock_years=[2022, 2023])
    plan = plans.lock(plans.draft(organisation, asked, by=manager), by=manager)
    figure = computed(plan)
    assert figure.n > 40 and figure.details["cohorts"][0][0] == 2023
    assert figure.value is None and figure.details["refusals"] == ["too_few_cohorts"]
    assert {"one_period_after", "shock_after_start"} <= set(figure.details["cautions"])
    text = page(client, manager, "effect", plan.pk).content.decode()
    assert "We kunnen het niet zeggen: alle buurten startten in hetzelfde jaar" in text
    assert "maar één jaar met uitkomsten" in text and "iets anders dat iedereen raakte" in text
