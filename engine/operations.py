"""What a condition does when it runs: closures from a view of a customer's numbers to a value.

Nothing here raises for any number. Arithmetic is on floats: overflow is ± infinity, whatever is
divided by zero is 0.0, and "not a number" (infinity - infinity) spreads through + - * /, abs, min,
max and clamp; it equals nothing, itself included, and lies neither below nor above anything.
"""

import ast
import functools
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

View = Mapping[str, Any]
Run = Callable[[Any], Any]
"""From a view, or from a turn where a condition was compiled with `Places`."""
Link = tuple[Callable[[Any, Any], bool], Run]


class Places(NamedTuple):
    """How names are read from a turn instead of a view.

    numbers: a name's place in `turn.numbers`. others: how everything else is read.
    """

    numbers: Mapping[str, int]
    others: Mapping[str, Run]


class Function(NamedTuple):
    """A function for conditions: what it does, with how many numbers, how it is written."""

    apply: Callable[..., float]
    takes: range
    usage: str


def divide(dividend: float, divisor: float) -> float:
    """A ratio; 0.0 when there is nothing to divide by: `spend / orders` before the first order.

    >>> divide(3.0, 0.0)
    0.0
    """
    return dividend / divisor if divisor else 0.0


def lower(one: float, other: float) -> float:
    """The smaller; "not a number" if either is, whatever the order."""
    return other if other < one or other != other else one


def higher(one: float, other: float) -> float:
    """The larger; "not a number" if either is, whatever the order."""
    return other if other > one or other != other else one


def lowest(*values: float) -> float:
    """The smallest of several, as `lower`."""
    return functools.reduce(lower, values)


def highest(*values: float) -> float:
    """The largest of several, as `higher`."""
    return functools.reduce(higher, values)


def clamp(value: float, low: float, high: float) -> float:
    """The value, moved into low … high; `low` wins if the two are the wrong way round.

    >>> clamp(7.0, 0.0, 5.0)
    5.0
    """
    return higher(low, lower(value, high))


FUNCTIONS: Final[Mapping[str, Function]] = {
    "min": Function(lowest, range(2, 200), "min(orders, 3)"),
    "max": Function(highest, range(2, 200), "max(orders, 3)"),
    "abs": Function(abs, range(1, 2), "abs(orders - 3)"),
    "clamp": Function(clamp, range(3, 4), "clamp(orders, 0, 3), low before high"),
}

ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: divide,
}

COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

AGAINST_CONSTANT: Final[Mapping[type[ast.cmpop], Callable[[str, Any], Run]]] = {
    ast.Eq: lambda name, constant: lambda view: view[name] == constant,
    ast.NotEq: lambda name, constant: lambda view: view[name] != constant,
    ast.Lt: lambda name, constant: lambda view: view[name] < constant,
    ast.LtE: lambda name, constant: lambda view: view[name] <= constant,
    ast.Gt: lambda name, constant: lambda view: view[name] > constant,
    ast.GtE: lambda name, constant: lambda view: view[name] >= constant,
}
"""`name < constant` is most of what conditions say and runs per event: one closure, not three."""


AT_PLACE: Final[Mapping[type[ast.cmpop], Callable[[int, Any], Run]]] = {
    ast.Eq: lambda place, constant: lambda turn: turn.numbers[place] == constant,
    ast.NotEq: lambda place, constant: lambda turn: turn.numbers[place] != constant,
    ast.Lt: lambda place, constant: lambda turn: turn.numbers[place] < constant,
    ast.LtE: lambda place, constant: lambda turn: turn.numbers[place] <= constant,
    ast.Gt: lambda place, constant: lambda turn: turn.numbers[place] > constant,
    ast.GtE: lambda place, constant: lambda turn: turn.numbers[place] >= constant,
}
"""The same where the name's place among a turn's numbers is known: nothing is looked up by name."""


def against(compare: Callable[[Any, Any], bool], run: Run, constant: Any) -> Run:
    """`points >= 500` of a turn: what is read is no number of the catalogue."""
    return lambda turn: compare(run(turn), constant)


def reading(name: str) -> Run:
    """A number of a view, found by its name."""
    return numeric(operator.itemgetter(name))


def at_place(place: int) -> Run:
    """A number of a turn, found by its place; none is too large for a float."""
    return lambda turn: float(turn.numbers[place])


def numeric(run: Run) -> Run:
    """As a float: counts may be whole where they are read, and must not grow without end."""

    def read(view: Any) -> float:
        value = run(view)
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf

    return read


def pair(apply: Callable[[Any, Any], Any], left: Run, right: Run) -> Run:
    """Both sides, then the operation: a sum, a comparison."""
    return lambda view: apply(left(view), right(view))


def chain(first: Run, links: Sequence[Link]) -> Run:
    """`1 < x <= 5`: every part is read at most once, and none after the first link that fails."""

    def holds(view: View) -> bool:
        left = first(view)
        for compare, run in links:
            right = run(view)
            if not compare(left, right):
                return False
            left = right
        return True

    return holds


def both(right: Run, left: Run) -> Run:
    """`left and right`; swapped arguments, as conditions of many terms are built from the end."""
    return lambda view: left(view) and right(view)


def either(right: Run, left: Run) -> Run:
    """`left or right`, as `both`."""
    return lambda view: left(view) or right(view)


def within(run: Run, choices: frozenset[Any]) -> Run:
    """`tier in ("silver", "gold")`."""
    return lambda view: run(view) in choices


def outside(run: Run, choices: frozenset[Any]) -> Run:
    """`tier not in ("silver", "gold")`."""
    return lambda view: run(view) not in choices


def single(apply: Callable[[Any], Any], run: Run) -> Run:
    """`not vip`, `-gap`."""
    return lambda view: apply(run(view))


def call(apply: Callable[..., float], arguments: Sequence[Run]) -> Run:
    """`min(orders, visits, 3)`."""
    return lambda view: apply(*[argument(view) for argument in arguments])
