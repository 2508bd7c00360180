"""One pass over a data set, kept for many assertions; and small files of the same form."""

import lzma
from collections import Counter
from pathlib import Path

import orjson
from msgspec import Struct, field

from bench.datasets import Json, Met, convert
from engine.events import Happening
from engine.wire import Refused, decode


class Facts(Struct):
    """answers: what the engine's decoder says to a line: the class of an event, or why not.

    backwards: events older than the one before; still: of the same moment as the one before.
    orders: the properties and the customer of every Order Completed.
    """

    met: Met = field(default_factory=Met)
    answers: Counter[str] = field(default_factory=Counter)
    message_ids: set[str] = field(default_factory=set)
    longest_id: int = 0
    backwards: int = 0
    still: int = 0
    nameless: int = 0
    agents: int = 0
    orders: list[tuple[str, Json]] = field(default_factory=list)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    last: str = ""


def gathered(dataset: str, root: Path) -> Facts:
    """Convert everything once."""
    facts = Facts()
    for line in convert(dataset, facts.met, root=root):
        _take(facts, line)
    return facts


def _take(facts: Facts, line: Json) -> None:
    raw = orjson.dumps(line)
    facts.agents += b"Mozilla" in raw
    facts.answers[_answer(raw)] += 1
    facts.message_ids.add(line["messageId"])
    facts.longest_id = max(facts.longest_id, len(line["messageId"]))
    facts.backwards += line["timestamp"] < facts.last
    facts.still += line["timestamp"] == facts.last
    facts.last = line["timestamp"]
    facts.nameless += "userId" not in line and "anonymousId" not in line
    if line.get("event") == "Order Completed":
        facts.orders.append((line["userId"], line["properties"]))
    if line["type"] == "alias":
        facts.aliases.append((line["previousId"], line["userId"]))


def _answer(raw: bytes) -> str:
    answer = decode(raw)
    if isinstance(answer, Refused):
        return answer.reason
    return "event" if isinstance(answer, Happening) else answer.name


def pack(path: Path, *lines: str) -> None:
    """A file in the form of the originals: lines, xz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
