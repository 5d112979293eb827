"""The whole road, from open data to public page, over HTTP. Read this first.

A programme manager prepares, colleagues put on the map what they know and weigh where to begin,
a neighbourhood worker rings bells, a neighbour redeems a card, the worker process computes,
colleagues learn, and a reader without account sees what came of it.

Visitors read pages and fill in the forms that stand on them (tests/walking.py); every page they
see is checked. Rows are only looked at, except for what has no page: the first organisation with
its first account, and months of conversations (tests/vogelstad.py).
"""

import pytest
from django.core.management import call_command
from tests.reading import check_public_page, stats
from tests.vogelstad import PLACES, ago, code_of, months_of_work, write_map, write_table
from tests.walking import Walker

from sneeuwbal.accounts.jobs import perform
from sneeuwbal.accounts.models import Job, Membership, Organisation, ReportingUnit, User
from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning.models import Lesson
from sneeuwbal.outreach.models import Event, ReferralCode
from sneeuwbal.places.models import Area
from sneeuwbal.planning.models import Schedule, SelectionRound
from sneeuwbal.publication.models import Release
from sneeuwbal.roadmap.models import Card, Decision, Programme, ProgrammeNeighbourhood

pytestmark = pytest.mark.django_db
PASSWORD = "een-lang-genoeg-wachtwoord"
WORK = "/werk/vogelstad/"


def test_the_whole_road_from_map_to_public_page(tmp_path, capsys):
    import_open_data(tmp_path, capsys)
    read_the_map()
    manager = first_account("vogelstad", "Gemeente Vogelstad")
    elsewhere = first_account("elders", "Gemeente Elders")
    adviser = welcome(manager, "Ada Beleid", "policy_adviser")
    worker = welcome(manager, "Wim Buurt", "neighbourhood_worker", ["Merelhof", "Spreeuwenhoek"])
    # roadmap
    make_the_programme(manager)
    map_the_field(adviser, manager)
    # planning
    weigh_where_to_begin(manager, adviser)
    make_a_schedule(manager)
    # outreach
    card = talk_at_the_door(worker)
    redeem(card)
    book_costs(manager)
    # evidence
    say_that_it_is_too_little(manager)
    months_of_work()
    name_a_number(manager)
    # learning
    learn_together(manager, elsewhere)
    # publication
    publish(manager)
    read_in_public("", no_evidence="Nog geen bewijs", withheld="niet getoond")
    read_in_public("/en", no_evidence="No evidence yet", withheld="withheld")


def import_open_data(folder, capsys):
    """A map in RD New and a table with decimal commas; the second time nothing changes."""
    borders, (table, mapping) = write_map(folder), write_table(folder)
    call_command("import", borders)
    call_command("import", table, mapping=mapping)
    assert "6 rows read, 6 matched" in capsys.readouterr().out
    call_command("import", table, mapping=mapping)
    assert "1 unchanged" in capsys.readouterr().out


def read_the_map():
    reader = Walker().go("/kaart/").choose(zoek="vogel")  # one municipality fits: its map opens
    assert reader.path.startswith("/kaart/GM9980/")
    reader.choose(indicator="loneliness_share")
    assert "Merelhof" in reader.text and "41" in reader.text
    reader.go(f"/buurt/{code_of('Merelhof')}/2020/")
    assert "900" in reader.text and "Gemeente Vogelstad" in reader.text  # the number, its source


def first_account(slug, name):
    """What has no page: an organisation with its municipality and its first account."""
    organisation = Organisation.objects.create(slug=slug, name=name, fictional=True)
    for town in Area.objects.filter(kind="GM", name__iexact=slug):
        ReportingUnit.objects.create(organisation=organisation, municipality=town)
    manager = User.objects.create_user(f"manager@{slug}.example", PASSWORD, name=f"Mia van {name}")
    Membership.objects.create(user=manager, organisation=organisation, role="programme_manager")
    return log_in(Walker(), manager.email)


def log_in(walker, email):
    return walker.go("/inloggen/").submit(to="inloggen/", username=email, password=PASSWORD)


def welcome(manager, name, role, places=()):
    """Add a colleague on the page for it; the colleague sets a password with the link."""
    email = f"{name.split()[0].lower()}@vogelstad.example"
    manager.go(f"{WORK}mensen/nieuw/")
    manager.submit(email=email, name=name, role=role, areas=list(places))
    link = next(word for word in manager.text.split() if "/wachtwoord/" in word)
    newcomer = Walker().go(link.removeprefix("http://testserver"))
    newcomer.submit(new_password1=PASSWORD, new_password2=PASSWORD)
    return log_in(newcomer, email)


