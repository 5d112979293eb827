"""Load the demo once."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sneeuwbal.accounts.models import Organisation
from sneeuwbal.web.demo import load
from sneeuwbal.web.demo.towns import PASSWORD


class Command(BaseCommand):
    help = "Load a simulated programme in fictional towns, or over real neighbourhoods."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder with open data for real neighbourhoods."""
        parser.add_argument(
            "--real",
            type=Path,
            metavar="DIR",
            help="folder with open data: lay made-up participation over real neighbourhoods",
        )

    def handle(self, *, real: Path | None, **_: Any) -> None:
        """Load, unless it was done before, and print the accounts."""
        if load.loaded():
            self.stdout.write("the demo is loaded already")
        else:
            load.load(self.stdout.write, real=real)
        self.stdout.write(f"accounts (password of each: {PASSWORD})")
        for organisation in Organisation.objects.order_by("pk"):
            for membership in organisation.memberships.select_related("user").order_by("pk")[:3]:
                who = f"{membership.user.email:42} {membership.get_role_display()}"
                self.stdout.write(f"  {who}, {organisation.name}")
