"""What policies do besides speaking: give, offer, enrol, tag; and which of several may."""

from engine.budgets import Purse, bounds
from engine.challenges import Count
from engine.dates import DAY
from engine.events import Happening
from engine.programme import BudgetRule, Holdout, Message, Offer, PolicyRule, Variant
from engine.state import OFFERS, TAGS
from engine.step import step
from engine.wire import decode
from tests.support.shop import checkout, consent, live, members, outcomes, policy
from tests.support.stories import Story, Told, order, saw, tell, wait

DONE, SUPPRESSED = ("Message Decided", "condition_met"), "Message Suppressed"
TEAS = Count(id="teas", name="Two teas", goal=2, days=30, join="opt_in", reward="cup")


def silent(**rule: object) -> PolicyRule:
    """A policy without a message, on every checkout."""
    return policy(**{"message": None, "channel": "onsite", **rule})


def told_of(*story: Story, rules: list[PolicyRule], **tables: object) -> Told:
    return live(*story, programme=members(*rules, **tables))


def test_a_reward_is_unlocked_under_the_policys_name_and_its_message_tells_of_it() -> None:
    rule = policy(channel="onsite", reward="bonus", message=Message(title="{{ pending }}"))
    told = told_of(checkout(), rules=[rule])
    (unlocked,), (said,) = told.of("Reward Unlocked"), told.of("Message Decided")
    assert unlocked.rule == "hello"
    assert told.pending + told.balance == 50
    assert said.properties["title"] == str(told.pending)


def test_what_is_done_without_a_word_is_a_decision_too() -> None:
    told = told_of(checkout(), rules=[silent(reward="cup", when="orders < 1")])
    (decision,) = told.of("Action Decided")
    assert decision.properties["does"] == ["reward"]
    assert decision.properties["numbers"] == {"orders": 0.0}
    assert told.states == ["unlocked"]


def test_each_cause_gives_one_reward_and_a_settled_one_is_forgotten() -> None:
    told = told_of(checkout(), checkout().after(days=1), rules=[silent(reward="cup")])
    assert told.states == ["unlocked"] * 2
    told.tick(told.now + 100 * DAY)
    assert told.grants == []


def test_a_guest_is_given_nothing() -> None:
    rules = [silent(id="gift", reward="cup"), silent(id="word", message=Message(title="Hello"))]
    world = told_of(rules=rules).world
    told = Told(world, "g1", guest=True)
    told.beat(checkout())
    assert outcomes(told) == [(SUPPRESSED, "not_a_member"), DONE]


def test_the_held_out_are_given_nothing() -> None:
    told = told_of(checkout(), rules=[silent(reward="cup")], holdout=Holdout(share=1.0))
    assert outcomes(told) == [(SUPPRESSED, "holdout")]


def test_a_policy_enrols_in_a_challenge_that_one_joins() -> None:
    told = told_of(checkout(), rules=[silent(challenge="teas")], challenges=(TEAS,))
    assert [cycle.challenge for cycle in told.cycles] == ["teas"]
    assert told.of("Action Decided")[0].properties["does"] == ["challenge"]


def test_a_tag_stays_and_conditions_may_ask_for_it() -> None:
    rules = [
        silent(id="mark", tag="late"),
        silent(id="ask", on="Cart Viewed", when="tagged_late", message=Message(title="Hello")),
        silent(id="free", on="Product Shared", untag="late"),
    ]
    story = (checkout(), saw("Cart Viewed"), saw("Product Shared"), saw("Cart Viewed"))
    told = told_of(saw("Cart Viewed"), *story, rules=rules)
    assert outcomes(told) == [DONE]
    assert [each.properties["tag"] for each in told.of("Tag Added", "Tag Removed")] == ["late"] * 2
    assert told.customer.journey is not None
    assert told.customer.journey.tags == []


def test_a_tag_is_put_on_once_and_a_member_has_room_for_so_many() -> None:
    rules = [silent(id=f"t{n}", tag=f"t{n}") for n in range(TAGS + 1)]
    told = told_of(checkout(), checkout(), rules=rules)
    assert told.customer.journey is not None
    assert told.customer.journey.tags[0] == "t1"
    assert len(told.customer.journey.tags) == TAGS
    again = told_of(checkout(), checkout(), rules=rules[:2])
    assert len(again.of("Tag Added")) == 2


def test_nothing_is_taken_off_who_has_nothing() -> None:
    told = told_of(checkout(), rules=[silent(untag="late")])
    assert told.customer.journey is None


def test_a_challenge_that_was_done_is_a_word_of_its_own() -> None:
    bags = Count(id="two-bags", name="Bags", goal=1, of="orders")
    rule = policy(channel="onsite", on="Cart Viewed", when="done_two_bags")
    story = (saw("Cart Viewed"), order(total=20), saw("Cart Viewed"))
    told = told_of(*story, rules=[rule], challenges=(bags,))
    assert outcomes(told) == [DONE]


def test_an_offer_stands_in_the_profile_until_it_expires_and_a_new_one_takes_its_place() -> None:
    rule = silent(offer=Offer(title="{{ orders }} orders", days=3, reward="cup"))
    told = told_of(checkout(), checkout(), rules=[rule])
    *_, last = told.of("Reward Offered")
    (offer,) = told.customer.book.offers
    assert (offer.id, offer.title, offer.reward) == (last.id, "0 orders", "cup")
    assert offer.expires == told.now + 3 * DAY


