"""Work out what became of the area codes of one year in another."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sneeuwbal.places.successions import update_successions


class Command(BaseCommand):
    help = "Find the successors of all area codes of one year in a later year."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take two years."""
        parser.add_argument("from_year", type=int)
        parser.add_argument("to_year", type=int)

    def handle(self, *, from_year: int, to_year: int, **_: Any) -> None:
        """Print per kind how many codes still exist and on what each successor rests."""
        found = update_successions(from_year, to_year)
        if not found:
            raise CommandError(f"no list of areas for {from_year} or {to_year}; import one first")
        for kind, shares in found.items():
            kept = "-" if shares.kept_share is None else f"{shares.kept_share:.1%}"
            bases = ", ".join(f"{basis} {count}" for basis, count in shares.by_basis.items())
            self.stdout.write(
                f"{kind}: {shares.kept} of {shares.codes} codes of {from_year} exist in {to_year} "
                f"({kept}); {bases}"
            )
