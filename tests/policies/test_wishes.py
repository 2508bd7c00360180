"""Back in stock: told to whoever wished for it, once."""

from engine.programme import PolicyRule
from engine.state import WISHES
from tests.support.shop import live, members, policy
from tests.support.stories import Beat, Story, Told, saw

RULE = policy(id="back", on="Product Restocked", channel="onsite")


def wish(product: str | None = "p1") -> Beat:
    told = {} if product is None else {"product_id": product}
    return saw("Product Added to Wishlist", **told)


def restock(product: str = "p1") -> Beat:
    return saw("Product Restocked", product_id=product)


def told_of(*story: Story, rule: PolicyRule = RULE) -> Told:
    return live(*story, programme=members(rule))


def test_who_wished_for_it_is_told_once() -> None:
    told = told_of(wish("p0"), wish(), restock(), restock().after(days=1))
    assert [each.rule for each in told.of("Message Decided")] == ["back"]
    assert told.customer.book.wishes == ["p0"]
    assert told.notes == ["not_wished_for"]


def test_who_no_longer_wishes_for_it_is_not_told() -> None:
    told = told_of(wish(), saw("Product Removed from Wishlist", product_id="p1"), restock())
    assert told.of("Message Decided") == []


def test_a_list_keeps_the_newest_wishes_each_once() -> None:
    told = told_of(wish(None), *[wish(f"p{n}") for n in range(WISHES + 2)], wish("p5"))
    wishes = told.customer.book.wishes
    assert (len(wishes), wishes[0], wishes[-1]) == (WISHES, "p2", "p5")


def test_where_no_policy_waits_for_it_nothing_is_kept() -> None:
    told = told_of(wish(), rule=policy())
    assert told.customer.book.wishes == []