def make_the_programme(manager):
    """A programme that runs already, with the true dates of its neighbourhoods, and its staff."""
    manager.go(f"{WORK}programma/nieuw/")
    manager.submit(name="Samen warm", starts_on=ago(330), ends_on=ago(-700))
    programme = Programme.objects.get()
    roles = {"Vinkenveen": "comparison"}
    for name in PLACES:
        manager.go(f"{WORK}programma/{programme.pk}/buurt-toevoegen/")
        manager.submit(area=name, phase=roles.get(name, "candidate"), on=ago(330))
    start(manager, "Merelhof", startup=ago(300), active=ago(170))
    start(manager, "Roodborst", startup=ago(300), active=ago(170))
    start(manager, "Spreeuwenhoek", startup=ago(60), active=ago(5), reason="Het team bestond al.")
    manager.go(f"{WORK}programma/{programme.pk}/capaciteit/")
    quarters = [name for form in manager.page.forms for name in form.names() if "-fte" in name]
    manager.submit(**dict.fromkeys(quarters, "3.5"))
    assert programme.capacity.count() == len(quarters)


def start(manager, name, *, startup, active, reason=""):
    """From start-up to recruitment: within four months only with a written reason."""
    row = ProgrammeNeighbourhood.objects.get(area__name=name)
    page = f"{WORK}programma/buurt/{row.pk}/"
    manager.go(page).submit(phase="startup", on=startup)
    if reason:
        assert "4 maanden" in manager.is_refused(phase="active", on=active)
    manager.go(page).submit(phase="active", on=active, reason=reason)


def map_the_field(adviser, manager):
    """A Routekaart session: cards on neighbourhoods, and a decision with owner and date."""
    adviser.go(f"{WORK}routekaart/nieuw/").submit(title="Wat speelt er?", held_on=ago(320))
    session = adviser.path
    adviser.submit(kind="chance", title="Riool wordt vervangen", area="Merelhof")
    adviser.submit(kind="network", title="Repaircafé", area="Mezenburg").again()
    assert Card.objects.count() == 2, "a double send laid a second card"
    assert "Repaircafé" in adviser.go(f"{session}?beeld=lijst").text
    assert "Merelhof" in adviser.go(f"{session}?beeld=kaart").text
    adviser.go(session).press("Maak er een besluit van")
    decision = Decision.objects.get()
    manager.go(session).press("vaststellen/")  # refused: nobody owns the decision yet
    assert "eigenaar" in manager.text
    adviser.go(f"{WORK}routekaart/besluit/{decision.pk}/")
    adviser.submit(text="Eén brief samen met het riool", owner="Ada Beleid", due_on=ago(-30))
    manager.go(session).press("vaststellen/")
    assert decision.session.status == "adopted"


def weigh_where_to_begin(manager, adviser):
    """Everyone gives an order of real indicators; the outcome counts all weightings that fit."""
    manager.go(f"{WORK}kiezen/nieuw/").submit(name="Welke buurt nu?", held_on=ago(0), places=1)
    uses = [n for form in manager.page.forms for n in form.names() if n.endswith("-use")]
    manager.is_refused(**{uses[0]: True})  # with one criterion there is nothing to weigh
    manager.submit(**dict.fromkeys(uses[:3], True))
    page = manager.path
    for person, order in ((manager, "123"), (adviser, "321")):
        person.go(f"{page}wegen/")
        fields = [n for form in person.page.forms for n in form.names() if "place_" in n]
        person.submit(**dict(zip(fields, order, strict=True)))
    manager.go(page).press("uitrekenen/")
    let_the_worker_work()
    assert "Lijsterlaan" in manager.go(page).text and "±" in manager.text
    results = SelectionRound.objects.get().results
    assert sum(row.top_share for row in results.all()) == pytest.approx(1)


def make_a_schedule(manager):
    """No start-up under four months without a reason; adopted dates enter the programme."""
    place = code_of("Lijsterlaan")
    manager.go(f"{WORK}planning/nieuw/")
    manager.is_refused(**{f"{place}-use": True, f"{place}-months": 2})
    manager.submit(**{f"{place}-use": True, f"{place}-months": 5})
    let_the_worker_work()
    manager.go(f"{WORK}planning/{Schedule.objects.get().pk}/").press("vaststellen/")
    row = ProgrammeNeighbourhood.objects.get(area__code=place)
    assert (row.recruitment_on - row.startup_on).days > 4 * 30


