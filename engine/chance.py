"""Chance as a function: the same salt and id always draw the same, so a replay decides the same.

No generator and no state (Deng et al. 2017, hash-based assignment): a draw is a keyed hash of what
it is for.
"""

from hashlib import blake2b


def digest(*parts: str, size: int = 12) -> str:
    """A short name made of what it stands for: `size` bytes in hexadecimal.

    Each part is led by its length, so that no two lists of parts are written alike.

    >>> digest("a", "bc") == digest("ab", "c")
    False
    """
    return mark(*parts, size=size).hex()


def mark(*parts: str, size: int) -> bytes:
    """The same as bytes."""
    data = "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=size).digest()


def draw(salt: str, subject: str) -> float:
    """A number in [0, 1), uniform over subjects.

    >>> draw("salt", "c1") == draw("salt", "c1") != draw("pepper", "c1")
    True
    """
    return int.from_bytes(mark(salt, subject, size=8)) / 2**64
