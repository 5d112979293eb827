"""Compile the texts on screen."""

from typing import Any

from django.core.management.base import BaseCommand

from sneeuwbal.web import messages


class Command(BaseCommand):
    help = "Compile each room's .po to the .mo that the site reads."

    def handle(self, **_: Any) -> None:
        """Compile all rooms."""
        for room in messages.rooms():
            messages.compile_room(room)
        self.stdout.write(f"compiled {len(messages.rooms())} rooms")