def talk_at_the_door(worker):
    """Three doors: nobody home, a correction, and a household that joins and hands on a card."""
    door = f"{WORK}bereik/gesprek/{code_of('Merelhof')}/"
    worker.go(door).submit(outcome="nobody_home").again()
    assert Event.objects.count() == 1, "a double send counted a second door"
    worker.go(door).submit(outcome="not_interested")
    worker.follow("Verbeteren").submit(stage=2)
    assert Event.objects.filter(void=False).count() == 3, "the wrong row stays visible"
    worker.go(door)
    worker.is_refused(outcome="joins", contact=True)  # permission, but no way to reach them
    worker.submit(outcome="joins", contact=True, phone="0612345678", tenure="private")
    worker.press("Kaartje maken")
    worker.go(f"{WORK}bereik/gesprek/{code_of('Vinkenveen')}/", status=404)  # not their place
    return ReferralCode.objects.get()


def redeem(card):
    """A neighbour without account types the code, in small letters, and sends it twice."""
    neighbour = Walker().go("/kaartje/").choose(code=card.code.lower())
    neighbour.submit().again()
    row = Event.objects.get(referrer=card.household)
    assert (row.origin, row.recorded_by) == ("referral", None)


def book_costs(manager):
    manager.go(f"{WORK}bereik/kosten/nieuw/")
    manager.submit(on=ago(10), neighbourhood="Merelhof", kind="external", amount_eur="8000")


def let_the_worker_work():
    """What the worker process does: each job that waits."""
    for job in Job.objects.filter(state=Job.State.WAITING):
        perform.call(job.pk)
        job.refresh_from_db()
        assert job.state == Job.State.DONE, f"{job.name}: {job.message}"


def compute(manager):
    manager.go(f"{WORK}bewijs/").press("berekenen/")
    let_the_worker_work()
    return Figure.objects.filter(kind="snowball", area__name="Merelhof").latest("pk")


def say_that_it_is_too_little(manager):
    assert compute(manager).value is None
    assert "te weinig" in manager.go(f"{WORK}bewijs/").text.lower()


def name_a_number(manager):
    figure = compute(manager)
    assert figure.low < figure.value < figure.high and figure.method == "referrals"
    manager.go(f"{WORK}bewijs/{code_of('Merelhof')}/")
    assert f"n = {figure.n}" in manager.text


def learn_together(manager, elsewhere):
    """Intervision between two municipalities, and a lesson whose grade follows from figures."""
    manager.go(f"{WORK}leren/nieuw/")
    both = list(Organisation.objects.values_list("pk", flat=True))
    manager.submit(title="Hoe verder?", held_on=ago(1), organisations=both)
    session, theirs = manager.path, manager.path.replace("vogelstad", "elders")
    manager.submit(to="casus/", **{"case-case": "In Merelhof brengen buren elkaar mee."})
    manager.go(session).submit(to="question/", **{"question-text": "Waar gaan we verder?"})
    manager.go(session).submit(to="aanwezig/", **{"attendance-present": both})
    elsewhere.go(theirs).submit(to="advies/", **{"advice-text": "Blijf nog een jaar."}).again()
    promise = {"agreement-text": "We blijven.", "agreement-due_on": ago(-60)}
    owner = {"agreement-owner": "Mia van Gemeente Vogelstad"}
    manager.go(session).submit(to="afspraak/", **promise, **owner)
    manager.go(session).press("sluiten/")
    lesson = {"claim": "Buren brengen buren mee.", "context": "Veel huur.", "test": "Geen R."}
    manager.go(f"{session}les/").submit(**lesson)
    number = Figure.objects.filter(kind="snowball", area__name="Merelhof").latest("pk")
    manager.submit(figure=number.pk, side="supports")
    slug = Lesson.objects.get(organisation__slug="vogelstad").slug
    check_public_page(Walker().go(f"/lessen/{slug}/").html)


def publish(manager):
    manager.go(f"{WORK}publiceren/").press("nu/")
    let_the_worker_work()
    assert Release.objects.get().hidden > 0


def read_in_public(language, *, no_evidence, withheld):
    """A reader without account: each number with interval, n and method; small ones withheld."""
    reader = Walker().go(f"{language}/openbaar/").follow("Vogelstad")
    check_public_page(reader.html)
    assert reader.text.count(no_evidence) >= 2, "a sceptic's question has lost its answer"
    assert len(stats(reader.html)) >= 4 and withheld in reader.text
    reader.follow("Merelhof")
    check_public_page(reader.html)
    assert [stat for stat in stats(reader.html) if stat["value"].startswith("0")]
    reader.go(f"{language}/openbaar/buurt/{code_of('Spreeuwenhoek')}/")
    check_public_page(reader.html)
    assert not [stat for stat in stats(reader.html) if "interval" in stat]
    for page in ("", "over/", "lessen/", "methoden/", "bronnen/", "kaart/GM9980/"):
        reader.go(f"{language}/{page}")
    assert not reader.client.cookies
