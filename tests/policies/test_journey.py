"""The roastery's programme, lived through: what a member hears from the first day on."""

from typing import Final

from msgspec.structs import replace

from engine.programme import Holdout
from policies.check import load
from tests.policies.test_programmes import ROASTERY
from tests.support.shop import consent, live
from tests.support.stories import Story, Told, order, saw, wait

PROGRAMME: Final = replace(load(ROASTERY), holdout=Holdout(share=0.0), experiments=())
BEGIN: Final = (saw("Loyalty Enrolled", country="AT", timezone="Europe/Vienna"), consent())


def life(*story: Story) -> Told:
    return live(*BEGIN, *story, programme=PROGRAMME)


def heard(told: Told) -> list[str]:
    return [each.rule for each in told.of("Message Decided", "Action Decided")]


def test_a_newcomer_has_a_tier_a_segment_and_a_welcome_and_is_helped_after_three_days() -> None:
    told = life(wait(days=4))
    assert (told.tier, heard(told)) == ("bean", ["welcome", "onboarding"])
    assert [each.rule for each in told.of("Segment Entered")] == ["newcomers"]


def test_a_first_order_is_thanked_for_and_unlocks_its_points() -> None:
    told = life(order(total=20).after(days=1), wait(days=2))
    assert heard(told) == ["welcome", "first_order_thanks", "reward_ready"]
    assert [each.rule for each in told.of("Segment Entered")] == ["newcomers", "first_timers"]


def test_a_cart_that_was_left_is_asked_about_unless_it_was_bought() -> None:
    cart = saw("Product Added", product_id="e1", category="espresso")
    assert "cart_abandoned" in heard(life(cart, wait(days=1)))
    assert "cart_abandoned" not in heard(life(cart, order(total=20), wait(days=1)))


def test_a_birthday_brings_points_and_a_lapsed_member_one_of_two_words() -> None:
    born = saw("identify", birthday="1990-02-10")
    told = life(born, order(total=20), *[wait(days=7)] * 40)
    (birthday,) = [each for each in told.of("Message Decided") if each.rule == "birthday"]
    assert told.of("Reward Unlocked")[-1].at >= birthday.at
    (lapsed,) = [each for each in told.of("Message Decided") if each.rule == "lapsed_win_back"]
    assert lapsed.properties["odds"] == {"word": 2 / 3, "bag": 1 / 3}


def test_a_tier_is_celebrated_and_a_tenth_order_rewarded_once() -> None:
    told = life(*[order(total=30).after(days=5) for _ in range(12)])
    assert heard(told).count("tenth_order") == 1
    assert heard(told).count("tier_up") == 1
    assert "regular_now" in heard(told)


def test_the_balance_comes_on_the_first_of_the_month_where_there_is_one() -> None:
    told = life(order(total=120), wait(days=60))
    assert heard(told).count("balance") == 2


def test_what_is_back_in_stock_is_told_to_who_wished_for_it() -> None:
    wished = saw("Product Added to Wishlist", product_id="e1")
    told = life(wished, saw("Product Restocked", product_id="e1").after(days=2))
    assert heard(told)[-1] == "back_in_stock"
