"""Laws of conditions: an obvious oracle agrees, and no text and no number makes anything raise."""

import itertools
import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ProgrammeError
from engine.expression import Expression, Kind, Places, Value, compile_expression

NAMES = {
    "orders": Kind.NUMBER,
    "own_gap": Kind.NUMBER,
    "tier": Kind.TEXT,
    "country": Kind.TEXT,
    "vip": Kind.TRUTH,
    "lapsed": Kind.TRUTH,
}

Answer = Callable[[Mapping[str, Any]], Any]


class Said(NamedTuple):
    """A piece of a condition as text, with what it means worked out the obvious way."""

    text: str
    means: Answer


floats = st.floats() | st.integers(-5, 5).map(float)
texts = st.sampled_from(["", "gold", "silver", "AT", "DE", "it's"])
views = st.fixed_dictionaries(
    {
        "orders": floats,
        "own_gap": floats,
        "tier": texts,
        "country": texts,
        "vip": st.booleans(),
        "lapsed": st.booleans(),
    }
)


def name(kind: Kind) -> st.SearchStrategy[Said]:
    names = [name for name, its_kind in NAMES.items() if its_kind is kind]
    return st.sampled_from(names).map(lambda name: Said(name, lambda view: view[name]))


def literal(value: Value, text: str) -> Said:
    return Said(text, lambda view: value)


def literals(kind: Kind) -> st.SearchStrategy[Said]:
    if kind is Kind.NUMBER:
        finite = st.floats(0, 1e300) | st.integers(0, 5).map(float)
        return finite.map(lambda value: literal(value, repr(value)))
    if kind is Kind.TEXT:
        return texts.map(lambda value: literal(value, f'"{value}"'))
    return st.booleans().map(lambda value: literal(value, str(value).lower()))


def not_a_number_spreads(choose: Callable[..., float]) -> Callable[..., float]:
    return lambda *values: math.nan if any(map(math.isnan, values)) else choose(*values)


def divided(one: float, other: float) -> float:
    return 0.0 if other == 0 else one / other


