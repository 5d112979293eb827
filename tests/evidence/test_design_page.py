"""How many neighbourhoods are needed: asked on a page, answered by the worker, kept."""

import pytest
from django.urls import reverse
from django.utils import translation

from sneeuwbal.accounts import jobs
from sneeuwbal.accounts.models import Job, Membership, Organisation, Role, User
from sneeuwbal.evidence import design_forms, designs
from sneeuwbal.evidence import design_wording as wording
from sneeuwbal.evidence.models import DesignQuestion, Figure

pytestmark = pytest.mark.django_db
# The worked table of docs/methods/design.md: 8 places, 100 households, 1 point: 0.13.
ASKED = {
    "neighbourhoods": "8",
    "households": "100",
    "baseline": "5",
    "spread": "2",
    "effect": "1",
    "waves": "4",
    "before": "1",
    "after": "0",
    "transition": "0",
}


def address(name, *args, language="nl"):
    with translation.override(language):
        return reverse(name, args=["proefstad", *args])


def ask(client, person, **changes):
    client.force_login(person)
    return client.post(address("design"), {**ASKED, **changes})


def answered(client, person, **changes):
    ask(client, person, **changes)
    job = Job.objects.get(name="design_power", state="waiting")
    jobs.perform.call(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.message
    return DesignQuestion.objects.latest("pk")


def text_of(client, question, language="nl"):
    return client.get(address("design_answer", question.pk, language=language)).content.decode()


def test_eight_neighbourhoods_can_almost_never_show_one_point(client, programme):
    question = answered(client, programme.manager)
    assert question.result["power"] == pytest.approx(0.13, abs=0.005)
    assert question.result["needed"] == 96
    text = text_of(client, question)
    verdict = (
        "Met 8 buurten kunt u een verschil van 1 procentpunt bijna nooit aantonen (kans 13 %)."
    )
    assert verdict in text
    assert text.index(verdict) < text.index("<figure")
    assert "zijn ongeveer 96 buurten nodig" in text
    assert "Zeg dit voordat u begint" in text
    assert "/methoden/ontwerp/" in text


def test_a_larger_effect_needs_fewer_neighbourhoods_and_no_warning(client, programme):
    question = answered(
        client, programme.manager, neighbourhoods="24", effect="2", households="300"
    )
    assert question.result["power"] > 0.95 and question.result["needed"] < 24
    text = text_of(client, question)
    assert "Met 24 buurten kunt u een verschil van 2 procentpunt meestal aantonen" in text
    assert "Zeg dit voordat u begint" not in text


def test_the_curve_is_a_table_too_and_holds_the_plan_and_the_number_needed(client, programme):
    question = answered(client, programme.manager)
    numbers = [number for number, _power in question.result["curve"]]
    assert {4, 8, 96} <= set(numbers) and len(numbers) < 50
    chart = wording.curve(question)
    assert [mark["x"] for mark in chart["marks"]] == [numbers.index(8), numbers.index(96)]
    text = text_of(client, question)
    assert "<details" in text and '<th scope="row">96</th>' in text


def test_leaving_the_start_up_out_lowers_the_chance(client, programme):
    whole = answered(client, programme.manager, neighbourhoods="24", households="300")
    less = answered(
        client, programme.manager, neighbourhoods="24", households="300", transition="2", after="2"
    )
    # docs/methods/design.md: 0.65 against 0.21.
    assert whole.result["power"] == pytest.approx(0.65, abs=0.005)
    assert less.result["power"] == pytest.approx(0.21, abs=0.005)


def test_a_plan_that_tells_nothing_is_refused_in_words(client, programme):
    question = answered(client, programme.manager, waves="2", transition="6", after="0")
    assert question.result["impossible"] is True
    text = text_of(client, question)
    assert "niet te scheiden van het verloop van de tijd" in text and "<figure" not in text


def test_the_same_question_is_kept_and_computed_once(client, programme):
    answered(client, programme.manager)
    answer = ask(client, programme.manager)
    assert DesignQuestion.objects.count() == Job.objects.count() == 1
    assert answer.url == address("design_answer", DesignQuestion.objects.get().pk)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"waves": "10"}, "Er zijn minder buurten dan groepen"),
        ({"baseline": "80", "effect": "30"}, "100 procent of meer"),
        ({"households": "0"}, "5"),
    ],
)
def test_what_cannot_be_is_told_beside_the_field_and_not_asked(client, programme, changes, words):
    answer = ask(client, programme.manager, **changes)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert not DesignQuestion.objects.exists() and not Job.objects.exists()


def test_usual_numbers_are_called_usual(client, programme):
    programme.programme.neighbourhoods.update(households=None)
    client.force_login(programme.manager)
    text = client.get(address("design")).content.decode()
    assert "Er zijn nog geen eigen cijfers" in text


def test_own_figures_fill_the_form_and_are_named(client, programme):
    shares = [0.04, 0.06, 0.10, 0.08, 0.12]
    for place, share in [(None, 0.08), *zip(programme.places, shares, strict=True)]:
        Figure.objects.create(
            organisation=programme.organisation,
            area=place.area if place else None,
            kind=Figure.Kind.FUNNEL,
            as_of="2025-01-01",
            value=share,
            method="Wilson",
        )
    defaults = design_forms.defaults_of(programme.organisation)
    assert defaults.values["households"] == 250 and defaults.values["baseline"] == 8.0
    assert defaults.values["spread"] == pytest.approx(3.2)
    client.force_login(programme.manager)
    text = client.get(address("design")).content.decode()
    assert "Ingevuld met uw eigen cijfers" in text


def test_a_question_that_waits_shows_the_work_and_can_be_asked_again_after_a_stop(
    client, programme
):
    ask(client, programme.manager)
    question = DesignQuestion.objects.get()
    assert "job--running" in text_of(client, question)
    Job.objects.update(state="cancelled")
    assert "Nog niet berekend" in text_of(client, question)
    client.post(address("design_answer", question.pk))
    assert Job.objects.filter(state="waiting").count() == 1


def test_only_who_sees_evidence_may_ask_and_only_in_their_own_organisation(client, programme):
    question = answered(client, programme.auditor)
    client.force_login(programme.volunteer)
    assert client.get(address("design")).status_code == 403
    other = Organisation.objects.create(slug="elders", name="Elders")
    stranger = User.objects.create_user("x@elders.example", name="X")
    Membership.objects.create(user=stranger, organisation=other, role=Role.PROGRAMME_MANAGER)
    client.force_login(stranger)
    assert client.get(address("design")).status_code == 404
    assert client.get(reverse("design_answer", args=["elders", question.pk])).status_code == 404
    with pytest.raises(jobs.JobError):
        designs.design_power(progress=print, organisation="elders", question=question.pk)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_pages_are_clean_in_both_languages(client, programme, clean_page, language):
    question = answered(client, programme.manager)
    for name, args in (("design", []), ("design_answer", [question.pk])):
        clean_page(client.get(address(name, *args, language=language)))
    with translation.override(language):
        clean_page(client.get(reverse("design_method")))
    words = {"nl": "bijna nooit", "en": "almost never show a 1-point difference"}
    assert words[language] in text_of(client, question, language)