def test_a_profile_shows_so_many_offers_and_none_that_cannot_be_written() -> None:
    rules = [silent(id=f"o{n}", offer=Offer(title=f"{n}")) for n in range(OFFERS + 1)]
    rules.append(silent(id="odd", offer=Offer(title="{{ 1 | divided_by: orders }}")))
    told = told_of(checkout(), rules=rules)
    assert [offer.title for offer in told.customer.book.offers] == ["1", "2", "3", "4", "5"]


def test_of_several_that_want_a_slot_the_highest_priority_has_it_and_the_rest_is_recorded() -> None:
    rules = [
        policy(id="low", channel="onsite", slot="hero"),
        policy(id="high", channel="onsite", slot="hero", priority=5),
        policy(id="free", channel="onsite"),
    ]
    told = told_of(checkout(), rules=rules)
    said = [(each.rule, each.because[0]) for each in told.of("Message Decided", SUPPRESSED)]
    assert said == [("high", "condition_met"), ("low", "outranked"), ("free", "condition_met")]
    assert told.of(SUPPRESSED)[0].properties["by"] == "high"


def test_ties_go_by_the_file_and_who_may_not_speak_leaves_the_slot_to_the_next() -> None:
    rules = [
        policy(id="email", slot="word"),
        policy(id="first", channel="onsite", slot="word"),
        policy(id="second", channel="onsite", slot="word"),
    ]
    told = told_of(checkout(), rules=rules)
    reasons = [each.because[0] for each in told.of("Message Decided", SUPPRESSED)]
    assert reasons == ["no_consent", "condition_met", "outranked"]


def test_a_crossing_and_an_event_are_asked_in_the_order_of_their_priority() -> None:
    rules = [policy(id="a"), policy(id="b", priority=1)]
    told = told_of(consent(), checkout(), rules=rules)
    said = told.of("Message Decided", SUPPRESSED)
    assert [(each.rule, each.because[0]) for each in said] == [
        ("b", "condition_met"),
        ("a", "day_cap"),
    ]


def variants(**rule: object) -> PolicyRule:
    return policy(
        **{
            "channel": "onsite",
            "message": None,
            "variants": (
                Variant(id="plain", message=Message(title="Hello")),
                Variant(
                    id="warm", weight=3, message=Message(title="Good to see you"), reward="cup"
                ),
            ),
            **rule,
        }
    )


def test_a_variant_is_drawn_by_weight_and_its_odds_are_recorded() -> None:
    told = told_of(*[checkout() for _ in range(200)], rules=[variants()])
    said = told.of("Message Decided")
    assert all(each.properties["odds"] == {"plain": 0.25, "warm": 0.75} for each in said)
    warm = [each for each in said if each.properties["variant"] == "warm"]
    assert 130 <= len(warm) <= 170
    assert {each.properties["title"] for each in warm} == {"Good to see you"}
    assert len(told.of("Reward Unlocked")) == len(warm)


def test_the_first_variant_is_all_that_is_said_where_the_programme_says_so() -> None:
    told = told_of(*[checkout() for _ in range(5)], rules=[variants(choose="first")])
    assert {each.properties["variant"] for each in told.of("Message Decided")} == {"plain"}
    assert told.of("Message Decided")[0].properties["odds"] == {"plain": 1.0, "warm": 0.0}


def test_a_variant_without_a_message_of_its_own_says_the_policys() -> None:
    rule = variants(message=Message(title="Ours"), variants=(Variant(id="gift", reward="cup"),))
    told = told_of(checkout(), rules=[rule])
    (said,) = told.of("Message Decided")
    assert (said.properties["title"], said.properties["variant"]) == ("Ours", "gift")
    assert told.states == ["unlocked"]


def test_the_same_log_draws_the_same() -> None:
    story = [checkout() for _ in range(20)]
    one, other = (told_of(*story, rules=[variants()]) for _ in range(2))
    assert one.decisions == other.decisions


def test_without_policies_nothing_is_kept() -> None:
    assert tell(order(total=20), wait(days=1)).customer.journey is None


# ── budgets ──────────────────────────────────────────────────────────────────────────────────────

PURSE = BudgetRule(id="cups", rewards=("cup",), units=1)


def test_a_policy_whose_reward_has_run_out_is_silent_and_says_why() -> None:
    told = told_of(checkout(), rules=[silent(reward="cup")], budgets=(PURSE,))
    assert outcomes(told) == [(SUPPRESSED, "budget_empty")]


def test_a_variant_whose_reward_has_run_out_leaves_its_odds_to_the_others() -> None:
    told = told_of(*[checkout()] * 9, rules=[variants()], budgets=(PURSE,))
    assert {str(each.properties["odds"]) for each in told.of("Message Decided")} == {
        "{'plain': 1.0}"
    }
    assert all(
        each.properties["left_out"] == {"warm": "budget_empty"}
        for each in told.of("Message Decided")
    )


def test_a_budget_that_has_enough_is_drawn_on() -> None:
    world = told_of(rules=[silent(reward="cup")], budgets=(PURSE,)).world
    told, purse = Told(world), Purse()
    purse.share("cups", bounds(PURSE, world.programme, told.now)[0]).granted = (1, 0)
    for message in ("m1", "m2"):
        event = decode(checkout().record(told.who, message, told.now))
        assert isinstance(event, Happening)
        told.decisions += step(world, told.customer, told.who, event, told.now, purse).decisions
    assert told.names == ["Reward Unlocked", "Action Decided", "Message Suppressed"]
