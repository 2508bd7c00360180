"""Decisions as people read them: what was decided, and why."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from engine.challenges import Spend
from engine.decisions import Decision
from engine.programme import Programme
from flows.wording import Wording

REASONS: Final[Mapping[str, str]] = {
    "no_consent": "has not agreed to {channel}",
    "holdout": "held out, to measure what messages bring",
    "unsubscribed": "has unsubscribed from {channel}",
    "day_cap": "has been written to today",
    "week_cap": "was written to often enough this week",
    "quiet_hours": "it is night there; waits for the morning",
    "waited_too_long": "waited too long for the morning",
    "reason_gone": "the reason has gone meanwhile",
    "policy_gone": "the programme no longer says so",
    "outranked": "another message was more urgent",
    "condition_gone": "the condition holds no longer",
    "segment_gone": "the programme has it no longer",
    "text_failed": "its text could not be written",
    "rolled_back": "the challenge was rolled back",
    "budget_empty": "so many were given that none is left",
    "reward_revoked": "goods went back; the reward with them",
    "reward_redeemed": "goods went back; the reward was used",
    "reward_expired": "goods went back; the reward had expired",
    "no_reward": "goods went back",
    "spend_below_threshold": "spent too little in 12 months",
    "order_refunded": "the order that lifted them went back",
    "lease_lapsed": "not paid in time",
    "released": "given back by the till",
    "too_few_points": "only {available} points to spend",
    "debt": "owes points",
    "no_points": "asks for nothing",
    "not_a_member": "is not a member",
    "nothing_reserved": "nothing was set aside",
    "unknown_reward": "no such reward",
    "reserved": "somebody is paying with it",
    "redeemed": "the reward was used before",
    "revoked": "the reward was taken back",
    "expired": "the reward has expired",
    "could_be_seen": "what is tried could be seen for the first time",
    "window_over": "7 days after it could be seen",
    "corrected": "an order came late or went back",
    "merged": "two ids turned out to be one person",
}
"""Reason codes in words; {…} is a figure of the decision."""


class Words:
    """Says decisions of one programme. Its names come from there, its dates from its zone."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self._policies = {policy.id: policy for policy in programme.policies}
        self._challenges = {challenge.id: challenge for challenge in programme.challenges}
        self._money = Wording(programme.zone_info, programme.currency).money
        self._tiers = {step.id: step.name for step in programme.tiers.steps}

    def when(self, at: float) -> str:
        """A moment (Unix s) in the programme's zone.

        >>> from policies.worlds import NOTHING
        >>> Words(NOTHING).when(1767254400.0)
        ' 1 Jan 08:00'
        """
        return f"{datetime.fromtimestamp(at, self.programme.zone_info):%e %b %H:%M}"

    def day(self, at: float) -> str:
        """A day, as in `when`."""
        return f"{datetime.fromtimestamp(at, self.programme.zone_info):%-d %b}"

    def what(self, decision: Decision) -> str:
        """What was decided, in about 40 characters."""
        say = _WHAT.get(decision.event)
        return say(self, decision) if say is not None else decision.event

    def why(self, decision: Decision) -> str:
        """The reason: the code's words, or what led to it."""
        code = decision.because[0] if decision.because else ""
        if code in REASONS:
            figures = {"channel": "this", "available": 0, **decision.properties}
            return REASONS[code].format_map(figures)
        if code == "condition_met":
            return self._condition(decision)
        cause = _WHY.get(decision.event)
        return cause(self, decision) if cause is not None else plain(code)

    def tier(self, ident: str) -> str:
        """A tier's name."""
        return self._tiers.get(ident, ident)

    def challenge(self, ident: str) -> str:
        """A challenge's name."""
        found = self._challenges.get(ident)
        return found.name if found is not None else plain(ident)

    def reward(self, ident: str) -> str:
        """A reward's name."""
        found = self.programme.reward(ident)
        return found.name if found is not None else plain(ident)

    def progress(self, ident: str, done: int, goal: int) -> str:
        """How far a challenge has come: pieces, or money in major units."""
        if isinstance(self._challenges.get(ident), Spend):
            return f"{self._money(done).split()[0]} of {self._money(goal)}"
        return f"{done} of {goal}"

    def amount(self, ident: str, amount: int) -> str:
        """What a challenge counts: pieces, or money in major units."""
        if isinstance(self._challenges.get(ident), Spend):
            return self._money(amount)
        return str(amount)

    def _condition(self, decision: Decision) -> str:
        """The score and the numbers that led to it; where there are none, the event."""
        policy = self._policies.get(decision.rule)
        figures = decision.properties
        parts = [figure(name, value) for name, value in figures.get("numbers", {}).items()]
        if policy is None:
            return ", ".join(parts) or "the condition holds"
        if policy.score is not None:
            model, line = policy.score.model, policy.score.rises
            score = figures["scores"][model]["score"]
            parts = [f"{plain(model)} {score:.2f}, over {line:.2f}", *parts]
        return ", ".join(parts) or f"has {plain(policy.on or 'come to this moment').lower()}"


def plain(code: str) -> str:
    """A code as words.

    >>> plain("win_back")
    'win back'
    """
    return code.replace("_", " ")


