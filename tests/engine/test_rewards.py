"""Rewards: unlocked once, used once, expired, revoked (DOMAIN §8)."""

from decimal import Decimal

from msgspec.structs import replace

from engine.challenges import Count
from engine.programme import BudgetRule, Points, RewardRule
from engine.rewards import unlock
from engine.turn import Turn
from tests.support.stories import (
    PROGRAMME,
    Story,
    Told,
    changed,
    continue_with,
    coupon,
    items,
    publish,
    redeem,
    refund,
    saw,
    tell,
    use,
    wait,
)

CUP = Count(id="three", name="Three bags", goal=3, reward="cup")
BONUS = replace(CUP, reward="bonus")
PROMISED = PROGRAMME.rewards[0]


def earned(*story: Story, challenge: Count = CUP) -> Told:
    return tell(items(3), *story, programme=changed(challenges=(challenge,)))


def the_reward(told: Told) -> str:
    [ident] = told.customer.book.rewards
    return ident


def used(told: Told, till: str = "till") -> Told:
    return continue_with(told, use(the_reward(told), till))


def test_an_unlocked_reward_is_used_once() -> None:
    told = used(earned())
    assert (told.states, told.names[-1]) == (["redeemed"], "Reward Redeemed")


def test_the_same_use_again_is_a_repeat() -> None:
    told = used(used(earned()))
    assert told.notes == ["repeat"]


def test_another_use_is_refused() -> None:
    told = used(used(earned()), "another till")
    assert (told.names[-1], told.reasons) == ("Reward Refused", ["redeemed"])


def test_a_reward_of_somebody_elses_is_refused() -> None:
    assert tell(use("unheard of")).reasons == ["unknown_reward"]


def reserved(told: Told, till: str = "till") -> Told:
    reward = {"redemption_id": till, "reward_id": the_reward(told)}
    return continue_with(told, saw("Redemption Requested", **reward).after(hours=0.05))


def put_back(told: Told, till: str = "till") -> Told:
    reward = {"redemption_id": till, "reward_id": the_reward(told)}
    return continue_with(told, saw("Redemption Released", **reward).after(hours=0.05))


def test_a_reward_may_be_reserved_and_then_used() -> None:
    told = reserved(earned())
    assert (told.states, told.names[-1]) == (["reserved"], "Reward Reserved")
    continue_with(told, use(the_reward(told)).after(hours=0.05))
    assert (told.states, told.names[-1]) == (["redeemed"], "Reward Redeemed")


def test_a_reserved_reward_is_nobody_elses() -> None:
    told = reserved(reserved(earned()), "another")
    continue_with(told, use(the_reward(told), "third").after(hours=0.05))
    assert (told.states, told.reasons) == (["reserved"], ["reserved", "reserved"])


def test_a_reward_is_put_back_once() -> None:
    told = put_back(put_back(reserved(earned())))
    assert (told.states, told.reasons, told.notes) == (["unlocked"], ["released"], ["repeat"])


def test_a_reservation_lapses() -> None:
    told = continue_with(reserved(earned()), wait(hours=1))
    assert (told.states, told.reasons) == (["unlocked"], ["lease_lapsed"])


def test_a_reserved_reward_expires_after_its_lease() -> None:
    told = earned()
    told.now = told.grants[0].expires - 300
    told = continue_with(reserved(told), wait(hours=1))
    assert (told.states, told.names[-2:]) == (["expired"], ["Reward Released", "Reward Expired"])


def test_a_rollback_takes_a_reserved_reward_too() -> None:
    told = continue_with(reserved(earned()), refund("o1", key="r").after(hours=0.05))
    assert told.states == ["revoked"]


def test_a_code_is_as_good_as_an_id() -> None:
    off = RewardRule(id="cup", name="5 off", kind="amount_coupon", amount=Decimal(5))
    told = tell(items(3), programme=changed(challenges=(CUP,), rewards=(off,)))
    told.beat(coupon(told.grants[0].code, "o7"))
    assert told.states == ["redeemed"]


def test_a_coupon_of_ours_is_a_use() -> None:
    told = earned()
    told.beat(coupon(the_reward(told), "o7"))
    assert told.states == ["redeemed"]


def test_a_coupon_of_ours_without_an_order_is_a_use_too() -> None:
    told = earned()
    told.beat(coupon(the_reward(told)))
    assert told.grants[0].redemption == "m2"


def test_a_coupon_of_the_shops_own_is_none_of_our_business() -> None:
    assert tell(coupon("SPRING10")).decisions == []


def test_a_reward_expires() -> None:
    told = used(earned(wait(days=30)))
    assert told.names[-2:] == ["Reward Expired", "Reward Refused"]
    assert told.reasons == ["expired"]


def test_a_used_reward_does_not_expire_and_is_forgotten_with_its_cycle() -> None:
    told = used(earned())
    told.tick(told.now + 120 * 86400)
    assert told.states == ["redeemed"]
    told.tick(told.now + 10 * 86400)
    assert (told.grants, told.of("Reward Expired")) == ([], [])


def test_a_used_reward_is_not_given_again_however_long_ago_it_was() -> None:
    told = continue_with(used(earned()), refund("o1", key="r"), wait(days=250), items(3))
    assert (len(told.of("Challenge Completed")), len(told.of("Reward Unlocked"))) == (2, 1)


