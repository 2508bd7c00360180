"""Real event logs through Kafka and Redis: every purchase once, nothing stops, nothing is lost."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import orjson
import pytest

from bench.datasets import Met, convert
from bench.datasets.places import folder
from engine import ledger
from engine.errors import SettingsError
from engine.state import Customer
from flows.draft import CODEC
from flows.local import Local
from flows.recount import Report, recount
from flows.source import Log
from flows.topics import DEAD_LETTERS
from policies.check import load
from tests.datasets.recount import checkouts, starbucks_points

pytestmark = pytest.mark.stack

PROGRAMMES: Final = Path(__file__).parents[2] / "policies" / "programmes"
BEGINNING: Final = 1356998400.0
"""2013-01-01, before the first record of either data set (s)."""
PATIENCE: Final = 1500.0
"""Seconds that a whole data set may take on a busy machine."""


class Replayed:
    """A data set after `punchcard replay`, `decide` and `publish`."""

    def __init__(self, local: Local, dataset: str, path: Path) -> None:
        self.local = local
        self.met = Met()
        with path.open("wb") as lines:
            for event in convert(dataset, self.met):
                lines.write(orjson.dumps(event) + b"\n")
        text = (PROGRAMMES / f"{dataset}.toml").read_text()
        local.publish_programme(text, at=BEGINNING)
        self.programme = load(text)
        command = [sys.executable, "-m", "flows.cli", "replay", str(path), "--tick", "1d"]
        subprocess.run(command, env=dict(local.environment), check=True, capture_output=True)
        self.parts = [local.start("decide"), local.start("publish")]
        assert local.wait_until_folded(PATIENCE), self.parts[0].last_words()
        self.report: Report = recount(local.settings)

    @property
    def members(self) -> dict[str, Customer[Any]]:
        """Everybody, as Redis has them."""
        client, found = self.local.redis.client(), {}
        for key in client.scan_iter(match="pc:{*}:c:*", count=1000):
            state, book = cast(list[bytes], client.hmget(key, "state", "book"))
            found[key.decode().split(":c:", 1)[1]] = CODEC.unpack(state, book)
        return found

    @property
    def dead_letters(self) -> Counter[str]:
        """How many, by reason."""
        partitions = range(self.local.settings.partitions)
        log = Log(self.local.settings, DEAD_LETTERS, dict.fromkeys(partitions, 0))
        left = sum(log.end(partition) for partition in partitions)
        reasons: Counter[str] = Counter()
        while left:
            for message in log.consumer.consume(left, 1.0):
                left -= 1
                reasons[dict(message.headers() or ())["reason"].decode()] += 1  # type: ignore[union-attr]
        log.close()
        return reasons


def replayed(dataset: str, directory: Path) -> Iterator[Replayed]:
    try:
        folder(dataset)
    except SettingsError as error:
        pytest.skip(str(error))
    with Local() as local:
        yield Replayed(local, dataset, directory / f"{dataset}.jsonl")


@pytest.fixture(scope="module")
def starbucks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    yield from replayed("starbucks", tmp_path_factory.mktemp("starbucks"))


@pytest.fixture(scope="module")
def puffy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    yield from replayed("puffy", tmp_path_factory.mktemp("puffy"))


def test_starbucks_every_transaction_counts_once_and_the_points_are_those_of_the_raw_file(
    starbucks: Replayed,
) -> None:
    members = starbucks.members
    points = {
        who: sum(order.awarded for order in member.book.orders.values())
        for who, member in members.items()
        if member.book.orders
    }
    assert points == starbucks_points(folder("starbucks") / "transcript.json.xz")
    assert sum(len(member.book.orders) for member in members.values()) == 138_953
    assert all(ledger.balanced(member.book.ledger) for member in members.values())


def test_starbucks_the_recount_finds_no_difference(starbucks: Replayed) -> None:
    assert starbucks.report.lines == []
    assert starbucks.report.differences == 0
    assert starbucks.report.customers == 17_000
    assert [part.status for part in starbucks.parts] == [None, None]


def test_puffy_every_order_is_awarded_once_to_whoever_placed_it(puffy: Replayed) -> None:
    # Four of the 290 order ids name two orders each, of different people with different revenue:
    # within a member an id is one order, between members it is not.
    placed = {(who, ident) for who, member in puffy.members.items() for ident in member.book.orders}
    sold = checkouts(folder("puffy"))
    assert placed == {(checkout.email, checkout.order_id) for checkout in sold}
    assert len({ident for _, ident in placed}) == 290
    assert len(placed) == len(sold) == 294
    awarded = sum(
        order.awarded for member in puffy.members.values() for order in member.book.orders.values()
    )
    assert awarded == sum(int(checkout.revenue) for checkout in sold)


def test_puffy_bad_rows_are_told_and_nothing_stops(puffy: Replayed) -> None:
    client = puffy.local.redis.client()
    partitions = range(puffy.local.settings.partitions)
    while any(client.xlen(f"pc:{{{partition}}}:out") for partition in partitions):
        pass
    assert puffy.dead_letters == {"missing_customer": 42}
    assert [part.status for part in puffy.parts] == [None, None]
    assert puffy.report.differences == 0
