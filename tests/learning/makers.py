"""People, figures and advice for tests of the learning room."""

from datetime import date
from uuid import uuid4

from sneeuwbal.accounts.models import Membership, Role, User
from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning import sessions


def add_person(organisation, role=Role.POLICY_ADVISER):
    person = User.objects.create_user(
        f"{role}@{organisation.slug}.example",
        "wachtwoord-lang-genoeg",
        name=f"Iemand van {organisation.name}",
    )
    Membership.objects.create(user=person, organisation=organisation, role=role)
    return person


def add_figure(organisation, **facts):
    given = {
        "kind": Figure.Kind.SNOWBALL,
        "as_of": date(2024, 6, 1),
        "value": 0.4,
        "low": 0.2,
        "high": 0.7,
        "n": 120,
        "unit": "recruits per participant",
        "method": "referrals",
        "inputs_digest": "x",
        "code_version": "test",
    }
    return Figure.objects.create(organisation=organisation, **given | facts)


def advise(session, organisation, by, text="Begin kleiner.", key=None):
    return sessions.give_advice(
        session, key=key or uuid4(), organisation=organisation, text=text, by=by
    )
