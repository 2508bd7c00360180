"""A customer's three stored parts, and what they cost."""

from typing import Any

import pytest

from engine.errors import StoreError
from engine.state import SCHEMA, Customer
from flows import codec
from flows.codec import CODEC
from tests.support.shop import checkout, live, members, policy
from tests.support.stories import order, wait


def regular() -> Customer[Any]:
    """Somebody who has bought every third day of two months, and has a message waiting."""
    orders = [order(total=20 + n).after(days=3) for n in range(20)]
    programme = members(policy(channel="onsite"))
    return live(*orders, checkout(), wait(days=1), programme=programme).customer


def stored(customer: Customer[Any]) -> tuple[bytes, bytes, bytes]:
    return CODEC.moving(customer), codec.squeezed(CODEC.standing(customer)), customer.inbox


def test_a_customer_comes_back_as_they_were() -> None:
    customer = regular()
    again = codec.customer(stored(customer))
    assert customer.book.orders
    assert again.book == customer.book
    assert again == customer


def test_the_book_of_somebody_who_buys_is_a_third_smaller_at_least() -> None:
    book = CODEC.standing(regular())
    assert len(codec.squeezed(book)) * 3 < len(book) * 2


def test_an_inbox_is_kept_where_pages_read_it_and_nowhere_else() -> None:
    customer = regular()
    assert b'"title":"Hello"' in customer.inbox
    assert b"Hello" not in CODEC.moving(customer) + CODEC.standing(customer)


def test_a_customer_of_a_newer_release_is_refused() -> None:
    customer = regular()
    customer.schema = SCHEMA + 1
    with pytest.raises(StoreError, match=f"schema {SCHEMA + 1} is newer than this release's"):
        codec.customer(stored(customer))


@pytest.mark.parametrize("book", [b"", b"\x01", CODEC.standing(regular())])
def test_a_book_that_this_release_did_not_write_says_so(book: bytes) -> None:
    moving, _, inbox = stored(regular())
    with pytest.raises(StoreError, match="book: was written by another release"):
        codec.customer((moving, book, inbox))
