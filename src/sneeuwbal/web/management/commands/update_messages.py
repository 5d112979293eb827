"""Bring the .po files in line with the code."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sneeuwbal.web import messages


class Command(BaseCommand):
    help = "Add new texts to the .po file of a room (or all) and list what has no Dutch yet."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take names of rooms."""
        parser.add_argument("rooms", nargs="*")

    def handle(self, *, rooms: list[str], **_: Any) -> None:
        """Update and print what is missing."""
        for room in messages.rooms():
            if not rooms or room.name in rooms:
                for text in messages.update(room):
                    self.stdout.write(f"{room.name}/{text}")
