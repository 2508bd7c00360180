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
    data = "".join([f"{len(part)}:{part}" for part in parts]).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=size).hexdigest()


def draw(salt: str, subject: str) -> float:
    """A number in [0, 1), uniform over subjects.

    >>> draw("salt", "c1") == draw("salt", "c1") != draw("pepper", "c1")
    True
    """
    return int(digest(salt, subject, size=8), 16) / 2**64
