"""A log of a year and a half, and to the letter what it leads to.

`log.jsonl` holds the records of three customers with their log times; `decisions.jsonl` what is
said, `notes.json` what is counted, `states/1` what is kept, as bytes. A difference is a change of
behaviour or of the shape of the state. Where it is meant, write the files anew, read their diff,
and say so in CHANGELOG.md:

    PUNCHCARD_GOLDEN=rewrite pytest tests/golden

Bytes of older shapes stay under their own number and must load for ever.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from engine import ledger
from engine.events import Happening, ProgrammePublished, Tick
from engine.loading import load_programme
from engine.state import SCHEMA, Customer
from engine.step import newcomer, step, tick
from engine.wire import decode
from engine.world import World
from tests.support.stories import PlainMind, published

FOLDER = Path(__file__).parent
REWRITE = os.environ.get("PUNCHCARD_GOLDEN") == "rewrite"
STATES = sorted(FOLDER.glob("states/*/*.msgpack"))

_bytes = msgspec.msgpack.Encoder()
_states = msgspec.msgpack.Decoder(Customer[dict[str, float]])


class Line(msgspec.Struct, frozen=True):
    """A record and its log time (s)."""

    now: float
    record: msgspec.Raw


class Result(NamedTuple):
    """What the log leads to."""

    decisions: bytes
    notes: bytes
    states: dict[str, bytes]


def lines() -> Iterator[Line]:
    for line in (FOLDER / "log.jsonl").read_bytes().splitlines():
        yield msgspec.json.decode(line, type=Line)


def folded() -> Result:
    """The log through the kernel, as the decide process folds it."""
    world: World | None = None
    customers: dict[str, Customer[Any]] = {}
    decisions, notes = [], Counter[str]()
    for line in lines():
        event = decode(bytes(line.record))
        if isinstance(event, ProgrammePublished):
            programme = load_programme(event.text)
            world = published(world, programme, line.now, PlainMind())
            continue
        assert world is not None
        effects = []
        if isinstance(event, Tick):
            effects = [tick(world, each, who, line.now) for who, each in customers.items()]
        elif isinstance(event, Happening):
            who = event.customer
            customer = customers.setdefault(who, newcomer(world, who, line.now))
            effects = [step(world, customer, who, event, line.now)]
        else:
            notes[repr(event)] += 1
        decisions += [decision for each in effects for decision in each.decisions]
        notes.update(note for each in effects for note in each.notes)
    return Result(
        b"".join(msgspec.json.encode(decision) + b"\n" for decision in decisions),
        msgspec.json.format(msgspec.json.encode(dict(sorted(notes.items())))) + b"\n",
        {who: _bytes.encode(customer) for who, customer in sorted(customers.items())},
    )


def kept(result: Result) -> dict[Path, bytes]:
    """The files that a result is kept in."""
    states = {FOLDER / f"states/{SCHEMA}/{who}.msgpack": raw for who, raw in result.states.items()}
    told = {FOLDER / "decisions.jsonl": result.decisions, FOLDER / "notes.json": result.notes}
    return told | states


@pytest.fixture(scope="module")
def result() -> Result:
    return folded()


def test_the_log_leads_to_the_same_to_the_letter(result: Result) -> None:
    files = kept(result)
    if REWRITE:
        for path, raw in files.items():
            path.write_bytes(raw)
        pytest.fail("the golden files were written anew: read their diff, and run again without")
    said = (FOLDER / "decisions.jsonl").read_bytes()
    assert result.decisions.decode().splitlines() == said.decode().splitlines()
    assert {path: path.read_bytes() for path in files} == files


def test_the_log_is_long_enough_to_say_almost_everything(result: Result) -> None:
    said = {msgspec.json.decode(line)["event"] for line in result.decisions.splitlines()}
    assert len(list(lines())) >= 60
    assert len(said) >= 20


@pytest.mark.parametrize("path", STATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_bytes_of_any_age_load(path: Path) -> None:
    customer = _states.decode(path.read_bytes())
    assert customer.schema <= SCHEMA
    assert ledger.balanced(customer.book.ledger)


def test_there_are_bytes_of_every_shape() -> None:
    assert {int(path.parent.name) for path in STATES} == set(range(1, SCHEMA + 1))