TWO_NUMBERS: dict[str, Callable[[float, float], float]] = {
    "({} + {})": lambda one, other: one + other,
    "({} - {})": lambda one, other: one - other,
    "{} * {}": lambda one, other: one * other,
    "({} / {})": divided,
    "min({}, {})": not_a_number_spreads(min),
    "max({}, {})": not_a_number_spreads(max),
}
TWO_TRUTHS: dict[str, Callable[[bool, bool], bool]] = {
    "({} and {})": lambda one, other: one and other,
    "({} or {})": lambda one, other: one or other,
}
EQUAL: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
}
ORDER = EQUAL | {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


@st.composite
def joined(draw: st.DrawFn, ways: dict[str, Callable[..., Any]], part: Any) -> Said:
    shape, work = draw(st.sampled_from(list(ways.items())))
    one, other = draw(part), draw(part)
    text = shape.replace("{} * {}", "({} * {})").format(one.text, other.text)
    return Said(text, lambda view: work(one.means(view), other.means(view)))


@st.composite
def compared(draw: st.DrawFn, ways: dict[str, Callable[[Any, Any], bool]], part: Any) -> Said:
    parts = draw(st.lists(part, min_size=2, max_size=4))
    signs = draw(st.lists(st.sampled_from(list(ways)), min_size=3, max_size=3))[: len(parts) - 1]
    text = parts[0].text + "".join(f" {s} {p.text}" for s, p in zip(signs, parts[1:], strict=True))

    def means(view: Mapping[str, Any]) -> bool:
        values = [part.means(view) for part in parts]
        return all(ways[s](values[at], values[at + 1]) for at, s in enumerate(signs))

    return Said(f"({text})", means)


@st.composite
def contained(draw: st.DrawFn, part: Any, choices: Any) -> Said:
    one, among = draw(part), draw(st.lists(choices, min_size=1, max_size=3))
    wanted = draw(st.booleans())
    listed = "".join(f"{choice.text}, " for choice in among)
    text = f"({one.text} {'in' if wanted else 'not in'} ({listed}))"

    def means(view: Mapping[str, Any]) -> bool:
        return any(one.means(view) == choice.means(view) for choice in among) is wanted

    return Said(text, means)


def clamped(value: Said, low: Said, high: Said) -> Said:
    lowest, highest = not_a_number_spreads(min), not_a_number_spreads(max)
    return Said(
        f"clamp({value.text}, {low.text}, {high.text})",
        lambda view: highest(low.means(view), lowest(value.means(view), high.means(view))),
    )


def negative(part: Said) -> Said:
    return Said(f"-{part.text}", lambda view: -part.means(view))


def size(part: Said) -> Said:
    return Said(f"abs({part.text})", lambda view: abs(part.means(view)))


def denied(part: Said) -> Said:
    return Said(f"(not {part.text})", lambda view: not part.means(view))


text_parts = name(Kind.TEXT) | literals(Kind.TEXT)
numbers = st.recursive(
    name(Kind.NUMBER) | literals(Kind.NUMBER),
    lambda part: (
        joined(TWO_NUMBERS, part)
        | part.map(negative)
        | part.map(size)
        | st.builds(clamped, part, part, part)
    ),
    max_leaves=6,
)
conditions = st.recursive(
    name(Kind.TRUTH)
    | literals(Kind.TRUTH)
    | compared(ORDER, numbers)
    | compared(EQUAL, text_parts)
    | contained(numbers, literals(Kind.NUMBER))
    | contained(text_parts, literals(Kind.TEXT)),
    lambda part: (
        joined(TWO_TRUTHS, part)
        | part.map(denied)
        | compared(EQUAL, part)
        | contained(part, literals(Kind.TRUTH))
    ),
    max_leaves=5,
)


def outcome(text: str, wants: Kind) -> Expression | ProgrammeError:
    try:
        return compile_expression(text, NAMES, where="when", wants=wants)
    except ProgrammeError as error:
        return error


def attempt(text: str, wants: Kind) -> Expression | None:
    """Compiled, or refused as a mistake; whatever else happens fails the test, a warning too."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        result = outcome(text, wants)
    assert heard == []
    if isinstance(result, ProgrammeError):
        assert result.where == "when"
        assert result.problem
        assert result.mend
        return None
    return result


@given(conditions, views)
def test_a_condition_answers_as_the_oracle_does(said: Said, view: dict[str, Value]) -> None:
    if expression := attempt(said.text, Kind.TRUTH):
        assert expression(view) is said.means(view)


@given(numbers, views)
def test_a_number_comes_out_as_the_oracle_says(said: Said, view: dict[str, Value]) -> None:
    if expression := attempt(said.text, Kind.NUMBER):
        value, expected = expression(view), said.means(view)
        assert value == expected or (math.isnan(expected) and value != value)


@given(conditions)
def test_a_condition_within_the_limits_is_never_refused(said: Said) -> None:
    depths = itertools.accumulate({"(": 1, ")": -1}.get(sign, 0) for sign in said.text)
    if len(said.text) <= 250 and max(depths) <= 8:
        assert attempt(said.text, Kind.TRUTH) is not None


@given(conditions, views)
def test_only_the_names_that_it_reads_are_looked_up(said: Said, view: dict[str, Value]) -> None:
    if expression := attempt(said.text, Kind.TRUTH):
        known = {name: view[name] for name in expression.reads}
        assert expression(known) is expression(view)
        assert dict(expression.explain(view)) == known


kinds = st.sampled_from(Kind)
WORDS = r"""
    orders own_gap tier vip unknown true false True None and or not in is if else for lambda yield
    await async print import min max abs clamp eval __class__ 0 1 2.5 1e999 9007199254740993 007
    0x1f 1_0 .5 5. 1j "gold" 'AT' "" f"{vip}" b"x" ''' " ' ( ( ) ) [ ] { } , , . : ; := = == !=
    <> < <= > >= + - * / // % ** @ & | ^ ~ ! # \ ` $ ? é 三 ² ª
"""
words = st.sampled_from([*WORDS.split(), "\u202e", "\0", "\ud800", "\n", "\f"])
glue = st.sampled_from([" ", " ", " ", "", "\n"])
soups = st.lists(st.tuples(words, glue), max_size=30).map(
    lambda pairs: "".join(map("".join, pairs))
)


@st.composite
def nearly_right(draw: st.DrawFn) -> str:
    """A right condition with a stretch cut out and something else put there."""
    text = draw(conditions).text
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 6)))
    return text[:start] + draw(words | st.text(max_size=3)) + text[end:]


anything = (
    st.text(max_size=1100)
    | st.text(alphabet="()[]-+*/<>=!.,'\" \n_0123456789eorandtin", max_size=60)
    | soups
    | nearly_right()
    | st.builds(lambda text, times: text * times, soups, st.integers(1, 400))
)
wild_numbers = st.floats() | st.integers() | st.sampled_from([10**400, -(10**400)])
wild_views = st.fixed_dictionaries(
    {
        "orders": wild_numbers,
        "own_gap": wild_numbers,
        "tier": st.text(),
        "country": st.text(),
        "vip": st.booleans(),
        "lapsed": st.booleans(),
    }
)


@given(anything, kinds, wild_views)
def test_any_text_is_compiled_or_refused_and_what_is_compiled_answers(
    text: str, wants: Kind, view: dict[str, Value]
) -> None:
    if expression := attempt(text, wants):
        python = {Kind.NUMBER: float, Kind.TEXT: str, Kind.TRUTH: bool}
        assert type(expression(view)) is python[wants]


@given(conditions | numbers, wild_views)
def test_no_number_makes_a_condition_raise(said: Said, view: dict[str, Value]) -> None:
    for wants in (Kind.TRUTH, Kind.NUMBER):
        if expression := attempt(said.text, wants):
            expression(view)


class Turned(NamedTuple):
    """A turn: some numbers by place, the rest read by functions."""

    numbers: list[Any]
    view: Mapping[str, Any]


def told_by(name: str) -> Callable[[Turned], Any]:
    return lambda turn: turn.view[name]


PLACES = Places(
    numbers={"own_gap": 0},
    others={name: told_by(name) for name in NAMES if name != "own_gap"},
)


@given(conditions | numbers, views)
def test_a_turn_is_answered_as_its_view_is(said: Said, view: dict[str, Value]) -> None:
    for wants in Kind:
        by_name = attempt(said.text, wants)
        if by_name is not None:
            by_place = compile_expression(
                said.text, NAMES, where="when", wants=wants, places=PLACES
            )
            answer = by_place.run(Turned([view["own_gap"]], view))
            assert repr(answer) == repr(by_name(view))
