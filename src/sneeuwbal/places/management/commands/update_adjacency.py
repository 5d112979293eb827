"""Work out which areas touch."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sneeuwbal.places.adjacency import update_adjacency
from sneeuwbal.places.models import Shape


class Command(BaseCommand):
    help = "Work out which areas touch, for every kind and year with borders (or one year)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take years; none means all."""
        parser.add_argument("years", nargs="*", type=int)

    def handle(self, *, years: list[int], **_: Any) -> None:
        """Print a line per kind and year."""
        shapes = Shape.objects.filter(area__fictional=False)
        if years:
            shapes = shapes.filter(area__year__in=years)
        for kind, year in (
            shapes.order_by("area__year").values_list("area__kind", "area__year").distinct()
        ):
            count = update_adjacency([(kind, year)])
            self.stdout.write(f"{kind} {year}: {count} neighbours")