def test_an_unlocked_reward_outlives_its_cycle() -> None:
    lasting = changed(challenges=(CUP,), rewards=(replace(PROMISED, valid_days=300),))
    told = tell(items(3), wait(days=290), programme=lasting)
    assert (told.cycles, told.states) == ([], ["unlocked"])


def test_the_terms_of_an_unlocked_reward_never_change() -> None:
    other = changed(rewards=(replace(PROMISED, valid_days=1),))
    told = earned(publish(other), wait(days=29))
    assert told.states == ["unlocked"]


def test_points_are_credited_at_once() -> None:
    told = earned(challenge=BONUS)
    assert (told.balance, told.states) == (50, ["redeemed"])


def test_points_repay_debt_first() -> None:
    programme = changed(challenges=(replace(BONUS, goal=8),), points=Points(pending_days=0))
    told = tell(items(6), wait(), redeem(60), refund("o1", key="r"), items(8), programme=programme)
    [credited] = told.of("Points Earned")
    assert (credited.properties["repaid"], told.debt) == (50, 10)


def test_points_expire_like_any_others() -> None:
    told = earned(wait(days=400), challenge=BONUS)
    assert sorted(told.points_of("Points Expired")) == [30, 50]


def test_a_rollback_revokes_what_was_not_used() -> None:
    told = earned(refund("o1", key="r"))
    assert (told.states, told.reasons) == (["revoked"], ["rolled_back", "reward_revoked"])


def test_a_revoked_reward_cannot_be_used() -> None:
    assert used(earned(refund("o1", key="r"))).reasons[-1] == "revoked"


def test_a_rollback_leaves_what_was_used() -> None:
    told = continue_with(used(earned()), refund("o1", key="r"), items(3))
    assert told.states == ["redeemed"]
    assert len(told.of("Reward Unlocked")) == 1
    assert told.reasons == ["reward_redeemed"]


def test_a_rollback_leaves_what_expired() -> None:
    told = earned(wait(days=31), refund("o1", key="r"))
    assert told.reasons == ["reward_expired"]


def test_a_rollback_takes_points_back_even_if_they_were_spent() -> None:
    told = earned(redeem(50), refund("o1", key="r"), challenge=BONUS)
    assert told.points == (0, 0, 0, 50)


def test_points_that_are_given_back_and_again_are_one_lot() -> None:
    told = earned(refund("o1", key="r"), items(3), challenge=BONUS)
    assert told.balance == 50
    assert len({each.id for each in told.of("Points Earned")}) == 2


def test_points_given_again_while_others_of_them_are_reserved_are_settled_right() -> None:
    told = earned(challenge=BONUS)
    reserve, commit = redeem(30)
    told.beat(reserve)
    for beat in (refund("o1", key="r"), items(3, ident="o2")):
        told.beat(beat.after(hours=0.05))
    told.beat(commit.after(hours=0.05))
    assert (told.points, told.customer.book.ledger.redeemed) == ((30, 20, 0, 0), 30)


def test_a_reward_that_the_programme_has_dropped_is_noted() -> None:
    told = tell(
        items(2),
        publish(changed(rewards=())),
        items(1),
        programme=changed(challenges=(CUP,)),
    )
    assert (told.grants, told.notes) == ([], ["reward_gone"])


def test_points_that_were_taken_back_are_not_taken_back_twice() -> None:
    told = earned(refund("o1", key="r"), publish(changed(rewards=())), challenge=BONUS)
    continue_with(told, items(3), refund("o2", key="r"))
    assert told.points == (0, 0, 0, 0)


def test_the_points_of_a_coupon_are_not_paid_out() -> None:
    odd = RewardRule(id="cup", name="A cup", kind="coupon", points=9)
    told = tell(items(3), programme=changed(challenges=(CUP,), rewards=(odd,)))
    continue_with(told, refund("o1", key="r"))
    assert told.customer.book.ledger.issued == 30


def test_without_budgets_at_hand_a_reward_that_draws_on_one_is_refused() -> None:
    budget = BudgetRule(id="b", rewards=("cup",), units=3)
    told = tell(items(3), programme=changed(challenges=(CUP,), budgets=(budget,)))
    assert (told.reasons, told.grants) == (["budget_empty"], [])


def test_a_timers_reward_that_draws_on_a_budget_is_given_by_a_command() -> None:
    budget = BudgetRule(id="b", rewards=("cup",), units=3)
    told = tell(programme=changed(budgets=(budget,)))
    turn = Turn(told.world, told.customer, told.who, told.now, "t@1", [], [], [], timed=True)
    unlock(turn, "u1", "cup", "some_policy", at=told.now)
    [sent] = turn.dispatches
    award = {"reward": "cup", "reward_id": "u1", "rule": "some_policy", "bound": True}
    assert (sent.to, sent.event, sent.properties) == ("c1", "Reward Awarded", award)


def test_a_lapse_of_a_reward_that_is_alive_or_unknown_changes_nothing() -> None:
    told = earned()
    for ident in (the_reward(told), "unknown"):
        told.beat(saw("Reward Lapsed", reward_id=ident))
    assert (told.states, told.reasons) == (["unlocked"], [])
