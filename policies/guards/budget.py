"""Nothing is promised that the budget does not hold."""

from engine import budgets
from engine.programme import PolicyRule, Variant
from engine.turn import Turn
from policies.bid import Bid, Objection


class Budget:
    """The last gate before the choice: one way of doing it, at least, must be affordable."""

    def objects(self, bid: Bid, turn: Turn) -> Objection | None:
        """`budget_empty` where every reward that the policy could give has run out here."""
        rule = bid.rule
        ways = [each.reward or rule.reward for each in rule.variants] or [rule.reward]
        return None if any(affordable(turn, way) for way in ways) else Objection("budget_empty")


def left(turn: Turn, rule: PolicyRule) -> tuple[Variant, ...]:
    """The variants that can be afforded now; what is left of them is chosen among."""
    return tuple(each for each in rule.variants if affordable(turn, each.reward or rule.reward))


def affordable(turn: Turn, reward: str | None) -> bool:
    """Whether the budgets that a reward draws on have enough here; if not, more is asked for.

    A timer cannot know: what it gives is decided by the command that it sends.
    """
    programme, purse = turn.world.programme, turn.purse
    rules = programme.drawing.get(reward, ()) if reward is not None else ()
    terms = programme.reward(reward) if reward is not None else None
    if not rules or terms is None or turn.timed:
        return True
    for rule in rules:
        began = budgets.bounds(rule, programme, turn.now)[0]
        needed = budgets.need(rule, programme, terms)
        if purse is None or not budgets.covers(purse.share(rule.id, began).free, needed):
            budgets.reserve(turn, terms)
            return False
    return True
