"""The programme as an arm of an experiment has it: some values by path, all else as it is.

A path is keys and ids with dots between them, such as `challenges.espresso_three.goal`. What comes
out is read and checked exactly as a programme file is.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields, replace

from engine.errors import ProgrammeError
from engine.programme import Programme, flat
from engine.reading import Reading
from engine.wording import guess, shown

FIXED: Final = ("name", "currency", "currencies", "zone", "salt", "holdout", "experiments")
"""What holds for all members alike, whatever is tried."""


def variant(programme: Programme, sets: Mapping[str, Any]) -> Programme:
    """A programme with other values in it. Its version is the one of the file.

    Raises ProgrammeError: a value does not fit; publication refuses such a file.
    """
    raw, reading = plain(programme), Reading()
    for path, value in flat(sets):
        put(raw, path, value)
    made = reading.table(Programme, raw)
    for mistake in reading.mistakes:
        raise ProgrammeError(".".join(map(str, mistake.path)), mistake.problem, mistake.mend)
    assert isinstance(made, Programme)
    return replace(made, version=programme.version)


def plain(programme: Programme) -> dict[str, Any]:
    """A programme as its file's tables, without what need not be written."""
    raw: dict[str, Any] = _written(replace(programme, version=""))
    return raw


def _written(value: Any) -> Any:
    """A value as TOML has it."""
    match value:
        case Struct():
            tag = value.__struct_config__
            named = {tag.tag_field: tag.tag} if tag.tag_field is not None else {}
            told = [each for each in fields(value) if getattr(value, each.name) != _default(each)]
            return {**named, **{each.name: _written(getattr(value, each.name)) for each in told}}
        case tuple():
            return [_written(inner) for inner in value]
        case dict():
            return {key: _written(inner) for key, inner in value.items()}
        case Decimal():
            return str(value)
    return value


def _default(field: FieldInfo) -> Any:
    """What holds where nothing is written."""
    return field.default if field.default_factory is NODEFAULT else field.default_factory()


def put(raw: dict[str, Any], path: str, value: Any) -> None:
    """Set one value. Raises ProgrammeError: there is no such place."""
    keys = path.split(".")
    _may_be_set(path, keys)
    node: Any = raw
    for length, key in enumerate(keys[:-1]):
        node = _within(node, key, path, ".".join(keys[:length]))
    if not isinstance(node, dict):
        raise _no_table(node, path, ".".join(keys[:-1]))
    node[keys[-1]] = value


def _may_be_set(path: str, keys: list[str]) -> None:
    if keys[0] in FIXED:
        problem = f"{keys[0]} is the same for all members"
        mend = "an arm changes challenges, rewards, policies, points …"
        raise ProgrammeError(path, problem, mend)
    if len(keys) == 1:
        mend = f'name a value in it, such as "{path}.…"'
        raise ProgrammeError(path, "is no path to a value", mend)
    if keys[-1] == "id":
        raise ProgrammeError(path, "an id never changes", "change what stands under it")


def _within(node: Any, key: str, path: str, where: str) -> Any:
    """One step down: into the table of an id, or of a key, which may not have been written yet."""
    if isinstance(node, list):
        ids = [str(each.get("id")) for each in node if isinstance(each, dict)]
        if key not in ids:
            problem = f'there is no "{key}" in {where}{guess(key, ids)}'
            raise ProgrammeError(path, problem, "write the id of one that there is")
        return next(each for each in node if isinstance(each, dict) and each.get("id") == key)
    if isinstance(node, dict):
        return node.setdefault(key, {})
    raise _no_table(node, path, where)


def _no_table(node: Any, path: str, where: str) -> ProgrammeError:
    if isinstance(node, list):
        return ProgrammeError(path, "names a whole table", f"name a value in it: {path}.…")
    return ProgrammeError(path, f"{where} is {shown(node)} and no table", "write a shorter path")
