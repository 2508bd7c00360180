"""Checks of segments: each can be asked, and none waits for itself."""

from collections.abc import Iterator, Mapping, Sequence

from engine.checks.names import idents, own_names
from engine.errors import ProgrammeError
from engine.expression import Expression, Kind, compile_expression
from engine.programme import PolicyRule, SegmentRule
from engine.reading import Check, Mistake, Reading
from engine.wording import guess
from engine.words import named


def segments_exist(reading: Reading) -> Iterator[Mistake]:
    """Whoever waits for somebody to enter or leave waits for a segment that there is."""
    known = idents(reading, "segments")
    for path, policy in reading.each(PolicyRule):
        for key in ("entered", "left"):
            ident = getattr(policy, key)
            if ident is not None and ident not in known:
                problem = f'there is no segment "{ident}"{guess(ident, known)}'
                yield Mistake((*path, key), problem, "add it under [[segments]], or name another")


def segments_compile(names: Mapping[str, Kind]) -> Check:
    """Conditions speak of what there is; names are free; nothing goes round in a circle."""

    def check(reading: Reading) -> Iterator[Mistake]:
        known = {**names, **own_names(reading)}
        reads: dict[str, set[str]] = {}
        for path, rule in reading.each(SegmentRule):
            if named(rule.id) in names or named(rule.id) in ("true", "false", *_WORDS):
                mend = "give it another; `punchcard programme numbers` lists those that are taken"
                yield Mistake((*path, "id"), f'"{rule.id}" is a name already', mend)
            for key, text in (("when", rule.when), ("leaves", rule.leaves)):
                made = _compiled(text, known)
                if isinstance(made, ProgrammeError):
                    yield Mistake((*path, key), made.problem, made.mend)
                elif made is not None:
                    reads.setdefault(named(rule.id), set()).update(made.reads)
        for path, rule in reading.each(SegmentRule):
            circle = _circle(named(rule.id), reads)
            if circle and named(rule.id) == min(circle):
                problem = f"goes round in a circle: {' → '.join(circle)}"
                yield Mistake((*path, "when"), problem, "let one of them do without the others")

    return check


def _compiled(text: str | None, names: Mapping[str, Kind]) -> Expression | ProgrammeError | None:
    if text is None:
        return None
    try:
        return compile_expression(text, names, where="")
    except ProgrammeError as error:
        return error


def _circle(start: str, reads: Mapping[str, set[str]]) -> Sequence[str]:
    """The shortest way from a segment back to itself, both ends included; empty: there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for name in sorted(reads.get(way[-1], ())):
            if name == start:
                return [*way, name]
            if name in reads and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return []


_WORDS = ("and", "or", "not", "in")
