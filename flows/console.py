"""How we write on a terminal: what customers and files say is shown, and never obeyed."""

import sys
from typing import Final

from rich.console import Console

CUT: Final = "…"
WIDE: Final = 160
"""Characters of a line where nobody says how wide it may be: in a pipe, in a file."""


def console(*, stderr: bool = False) -> Console:
    """A console that takes nothing for markup: an id may hold brackets."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else WIDE
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


def printable(text: str, most: int = 80) -> str:
    """On one line, without what a terminal would obey, and not longer than `most`.

    >>> printable("espresso" + chr(27) + "[2J"), printable("espresso", most=5)
    ('espresso·[2J', 'espr…')
    """
    shown = "".join(letter if letter.isprintable() else "·" for letter in text)
    return shown if len(shown) <= most else shown[: most - 1] + CUT
