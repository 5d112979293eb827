"""The text of a code on a card: easy to read, to say and to type, and it knows a typing error."""

import secrets
from uuid import UUID

# No vowels, so no words; no signs that look alike (0 O, 1 I L, 2 Z, 5 S, B, U).
# Twenty-three is prime: the weighted sum below then catches every wrong sign and every swap.
ALPHABET = "346789CDFGHJKMNPQRTVWXY"
LENGTH = 8


def new_code() -> str:
    """A random code: seven signs and a check sign."""
    signs = [secrets.randbelow(len(ALPHABET)) for _ in range(LENGTH - 1)]
    weighted = sum((place + 1) * sign for place, sign in enumerate(signs))
    # LENGTH * check + weighted must be a multiple of the number of signs.
    check = -weighted * pow(LENGTH, -1, len(ALPHABET)) % len(ALPHABET)
    return "".join(ALPHABET[sign] for sign in [*signs, check])


def clean(typed: str) -> str | None:
    """The code as it is stored, from what someone typed; None when it cannot be a code."""
    code = "".join(sign for sign in typed.upper() if sign.isalnum())
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    weighted = sum((place + 1) * ALPHABET.index(sign) for place, sign in enumerate(code))
    return None if weighted % len(ALPHABET) else code


def shown(code: str) -> str:
    """The code as it is printed: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def household_label(household: UUID) -> str:
    """A short name for a household on screen; says nothing about who lives there."""
    return f"H-{household.hex[:6].upper()}"
