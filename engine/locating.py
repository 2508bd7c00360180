"""In which line of a TOML text a key stands, which `tomllib` does not tell.

The text must be one that `tomllib` has read: the scanner leaves out every check that is made there.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from engine.grammar import shorten

Path = tuple[str | int, ...]
"""The way to a value: keys, and places in lists counted from 0."""
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")

_TOKEN: Final = re.compile(
    r"""
    (?P<comment> \# [^\n]* )
    | \"{3} (?: \\[\s\S] | [^\\] )*? \"{3} \"{0,2}
    | '{3} [\s\S]*? '{3} '{0,2}
    | " (?: \\. | [^"\\\n] )* "
    | ' [^'\n]* '
    | [\n\[\]{}=,.]
    | [^\s\[\]{}=,.\#"']+
    """,
    re.VERBOSE,
)


class _Token(NamedTuple):
    text: str
    line: int


class Lines:
    r"""The line of everything that has a key.

    >>> lines = Lines('[[policies]]\nid = "hello"\n\n[policies.message]\ntitle = "Hi"')
    >>> lines.of(("policies", 0, "message", "title"))
    5
    """

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._last: dict[Path, int] = {}
        self._tokens = list(_tokens(text))
        self._place = 0
        self._document()

    def of(self, path: Path) -> int | None:
        """The line of a path (from 1); of what contains it if the path is missing; else None."""
        known: Mapping[Path, int] = self._lines
        parts = (path[:length] for length in range(len(path), 0, -1))
        return next((known[part] for part in parts if part in known), None)

    def _document(self) -> None:
        table: Path = ()
        while (token := self._skip_breaks()).text:
            if token.text == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        """`[table]`, or `[[list]]`, which begins the list's next table."""
        line = self._next().line
        listed = self._peek().text == "["
        if listed:
            self._next()
        path: Path = ()
        keys = self._keys("]")
        for place, key in enumerate(keys, start=1):
            path = (*path, key)
            if listed and place == len(keys):
                self._last[path] = self._last.get(path, -1) + 1
            self._lines.setdefault(path, line)
            if path in self._last:
                path = (*path, self._last[path])
                self._lines.setdefault(path, line)
        if listed:
            self._next()
        return path

    def _pair(self, path: Path) -> None:
        """`key = value` in a table."""
        line = self._peek().line
        for key in self._keys("="):
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._value(path)

    def _keys(self, end: str) -> list[str]:
        """The parts of a dotted key, up to and with the mark that ends it."""
        keys = []
        while (token := self._next()).text != end:
            if token.text != ".":
                keys.append(_key(token.text))
        return keys

    def _value(self, path: Path) -> None:
        match self._peek().text:
            case "[":
                self._list(path)
            case "{":
                self._inline(path)
            case _:
                while self._peek().text not in {",", "]", "}", "\n", ""}:
                    self._next()

    def _list(self, path: Path) -> None:
        self._next()
        place = 0
        while (token := self._skip_breaks()).text != "]":
            if token.text == ",":
                self._next()
                place += 1
            else:
                self._lines[(*path, place)] = token.line
                self._value((*path, place))
        self._next()

    def _inline(self, path: Path) -> None:
        self._next()
        while (token := self._skip_breaks()).text != "}":
            if token.text == ",":
                self._next()
            else:
                self._pair(path)
        self._next()

    def _skip_breaks(self) -> _Token:
        """The next token that is no line break, without taking it."""
        while self._peek().text == "\n":
            self._next()
        return self._peek()

    def _peek(self) -> _Token:
        return self._tokens[self._place]

    def _next(self) -> _Token:
        self._place += 1
        return self._tokens[self._place - 1]


def dotted(path: Path, ids: Mapping[Path, str]) -> str:
    """A path as errors write it, with the ids that are known.

    >>> dotted(("policies", 2, "when"), {("policies", 2): "win_back"})
    'policies[2] (win_back).when'
    """
    text = ""
    for length, part in enumerate(path, start=1):
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if _PLAIN_KEY.fullmatch(part) else shorten(repr(part))
            text += f".{key}" if text else key
        if ident := ids.get(path[:length]):
            text += f" ({shorten(ident)})"
    return text


def _key(text: str) -> str:
    return str(tomllib.loads(f"key = {text}")["key"]) if text[0] in "\"'" else text


def _tokens(text: str) -> Iterator[_Token]:
    """Everything but blanks and comments, and an end."""
    line, seen = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        if found.lastgroup != "comment":
            yield _Token(found[0], line)
    yield _Token("", line)
