"""Single rules of the Puffy converter, on a few rows of the same form."""

import csv
import io
import json
from pathlib import Path

import pytest

from bench.datasets import Json, Met, convert
from engine.errors import SettingsError
from tests.datasets.facts import pack

OLD = ("client_id", "page_url", "referrer", "timestamp", "event_name", "event_data", "user_agent")
NEW = ("clientId", "page_url", "timestamp", "event_name", "event_data", "user_agent")
AT = "2025-02-23T08:00:00.000Z"
HOME = "https://puffy.com/"


def row(name: str, *, client: str = "web1", page: str = HOME, data: str = "") -> tuple[str, ...]:
    return (client, page, "", AT, name, data, "Mozilla/5.0")


def email(name: str) -> str:
    return json.dumps({"user_email": name})


def checkout(*items: Json, who: str = "ann", revenue: float = 10) -> str:
    told = {"transaction_id": "ORD-1", "revenue": revenue, "items": items, "user_email": who}
    return json.dumps(told)


def item(price: float | None, quantity: int) -> Json:
    name = {"item_id": "P1", "item_name": "Puffy Signature Pillow", "item_variant": "Standard"}
    return name | {"quantity": quantity, "item_price": price}


def told(
    tmp_path: Path, *rows: tuple[str, ...], columns: tuple[str, ...] = OLD, met: Met | None = None
) -> list[Json]:
    """What one day's rows become."""
    table = io.StringIO()
    csv.writer(table).writerows((columns, *rows))
    pack(tmp_path / "puffy" / "events_20250223.csv.xz", *table.getvalue().splitlines())
    return list(convert("puffy", Met() if met is None else met, root=tmp_path))


def test_a_products_page_shows_a_product(tmp_path: Path) -> None:
    (line,) = told(tmp_path, row("page_viewed", page=f"{HOME}products/puffy-topper?size=F207E9"))
    assert line == {
        "messageId": "puffy-20250223-1",
        "type": "track",
        "timestamp": AT,
        "anonymousId": "web1",
        "event": "Product Viewed",
        "properties": {"product_id": "puffy-topper", "category": "topper"},
    }


@pytest.mark.parametrize(
    ("page", "section"),
    [
        (HOME, ""),
        ("https://puffy.com", ""),
        ("https://puffy.com/cart?step=1", "cart"),
        ("https://checkout.puffy.com/checkouts/cn/Z2NwLXVz/thank-you", "checkouts"),
    ],
)
def test_of_other_pages_only_the_section_is_told(tmp_path: Path, page: str, section: str) -> None:
    (line,) = told(tmp_path, row("page_viewed", page=page))
    assert (line["event"], line["properties"]) == ("Page Viewed", {"section": section})


def test_a_token_that_runs_on_from_a_products_name_is_cut(tmp_path: Path) -> None:
    (line,) = told(
        tmp_path, row("page_viewed", page=f"{HOME}products/puffy-lux-mattress&_kx=4BQ.Kn3")
    )
    assert line["properties"]["product_id"] == "puffy-lux-mattress"


def test_the_referrer_is_told_by_its_site_alone(tmp_path: Path) -> None:
    came = ("web1", HOME, "https://source-a.com/top10?gclid=CjwK", AT, "page_viewed", "", "")
    (line,) = told(tmp_path, came)
    assert line["context"] == {"page": {"referrer": "https://source-a.com"}}


def test_renamed_and_missing_columns_do_not_matter(tmp_path: Path) -> None:
    met = Met()
    (line,) = told(tmp_path, ("web1", HOME, AT, "page_viewed", "", ""), columns=NEW, met=met)
    assert line["anonymousId"] == "web1"
    assert +met.odd == {"file with clientId for client_id": 1, "file without referrer": 1}


@pytest.mark.parametrize("name", ["page_viewed", "email_filled_on_popup", "checkout_completed"])
def test_without_a_client_nobody_is_named(tmp_path: Path, name: str) -> None:
    (line,) = told(tmp_path, row(name, client="", data=checkout()))
    assert not {"userId", "anonymousId", "previousId"} & set(line)


def test_a_product_is_added_from_its_page_and_unknown_elsewhere(tmp_path: Path) -> None:
    met = Met()
    pages = (f"{HOME}products/puffy-pillow", f"{HOME}cart")
    lines = told(tmp_path, *(row("product_added_to_cart", page=page) for page in pages), met=met)
    assert [line["properties"].get("product_id") for line in lines] == ["puffy-pillow", None]
    assert met.odd["added to the cart, product unknown"] == 1


