"""An intervision session of the demo organisations, and a lesson that came of it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from sneeuwbal.accounts.models import Organisation, Role
from sneeuwbal.evidence.models import Figure
from sneeuwbal.learning.models import (
    Advice,
    Agreement,
    Attendance,
    IntervisionSession,
    Lesson,
)
from sneeuwbal.web.demo import stories
from sneeuwbal.web.demo.programme import person
from sneeuwbal.web.demo.towns import LAST_DAY


def add_intervision(slugs: Sequence[str]) -> None:
    """Add a session in which one municipality was absent, a next one, and a lesson."""
    tenants = [Organisation.objects.get(slug=slug) for slug in slugs]
    brings, *others = tenants
    session = IntervisionSession.objects.create(
        title="Steeds dezelfde mensen op de avond",
        held_on=LAST_DAY - timedelta(days=40),
        case_owner=brings,
        case=stories.CASE,
        question=stories.QUESTION,
        closed_on=LAST_DAY - timedelta(days=40),
    )
    session.organisations.set(tenants)
    session.figures.set(_figures(brings, Figure.Kind.SNOWBALL, Figure.Kind.FUNNEL))
    for number, tenant in enumerate(tenants):
        absent = number == len(tenants) - 1
        Attendance.objects.create(session=session, organisation=tenant, present=not absent)
    for number, (tenant, text) in enumerate(zip(others, stories.ADVICE, strict=True)):
        Advice.objects.create(
            key=uuid5(NAMESPACE_URL, f"sneeuwbal-demo/advice/{number}"),
            session=session,
            organisation=tenant,
            author=person(tenant, Role.PROGRAMME_MANAGER),
            text=text,
        )
    for text, days, status in stories.AGREEMENTS:
        Agreement.objects.create(
            session=session,
            text=text,
            organisation=brings,
            owner=person(brings, Role.PROGRAMME_MANAGER),
            due_on=session.held_on + timedelta(days=days),
            status=status,
        )
    _add_next(tenants, others[0])
    _add_lesson(session, tenants)


def _figures(tenant: Organisation, *kinds: str) -> list[Figure]:
    whole = Figure.objects.filter(organisation=tenant, area=None, kind__in=kinds)
    return list(whole.order_by("kind", "-pk"))


def _add_next(tenants: Sequence[Organisation], brings: Organisation) -> None:
    following = IntervisionSession.objects.create(
        title="Wat blijft er over als de campagne stopt?",
        held_on=LAST_DAY + timedelta(days=75),
        case_owner=brings,
        question="Hoe lang blijven we in een buurt waar het team zelf doorgaat?",
    )
    following.organisations.set(tenants)


def _add_lesson(session: IntervisionSession, tenants: Sequence[Organisation]) -> None:
    lesson = Lesson.objects.create(
        slug="vraag-bij-elke-aanmelding-wie-iemand-bracht",
        session=session,
        organisation=session.case_owner,
        claim="Deelnemers brengen anderen mee, maar gemiddeld minder dan één huishouden.",
        context="Vier gemeenten, drie jaar, buurten van 250 tot 2.000 huishoudens. Daarom stopt de "
        "groei meestal als de campagne stopt.",
        test="Een gemeente waar elke deelnemer aantoonbaar meer dan één ander huishouden meebrengt.",
    )
    for tenant in tenants:
        lesson.supporting.add(*_figures(tenant, Figure.Kind.SNOWBALL)[:1])
