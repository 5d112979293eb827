"""Organisations, reporting units and accounts of the demo."""

from collections.abc import Sequence

from sneeuwbal.accounts.models import Membership, Organisation, ReportingUnit, Role, User
from sneeuwbal.places.models import Area
from sneeuwbal.web.demo.towns import PASSWORD, Tenant

OUTSIDERS = (
    (Role.RESEARCHER, "onderzoeker@universiteit.example", "Dr. Mara Jansen"),
    (Role.AUDITOR, "controle@rekenkamer.example", "Otto Vink"),
    (Role.PARTNER, "opbouwwerk@partner.example", "Sanne Groot"),
)


def add_organisation(tenant: Tenant, *, example_figures: bool) -> Organisation:
    """Add a tenant, its units and its accounts."""
    organisation = Organisation.objects.create(
        slug=tenant.slug,
        name=tenant.name,
        theme="",
        fictional=not example_figures,
        example_figures=example_figures,
    )
    for unit in tenant.units:
        ReportingUnit.objects.create(
            organisation=organisation,
            municipality=Area.objects.filter(code=unit.code, kind=Area.Kind.MUNICIPALITY)
            .order_by("-year")
            .get(year=2020),
        )
    for role, address, name in (*tenant.people, *OUTSIDERS):
        Membership.objects.create(
            user=_account(address, name), organisation=organisation, role=role
        )
    return organisation


def _account(address: str, name: str) -> User:
    known = User.objects.filter(email=address).first()
    if known:
        return known
    return User.objects.create_user(
        address, PASSWORD, name=name, manages_site=address.startswith("manager@havenstad")
    )


def limit_to(organisation: Organisation, areas: Sequence[Area]) -> None:
    """Let the neighbourhood worker and the volunteer work in these neighbourhoods only."""
    for role in (Role.NEIGHBOURHOOD_WORKER, Role.TEAM_VOLUNTEER):
        for membership in Membership.objects.filter(organisation=organisation, role=role):
            membership.areas.set(areas)
