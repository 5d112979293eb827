"""Compute the figures of organisations from their ledgers."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.evidence.engines import ENGINES
from sneeuwbal.evidence.figures import update_organisation


def quiet(_share: float, _message: str) -> None:
    """A command tells a line per organisation; that is progress enough."""


class Command(BaseCommand):
    help = "Compute the figures of every organisation, or of the ones named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what may be given."""
        parser.add_argument("--organisation", action="append", default=[], metavar="SLUG")
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--engine", choices=sorted(ENGINES), default="")

    def handle(self, *, organisation: list[str], as_of: date | None, engine: str, **_: Any) -> None:
        """Update each organisation and print one line for it."""
        chosen = Organisation.objects.order_by("slug")
        if organisation:
            chosen = chosen.filter(slug__in=organisation)
        if missing := set(organisation) - set(chosen.values_list("slug", flat=True)):
            raise CommandError(f"no such organisation: {', '.join(sorted(missing))}")
        for one in chosen:
            done = update_organisation(
                progress=quiet,
                organisation=one.slug,
                as_of=as_of.isoformat() if as_of else None,
                engine=engine,
            )
            self.stdout.write(
                f"{one.slug}: {done['figures']} figures as of {done['as_of']}, {done['added']} new"
            )
