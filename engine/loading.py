"""The programme file becomes a `Programme`, or every mistake in it with its path, line and mend."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from engine import wire
from engine.chance import digest
from engine.checks import CHECKS
from engine.checks.experiments import arms_make_programmes
from engine.checks.policies import conditions_compile, models_exist
from engine.checks.segments import segments_compile
from engine.errors import ProgrammeError
from engine.expression import Kind
from engine.locating import Lines, dotted
from engine.programme import Programme
from engine.reading import Check, Mistake, Reading

MAX_BYTES: Final = wire.MAX_BYTES - 1024
"""As a JSON text, because it is published in one record of the log, with room for its envelope."""
_LINE: Final = re.compile(r"line ([0-9]+), column [0-9]+")
_MENDS: Final = (
    ("Cannot overwrite a value", "a key is given once in its table: delete or rename one"),
    ("Duplicate inline table key", "a key is given once in its table: delete or rename one"),
    ("Cannot declare", "a [table] stands once in the file; of [[tables]] there may be many"),
    ("Unclosed", "close it with the same kind of bracket"),
    ("Illegal character", 'close the text on its line, or use """ for several lines'),
    ("Unterminated string", "close the text with the same quotes"),
    ("Unescaped", "write \\\\ for one backslash"),
    ("Invalid value", "a text stands in quotes; true and false in small letters"),
    ("Expected '=' after a key", "write key = value"),
    ("Expected newline", "one key = value a line; a text stands in quotes"),
)
_ANY_MEND: Final = "compare the line with the examples in policies/programmes/roastery.toml"


def load_programme(text: str) -> Programme:
    """The programme of a file's text, with the hash of the text as its version.

    Conditions and templates are only compiled by `policies.check.load`, which knows the numbers.
    Raises ProgrammeError: the first mistake in the file.
    """
    programme, mistakes = _examine(text, CHECKS)
    if programme is None:
        raise mistakes[0]
    return programme


def check_programme(
    text: str, names: Mapping[str, Kind], models: Collection[str], also: Sequence[Check] = ()
) -> list[ProgrammeError]:
    """Every mistake, in the order of the file; none: the programme may be published.

    names, models: what conditions and scores may speak of. also: further checks.
    """
    known = (conditions_compile(names), segments_compile(names), models_exist(models))
    return _examine(text, (*CHECKS, *known, *also))[1]


def _examine(text: str, checks: Iterable[Check]) -> tuple[Programme | None, list[ProgrammeError]]:
    try:
        raw = _parse(text)
    except ProgrammeError as error:
        return None, [error]
    reading, checks = Reading(), tuple(checks)
    programme = reading.table(Programme, raw)
    for check in checks:
        reading.mistakes.extend(check(reading))
    reading.mistakes.extend(list(arms_make_programmes(raw, reading, checks)))
    if programme is UNSET or reading.mistakes:
        return None, _errors(reading, Lines(text))
    return replace(programme, version=digest(text)), []


def _parse(text: str) -> dict[str, Any]:
    try:
        size = len(msgspec.json.encode(text))
        if size > MAX_BYTES:
            mend = f"at most {MAX_BYTES}: it is published in one record"
            raise ProgrammeError("the file", f"{size} bytes are too many", mend)
        return tomllib.loads(text)
    except UnicodeEncodeError as error:
        problem = f"character {error.start + 1} is half of one"
        raise ProgrammeError("the file", problem, "save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(text, str(error)) from None
    except ValueError:
        mend = "nothing in a programme needs more than 10 digits"
        raise ProgrammeError("the file", "a number is too long", mend) from None
    except RecursionError:
        mend = "nothing in a programme needs more than two"
        raise ProgrammeError("the file", "brackets are nested too deep", mend) from None


def _syntax_error(text: str, told: str) -> ProgrammeError:
    """`tomllib` ends what it tells with the place, or with the words for the end."""
    message, _, place = told.rpartition(" (at ")
    numbers = _LINE.match(place)
    line = numbers[1] if numbers is not None else text.count("\n") + 1
    mend = next((mend for start, mend in _MENDS if message.startswith(start)), _ANY_MEND)
    return ProgrammeError(f"line {line}", f"is not TOML: {message}", mend)


def _errors(reading: Reading, lines: Lines) -> list[ProgrammeError]:
    located = [(lines.of(mistake.path), mistake) for mistake in reading.mistakes]
    located.sort(key=lambda pair: pair[0] or 0)
    return [_error(mistake, line, reading) for line, mistake in located]


def _error(mistake: Mistake, line: int | None, reading: Reading) -> ProgrammeError:
    where = dotted(mistake.path, reading.ids)
    if line is not None:
        where += f", line {line}"
    return ProgrammeError(where, mistake.problem, mistake.mend)
