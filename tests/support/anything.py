"""Values of any of our types, by seeded chance: whole programmes, and what a shop could send.

Derived from the types, so a table, a key or an event that is new is met by itself. `WORDS` only
makes what is drawn likelier to mean something; whatever does not is refused, or mended away.
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

from msgspec import Struct, inspect

from engine.events import TRACKS
from engine.programme import Programme
from engine.reading import SET_ON_LOADING
from policies.check import check
from policies.models import TASKS
from tests.support.toml_text import document

IDS: Final = ("a", "b", "c", "d", "e")
"""Few, so that what names something else often names what there is."""
NAMES: Final = tuple(str(kind.__struct_config__.tag) for kind in TRACKS)
CONDITIONS: Final = (
    "true", "known", "orders >= 1", "points > 10 and tier != 'a'", "not holdout",
    "days_since_order > 1 or churn > 0.2", "min(points, 5) < pending",
)  # fmt: skip
WORDS: Final[Mapping[str, Sequence[str]]] = {
    "when": CONDITIONS,
    "on": NAMES,
    "of": ("orders", "items", "Product Reviewed", *NAMES[:5]),
    "cancel_on": ("nothing", "Order Completed", "Product Viewed"),
    "model": tuple(task.name for task in TASKS),
    "zone": ("Europe/Vienna", "America/New_York", "Asia/Kolkata", "UTC"),
    "timezone": ("Europe/Vienna", "America/New_York", "Pacific/Apia", "Mars/Olympus"),
    "currency": (*["EUR"] * 8, "USD", "JPY"),
    "product_id": ("p1", "p2", "p3"),
    "purpose": ("marketing", "transactional"),
}
ANY_WORD: Final = (
    *IDS, *CONDITIONS, *NAMES[:8], "EUR", "USD", "20:00", "07:30", "tea", "coffee", "Alma", "UTC",
    "email", "push", "{{ points }} points", "{% if debt > 0 %}{{ debt }}{% endif %}", "AT",
)  # fmt: skip
AMOUNTS: Final = ("0", "0.5", "1", "1.25", "2", "3.00", "5.50", "20", "100", "500", "0.01")
ODD: Final[tuple[Any, ...]] = ("odd", "", -1, 3.7, True, [], {}, 10**12, ["a"], "\x00", "٣")
_INDEX: Final = re.compile(r"\[(\d+)\]")


class Anything:
    """Draws. slips: how often a value is nothing that fits (0–1). words: more, by key."""

    def __init__(self, dice: Random, *, slips: float = 0.0) -> None:
        self.dice = dice
        self.slips = slips
        self.words: dict[str, Sequence[str]] = dict(WORDS)
        self._types: dict[Any, inspect.Type] = {}

    def table(self, kind: type[Struct], *, but: Sequence[str] = ()) -> dict[str, Any]:
        """A table with the keys that it must have, and some of those that it may have."""
        info = self._types.get(kind) or self._types.setdefault(kind, inspect.type_info(kind))
        assert isinstance(info, inspect.StructType)
        told: dict[str, Any] = {}
        if info.tag_field is not None:
            told[info.tag_field] = info.tag
        for field in info.fields:
            if field.encode_name not in but and (field.required or self.dice.random() < 0.6):
                told[field.encode_name] = self.value(field.type, field.encode_name)
        return told

    def value(self, kind: inspect.Type, key: str) -> Any:
        """A value of this type under this key."""
        dice = self.dice
        if self.slips and dice.random() < self.slips:
            return dice.choice(ODD)
        match kind:
            case inspect.Metadata(type=inner):
                return self.value(inner, key)
            case inspect.StructType(cls=table):
                return self.table(table)
            case inspect.UnionType(types=types):
                return self.value(dice.choice([t for t in types if not _is_none(t)]), key)
            case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
                return [self.value(item, key) for _ in range(dice.choice((0, 1, 1, 2, 3)))]
            case inspect.DictType(key_type=name, value_type=item):
                return {
                    str(self.value(name, "")): self.value(item, key)
                    for _ in range(dice.randint(0, 2))
                }
            case inspect.LiteralType(values=values):
                return dice.choice(values)
            case inspect.BoolType():
                return dice.random() < 0.5
            case inspect.IntType(ge=low, le=high):
                return self._whole(low, high)
            case inspect.FloatType(ge=low, le=high):
                return dice.choice((low or 0.0, round(dice.random(), 3), high or 9.0))
            case inspect.DecimalType():
                return dice.choice(AMOUNTS)
            case inspect.StrType(pattern=str(pattern)):
                fitting = [word for word in self._words(key) if re.match(pattern, word)]
                return dice.choice(fitting or ["a"])
        return dice.choice(self._words(key))

    def _whole(self, low: int | None, high: int | None) -> int:
        """Small ones mostly: a goal of 100,000 is never reached."""
        least = max(low, -40) if low is not None else 0
        most = high if high is not None else least + 40
        likely = (least, least + 1, least + 1, least + 2, least + self.dice.randint(0, 40))
        return min(most, self.dice.choice(likely) if self.dice.random() < 0.95 else most)

    def _words(self, key: str) -> Sequence[str]:
        return self.words.get(key, ANY_WORD)


def drawn_programme(dice: Random) -> dict[str, Any]:
    """What somebody may have written: half of them with slips."""
    told = Anything(dice, slips=dice.choice((0.0, 0.0, 0.01, 0.05)))
    head = {"name": "Drawn", "currency": "EUR", "zone": dice.choice(WORDS["zone"]), "salt": "s"}
    return {**head, **told.table(Programme, but=(*head, SET_ON_LOADING))}


def mended(raw: dict[str, Any], rounds: int = 40) -> str:
    """The text of a programme, less whatever in it is a mistake; empty: that was not enough."""
    for _ in range(rounds):
        text = document(raw)
        mistakes = check(text)
        if not mistakes:
            return text
        paths = {_path(mistake.where) for mistake in mistakes}
        for path in sorted(paths, key=lambda path: [f"{part:>9}" for part in path], reverse=True):
            _take_out(raw, path)
    return ""


def _path(where: str) -> tuple[str | int, ...]:
    """`policies[2] (a).when, line 5` as keys and places."""
    bare = re.sub(r" \([^()]*\)|, line \d+$", "", where)
    return tuple(
        int(part) if part.isdigit() else part for part in _INDEX.sub(r".\1", bare).split(".")
    )


def _take_out(raw: Any, path: Sequence[str | int]) -> None:
    """Delete what stands there; where nothing does, the entry or table that should have it."""
    chain: list[tuple[Any, str | int]] = []
    here = raw
    for part in path:
        there = (
            part < len(here)
            if isinstance(here, list) and isinstance(part, int)
            else (isinstance(here, dict) and part in here)
        )
        if not there:
            break
        chain.append((here, part))
        here = here[part]
    if chain:
        home, part = chain[-1]
        del home[part]


def _is_none(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.NoneType)
