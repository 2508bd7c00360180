"""A syntax tree becomes typed closures: the whitelist of what a condition may say.

Every part gets its kind when the programme is published, so nothing is left to find out per event.
"""

import ast
import functools
import itertools
import math
import operator
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import Enum
from typing import NamedTuple, NoReturn

from engine import operations
from engine.errors import ProgrammeError
from engine.grammar import shorten
from engine.operations import Places, Run

Value = float | str | bool


class Kind(Enum):
    """What a name or a part of a condition is; nothing changes kind by itself."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"


class Part(NamedTuple):
    """A piece of a condition: what it is, how to run it, and its name or its value if it is one."""

    kind: Kind
    run: Run
    name: str | None = None
    constant: Value | None = None


_PHRASES = {Kind.NUMBER: "a number", Kind.TEXT: "a text", Kind.TRUTH: "true or false"}
_MENDS = {
    Kind.NUMBER: "a number stands without quotation marks",
    Kind.TEXT: "a text stands in quotation marks",
    Kind.TRUTH: "compare it, as in: orders >= 2",
}
_LISTED = "`punchcard programme numbers` lists all; a text needs quotation marks"
_FUNCTIONS = ", ".join(operations.FUNCTIONS)
_WHOLE = "there are names, numbers, texts, comparisons, in, and, or, not, + - * / and functions"


class Compiler:
    """Gives every part of one condition its kind and its closure, or refuses it."""

    def __init__(
        self, line: str, names: Mapping[str, Kind], where: str, places: Places | None = None
    ) -> None:
        self.line = line
        self.names = names
        self.where = where
        self.places = places
        self.reads: set[str] = set()

    def part(self, node: ast.expr) -> Part:
        """The whitelist: what is not named here does not exist."""
        match node:
            case ast.Constant():
                return self.literal(node)
            case ast.Name():
                return self.name(node)
            case ast.BoolOp():
                return self.junction(node)
            case ast.UnaryOp(op=ast.Not()):
                part = self.expect(Kind.TRUTH, node.operand, "`not`")
                return _folded(Kind.TRUTH, operations.single(operator.not_, part.run), part)
            case ast.UnaryOp(op=ast.USub()):
                part = self.expect(Kind.NUMBER, node.operand, "the minus sign")
                return _folded(Kind.NUMBER, operations.single(operator.neg, part.run), part)
            case ast.BinOp() if type(node.op) in operations.ARITHMETIC:
                return self.arithmetic(node)
            case ast.Compare(ops=[ast.In() | ast.NotIn()]):
                return self.membership(node)
            case ast.Compare():
                return self.comparison(node)
            case ast.Call(func=ast.Name() as called, keywords=[]):
                return self.call(node, called)
        self.refuse(node, "is not offered in a condition", _WHOLE)

    def expect(self, kind: Kind, node: ast.expr, wanted_by: str) -> Part:
        """The part, if it is of that kind."""
        part = self.part(node)
        if part.kind is not kind:
            problem = f"is {_PHRASES[part.kind]}, but {wanted_by} needs {_PHRASES[kind]}"
            self.refuse(node, problem, _MENDS[kind])
        return part

    def literal(self, node: ast.Constant) -> Part:
        match node.value:
            case bool():
                return _constant(Kind.TRUTH, node.value)
            case str():
                return _constant(Kind.TEXT, node.value)
            case int() | float():
                return _constant(Kind.NUMBER, self.number(node, node.value))
        self.refuse(node, "is not offered in a condition", _WHOLE)

    def number(self, node: ast.Constant, value: float) -> float:
        """A whole number becomes a float here: no arithmetic on numbers of unbounded size."""
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isinf(number) or number != value:
            self.refuse(node, "is too large to be exact", "whole numbers are exact up to 2**53")
        return number

    def name(self, node: ast.Name) -> Part:
        if node.id in ("true", "false"):
            return _constant(Kind.TRUTH, node.id == "true")
        kind = self.names.get(node.id)
        if kind is None:
            self.unknown("number", node.id, [*self.names, "true", "false"], _LISTED)
        self.reads.add(node.id)
        return Part(kind, self.reading(node.id, kind), name=node.id)

    def reading(self, name: str, kind: Kind) -> Run:
        """From a view by name; from a turn by place, where places were given."""
        if self.places is None:
            return operations.reading(name) if kind is Kind.NUMBER else operator.itemgetter(name)
        if (place := self.places.numbers.get(name)) is not None:
            return operations.at_place(place)
        run = self.places.others[name]
        return operations.numeric(run) if kind is Kind.NUMBER else run

    def against(self, op: ast.cmpop, name: str, constant: Value) -> Run:
        """`name < constant`, the shortest way."""
        if self.places is None:
            return operations.AGAINST_CONSTANT[type(op)](name, constant)
        if (place := self.places.numbers.get(name)) is not None:
            return operations.AT_PLACE[type(op)](place, constant)
        compare = operations.COMPARISONS[type(op)]
        return operations.against(compare, self.places.others[name], constant)

    def junction(self, node: ast.BoolOp) -> Part:
        word, join = "and", operations.both
        if isinstance(node.op, ast.Or):
            word, join = "or", operations.either
        parts = [self.expect(Kind.TRUTH, value, f"`{word}`") for value in node.values]
        run = functools.reduce(join, [part.run for part in reversed(parts)])
        return _folded(Kind.TRUTH, run, *parts)

    def arithmetic(self, node: ast.BinOp) -> Part:
        left = self.expect(Kind.NUMBER, node.left, "arithmetic")
        right = self.expect(Kind.NUMBER, node.right, "arithmetic")
        run = operations.pair(operations.ARITHMETIC[type(node.op)], left.run, right.run)
        return _folded(Kind.NUMBER, run, left, right)

    def membership(self, node: ast.Compare) -> Part:
        left, listed = self.part(node.left), node.comparators[0]
        if not isinstance(listed, ast.Tuple | ast.List) or not listed.elts:
            mend = 'write ("silver", "gold"); for one value use =='
            self.refuse(listed, "is not a list to look in", mend)
        choices = frozenset(self.choice(left.kind, element) for element in listed.elts)
        operation = operations.within if isinstance(node.ops[0], ast.In) else operations.outside
        return _folded(Kind.TRUTH, operation(left.run, choices), left)

    def choice(self, kind: Kind, element: ast.expr) -> Value:
        part = self.expect(kind, element, "the list")
        if part.constant is None:
            self.refuse(element, "changes, but a list holds fixed values", "compare with == and or")
        return part.constant

    def comparison(self, node: ast.Compare) -> Part:
        parts = [self.part(side) for side in (node.left, *node.comparators)]
        for op, (left, right) in zip(node.ops, itertools.pairwise(parts), strict=True):
            self.check_link(node, op, left.kind, right.kind)
        compares = [operations.COMPARISONS[type(op)] for op in node.ops]
        match parts:
            case [Part(name=str(name)), Part(constant=constant)] if constant is not None:
                run = self.against(node.ops[0], name, constant)
            case [left, right]:
                run = operations.pair(compares[0], left.run, right.run)
            case _:
                links = zip(compares, [part.run for part in parts[1:]], strict=True)
                run = operations.chain(parts[0].run, list(links))
        return _folded(Kind.TRUTH, run, *parts)

    def check_link(self, node: ast.Compare, op: ast.cmpop, left: Kind, right: Kind) -> None:
        if type(op) not in operations.COMPARISONS:
            self.refuse(node, "is not offered in a condition", "compare with ==, join with and")
        if left is not right:
            problem = f"compares {_PHRASES[left]} with {_PHRASES[right]}"
            self.refuse(node, problem, "both sides must be of one kind")
        if left is not Kind.NUMBER and not isinstance(op, ast.Eq | ast.NotEq):
            problem = f"asks which is more, but a side is {_PHRASES[left]}"
            self.refuse(node, problem, "only numbers have an order; use ==, != or in")

    def call(self, node: ast.Call, called: ast.Name) -> Part:
        function = operations.FUNCTIONS.get(called.id)
        if function is None:
            self.unknown("function", called.id, operations.FUNCTIONS, f"there are {_FUNCTIONS}")
        if len(node.args) not in function.takes:
            problem = f"gives {len(node.args)} numbers to `{called.id}`"
            self.refuse(node, problem, f"write it like: {function.usage}")
        parts = [self.expect(Kind.NUMBER, argument, f"`{called.id}`") for argument in node.args]
        run = operations.call(function.apply, [part.run for part in parts])
        return _folded(Kind.NUMBER, run, *parts)

    def unknown(self, what: str, name: str, known: Iterable[str], mend: str) -> NoReturn:
        close = get_close_matches(name.lower(), known, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        raise ProgrammeError(self.where, f'unknown {what} "{shorten(name)}"{hint}', mend)

    def refuse(self, node: ast.expr, problem: str, mend: str) -> NoReturn:
        shown = shorten(ast.get_source_segment(self.line, node) or "")
        raise ProgrammeError(self.where, f"`{shown}` {problem}", mend)


def _constant(kind: Kind, value: Value) -> Part:
    return Part(kind, lambda view: value, constant=value)


def _folded(kind: Kind, run: Run, *parts: Part) -> Part:
    """What reads nothing is worked out now."""
    if any(part.constant is None for part in parts):
        return Part(kind, run)
    return _constant(kind, run({}))