def test_a_checkout_keeps_one_cart_id_and_its_token_stays_out(tmp_path: Path) -> None:
    pages = [f"https://checkout.puffy.com/checkouts/cn/SECRET{query}" for query in ("?a=1", "")]
    first, second = told(tmp_path, *(row("checkout_started", page=page) for page in pages))
    assert first["properties"] == second["properties"]
    assert "SECRET" not in str(first)


def test_an_email_joins_its_client_once(tmp_path: Path) -> None:
    popup = row("email_filled_on_popup", data=email("ann"))
    lines = told(tmp_path, popup, popup)
    assert [line["type"] for line in lines] == ["alias", "identify", "identify"]
    assert (lines[0]["previousId"], lines[0]["userId"]) == ("web1", "ann")
    assert (lines[1]["userId"], lines[1]["anonymousId"]) == ("ann", "web1")


def test_a_second_email_is_identified_but_never_joined_to_the_first(tmp_path: Path) -> None:
    met = Met()
    popups = (row("email_filled_on_popup", data=email(name)) for name in ("ann", "bob", "bob"))
    lines = told(tmp_path, *popups, met=met)
    assert [line["userId"] for line in lines if line["type"] == "alias"] == ["ann"]
    assert [line["userId"] for line in lines if line["type"] == "identify"] == ["ann", "bob", "bob"]
    assert met.odd["client with another e-mail"] == 1


def test_a_buyer_is_introduced_before_the_first_order_only(tmp_path: Path) -> None:
    bought = row("checkout_completed", data=checkout(item(10, 1)))
    lines = told(tmp_path, bought, bought)
    assert [line.get("event", line["type"]) for line in lines] == [
        "alias",
        "identify",
        "Order Completed",
        "Order Completed",
    ]
    assert len({line["messageId"] for line in lines}) == 4


def test_a_repeated_order_is_passed_on_and_counted(tmp_path: Path) -> None:
    met = Met()
    told(tmp_path, *[row("checkout_completed", data=checkout(item(10, 1)))] * 2, met=met)
    assert (met.odd["order id used before"], met.odd["exact repeat of a row"]) == (1, 1)


def test_the_price_of_a_line_is_shared_by_its_pieces(tmp_path: Path) -> None:
    line = told(tmp_path, row("checkout_completed", data=checkout(item(421.6, 2), revenue=421.6)))[
        -1
    ]
    assert line["properties"] == {
        "order_id": "ORD-1",
        "revenue": 421.6,
        "currency": "USD",
        "products": [
            {
                "product_id": "P1",
                "name": "Puffy Signature Pillow",
                "variant": "Standard",
                "category": "pillow",
                "price": 210.8,
                "quantity": 2,
            }
        ],
    }


def test_a_line_without_a_price_stays_without(tmp_path: Path) -> None:
    met = Met()
    line = told(tmp_path, row("checkout_completed", data=checkout(item(None, 2))), met=met)[-1]
    assert "price" not in line["properties"]["products"][0]
    assert met.odd["order without prices"] == 1


def test_a_line_of_nulls_is_left_out_and_its_order_kept(tmp_path: Path) -> None:
    met = Met()
    nulls = dict.fromkeys(item(1, 1))
    line = told(tmp_path, row("checkout_completed", data=checkout(nulls, revenue=0)), met=met)[-1]
    assert (line["properties"]["revenue"], line["properties"]["products"]) == (0, [])
    assert met.odd["order line of nulls: left out"] == 1


def test_a_product_of_no_known_kind_has_no_category(tmp_path: Path) -> None:
    data = checkout(item(10, 1) | {"item_name": "Gift Card"})
    line = told(tmp_path, row("checkout_completed", data=data))[-1]
    assert "category" not in line["properties"]["products"][0]


def test_broken_event_data_is_passed_on_with_what_is_left(tmp_path: Path) -> None:
    met = Met()
    (line,) = told(tmp_path, row("checkout_completed", data='{"transaction_id":'), met=met)
    assert line["anonymousId"] == "web1"
    assert line["properties"] == {"products": []}
    assert met.odd["event_data unreadable: Input data was truncated"] == 1
    assert met.odd["order without an e-mail"] == 1


def test_a_word_never_heard_goes_out_as_it_is(tmp_path: Path) -> None:
    (line,) = told(tmp_path, row("lid_lifted"))
    assert (line["event"], line["properties"]) == ("lid_lifted", {})


def test_a_folder_without_days_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "puffy").mkdir()
    with pytest.raises(SettingsError, match=r"no events_\*\.csv\.xz in .*puffy"):
        list(convert("puffy", Met(), root=tmp_path))
