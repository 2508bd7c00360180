"""The policies of a programme, compiled, and indexed by what can touch them.

The cost of an event grows with the policies that it can touch, not with all that there are.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import TypeVar

from msgspec import Struct

from engine.decisions import NAMES as DECISIONS
from engine.expression import Expression, compile_expression
from engine.operations import Run
from engine.programme import Crossing, Message, Offer, PolicyRule, Programme, Variant
from engine.words import named
from policies.segments import ENTERED, LEFT, Change, Segments, compile_segments
from policies.templates import Template, compile_template
from policies.view import SCORES
from policies.vocabulary import Vocabulary, vocabulary

T = TypeVar("T")
M = TypeVar("M")
K = TypeVar("K")


class Said(Struct, frozen=True):
    """A message, ready to be written."""

    title: Template
    body: Template


class Made(Struct, frozen=True):
    """An offer, ready to be made."""

    offer: Offer
    title: Template


class Policy(Struct, frozen=True):
    """One policy, ready to be asked.

    rank: the order in which policies are asked. when: the condition over a view, to be explained.
    holds: the same over a turn, which is quicker, and whatever its trigger asks for besides.
    says, offers: by variant, the empty one where there is none.
    """

    rule: PolicyRule
    rank: tuple[int, int]
    words: Vocabulary
    when: Expression
    holds: Run
    says: Mapping[str, Said]
    offers: Mapping[str, Made]

    def said(self, variant: Variant | None) -> Said | None:
        """The message, if it has one."""
        return self.says.get("" if variant is None else variant.id)

    def offer(self, variant: Variant | None) -> Made | None:
        """The offer, if it makes one."""
        return self.offers.get("" if variant is None else variant.id)


class Rising(Struct, frozen=True):
    """A policy that watches a score.

    line: when it speaks and rests. place: the score's.
    """

    policy: Policy
    line: Crossing
    place: int


class Ladder(Struct, frozen=True):
    """The lines of all policies that watch one score, the lowest first.

    lowest: under it, no policy has to be asked. lines: where each begins; idents: whose it is.
    """

    place: int
    lowest: float
    lines: list[float]
    idents: list[str]

    def under(self, score: float) -> set[str]:
        """The policies over whose line the score is."""
        return set(self.idents[: bisect_right(self.lines, score)])


class Crossings(Struct, frozen=True):
    """The policies that watch a score."""

    ladders: Sequence[Ladder]
    by_id: Mapping[str, Rising]

    def of(self, idents: Set[str]) -> list[Rising]:
        """Those of these policies that there are, in the order of their ranks."""
        found = [self.by_id[ident] for ident in idents if ident in self.by_id]
        return sorted(found, key=lambda rising: rising.policy.rank)


class Rulebook(Struct, frozen=True):
    """by_event: event, or decision of ours → its policies, in the order of their ranks.

    hears: the decisions among them. crossings: the policies that watch a score instead.
    cancels: event name → ids whose deferred messages it makes pointless.
    by_change: (entered or left, segment) → policies. starts: event → (policy, hours) that wait from
    then on; stops: event → policies that it calls off. schedules: those that have a time of day.
    timed: there are any of these.
    """

    by_id: Mapping[str, Policy]
    by_event: Mapping[str, Sequence[Policy]]
    hears: frozenset[str]
    crossings: Crossings
    cancels: Mapping[str, frozenset[str]]
    words: Vocabulary
    segments: Segments
    by_change: Mapping[Change, Sequence[Policy]]
    starts: Mapping[str, Sequence[tuple[str, float]]]
    stops: Mapping[str, frozenset[str]]
    schedules: Sequence[Policy]
    timed: bool


def in_order(policies: Iterable[Policy]) -> list[Policy]:
    """By priority, then as in the file; each once."""
    return sorted({each.rule.id: each for each in policies}.values(), key=lambda each: each.rank)


def compile_rules(programme: Programme) -> Rulebook:
    """Compile every policy.

    Raises ProgrammeError: a condition or a template is wrong; its path is named.
    """
    words = vocabulary(programme)
    policies = [_compiled(n, rule, words) for n, rule in enumerate(programme.policies)]
    policies.sort(key=lambda policy: policy.rank)
    waiting = [(policy.rule.id, after) for policy in policies if (after := policy.rule.after)]
    return Rulebook(
        by_id={policy.rule.id: policy for policy in policies},
        by_event=_grouped((policy.rule.on, policy) for policy in policies),
        hears=frozenset(DECISIONS).intersection(policy.rule.on for policy in policies),
        crossings=_crossings(policies),
        cancels=_sets((policy.rule.cancel_on, policy.rule.id) for policy in policies),
        words=words,
        segments=compile_segments(programme, words),
        by_change=_grouped((_change(policy.rule), policy) for policy in policies),
        starts=_grouped((after.event, (ident, after.hours)) for ident, after in waiting),
        stops=_sets((after.unless, ident) for ident, after in waiting),
        schedules=[policy for policy in policies if policy.rule.schedule is not None],
        timed=any(policy.rule.after or policy.rule.schedule for policy in policies),
    )


def _change(rule: PolicyRule) -> Change | None:
    if rule.entered is not None:
        return ENTERED, rule.entered
    return None if rule.left is None else (LEFT, rule.left)


def _grouped(pairs: Iterable[tuple[K | None, T]]) -> Mapping[K, Sequence[T]]:
    """What belongs to each key, in the order in which it comes; None is no key."""
    groups: dict[K, list[T]] = {}
    for key, value in pairs:
        if key is not None:
            groups.setdefault(key, []).append(value)
    return groups


def _sets(pairs: Iterable[tuple[str | None, str]]) -> Mapping[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in _grouped(pairs).items()}


def _crossings(policies: Sequence[Policy]) -> Crossings:
    risings = [
        Rising(policy, line, SCORES[line.model])
        for policy in policies
        if (line := policy.rule.score) is not None
    ]
    ladders = []
    for place in sorted({rising.place for rising in risings}):
        lines = sorted((r.line.rises, r.policy.rule.id) for r in risings if r.place == place)
        ladders.append(Ladder(place, lines[0][0], *map(list, zip(*lines, strict=True))))
    return Crossings(ladders, {rising.policy.rule.id: rising for rising in risings})


def _compiled(n: int, rule: PolicyRule, words: Vocabulary) -> Policy:
    where = f"policies[{n}] ({rule.id})"
    when = f"{where}.when"
    return Policy(
        rule=rule,
        rank=(-rule.priority, n),
        words=words,
        when=compile_expression(rule.when, words.names, where=when),
        holds=_holds(rule, words, when),
        says=_each(rule, rule.message, lambda variant: variant.message, _said(where)),
        offers=_each(rule, rule.offer, lambda variant: variant.offer, _made(where)),
    )


def _holds(rule: PolicyRule, words: Vocabulary, where: str) -> Run:
    """The condition; for who has entered or left a segment, that they still have."""
    run = compile_expression(rule.when, words.names, where=where, places=words.places).run
    change = _change(rule)
    if change is None:
        return run
    way, segment = change
    inside = words.reads[named(segment)]
    return lambda turn: inside(turn) is (way == ENTERED) and run(turn)


def _each(
    rule: PolicyRule, own: T | None, of: Callable[[Variant], T | None], made: Callable[[T], M]
) -> Mapping[str, M]:
    """What each variant gives, else what the policy itself does."""
    given = {"": own} | {each.id: of(each) or own for each in rule.variants}
    return {ident: made(each) for ident, each in given.items() if each is not None}


def _said(where: str) -> Callable[[Message], Said]:
    return lambda message: Said(
        compile_template(message.title, f"{where}.message.title"),
        compile_template(message.body, f"{where}.message.body"),
    )


def _made(where: str) -> Callable[[Offer], Made]:
    return lambda offer: Made(offer, compile_template(offer.title, f"{where}.offer.title"))
