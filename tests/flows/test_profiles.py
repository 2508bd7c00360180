"""Reading profiles from a real Redis that `decide` has written to."""

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import redis

from engine.dates import DAY
from engine.errors import SettingsError
from flows import keys
from flows.embedded import RedisServer
from flows.partition import partition_of
from flows.profiles import Benefits, Profile, Profiles
from flows.settings import Settings
from flows.store import Store, connect
from tests.support.deciding import decide
from tests.support.records import START, order, programme, record

pytestmark = pytest.mark.stack

SHOP = """
name = "Shop"
currency = "EUR"
zone = "Europe/Vienna"
salt = "test"

[holdout]
share = 0.0

[[tiers.steps]]
id = "bean"
name = "Bean"
spend = "0"
multiplier = "1.5"
early_access = true
perks = ["A seat by the window"]

[[rewards]]
id = "cup"
name = "A cup"
kind = "coupon"

[[challenges]]
kind = "count"
id = "one"
name = "One order"
of = "orders"
goal = 1
reward = "cup"

[[challenges]]
kind = "spend"
id = "much"
name = "100 euros"
goal = "100"

[[policies]]
id = "thanks"
on = "Order Completed"
offer = { title = "A cup, {{ orders }} times", reward = "cup", days = 7 }
[policies.message]
title = "Thank you"
"""


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with RedisServer() as started:
        yield started


@pytest.fixture(scope="module")
def store(server: RedisServer) -> Store:
    """Ann has bought, Bob has looked, nobody has heard of Eve."""
    settings = Settings(redis=f"redis://{server.address}/0")
    filled = Store(connect(settings))
    bought = [{"product_id": "p1", "price": 20, "category": "espresso", "brand": "Alma"}]
    decide(
        filled,
        programme(SHOP),
        order("o1", 60, who="ann", products=bought),
        record("Product Viewed", 90, who="bob", product_id="p1", category="filter"),
    )
    return filled


@pytest.fixture(params=[False, True], ids=["bytes", "decoded"])
def profiles(request: pytest.FixtureRequest, store: Store, server: RedisServer) -> Profiles:
    return Profiles(
        redis.Redis.from_url(f"redis://{server.address}/0", decode_responses=request.param)
    )


def test_a_buyers_profile_holds_all_that_is_known(profiles: Profiles) -> None:
    ann = profiles.get("ann")
    assert (ann.points, ann.pending, ann.debt, ann.tier) == (0, 30, 0, "bean")
    assert ann.benefits == Benefits(
        Decimal("1.5"), early_access=True, perks=["A seat by the window"]
    )
    assert [(each.id, each.progress, each.goal, each.done) for each in ann.challenges] == [
        ("one", 1, 1, True),
        ("much", 2000, 10000, False),
    ]
    assert [each.reward for each in ann.rewards] == ["cup"]
    assert [(each.title, each.at) for each in ann.inbox] == [("Thank you", START + 60)]
    (offer,) = ann.offers
    assert (offer.title, offer.reward) == ("A cup, 1 times", "cup")
    assert offer.expires == START + 60 + 7 * DAY
    assert ann.affinity.categories == {"espresso": 1.0}
    assert ann.affinity.brands == {"Alma": 1.0}
    assert ann.scores.keys() == {"churn", "purchase_7d"}
    assert ann.segments == []
    assert not ann.cold


def test_a_profile_says_when_and_where_it_stands(profiles: Profiles) -> None:
    bob = profiles.get("bob")
    assert bob.as_of == START + 90
    assert bob.offset > 0
    assert bob.affinity.categories == {"filter": 1.0}


def test_a_missing_customer_has_a_cold_profile(profiles: Profiles) -> None:
    eve = profiles.get("eve")
    assert eve == Profile()
    assert eve.cold


def test_many_profiles_come_in_the_order_asked_for(profiles: Profiles) -> None:
    asked = ["bob", "eve", "ann", "bob"]
    assert profiles.get_many(asked) == [profiles.get(who) for who in asked]
    assert profiles.get_many([]) == []


def test_a_read_is_one_command(store: Store, profiles: Profiles) -> None:
    profiles.get("ann")
    store.client.config_resetstat()
    profiles.get("ann")
    stats: dict[str, Any] = store.client.info("commandstats")
    asked = {name: each["calls"] for name, each in stats.items() if "config" not in name}
    assert asked == {"cmdstat_hmget": 1}


def test_profiles_of_another_number_of_partitions_say_so(store: Store, server: RedisServer) -> None:
    client = redis.Redis.from_url(f"redis://{server.address}/0")
    Profiles(client, partitions=8).check()
    with pytest.raises(SettingsError, match="made for 4 partitions, and the log has 8"):
        Profiles(client, partitions=4).check()


def test_a_field_of_an_older_release_that_is_not_there_has_its_default(store: Store) -> None:
    store.client.hset(keys.customer(partition_of("old", 8), "old"), mapping={"as_of": "5.0"})
    assert Profiles(store.client).get("old") == Profile(as_of=5.0)


def test_a_dead_redis_is_an_error_of_redis() -> None:
    with RedisServer() as gone, gone.client() as client:
        gone.kill()
        with pytest.raises(redis.RedisError):
            Profiles(client).get("ann")


def test_a_web_application_gets_nothing_of_the_engine() -> None:
    heavy = "bytewax confluent_kafka river rich typer structlog prometheus_client features policies"
    code = f"import sys, punchcard; print(*(set({heavy.split()!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