def figure(name: str, value: float | str | bool) -> str:
    """A number by its name, as short as it can be.

    >>> figure("days_since_order", 33.2), figure("gap_cv", 0.234), figure("known", True)
    ('days since order 33', 'gap cv 0.23', 'known')
    """
    if isinstance(value, bool):
        return plain(name) if value else f"not {plain(name)}"
    if isinstance(value, str):
        return f"{plain(name)} {value}"
    return f"{plain(name)} {value:.0f}" if value >= 10 else f"{plain(name)} {value:.2g}"


_Say = Callable[[Words, Decision], str]


def _points(end: str) -> _Say:
    return lambda words, said: f"{said.properties['points']} points {end}"


def _policy(end: str) -> _Say:
    return lambda words, said: f"“{plain(said.rule)}” by {said.properties['channel']} {end}"


def _challenge(verb: str) -> _Say:
    return lambda words, said: f"{verb} “{words.challenge(said.rule)}”"


def _reward(verb: str) -> _Say:
    return lambda words, said: f"{verb}: {words.reward(said.properties['reward'])}"


def _because(text: str) -> _Say:
    return lambda words, said: text


def _after_challenge(words: Words, said: Decision) -> str:
    return f"completed “{words.challenge(said.rule)}”"


def _how_far(words: Words, said: Decision) -> str:
    figures = said.properties
    return words.progress(said.rule, figures["progress"], figures["goal"])


def _no_further(words: Words, said: Decision) -> str:
    return f"came to {words.amount(said.rule, said.properties['progress'])}"


_WHAT: Final[Mapping[str, _Say]] = {
    "Points Pending": _points("to come"),
    "Points Earned": _points("given"),
    "Points Released": _points("to spend"),
    "Points Reserved": _points("set aside"),
    "Points Redeemed": _points("spent"),
    "Points Reversed": _points("taken back"),
    "Points Expired": _points("expired"),
    "Points Expiring": _points("about to expire"),
    "Points Restored": _points("given back"),
    "Redemption Refused": _because("may not pay with points"),
    "Redemption Released": _points("no longer set aside"),
    "Reward Unlocked": _reward("gets"),
    "Reward Redeemed": _reward("has used"),
    "Reward Revoked": _reward("loses"),
    "Reward Expired": _reward("has not used"),
    "Reward Refused": _because("may not use a reward"),
    "Tier Upgraded": lambda words, said: f"rises to {words.tier(said.properties['tier'])}",
    "Tier Downgraded": lambda words, said: f"falls to {words.tier(said.properties['tier'])}",
    "Tier Downgrade Warned": lambda words, said: f"may lose {words.tier(said.rule)}",
    "Challenge Enrolled": _challenge("begins"),
    "Challenge Progressed": _challenge("on the way:"),
    "Challenge Completed": _challenge("completes"),
    "Challenge Rolled Back": _challenge("back in"),
    "Challenge Expired": _challenge("out of time:"),
    "Message Decided": lambda words, said: (
        f"by {said.properties['channel']}: “{said.properties['title']}”"
    ),
    "Action Decided": lambda words, said: f"“{plain(said.rule)}” is done",
    "Reward Offered": lambda words, said: f"is offered “{said.properties['title']}”",
    "Tag Added": lambda words, said: f"is marked “{plain(said.properties['tag'])}”",
    "Tag Removed": lambda words, said: f"is marked “{plain(said.properties['tag'])}” no longer",
    "Segment Entered": lambda words, said: f"belongs to “{plain(said.rule)}” now",
    "Segment Left": lambda words, said: f"belongs to “{plain(said.rule)}” no longer",
    "Message Deferred": _policy("waits"),
    "Message Suppressed": _policy("not sent"),
}
_WHY: Final[Mapping[str, _Say]] = {
    "Points Pending": lambda words, said: (
        f"an order; until {words.day(said.properties['matures'])} it may go back"
    ),
    "Points Earned": _after_challenge,
    "Points Released": _because("the time for returns is over"),
    "Points Reserved": _because("is paying with points"),
    "Points Redeemed": _because("has paid with points"),
    "Points Reversed": _because("goods went back"),
    "Points Expired": _because("not spent in time"),
    "Points Expiring": lambda words, said: f"on {words.day(said.properties['expires'])}",
    "Points Restored": _because("all that they paid for went back"),
    "Reward Unlocked": _after_challenge,
    "Reward Offered": lambda words, said: f"until {words.day(said.properties['expires'])}",
    "Tag Added": _because("by the programme"),
    "Tag Removed": _because("by the programme"),
    "Reward Redeemed": _because("shown at the till"),
    "Reward Expired": _because("not used in time"),
    "Tier Upgraded": lambda words, said: (
        f"12 months' spend; was {words.tier(said.properties['before'])}"
    ),
    "Tier Downgrade Warned": _because("spent too little in 12 months"),
    "Challenge Enrolled": lambda words, said: (
        f"the goal is {words.amount(said.rule, said.properties['goal'])}"
    ),
    "Challenge Progressed": _how_far,
    "Challenge Completed": lambda words, said: (
        f"reached {words.amount(said.rule, said.properties['goal'])}"
    ),
    "Challenge Expired": _no_further,
}
"""Causes of decisions that carry no reason code of their own."""
