"""The text of a condition becomes a small syntax tree, or an error that a marketer can mend.

Python's own parser does the reading; nothing is ever executed. It sees only text that is short,
printable and made of the few signs that conditions use, and what it returns is measured before
anybody walks it. Which parts of the tree mean something is decided in `engine/compiler.py`.
"""

import ast
import re
from typing import Final, NamedTuple

from engine.errors import ProgrammeError

MAX_CHARACTERS: Final = 1_000
MAX_NODES: Final = 200
MAX_DEPTH: Final = 20

_SHOWN = 60
_LINE_BREAKS = str.maketrans("\r\n\t", "   ")
_LITERAL_TEXT = re.compile(r""" "[^"]*" | '[^']*' """, re.VERBOSE)


class _Slip(NamedTuple):
    """Something often typed by mistake: how to find it, what it is, what to write instead."""

    pattern: re.Pattern[str]
    problem: str
    mend: str


# Patterns see a quoted text as \x00\x01\x01…, so that they never match inside it.
_SLIPS = (
    _Slip(re.compile(r"&+"), "means nothing here", "write and"),
    _Slip(re.compile(r"\|+"), "means nothing here", "write or"),
    _Slip(re.compile(r"<>"), "means nothing here", "write !="),
    _Slip(re.compile(r"!(?!=)"), "means nothing here", "write not"),
    _Slip(re.compile(r"(?<![<>=!])=(?!=)"), "does not compare", "write ==, <= or >="),
    _Slip(re.compile(r"\*\*|//"), "is not offered", "there are + - * /"),
    _Slip(
        re.compile(r"\b(?!(?:and|or|not|in)\b)(?i:and|or|not|in)\b"),
        "has capitals",
        "and, or, not, in are written in small letters",
    ),
    _Slip(
        re.compile(r"\x00\x01+\s*\x00\x01+"),
        "are two texts side by side",
        "put a comma between them",
    ),
    _Slip(
        re.compile(r"\w+\x00\x01+|\x00\x01+\w+"),
        "runs a text into a word",
        "put a space between them",
    ),
    _Slip(
        re.compile(r"(?<!\w)\.?\d[\d_.]*+(?:e[+-]?\d[\d_]*+)?+[a-z_]\w*", re.IGNORECASE),
        "runs a number into a word",
        "put a space between them",
    ),
    _Slip(
        re.compile(r"[\"']"), "opens a text and nothing closes it", "close it with the same mark"
    ),
    _Slip(
        re.compile(r"[^A-Za-z0-9_ <>=!+\-*/().,\[\]\x00\x01]"),
        "means nothing here",
        "names have plain letters a-z, digits and _; a text needs quotation marks",
    ),
)


def parse(text: str, where: str) -> tuple[str, ast.expr]:
    """The condition on one line, and its tree: at most MAX_NODES nodes, MAX_DEPTH deep.

    Raises ProgrammeError, and nothing else, for any text.
    """
    line = _one_line(text, where)
    _refuse_slips(line, where)
    root = _read(line, where)
    _refuse_size(root, where)
    return line, root


def shorten(text: str) -> str:
    """The text as an error shows it: at most 60 characters."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _one_line(text: str, where: str) -> str:
    """A condition may be broken over lines; the parser gets one, without anything invisible.

    A backslash would allow hidden characters inside quoted text, so there is none.
    """
    if len(text) > MAX_CHARACTERS:
        mend = f"at most {MAX_CHARACTERS}; split it into several conditions"
        raise ProgrammeError(where, f"{len(text)} characters are too many", mend)
    line = text.translate(_LINE_BREAKS).strip(" ")
    if not line:
        raise ProgrammeError(where, "is empty", "write true for always")
    for number, character in enumerate(line, 1):
        if character == "\\" or not character.isprintable():
            problem = f"character {number} (U+{ord(character):04X}) is a backslash or invisible"
            raise ProgrammeError(where, problem, "delete it or type it again")
    return line


def _refuse_slips(line: str, where: str) -> None:
    """Also keeps away what Python would read without a word: comments, prefixes, joined texts."""
    masked = _LITERAL_TEXT.sub(lambda found: "\x00" + "\x01" * (len(found[0]) - 1), line)
    for slip in _SLIPS:
        if found := slip.pattern.search(masked):
            shown = shorten(line[found.start() : found.end()])
            problem = f"`{shown}` at character {found.start() + 1} {slip.problem}"
            raise ProgrammeError(where, problem, slip.mend)


def _read(line: str, where: str) -> ast.expr:
    try:
        return ast.parse(line, mode="eval").body
    except SyntaxError as error:
        around = max(0, (error.offset or 0) - _SHOWN // 2)
        problem = f"cannot be read near `{shorten(line[around:])}`: {error.msg}"
    except (MemoryError, RecursionError, SystemError, ValueError):
        problem = "is too complicated to be read"
    mend = 'write it like: orders >= 2 and tier in ("silver", "gold")'
    raise ProgrammeError(where, problem, mend)


def _refuse_size(root: ast.expr, where: str) -> None:
    nodes, depth, level = 0, 0, [root]
    while level:
        nodes, depth = nodes + len(level), depth + 1
        below = [child for node in level for child in ast.iter_child_nodes(node)]
        level = [child for child in below if isinstance(child, ast.expr)]
    if nodes > MAX_NODES or depth > MAX_DEPTH:
        problem = f"{nodes} parts, {depth} deep, are too many"
        mend = f"at most {MAX_NODES} parts, {MAX_DEPTH} deep; split it into several conditions"
        raise ProgrammeError(where, problem, mend)
