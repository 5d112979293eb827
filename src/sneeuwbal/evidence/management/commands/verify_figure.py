"""Compute a stored figure again and say whether it still comes out the same."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sneeuwbal.evidence.effects import verify as verify_effect
from sneeuwbal.evidence.figures import verify
from sneeuwbal.evidence.models import Figure


class Command(BaseCommand):
    help = "Compute stored figures again from the ledger as it was known then, and compare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what may be given."""
        parser.add_argument("figures", nargs="+", type=int, metavar="NUMBER")

    def handle(self, *, figures: list[int], **_: Any) -> None:
        """Verify each figure and print one line for it."""
        failed = []
        for number in figures:
            figure = Figure.objects.filter(pk=number).select_related("update").first()
            if figure is None:
                raise CommandError(f"no such figure: {number}")
            check = (verify_effect if figure.kind == Figure.Kind.EFFECT else verify)(figure)
            if check.holds:
                self.stdout.write(f"{number} {figure}: the same")
                continue
            failed.append(number)
            inputs = "same inputs" if check.same_inputs else "other inputs"
            names = ", ".join(check.differences) or "none"
            self.stdout.write(f"{number} {figure}: {inputs}; different: {names}")
        if failed:
            raise CommandError(f"not reproduced: {', '.join(map(str, failed))}")
