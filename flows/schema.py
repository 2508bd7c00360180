"""The JSON Schema of the programme file, for editors: keys, values and meanings as one types.

Derived from the types that `engine.reading` reads by, so a new table or key is in it by itself.
What a schema cannot say (a reward exists, tiers rise) is told by `punchcard programme check`.
"""

import re
from collections.abc import Iterator, Mapping
from inspect import getdoc
from typing import Any, Final

import msgspec
from msgspec import Struct, inspect

from engine.programme import Programme
from engine.reading import AMOUNTS, SET_ON_LOADING
from engine.wording import AMOUNT

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
TITLE: Final = "Punchcard programme"
Schema = dict[str, Any]


def schema(programme: type[Struct] = Programme) -> Schema:
    """The schema as JSON has it."""
    made = msgspec.json.schema(programme)
    defs: dict[str, Schema] = made["$defs"]
    for table in tables(programme):
        _describe(defs[table.__name__], table)
    _drop_key(defs[programme.__name__], SET_ON_LOADING)
    whole: Schema = _adapted(defs)
    return {"$schema": DIALECT, "title": TITLE, "$ref": made["$ref"], "$defs": whole}


def text() -> str:
    """The schema as a file."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"


def tables(kind: type[Struct]) -> list[type[Struct]]:
    """Every type of table that a file of this type can hold, itself first."""
    found: dict[type[Struct], None] = {}
    waiting: list[inspect.Type] = [inspect.type_info(kind)]
    while waiting:
        match waiting.pop():
            case inspect.StructType(cls=table, fields=fields) if table not in found:
                found[table] = None
                waiting += [field.type for field in reversed(fields)]
            case inspect.UnionType(types=types):
                waiting += reversed(types)
            case inspect.VarTupleType(item_type=item) | inspect.DictType(value_type=item):
                waiting.append(item)
    return list(found)


def meanings(table: type[Struct]) -> dict[str, str]:
    """What the docstring says of each key, as `key: …` or `one, two: …`; of the kind's base too.

    >>> from engine.programme import Crossing, Ladder
    >>> meanings(Ladder)["warn_days"]
    'so long before that end who has too little is warned; 0: not'
    """
    names = table.__struct_fields__
    found: dict[str, str] = {}
    for each in reversed([base for base in table.__mro__ if base.__module__ != "msgspec"]):
        found |= _told(" ".join((getdoc(each) or "").split()), names)
    return found


def _told(doc: str, names: tuple[str, ...]) -> dict[str, str]:
    name = "|".join(map(re.escape, names))
    marks = list(re.finditer(rf"(?:(?<=^)|(?<=[.;] ))((?:{name})(?:, (?:{name}))*): ", doc))
    ends = [mark.start() for mark in marks[1:]] + [len(doc)]
    return {
        key: doc[mark.end() : end].strip().rstrip(".;")
        for mark, end in zip(marks, ends, strict=False)
        for key in mark[1].split(", ")
    }


def _describe(made: Schema, table: type[Struct]) -> None:
    """The first line says what the table is; each key gets what is said of it."""
    made["description"] = (getdoc(table) or "").partition("\n")[0]
    for key, told in meanings(table).items():
        known = made["properties"][key].get("description")
        made["properties"][key]["description"] = f"{told} ({known})" if known else told


def _drop_key(made: Schema, key: str) -> None:
    del made["properties"][key]


def _adapted(made: Any) -> Any:
    """As TOML has it: nothing is null, amounts stand in quotes; patterns as in JSON Schema."""
    if isinstance(made, list):
        return [_adapted(each) for each in made]
    if not isinstance(made, Mapping):
        return made
    return dict(_entries(made))


def _entries(made: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in made.items():
        match key, value:
            case "discriminator", _:
                continue
            case "default", None:
                continue
            case "anyOf", [*options] if {"type": "null"} in options:
                left = [option for option in options if option != {"type": "null"}]
                yield from _adapted(left[0] if len(left) == 1 else {"anyOf": left}).items()
            case "format", "decimal":
                yield "pattern", f"^{AMOUNTS.pattern}$"
                if "description" not in made:
                    yield "description", AMOUNT
            case "pattern", str():
                yield key, value.replace(r"\Z", "$")
            case "type", "string" if not made.keys() & {"format", "pattern", "minLength"}:
                yield key, value
                yield "minLength", 1
            case _:
                yield key, _adapted(value)
