"""A municipality with stored figures, large and small."""

from datetime import date

import pytest

from sneeuwbal.accounts.models import Membership, Organisation, ReportingUnit, User
from sneeuwbal.evidence.models import Figure
from sneeuwbal.roadmap.models import Programme, ProgrammeNeighbourhood

AS_OF = date(2026, 9, 27)


def quiet(share, message):
    """Progress that nobody watches."""


@pytest.fixture
def town(make_town):
    return make_town("GM9990", name="Proefstad")


@pytest.fixture
def organisation(town):
    organisation = Organisation.objects.create(slug="proefstad", name="Proefstad", fictional=True)
    unit = ReportingUnit.objects.create(organisation=organisation, municipality=town.municipality)
    programme = Programme.objects.create(
        organisation=organisation,
        name="Proef",
        starts_on=date(2023, 1, 1),
        ends_on=date(2027, 1, 1),
    )
    phases = ["active", "stopped", "startup", "comparison", "candidate"]
    for area, phase in zip(town.neighbourhoods, phases, strict=False):
        stopped = {"stopped_on": date(2025, 1, 1), "stop_reason": "Geen team."}
        ProgrammeNeighbourhood.objects.create(
            programme=programme,
            unit=unit,
            area=area,
            phase=phase,
            households=400,
            **(stopped if phase == "stopped" else {}),
        )
    return organisation


@pytest.fixture
def figure(organisation):
    """`figure(kind, area, n=..., value=...)` stores one figure."""

    def make(kind, area=None, **fields):
        given = {
            "as_of": AS_OF,
            "value": 0.4,
            "low": 0.2,
            "high": 0.7,
            "n": 50,
            "method": "referrals",
            "inputs_digest": "x",
            "code_version": "1",
        }
        return Figure.objects.create(
            organisation=organisation, area=area, kind=kind, **(given | fields)
        )

    return make


@pytest.fixture
def figures(figure, town):
    """Figures of the town and of three neighbourhoods; the second is too small to show."""
    for area, n in [
        (town.municipality, 130),
        *zip(town.neighbourhoods[:3], (83, 7, 40), strict=True),
    ]:
        figure("snowball", area, n=n, verdict="boost", details={"share_unknown": 0.123})
        figure(
            "funnel",
            area,
            n=n,
            value=n / 400,
            method="Wilson",
            details={
                "households": 400,
                "not_reached": 400 - 3 * n if n < 100 else 12,
                "stages": [
                    {"key": "spoken", "count": 2 * n},
                    {"key": "participant", "count": n},
                    {"key": "done", "count": 4},
                ],
                "exits": [{"key": "objection", "count": 3}],
            },
        )
        figure(
            "voice",
            area,
            n=2 * n,
            value=2 * n,
            low=None,
            high=None,
            method="households spoken with",
        )
        figure(
            "reach", area, n=2 * n, value=2 * n / 400, method="Wilson", details={"households": 400}
        )
        figure(
            "cost",
            area,
            n=n,
            value=1234.5,
            low=1000,
            high=1500,
            unit="EUR",
            method="ratio of sums, exact Poisson",
        )
    return organisation


@pytest.fixture
def released(organisation, figures):
    from sneeuwbal.publication import releasing

    releasing.make_release(progress=quiet, organisation=organisation.slug)
    return organisation.releases.get()


@pytest.fixture
def manager(organisation):
    user = User.objects.create_user("m@proef.example", "een-lang-wachtwoord", name="M")
    Membership.objects.create(user=user, organisation=organisation, role="programme_manager")
    return user
