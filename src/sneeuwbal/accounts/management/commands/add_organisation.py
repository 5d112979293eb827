"""Add an organisation with its first programme manager."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from sneeuwbal.accounts import people
from sneeuwbal.accounts.models import Organisation, ReportingUnit, Role
from sneeuwbal.places.models import Area, Value


class Command(BaseCommand):
    help = "Add an organisation; prints the one-time link with which its manager sets a password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the organisation, its municipalities and its manager."""
        parser.add_argument("slug", help="short name in addresses, for example zaanstad")
        parser.add_argument("name", help="name on screen, for example 'Gemeente Zaanstad'")
        parser.add_argument(
            "--municipality",
            action="append",
            required=True,
            metavar="CODE",
            help="code of a municipality it reports on, for example GM0479; may be repeated",
        )
        parser.add_argument("--manager", required=True, metavar="EMAIL")
        parser.add_argument("--manager-name", required=True, metavar="NAME")

    @transaction.atomic
    def handle(
        self,
        *,
        slug: str,
        name: str,
        municipality: list[str],
        manager: str,
        manager_name: str,
        **_: Any,
    ) -> None:
        """Add all or nothing."""
        if Organisation.objects.filter(slug=slug).exists():
            raise CommandError(f"there is an organisation {slug} already")
        organisation = Organisation.objects.create(slug=slug, name=name)
        for code in municipality:
            area = newest(code)
            if ReportingUnit.objects.filter(municipality__code=code).exists():
                raise CommandError(f"{area.name} ({code}) belongs to another organisation already")
            ReportingUnit.objects.create(organisation=organisation, municipality=area)
        membership = people.add(
            organisation,
            email=manager,
            name=manager_name,
            role=Role.PROGRAMME_MANAGER,
            areas=[],
        )
        self.stdout.write(f"{name} was added. Its manager sets a password once, within three days:")
        self.stdout.write(f"  https://<the site>{people.password_link(membership.user)}")


def newest(code: str) -> Area:
    """The municipality in the newest year of which the neighbourhoods' households are known.

    Newer lists of codes may hold names only; a programme needs to know how many live where.
    """
    years = Area.objects.filter(code=code, kind=Area.Kind.MUNICIPALITY).order_by("-year")
    counted = Value.objects.filter(
        series__indicator__key="households",
        area__municipality_code=code,
        area__kind=Area.Kind.NEIGHBOURHOOD,
    )
    best = counted.order_by("-area__year").values_list("area__year", flat=True).first()
    area = (years.filter(year=best).first() if best else None) or years.first()
    if area is None:
        raise CommandError(
            f"no municipality {code}: import its official table first (sneeuwbal import)"
        )
    return area
