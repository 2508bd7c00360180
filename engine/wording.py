"""What a value of the programme is and should be, in a marketer's words."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Any, Final

from msgspec import inspect

from engine.grammar import shorten

AMOUNT: Final = 'an amount in quotes, such as "12.50"'


def due(kind: inspect.Type) -> str:
    """What is due where a type stands.

    >>> due(inspect.IntType(ge=0, le=90))
    'a whole number from 0 to 90'
    """
    match kind:
        case inspect.Metadata(extra_json_schema={"description": str(told)}):
            return told
        case inspect.UnionType(types=kinds):
            return " or ".join(due(kind) for kind in kinds if kind != inspect.NoneType())
        case inspect.VarTupleType(item_type=inspect.StructType() | inspect.UnionType()):
            return "its name in [[ ]] above each of its tables"
        case inspect.VarTupleType(item_type=item):
            return f"a list in [ ], each entry {due(item)}"
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.IntType(ge=low, le=high):
            return "a whole number" + (f" from {low} to {high}" if high is not None else "")
        case inspect.FloatType(ge=low, le=high):
            return f"a number from {low} to {high}"
        case inspect.StrType(max_length=int(length)):
            return f"a text in quotes, at most {length} characters"
        case inspect.DecimalType():
            return AMOUNT
        case inspect.StructType() | inspect.DictType():
            return "a table"
    return "a text in quotes"


def shown(value: Any) -> str:
    r"""A value of the file as an error shows it: short, and on one line.

    >>> shown("  so\nlong"), shown(True), shown([1, 2])
    ('"so long"', 'true', 'a list')
    """
    match value:
        case str():
            return f'"{shorten(" ".join(value.split()))}"'
        case bool():
            return str(value).lower()
        case int() | float():
            return shorten(repr(value))
        case list():
            return "a list"
        case dict():
            return "a table"
    return "a date or time without quotes"


def guess(word: str, known: Collection[str]) -> str:
    """`; did you mean "…"?`, if something known is close to the word; else nothing.

    >>> guess("challenge", ["challenges", "rewards"])
    '; did you mean "challenges"?'
    """
    close = get_close_matches(word, known, n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
