"""The policies of a programme, compiled, and indexed by what can touch them.

The cost of an event grows with the policies that it can touch, not with all that there are.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.expression import Expression, compile_expression
from engine.programme import Crossing, PolicyRule, Programme
from policies.templates import Template, compile_template
from policies.view import NAMES, SCORES


class Policy(Struct, frozen=True):
    """One policy, ready to be asked."""

    rule: PolicyRule
    when: Expression
    title: Template
    body: Template


class Rising(Struct, frozen=True):
    """A policy that watches a score. place: the score's; line: when it speaks and rests."""

    policy: Policy
    line: Crossing
    place: int


class Rulebook(Struct, frozen=True):
    """by_event: event name → its policies, in the file's order.

    crossings: the policies that watch a score instead.
    cancels: event name → ids whose deferred messages it makes pointless.
    """

    by_id: Mapping[str, Policy]
    by_event: Mapping[str, Sequence[Policy]]
    crossings: Sequence[Rising]
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
        crossings=[
            Rising(policy, line, SCORES[line.model])
            for policy in policies
            if (line := policy.rule.score) is not None
        ],
        cancels={event: frozenset(ids) for event, ids in cancels.items()},
    )


def _compiled(n: int, rule: PolicyRule) -> Policy:
    where = f"policies[{n}] ({rule.id})"
    return Policy(
        rule,
        compile_expression(rule.when, NAMES, where=f"{where}.when"),
        compile_template(rule.message.title, f"{where}.message.title"),
        compile_template(rule.message.body, f"{where}.message.body"),
    )
