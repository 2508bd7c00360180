"""Groups of members by condition: who enters and leaves, said on the change only.

A segment is looked at when an event moves something that it reads, and on the member's own pulse,
so one that an event cannot touch costs it nothing. What only time moves is seen on the pulse.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final, NamedTuple

from msgspec import Struct

from engine.dates import DAY
from engine.expression import Expression, Places, compile_expression
from engine.operations import Run
from engine.posting import RULES
from engine.programme import Programme, SegmentRule
from engine.state import Journey
from engine.turn import Turn
from engine.words import SEGMENT
from features import MOVERS, THEMES
from policies.view import SCORES, View
from policies.vocabulary import Vocabulary, own_words

ENTERED: Final = "entered"
LEFT: Final = "left"
Change = tuple[str, str]
"""ENTERED or LEFT, and the segment."""

_THEMES: Final[Mapping[str, frozenset[str]]] = {
    number.name: theme.MOVED_BY for theme in THEMES.values() for number in theme.NUMBERS
}

_POSTED: Final = frozenset(RULES)
"""Events that may move points, tier, challenges, tags and what else is kept of a member."""


class Segment(Struct, frozen=True):
    """One group, ready to be asked.

    number: its place among all, those that it reads before it. holds, ends: who enters, who leaves.
    events: those that may change the answer. standing: a decision of ours may, too.
    """

    number: int
    rule: SegmentRule
    when: Expression
    holds: Run
    ends: Run | None
    events: frozenset[str]
    standing: bool


class _Asked(NamedTuple):
    """A segment that has not been placed among the others yet."""

    rule: SegmentRule
    when: Expression
    holds: Run
    ends: Run | None
    reads: frozenset[str]


class Segments(Struct, frozen=True):
    """All of a programme, each after those that it reads; by event, and those that we may move."""

    every: Sequence[Segment] = ()
    by_event: Mapping[str, Sequence[Segment]] = {}
    standing: Sequence[Segment] = ()


def compile_segments(programme: Programme, words: Vocabulary) -> Segments:
    """Compile and order them.

    Raises ProgrammeError: a condition is wrong. The checks have refused circles.
    """
    named = {word.name: word.ident for word in own_words(programme) if word.about == SEGMENT}
    asked = [_asked(n, rule, words) for n, rule in enumerate(programme.segments)]
    reads = {each.rule.id: [named[name] for name in each.reads if name in named] for each in asked}
    by_id = {each.rule.id: each for each in asked}
    made: dict[str, Segment] = {}
    for ident in _ordered(reads):
        before = [made[other] for other in reads[ident]]
        made[ident] = _placed(len(made), by_id[ident], before, named.keys())
    by_event: dict[str, list[Segment]] = {}
    for segment in made.values():
        for event in segment.events:
            by_event.setdefault(event, []).append(segment)
    every = tuple(made.values())
    return Segments(every, by_event, [each for each in every if each.standing])


def evaluate(turn: Turn, segments: Sequence[Segment], words: Vocabulary) -> list[Change]:
    """Ask these, each after those that it reads, and say who has entered or left what."""
    journey = turn.customer.journey = turn.customer.journey or Journey()
    held = journey.segments = {} if journey.segments is None else journey.segments
    changes: list[Change] = []
    for segment in segments:
        ident = segment.rule.id
        since = held.get(ident)
        if since is None and segment.holds(turn):
            held[ident] = int(turn.now)
            changes.append((ENTERED, ident))
            _say(turn, "Segment Entered", segment, "condition_met", words)
        elif since is not None and _leaves(turn, segment, since):
            del held[ident]
            changes.append((LEFT, ident))
            _say(turn, "Segment Left", segment, "condition_gone", words)
    return changes


def look_again(turn: Turn, segments: Segments, words: Vocabulary) -> list[Change]:
    """On the pulse: ask all; who was in a segment that is gone is in it no more."""
    journey = turn.customer.journey
    held = (journey.segments or {}) if journey is not None else {}
    known = {segment.rule.id for segment in segments.every}
    for ident in [ident for ident in held if ident not in known]:
        del held[ident]
        turn.say("Segment Left", ident, f"{ident}@{turn.cause}", ("segment_gone",))
    return evaluate(turn, segments.every, words) if segments.every else []


def touched(turn: Turn, segments: Segments, event: str) -> Sequence[Segment]:
    """What this event may have changed; everything for somebody who was never looked at."""
    journey = turn.customer.journey
    if journey is None or journey.segments is None:
        return segments.every
    moved = segments.by_event.get(event, ())
    if segments.standing and len(turn.decisions) > turn.heard:
        return joined(moved, segments.standing)
    return moved


def joined(*groups: Iterable[Segment]) -> list[Segment]:
    """Each once, and after those that it reads."""
    every = {segment.number: segment for group in groups for segment in group}
    return [every[number] for number in sorted(every)]


def _asked(n: int, rule: SegmentRule, words: Vocabulary) -> _Asked:
    where = f"segments[{n}] ({rule.id})"

    def compiled(text: str, key: str, places: Places | None = None) -> Expression:
        return compile_expression(text, words.names, where=f"{where}.{key}", places=places)

    when = compiled(rule.when, "when")
    ends = None if rule.leaves is None else compiled(rule.leaves, "leaves", words.places)
    reads = when.reads | (ends.reads if ends is not None else frozenset())
    holds = compiled(rule.when, "when", words.places).run
    return _Asked(rule, when, holds, ends.run if ends is not None else None, reads)


def _placed(number: int, asked: _Asked, before: Sequence[Segment], segments: Set[str]) -> Segment:
    """With all that may move it: by what it reads itself, and by the segments that it reads."""
    reads = asked.reads - segments
    events = frozenset[str]().union(*map(_movers, reads), *(each.events for each in before))
    catalogued = _THEMES.keys() | SCORES.keys()
    standing = not reads <= catalogued or any(each.standing for each in before)
    return Segment(number, asked.rule, asked.when, asked.holds, asked.ends, events, standing)


def _movers(name: str) -> frozenset[str]:
    """The events that move what a name speaks of."""
    if name in SCORES:
        return MOVERS
    return _THEMES.get(name, _POSTED)


def _ordered(reads: Mapping[str, Sequence[str]]) -> list[str]:
    """Each after all that it reads; else as in the file. There are no circles."""
    placed: dict[str, None] = {}

    def place(ident: str) -> None:
        if ident not in placed:
            for other in sorted(reads[ident]):
                place(other)
            placed[ident] = None

    for ident in reads:
        place(ident)
    return list(placed)


def _leaves(turn: Turn, segment: Segment, since: int) -> bool:
    if turn.now - since < segment.rule.stay_days * DAY:
        return False
    return bool(segment.ends(turn)) if segment.ends is not None else not segment.holds(turn)


def _say(turn: Turn, name: str, segment: Segment, because: str, words: Vocabulary) -> None:
    ident, view = segment.rule.id, View(turn, words.reads)
    numbers = dict(segment.when.explain(view))
    turn.say(name, ident, f"{ident}@{turn.cause}", (because,), numbers=numbers)
