"""TOML becomes the types of the programme; every mistake in it is collected, none hides the next.

What fits is decided by those types alone (`engine/programme.py`, `engine/challenges`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar, get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType, inspect, structs

from engine.locating import Path
from engine.wording import AMOUNT, due, guess, shown

T = TypeVar("T", bound=Struct)

SET_ON_LOADING: Final = "version"
"""The one field of the programme that is no key of the file."""
AMOUNTS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


class Mistake(NamedTuple):
    """Where, what, and how to mend it (may be empty)."""

    path: Path
    problem: str
    mend: str


class Reading:
    """What a programme says as far as it can be understood, and what cannot.

    mistakes: as they were found. ids: path → id, those of broken tables too, so that a slip in a
    reward is not also one in the challenge that names it.
    """

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.ids: dict[Path, str] = {}
        self._tables: list[tuple[Path, Struct]] = []

    def each(self, *kinds: type[T]) -> Iterator[tuple[Path, T]]:
        """Every table of these kinds whose keys are right, with its path, in the file's order."""
        return ((path, table) for path, table in self._tables if isinstance(table, kinds))

    def table(self, kind: type[T], raw: Any, path: Path = ()) -> T | UnsetType:
        """A table by its keys; UNSET where one of them is wrong or missing.

        A table inside that is wrong does not spoil it, if it could have been left out.
        """
        if not isinstance(raw, dict):
            return self.refuse(path, f"{shown(raw)} is no table", "write keys and values in { }")
        self._note_id(raw, path)
        fields = {each.name: each for each in structs.fields(kind) if each.name != SET_ON_LOADING}
        self._refuse_unknown(raw, [*_tag(kind), *fields], path)
        values = {
            name: self._value(field.type, raw[name], (*path, name))
            for name, field in fields.items()
            if name in raw
        }
        missing = [name for name, field in fields.items() if field.required and name not in raw]
        for name in missing:
            self.refuse((*path, name), "is missing", f"write {due(_info(fields[name].type))}")
        wrong = [name for name, value in values.items() if value is UNSET]
        if missing or not all(_can_be_left_out(fields[name]) for name in wrong):
            return UNSET
        made = kind(**{name: value for name, value in values.items() if name not in wrong})
        self._tables.append((path, made))
        return made

    def refuse(self, path: Path, problem: str, mend: str) -> UnsetType:
        """Note a mistake."""
        self.mistakes.append(Mistake(path, problem, mend))
        return UNSET

    def _note_id(self, raw: Mapping[str, Any], path: Path) -> None:
        if isinstance(ident := raw.get("id"), str) and ident.isprintable():
            self.ids[path] = ident

    def _refuse_unknown(self, raw: Mapping[str, Any], known: list[str], path: Path) -> None:
        for key in raw:
            if key not in known:
                problem = f"is no key of this table{guess(key, known)}"
                self.refuse((*path, key), problem, f"there are {', '.join(known)}")

    def _value(self, kind: Any, raw: Any, path: Path) -> Any:
        match _info(kind):
            case inspect.StructType(cls=table):
                return self.table(table, raw, path)
            case inspect.UnionType(types=kinds) if tables := _tables(kinds):
                return self._one_of(tables, raw, path)
            case inspect.VarTupleType() as wanted:
                return self._list(get_args(kind)[0], wanted, raw, path)
            case inspect.DictType(value_type=inspect.AnyType()) if isinstance(raw, dict):
                return raw
            case inspect.DictType():
                return self._amounts(get_args(kind)[0], raw, path)
            case inspect.UnionType(types=kinds) if any(map(_exact, kinds)):
                return self._amount(raw, path)
            case inspect.DecimalType():
                return self._amount(raw, path)
        return self._plain(kind, raw, path)

    def _one_of(self, tables: list[type[Struct]], raw: Any, path: Path) -> Struct | UnsetType:
        """A table whose `kind` says of which type it is, where there is more than one."""
        by_kind = {str(table.__struct_config__.tag): table for table in tables}
        if len(tables) == 1 or not isinstance(raw, dict):
            return self.table(tables[0], raw, path)
        told = raw.get("kind")
        if isinstance(told, str) and told in by_kind:
            return self.table(by_kind[told], raw, path)
        self._note_id(raw, path)
        problem = "is missing" if told is None else f"{shown(told)} is no kind that there is"
        return self.refuse((*path, "kind"), problem, f"there are {', '.join(by_kind)}")

    def _list(
        self, kind: Any, wanted: inspect.VarTupleType, raw: Any, path: Path
    ) -> tuple[Any, ...] | UnsetType:
        """A list, without the entries that are wrong."""
        if not isinstance(raw, list):
            return self.refuse(path, f"{shown(raw)} is no list", f"write {due(wanted)}")
        made = [self._value(kind, each, (*path, place)) for place, each in enumerate(raw)]
        return tuple(each for each in made if each is not UNSET)

    def _amounts(self, key: Any, raw: Any, path: Path) -> dict[str, Decimal] | UnsetType:
        """Amounts by name, without those that are wrong."""
        if not isinstance(raw, dict):
            return self.refuse(
                path, f"{shown(raw)} is no table", f"write [{path[-1]}] above its keys"
            )
        for name in raw:
            self._plain(key, name, (*path, name))
        made = {name: self._amount(value, (*path, name)) for name, value in raw.items()}
        return {name: amount for name, amount in made.items() if isinstance(amount, Decimal)}

    def _amount(self, raw: Any, path: Path) -> Decimal | UnsetType:
        """Exact, so in quotes: a plain 0.1 is not a tenth by the time that it has been read."""
        if isinstance(raw, str) and AMOUNTS.fullmatch(raw):
            return Decimal(raw)
        if not isinstance(raw, str) and AMOUNTS.fullmatch(str(raw)):
            return self.refuse(path, f"{raw} is not exact", f'write it in quotes: "{raw}"')
        return self.refuse(path, f"{shown(raw)} is no amount", f"write {AMOUNT}; never below 0")

    def _plain(self, kind: Any, raw: Any, path: Path) -> Any:
        """Numbers and texts."""
        if isinstance(raw, str) and not raw.strip():
            return self.refuse(path, "is empty", "write a text between the quotes, or delete it")
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError:
            info = _info(kind)
            hint = guess(raw, _choices(info)) if isinstance(raw, str) else ""
            return self.refuse(path, f"{shown(raw)} does not fit{hint}", f"write {due(info)}")


Check = Callable[[Reading], Iterator[Mistake]]
"""A rule of the programme: every breach of it."""


@cache
def _info(kind: Any) -> inspect.Type:
    return inspect.type_info(kind)


def _tag(kind: type[Struct]) -> list[str]:
    field = kind.__struct_config__.tag_field
    return [field] if field is not None else []


def _tables(kinds: tuple[inspect.Type, ...]) -> list[type[Struct]]:
    return [kind.cls for kind in kinds if isinstance(kind, inspect.StructType)]


def _can_be_left_out(field: structs.FieldInfo) -> bool:
    return not field.required and isinstance(_info(field.type), inspect.StructType)


def _choices(info: inspect.Type) -> list[str]:
    return [str(value) for value in info.values] if isinstance(info, inspect.LiteralType) else []


def _exact(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.DecimalType)
