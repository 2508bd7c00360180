"""The benchmarks' mix of events: seeded, in order, with the shares it promises."""

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import orjson
import pytest

from bench import mix
from engine.events import Happening, OrderCompleted
from engine.money import earning_base
from engine.wire import decode

START = datetime(2026, 1, 1, tzinfo=UTC)


def events(*, n: int, seed: int = 3, rate: float = 5_000) -> list[tuple[bytes, bytes, int]]:
    return list(mix.events(seed=seed, customers=5_000, n=n, start=START, rate=rate))


@pytest.fixture(scope="module")
def records() -> list[tuple[bytes, bytes, int]]:
    return events(n=20_000)


def test_the_first_records_are_the_same_however_many_follow(
    records: list[tuple[bytes, bytes, int]],
) -> None:
    assert events(n=100) == records[:100]


def test_another_seed_gives_other_records() -> None:
    assert events(n=10) != events(n=10, seed=4)


def test_views_carts_and_orders_come_in_the_stated_shares(
    records: list[tuple[bytes, bytes, int]],
) -> None:
    names = Counter(orjson.loads(body)["event"] for _, body, _ in records)
    shares = {name: count / len(records) for name, count in names.items()}
    stated = {"Product Viewed": 0.85, "Product Added": 0.10, "Order Completed": 0.05}
    assert shares == pytest.approx(stated, abs=0.01)


def test_the_engine_takes_every_record_under_its_key_and_time(
    records: list[tuple[bytes, bytes, int]],
) -> None:
    for key, body, at in records:
        event = decode(body)
        assert isinstance(event, Happening)
        assert (event.customer.encode(), round(event.at(0.0) * 1000)) == (key, at)


def test_orders_agree_with_themselves_and_have_ids_of_their_own(
    records: list[tuple[bytes, bytes, int]],
) -> None:
    happened = (decode(body) for _, body, _ in records)
    orders = [event.properties for event in happened if isinstance(event, OrderCompleted)]
    assert len({order.order_id for order in orders}) == len(orders)
    assert {len(order.products) for order in orders} == {1, 2, 3}
    assert not any(earning_base(order, "EUR").flags for order in orders)


def test_message_ids_are_unique_and_look_like_uuids(
    records: list[tuple[bytes, bytes, int]],
) -> None:
    names = {orjson.loads(body)["messageId"] for _, body, _ in records}
    assert len(names) == len(records)
    assert {tuple(map(len, name.split("-"))) for name in names} == {(8, 4, 4, 4, 12)}


@pytest.mark.parametrize("rate", [0.5, 3, 5_000, 1e6])
def test_data_time_advances_at_the_rate(rate: float) -> None:
    times = [at for _, _, at in events(n=50, rate=rate)]
    assert times[0] == START.timestamp() * 1000
    assert all(one <= after for one, after in pairwise(times))
    assert times[-1] - times[0] == int(49 * 1000 / rate)
