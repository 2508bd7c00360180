"""`punchcard show`: a customer's page says all that the store knows, in the member's own words."""

from collections.abc import Iterator
from functools import cache
from io import StringIO

import pytest
from msgspec.structs import replace
from rich.console import Console

from engine.dates import DAY
from engine.errors import StoreError
from flows import keys, show
from flows.embedded import RedisServer
from flows.loopback import HOST, free_port
from flows.panels import panels
from flows.partition import partition_of
from flows.settings import Settings
from flows.show import find
from flows.store import Store, connect
from tests.support.deciding import decide
from tests.support.records import model, order, programme, record

pytestmark = pytest.mark.stack

SHOP = """
name = "Shop"
currency = "EUR"
zone = "UTC"
salt = "test"

[points]
pending_days = 2

[holdout]
share = 0.0

[scores]
every_days = 1

[[tiers.steps]]
id = "bean"
name = "Bean"
spend = "0"

[[tiers.steps]]
id = "silver"
name = "Silver Spoon"
spend = "100"
multiplier = "1.5"

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
name = "80 euros"
goal = "80"

[[policies]]
id = "thanks"
on = "Order Completed"
[policies.message]
title = "Thank you"

[[policies]]
id = "night_text"
on = "Order Completed"
channel = "sms"
purpose = "transactional"
[policies.message]
title = "On its way"
"""


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    """A Redis where Ann has bought at night in Tokyo, Bob has looked, and no broker answers."""
    with RedisServer() as server:
        told = Settings(redis=f"redis://{server.address}/0", kafka=f"{HOST}:{free_port()}")
        espresso = [{"product_id": "p1", "price": 20, "category": "espresso", "brand": "Alma"}]
        decide(
            Store(connect(told)),
            programme(SHOP),
            model("v7", bias=1.0),
            record("Loyalty Enrolled", who="ann", country="JP", timezone="Asia/Tokyo"),
            record("Consent Changed", who="ann", channel="email", purpose="marketing"),
            record("Unsubscribed", who="ann", channel="push"),
            order("early", 1, who="ann", products=espresso),
            order("[red]late", 3 * DAY + 5 * 3600, who="ann", products=espresso),
            record("Redemption Requested", 3 * DAY + 5 * 3600, redemption_id="r1", points=5),
            record("Order Refunded", 3 * DAY + 5 * 3600, order_id="elsewhere"),
            record("Product Viewed", 3 * DAY + 5 * 3600, who="bob"),
        )
        yield told


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show, "PATIENCE", 0.05)


@cache
def page(settings: Settings, who: str) -> str:
    found = find(settings, who)
    assert found is not None
    out = Console(file=StringIO(), width=200, markup=False, emoji=False, highlight=False)
    for panel in panels(found):
        out.print(panel)
    assert isinstance(out.file, StringIO)
    return out.file.getvalue()


def rows(text: str) -> list[str]:
    """The lines, each without its frame and with single blanks."""
    return [" ".join(line.strip(" │").split()) for line in text.splitlines()]


@pytest.mark.parametrize(
    "told",
    [
        "is a customer",
        "enrolled 2026-01-01 17:00 JST",
        "zone Asia/Tokyo",
        "country JP",
        "held out no",
        "consents email:marketing",
        "unsubscribed from push",
        "not folded yet unknown: the broker does not answer",
        "may be spent 15",
        "pending 20",
        "reserved 5",
        "issued, all time 40",
        "adds up yes",
        "early 0 15 5 2026-01-01 17:00 JST 2026-01-03 17:00 JST",
        "r1 5 2026-01-04 22:15 JST",
        "tier Bean (bean), 1 times the points",
        "spent in 12 months 40.00 EUR",
        "towards Silver Spoon ████████░░░░░░░░░░░░ 40 % of 100.00 EUR",
        "[red]late 2026-01-04 22:00 JST 20.00 EUR 20.00 EUR 20 of 20",
        "One order ████████████████████ 100 % 2 1 done 2026-01-01 17:00 JST",
        "80 euros ██████████░░░░░░░░░░ 50 % 40.00 EUR 80.00 EUR open",
        "churn 0.7311 v7 probability",
        "purchase_7d 0.1000 prior probability",
        "category espresso ████████████████████ 100 %",
        "brand Alma ████████████████████ 100 %",
        "orders 2 orders bought and kept, all time",
        "spend_total 40 money paid and kept, all time",
        "night_text – never 2026-01-05 09:00 JST",
        "night_text 2026-01-04 22:00 JST 2026-01-05 09:00 JST",
        "2026-01-04 22:00 JST Thank you",
        "deferred 2026-01-05 09:00 JST",
    ],
)
def test_the_page_tells(settings: Settings, told: str) -> None:
    assert any(line.startswith(told) for line in rows(page(settings, "ann")))


def test_a_refund_that_waits_for_its_order_is_shown(settings: Settings) -> None:
    [waiting] = [line for line in rows(page(settings, "ann")) if line.startswith("elsewhere")]
    assert waiting.endswith("2026-01-11 22:00 JST")


def test_open_questions_show_what_was_said(settings: Settings) -> None:
    text = page(settings, "ann")
    questions = text[text.index("open questions") : text.index("timers")]
    assert "churn" in questions
    assert "v7" in questions


def test_sections_without_anything_to_say_are_left_out(settings: Settings) -> None:
    text = page(settings, "bob")
    assert "rewards" not in text.splitlines()
    assert "lots" not in text


def test_nobody_has_no_page(settings: Settings) -> None:
    assert find(settings, "eve") is None


def test_what_a_customer_says_cannot_move_the_terminal(settings: Settings) -> None:
    decide(Store(connect(settings)), record("Product Viewed", 4 * DAY, who="\x1b[2Jmallory"))
    text = page(settings, "\x1b[2Jmallory")
    assert "\x1b" not in text
    assert "·[2Jmallory" in text


def test_a_store_that_nothing_was_folded_into_says_so(settings: Settings) -> None:
    with RedisServer() as empty, pytest.raises(StoreError, match="nothing was folded yet"):
        find(replace(settings, redis=f"redis://{empty.address}/0"), "ann")


def test_a_state_that_cannot_be_read_says_so(settings: Settings) -> None:
    key = keys.customer(partition_of("odd", 8), "odd")
    told = {"state": b"\x01", "book": b"\x01", "inbox": b"[]", "as_of": "1.0", "offset": "1"}
    decide(Store(connect(settings)), record("Product Viewed", 4 * DAY, who="odd"))
    connect(settings).hset(key, mapping=told)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="was written by another release"):
        find(settings, "odd")
