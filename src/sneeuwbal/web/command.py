"""The `sneeuwbal` command: Django's commands with our settings."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a command; `sneeuwbal help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sneeuwbal.web.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
