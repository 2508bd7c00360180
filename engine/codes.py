"""Codes that a member reads to a till: short, and a secret of the programme's salt."""

from typing import Final

from engine.chance import mark

ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0 and O, 1 and I and L, U and V."""
LENGTH: Final = 10
"""30 to the power of 10: about 49 bits."""


def code(salt: str, *what: str) -> str:
    """The same of the same, for ever.

    >>> code("salt", "c1", "u1") == code("salt", "c1", "u1") != code("pepper", "c1", "u1")
    True
    >>> len(code("salt", "c1", "u1"))
    10
    """
    number = int.from_bytes(mark("code", salt, *what, size=16))
    letters = []
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
