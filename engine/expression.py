"""Conditions as marketers write them: compiled once, every mistake found before the first event.

    orders >= 2 and days_since_order > own_gap * 1.5 and tier in ("silver", "gold")

Names, numbers, "text", true and false; == != < <= > >= also in chains (1 < x <= 5); in and not in a
list of literals; and, or, not; + - * / and unary minus; min, max, abs, clamp(x, low, high);
parentheses. Nothing else: no attribute, no index, no other call. Numbers are floats, exact up to
2**53; what overflow and division by zero give stands in `engine/operations.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.compiler import Compiler, Kind, Value
from engine.grammar import parse
from engine.operations import Places, Run

__all__ = ["Expression", "Kind", "Places", "Value", "compile_expression"]


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked condition, ready to run.

    text: as the marketer wrote it. reads: the names it depends on. run: what a call does, without
    the cost of calling an object, which is most of a short condition: for hot loops.
    """

    text: str
    reads: frozenset[str]
    run: Run = field(repr=False, compare=False)

    def __call__(self, view: Mapping[str, Value]) -> Value:
        """The answer for one customer: a bool for a condition, never an error for any number.

        The view must know every name in `reads`, each of its kind; only those that the answer
        hangs on are looked up, so the view may compute lazily.

        >>> names = {"orders": Kind.NUMBER, "tier": Kind.TEXT}
        >>> loyal = compile_expression('orders >= 2 and tier == "gold"', names, where="when")
        >>> loyal({"orders": 3.0, "tier": "gold"})
        True
        """
        return self.run(view)  # type: ignore[no-any-return]

    def explain(self, view: Mapping[str, Value]) -> list[tuple[str, Value]]:
        """Why, or why not: every name it reads with its value, in order of name."""
        return [(name, view[name]) for name in sorted(self.reads)]


def compile_expression(
    text: str,
    names: Mapping[str, Kind],
    *,
    where: str,
    wants: Kind = Kind.TRUTH,
    places: Places | None = None,
) -> Expression:
    """Check a condition against the names it may use.

    where: the place in the programme, for the error. wants: what the whole must be. places: how to
    read a turn; then `run` is handed one instead of a view, and nothing is looked up by name.
    Raises ProgrammeError, and nothing else, for any text.
    """
    line, root = parse(text, where)
    compiler = Compiler(line, names, where, places)
    part = compiler.expect(wants, root, "this place")
    return Expression(text, frozenset(compiler.reads), part.run)
