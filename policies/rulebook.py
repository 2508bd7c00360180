"""The policies of a programme, compiled, and indexed by what can touch them.

The cost of an event grows with the policies that it can touch, not with all that there are.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set

from msgspec import Struct

from engine.expression import Expression, compile_expression
from engine.operations import Run
from engine.programme import Crossing, PolicyRule, Programme
from policies.templates import Template, compile_template
from policies.view import NAMES, PLACES, SCORES


class Policy(Struct, frozen=True):
    """One policy, ready to be asked.

    when: the condition over a view, to be explained. holds: the same over a turn, which is quicker.
    """

    rule: PolicyRule
    when: Expression
    holds: Run
    title: Template
    body: Template


class Rising(Struct, frozen=True):
    """A policy that watches a score.

    number: its place in the file. line: when it speaks and rests. place: the score's.
    """

    number: int
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
    """The policies that watch a score. by_id: in the file's order."""

    ladders: Sequence[Ladder]
    by_id: Mapping[str, Rising]

    def of(self, idents: Set[str]) -> list[Rising]:
        """Those of these policies that there are, in the file's order."""
        found = [self.by_id[ident] for ident in idents if ident in self.by_id]
        return sorted(found, key=lambda rising: rising.number)


class Rulebook(Struct, frozen=True):
    """by_event: event name → its policies, in the file's order.

    crossings: the policies that watch a score instead.
    cancels: event name → ids whose deferred messages it makes pointless.
    """

    by_id: Mapping[str, Policy]
    by_event: Mapping[str, Sequence[Policy]]
    crossings: Crossings
    cancels: Mapping[str, frozenset[str]]


def compile_rules(programme: Programme) -> Rulebook:
    """Compile every policy.

    Raises ProgrammeError: a condition or a template is wrong; its path is named.
    """
    policies = [_compiled(n, rule) for n, rule in enumerate(programme.policies)]
    by_event: dict[str, list[Policy]] = {}
    cancels: dict[str, set[str]] = {}
    for policy in policies:
        if policy.rule.on is not None:
            by_event.setdefault(policy.rule.on, []).append(policy)
        cancels.setdefault(policy.rule.cancel_on, set()).add(policy.rule.id)
    return Rulebook(
        by_id={policy.rule.id: policy for policy in policies},
        by_event=by_event,
        crossings=_crossings(policies),
        cancels={event: frozenset(ids) for event, ids in cancels.items()},
    )


def _crossings(policies: Sequence[Policy]) -> Crossings:
    risings = [
        Rising(number, policy, line, SCORES[line.model])
        for number, policy in enumerate(policies)
        if (line := policy.rule.score) is not None
    ]
    ladders = []
    for place in sorted({rising.place for rising in risings}):
        lines = sorted((r.line.rises, r.policy.rule.id) for r in risings if r.place == place)
        ladders.append(Ladder(place, lines[0][0], *map(list, zip(*lines, strict=True))))
    return Crossings(ladders, {rising.policy.rule.id: rising for rising in risings})


def _compiled(n: int, rule: PolicyRule) -> Policy:
    where = f"policies[{n}] ({rule.id})"
    return Policy(
        rule,
        compile_expression(rule.when, NAMES, where=f"{where}.when"),
        compile_expression(rule.when, NAMES, where=f"{where}.when", places=PLACES).run,
        compile_template(rule.message.title, f"{where}.message.title"),
        compile_template(rule.message.body, f"{where}.message.body"),
    )
