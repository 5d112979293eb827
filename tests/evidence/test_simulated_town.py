"""From a town whose truth is known, through the ledger, to figures: do they tell the truth?"""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from uuid import NAMESPACE_URL, uuid5

import numpy as np
import pytest

from sneeuwbal.accounts.models import Organisation, ReportingUnit
from sneeuwbal.analysis.simulation import simulate_town
from sneeuwbal.analysis.town import CHANNELS, TENURES, TownSpec
from sneeuwbal.evidence import figures, stored
from sneeuwbal.evidence.reduction import Moment
from sneeuwbal.evidence.tables import read_ledger
from sneeuwbal.outreach import ledger
from sneeuwbal.outreach.models import Channel, Event
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

pytestmark = pytest.mark.django_db
START = date(2023, 1, 2)
R = (0.6, 0.6, 0.3, 0.0, 0.0)
STARTS = (0, 0, 0, -1, -1)
WEEKS = 120
END = START + timedelta(weeks=WEEKS)
SPEC = TownSpec(
    neighbourhoods=5,
    households=1500,
    weeks=WEEKS,
    r=R,
    start_quarter=STARTS,
    team_formed=(True,) * 5,
    # Every neighbour who comes shows the card, so that the truth can be compared with the number.
    code_redeemed=1.0,
    via_neighbour=0.0,
    campaign_unknown=0.0,
    campaign_says_neighbour=0.0,
)


def key(*parts):
    return uuid5(NAMESPACE_URL, "/".join(map(str, parts)))


def write(town, places):
    """Tell the town to the ledger through its only door."""
    events, known = town.events, set(Channel.objects.values_list("slug", flat=True))
    reached, ended, news = {}, set(), []
    columns = zip(
        events.household.tolist(),
        events.neighbourhood.tolist(),
        events.day.tolist(),
        events.recorded_day.tolist(),
        events.stage.tolist(),
        events.channel.tolist(),
        events.recruiter.tolist(),
        strict=True,
    )
    for number, (home, place, day, recorded, stage, channel, recruiter) in enumerate(columns):
        if home in ended or (stage < 10 and stage < reached.get(home, 0)):
            continue
        if stage in (12, 14):
            ended.add(home)
        elif stage < 10:
            reached[home] = stage
        slug = CHANNELS[channel] if CHANNELS[channel] in known else "meeting"
        noon = datetime.combine(START + timedelta(days=recorded), time(12), UTC)
        news.append(
            ledger.NewEvent(
                key=key("event", number),
                neighbourhood=places[place],
                household=key("home", home),
                stage=stage,
                channel=slug,
                happened_on=START + timedelta(days=day),
                referrer=key("home", recruiter) if recruiter >= 0 else None,
                tenure=TENURES[town.households.tenure[home]],
                recorded_at=noon,
            )
        )
    ledger.record_events(news)


@pytest.fixture
def told(make_town):
    """The simulated town in the ledger, with its figures computed."""
    town = simulate_town(SPEC, np.random.default_rng(20250401))
    made = make_town("GM9991", name="Simstad")
    organisation = Organisation.objects.create(slug="simstad", name="Simstad", fictional=True)
    unit = ReportingUnit.objects.create(organisation=organisation, municipality=made.municipality)
    programme = Programme.objects.create(
        organisation=organisation, name="Sim", starts_on=START, ends_on=END + timedelta(days=365)
    )
    places = [
        ProgrammeNeighbourhood.objects.create(
            programme=programme,
            unit=unit,
            area=area,
            households=int(town.neighbourhoods.households[number]),
            phase="comparison" if STARTS[number] < 0 else "active",
            startup_on=None if STARTS[number] < 0 else START,
            recruitment_on=None if STARTS[number] < 0 else START,
        )
        for number, area in enumerate(made.neighbourhoods[:5])
    ]
    write(town, places)
    figures.update_organisation(
        progress=lambda *_: None, organisation="simstad", as_of=END.isoformat()
    )
    found = stored.by_area(stored.newest(organisation))
    return SimpleNamespace(town=town, places=places, organisation=organisation, found=found)


def test_the_whole_road_ends_at_the_truth(told):
    truth = told.town.truth
    covered = 0
    for number, place in enumerate(told.places[:2]):
        row = told.found[place.area_id]["snowball"]
        assert row.value is not None, f"too few in {number}: {row.n}"
        covered += row.low <= truth.effective_r[number] <= row.high
        assert row.verdict in ("boost", "snowball")
        assert row.details["share_unknown"] == 0
    assert covered == 2
    joined = truth.joined_day[truth.joined_day >= 0]
    assert joined.size > 100


def test_the_funnel_reconciles_with_the_ledger_to_the_unit(told):
    for place in told.places:
        rows = Event.objects.filter(neighbourhood=place)
        stages = {
            s["key"]: s["count"] for s in told.found[place.area_id]["funnel"].details["stages"]
        }
        for name, least in (("participant", 4), ("decided", 6), ("done", 7)):
            came = rows.filter(stage__gte=least, stage__lt=10)
            assert stages[name] == came.values("household").distinct().count()
        assert stages["approached"] == (
            rows.exclude(stage=14).values("household").distinct().count()
        )


def test_the_arrays_reconcile_with_each_other(told):
    moment = Moment.end_of(END, organisation=told.organisation.pk)
    arrays = read_ledger(moment)
    joined = arrays.weekly["households"][arrays.weekly["stage"] == 4].sum()
    people = arrays.participants["participant"].size
    highest = arrays.funnel["highest"]
    assert joined == people == arrays.funnel["households"][highest >= 4].sum()
    assert arrays.referrals["recruit"].size == (arrays.participants["source"] == 1).sum()
    households = Event.objects.values("household").distinct().count()
    assert arrays.funnel["households"].sum() == households


def test_a_comparison_neighbourhood_shows_no_spread(told):
    for place in told.places[3:]:
        row = told.found[place.area_id]["snowball"]
        assert row.value is None or row.low < 0.3
        assert row.verdict != "snowball"


def test_growth_is_larger_than_where_nothing_was_done(told):
    row = told.found[None]["growth"]
    assert row.value > 1 and row.low > 1 and row.details["exceeds"] is True


def test_figures_halfway_are_those_that_were_made_halfway(told):
    half = START + timedelta(weeks=60)
    figures.update_organisation(
        progress=lambda *_: None, organisation="simstad", as_of=half.isoformat()
    )
    early = stored.by_area(stored.newest(told.organisation, as_of=half))[None]["funnel"]
    late = told.found[None]["funnel"]
    assert 0 < early.n < late.n
    assert figures.verify(early).holds and figures.verify(late).holds
