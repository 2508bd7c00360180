"""What another programme changes, in a marketer's words: `goal of espresso_three: 3 → 2`.

Derived from the types of the programme, so a new table is compared by itself. What publishing a
change means for members stands in `EFFECTS`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, Struct

from engine.grammar import shorten
from engine.programme import Programme
from engine.reading import SET_ON_LOADING

What = Literal["added", "removed", "changed", "moved"]

EFFECTS: Final[Mapping[str, Mapping[str, str]]] = {
    "challenges": {
        "added": "it begins with what members do from then on",
        "removed": "nobody begins it any more; the enrolled finish on the old version",
        "changed": "the enrolled finish on the old version",
    },
    "rewards": {
        "removed": "what is unlocked stays good on its own terms",
        "changed": "what is unlocked keeps its terms",
    },
    "policies": {
        "removed": "its messages that wait are dropped",
        "changed": "events from then on; a message that waits is judged by the new terms",
        "moved": "policies of one event are asked in the order of the file",
    },
    "tiers": {
        "added": "members move with their next order, or at their review",
        "removed": "members move with their next order, or at their review",
        "changed": "members move with their next order, or at their review",
    },
    "points": {
        "changed": "orders from then on; a return takes back what was recorded",
    },
    "currencies": {"removed": "orders in it are put aside and earn nothing"},
    "salt": {"changed": "who is held out is drawn anew for members not seen yet"},
    "holdout": {"changed": "members who are seen for the first time"},
    "currency": {
        "changed": "amounts of the past keep their figures in the new currency: take care"
    },
}
"""Part of the programme → what was done to it → whom it concerns; else all, from then on."""
FROM_THEN_ON: Final = "everybody, from then on"


class Change(Struct, frozen=True):
    """One difference. part: the part of the programme; of: the id of a table in it, if it has one.

    key: the dotted key, empty where a whole table came or went. before, after: as JSON has them;
    none: not there. affects: whom it concerns.
    """

    part: str
    what: What
    of: str = ""
    key: str = ""
    before: Any = None
    after: Any = None
    affects: str = FROM_THEN_ON

    @property
    def words(self) -> str:
        """In one line.

        >>> Change("challenges", "changed", "espresso_three", "goal", 3, 2).words
        'goal of espresso_three: 3 → 2'
        """
        if self.what == "moved":
            return f"{self.of} stands elsewhere in the order"
        if not self.key and self.what != "changed":
            return f"{self.of} {self.what}: {worded(_named(self))}"
        whose = self.of or (self.part if self.key else "")
        named = f"{self.key} of {whose}" if self.key and whose else self.key or self.part
        return f"{named}: {worded(self.before)} → {worded(self.after)}"


def changes(before: Programme, after: Programme) -> list[Change]:
    """Every difference, in the order of the programme's parts."""
    old, new = (msgspec.json.decode(msgspec.json.encode(each)) for each in (before, after))
    parts = [part for part in Programme.__struct_fields__ if part != SET_ON_LOADING]
    return [change for part in parts for change in _part(part, old[part], new[part])]


def report(found: Sequence[Change]) -> str:
    """The changes by part and by whom they concern, a line each."""
    if not found:
        return "no differences"
    lines: list[str] = []
    for (part, affects), group in groupby(found, key=lambda each: (each.part, each.affects)):
        lines += ["", f"{part}: {affects}", *(f"  {change.words}" for change in group)]
    return "\n".join(lines[1:])


def reported(found: Sequence[Change]) -> str:
    """The changes as JSON, each with its words."""
    told = [{**msgspec.structs.asdict(each), "words": each.words} for each in found]
    return msgspec.json.encode(told).decode()


def worded(value: Any) -> str:
    """A value as people write it.

    >>> worded(True), worded(None), worded(["tea", "coffee"]), worded("12.50")
    ('yes', 'nothing', 'tea, coffee', '12.50')
    """
    match value:
        case None | [] | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case [*each]:
            return shorten(", ".join(map(worded, each)))
        case dict():
            return shorten(", ".join(f"{key} {worded(each)}" for key, each in value.items()))
    return shorten(" ".join(str(value).split()))


def _part(part: str, before: Any, after: Any) -> Iterator[Change]:
    """A part is a plain value, a list of tables, or a table that may hold one."""
    if isinstance(before, list) and _have_ids(before, after):
        yield from _listed(part, before, after)
    elif isinstance(before, dict):
        for key in {**before, **after}:
            yield from _key(part, "", key, before.get(key, UNSET), after.get(key, UNSET))
    elif before != after:
        yield _change(part, "changed", "", "", before, after)


def _key(part: str, of: str, key: str, before: Any, after: Any) -> Iterator[Change]:
    """One key of a table; tables inside are looked into."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for inner in {**before, **after}:
            old, new = before.get(inner, UNSET), after.get(inner, UNSET)
            yield from _key(part, of, f"{key}.{inner}", old, new)
    elif isinstance(before, list) and isinstance(after, list) and _have_ids(before, after):
        yield from _listed(part, before, after)
    else:
        came_or_went: What = "added" if before is UNSET else "removed"
        what = came_or_went if UNSET in (before, after) and not of else "changed"
        yield _change(part, what, of, key, _given(before), _given(after))


def _listed(part: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """Tables with ids: those that came, went, changed, and changed places."""
    old, new = ({each["id"]: each for each in tables} for tables in (before, after))
    for ident in {**old, **new}:
        if ident not in new:
            yield _change(part, "removed", ident, "", old[ident], None)
        elif ident not in old:
            yield _change(part, "added", ident, "", None, new[ident])
        else:
            for key in {**old[ident], **new[ident]}:
                was, now = old[ident].get(key, UNSET), new[ident].get(key, UNSET)
                yield from _key(part, ident, key, was, now)
    kept = [ident for ident in old if ident in new]
    for ident, place in zip(kept, [ident for ident in new if ident in old], strict=True):
        if ident != place:
            yield _change(part, "moved", place, "", None, None)


def _have_ids(*lists: list[Any]) -> bool:
    tables = [each for tables in lists for each in tables]
    return bool(tables) and all(isinstance(each, dict) and "id" in each for each in tables)


def _change(part: str, what: What, of: str, key: str, before: Any, after: Any) -> Change:
    affects = EFFECTS.get(part, {}).get(what, FROM_THEN_ON)
    return Change(part, what, of, key, before, after, affects)


def _given(value: Any) -> Any:
    return None if value is UNSET else value


def _named(change: Change) -> Any:
    """What a table is called: its name, or all that there is."""
    table = change.after if change.before is None else change.before
    return table.get("name") or table.get("message", {}).get("title") or table["id"]
