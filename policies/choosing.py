"""The draw among a policy's variants: a function of the log, with its odds."""

from engine.chance import digest, draw
from engine.programme import PolicyRule, Variant
from engine.turn import Turn
from policies.bid import Odds
from policies.choosers import CHOOSERS
from policies.guards.budget import left


def choose(turn: Turn, rule: PolicyRule) -> tuple[Variant | None, Odds]:
    """The variant, and the odds with which it was drawn; none where the policy has none.

    A variant whose reward has run out is left out, and so has no odds. The same member, policy and
    cause draw the same, however often they are folded.
    """
    if not rule.variants:
        return None, ()
    odds = CHOOSERS[rule.choose].odds(left(turn, rule), turn)
    return pick(odds, drawn(turn, rule)), odds


def drawn(turn: Turn, rule: PolicyRule) -> float:
    """The draw of a policy in this turn, in [0, 1)."""
    subject = digest(turn.who, "choice", f"{rule.id}@{turn.cause}")
    return draw(f"{turn.world.programme.salt}/choose", subject)


def pick(odds: Odds, drawn: float) -> Variant:
    """The candidate in whose part of [0, 1) the draw lies; never one without a chance.

    Rounding may leave a sliver at the end: it belongs to the last that has a chance.
    """
    possible = [(candidate, chance) for candidate, chance in odds if chance > 0]
    for candidate, chance in possible:
        if drawn < chance:
            return candidate
        drawn -= chance
    return possible[-1][0]
