"""People of a made-up organisation."""

from tests.staff import as_manager, elsewhere, manager, own_var, person, place, town

__all__ = ["as_manager", "elsewhere", "manager", "own_var", "person", "place", "town"]
