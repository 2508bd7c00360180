"""The whole Puffy fortnight. Known answers: the notes that came with the data."""

from collections import Counter
from decimal import Decimal
from itertools import islice
from pathlib import Path

from bench.datasets import Json, Met, convert
from tests.datasets.facts import Facts
from tests.datasets.recount import checkouts, orders

REVENUE = Decimal("294461.40")
NAMELESS_PAGES = 2_866  # of the 2,908: pages that the engine ignores, whoever looked at them


def usd(amount: float) -> Decimal:
    return Decimal(str(amount))


def test_every_row_is_met(puffy: Facts) -> None:
    assert puffy.met.rows == {
        "page_viewed": 45_974,
        "product_added_to_cart": 2_307,
        "checkout_started": 836,
        "email_filled_on_popup": 552,
        "checkout_completed": 294,
    }


def test_every_defect_is_counted(puffy: Facts) -> None:
    assert +puffy.met.odd == {
        "no client": 2_908,
        "added to the cart, product unknown": 365,
        "order without prices": 59,
        "order line of nulls: left out": 10,
        "file with clientId for client_id": 10,
        "client with another e-mail": 7,
        "file without referrer": 5,
        "order id used before": 4,
        "exact repeat of a row": 1,
    }


def test_every_row_is_one_event_and_introductions_come_on_top(puffy: Facts) -> None:
    sent = puffy.met.sent
    assert sent["Page Viewed"] + sent["Product Viewed"] == 45_974
    assert (sent["Product Added"], sent["Checkout Started"]) == (2_307, 836)
    assert (sent["Order Completed"], sent["identify"], sent["alias"]) == (294, 799, 789)
    assert sent.total() == 49_963 + (799 - 552) + 789


def test_rows_without_a_client_go_out_nameless_for_the_engine_to_refuse(puffy: Facts) -> None:
    assert puffy.nameless == 2_908
    assert puffy.answers["missing_customer"] == 2_908 - NAMELESS_PAGES


def test_the_engine_refuses_nothing_else_and_ignores_only_other_pages(puffy: Facts) -> None:
    assert set(puffy.answers) == {"event", "missing_customer", "Page Viewed"}
    assert puffy.answers["Page Viewed"] == puffy.met.sent["Page Viewed"]


def test_time_never_runs_backwards(puffy: Facts) -> None:
    assert puffy.backwards == 0


def test_even_an_exact_repeat_has_a_message_id_of_its_own(puffy: Facts) -> None:
    assert len(puffy.message_ids) == puffy.met.sent.total()
    assert puffy.longest_id <= 100


def test_294_checkouts_carry_290_order_ids_and_all_the_revenue(puffy: Facts) -> None:
    told = [order for _, order in puffy.orders]
    assert (len(told), len({order["order_id"] for order in told})) == (294, 290)
    assert sum(usd(order["revenue"]) for order in told) == REVENUE


def test_orders_are_those_of_the_raw_files(puffy: Facts, puffy_folder: Path) -> None:
    told = [(order["order_id"], who, usd(order["revenue"])) for who, order in puffy.orders]
    assert told == [tuple(checkout) for checkout in checkouts(puffy_folder)]


def test_the_raw_files_hold_290_order_ids(puffy_folder: Path) -> None:
    assert len(orders(puffy_folder)) == 290
    assert sum(checkout.revenue for checkout in checkouts(puffy_folder)) == REVENUE


def test_a_repeated_order_id_is_another_customers_order(puffy: Facts) -> None:
    """Three random digits a day run out: the four repeats are collisions and not resubmissions."""
    customers: dict[str, set[str]] = {}
    for who, order in puffy.orders:
        customers.setdefault(order["order_id"], set()).add(who)
    assert Counter(len(them) for them in customers.values()) == {1: 286, 2: 4}


def test_lines_add_up_to_the_revenue_wherever_they_carry_prices(puffy: Facts) -> None:
    priced = [
        order for _, order in puffy.orders if all("price" in line for line in order["products"])
    ]
    paid = [order for order in priced if order["products"]]
    assert len(paid) == 294 - 59 - 10
    assert all(_sum(order) == usd(order["revenue"]) for order in paid)


def _sum(order: Json) -> Decimal:
    return sum((usd(line["price"]) * line["quantity"] for line in order["products"]), Decimal(0))


def test_a_client_is_joined_to_one_person_only(puffy: Facts) -> None:
    clients = [client for client, _ in puffy.aliases]
    assert len(clients) == len(set(clients)) == 789


def test_no_user_agent_is_carried(puffy: Facts) -> None:
    assert puffy.agents == 0


def test_the_same_files_give_the_same_events(puffy_folder: Path) -> None:
    first, second = (
        list(islice(convert("puffy", Met(), root=puffy_folder.parent), 10_000)) for _ in range(2)
    )
    assert first == second
