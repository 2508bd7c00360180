"""A person is forgotten, and the books still add up (DOMAIN §13)."""

from engine import ledger
from engine.dates import DAY, HOUR
from flows.record import Record
from tests.support.records import did, record, tick
from tests.support.several import Several, opened

BOUGHT = did("Order Completed", user="ann", order_id="o1", total=40)


def erased(who: str = "ann", after: float = DAY) -> Record:
    return record("Customer Erased", after, who=who, source="admin", actor="dpo", reason="asked")


def pseudonyms(town: Several) -> list[str]:
    return [who for who in town.states if who.startswith("erased-")]


def test_the_totals_go_to_a_pseudonym() -> None:
    town = opened().tell(BOUGHT, erased())
    [pseudonym] = pseudonyms(town)
    assert town.of(pseudonym).book.ledger.issued == 40
    assert town.of("ann").book.ledger.issued == 0


def test_what_comes_later_is_dropped_and_counted() -> None:
    town = opened().tell(
        BOUGHT, erased(), did("Order Completed", 2 * DAY, user="ann", order_id="o2")
    )
    assert "erased" in town.notes
    assert town.of("ann").book.orders == {}


def test_who_never_had_points_leaves_no_pseudonym() -> None:
    assert pseudonyms(opened().tell(did("Product Viewed", user="ann"), erased())) == []


def test_time_does_nothing_to_who_is_erased() -> None:
    town = opened().tell(BOUGHT, erased())
    before = {who: state.book for who, state in town.states.items()}
    town.tell(tick(900 * DAY))
    assert {who: state.book for who, state in town.states.items()} == before


def test_a_shop_may_not_erase() -> None:
    shops = record("Customer Erased", DAY, who="ann", source="shop", actor="a", reason="r")
    assert opened().tell(BOUGHT, shops).of("ann").book.ledger.issued == 40


def test_the_old_id_of_a_person_erases_the_person() -> None:
    login = did("identify", HOUR, user="ann", visitor="v-17")
    town = opened().tell(BOUGHT, login, erased("v-17"))
    assert (town.of("v-17").erased, town.of("ann").erased) == (True, True)
    assert town.of("v-17").survivor == ""


def test_totals_that_come_twice_count_once_and_others_are_added() -> None:
    first, second = (
        record("Totals Kept", n, who="erased-x", source="decide", figures={"issued": 7, "held": 7})
        for n in (1.0, 2.0)
    )
    book = opened().tell(first, second, second).of("erased-x").book.ledger
    assert (book.issued, ledger.available(book), ledger.balanced(book)) == (14, 14, True)
