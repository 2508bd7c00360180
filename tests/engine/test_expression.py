"""Conditions: what they say, what they refuse, and how they help to mend it."""

import ast
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import FrozenInstanceError
from typing import NoReturn

import pytest

from engine.errors import ProgrammeError
from engine.expression import Expression, Kind, Value, compile_expression

NAMES = {
    "orders": Kind.NUMBER,
    "own_gap": Kind.NUMBER,
    "churn": Kind.NUMBER,
    "tier": Kind.TEXT,
    "country": Kind.TEXT,
    "vip": Kind.TRUTH,
    "lapsed": Kind.TRUTH,
}
ANNA: dict[str, Value] = {
    "orders": 3.0,
    "own_gap": 20.0,
    "churn": 0.25,
    "tier": "gold",
    "country": "DE",
    "vip": True,
    "lapsed": False,
}


def compiled(text: str, wants: Kind = Kind.TRUTH) -> Expression:
    return compile_expression(text, NAMES, where="policies[2].when", wants=wants)


def refusal(text: str, wants: Kind = Kind.TRUTH) -> str:
    with pytest.raises(ProgrammeError) as caught:
        compiled(text, wants)
    return str(caught.value)


def number(text: str, view: Mapping[str, Value] = ANNA) -> float:
    value = compiled(text, Kind.NUMBER)(view)
    assert type(value) is float
    return value


class Watched(Mapping[str, Value]):
    """A view that counts what is looked up in it."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self.values_of = values
        self.looked_up: Counter[str] = Counter()

    def __getitem__(self, name: str) -> Value:
        self.looked_up[name] += 1
        return self.values_of[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_of)

    def __len__(self) -> int:
        return len(self.values_of)


# What conditions say


@pytest.mark.parametrize(
    "text",
    [
        "orders >= 2 and own_gap > orders * 1.5 and tier in ('silver', \"gold\")",
        "not (country == 'AT')",
        "orders == 3",
        "orders != 4",
        "orders < 3.5",
        "orders <= 3",
        "orders > -1",
        "3 <= orders",
        "orders < own_gap",
        "tier == 'gold'",
        "tier != country",
        "tier not in ['bronze', 'silver']",
        "orders in (1, 1 + 2)",
        "orders not in (-0, 0 + 0)",
        "orders + 0 <= 3",
        "orders + 0 >= 3",
        "not orders + 0 < 3",
        "not orders + 0 > 3",
        "not (orders in [-3])",
        "vip",
        "vip == True",
        "vip != lapsed",
        "vip in (true,)",
        "not lapsed",
        "true",
        "not false and True and not False",
        "lapsed or vip",
        "lapsed or orders > 5 or orders < 4",
        "1 < orders <= 3",
        "1 < orders < own_gap < 21",
        "not 1 < orders > 5",
        "'a' == 'a' == 'a'",
        "tier == 'gold' != country",
        "(orders > 5) == lapsed",
        '"Österreich, #1 & co. = {x}" != country',
        '"" != tier',
        "  orders\t> 1\n and\r\n vip ",
        "1 < 2",
    ],
)
def test_a_condition_that_holds(text: str) -> None:
    assert compiled(text)(ANNA) is True


@pytest.mark.parametrize(
    "text",
    [
        "orders == 4",
        "orders != 3",
        "orders < 3",
        "orders <= 2",
        "orders > 3",
        "orders >= 4",
        "orders > own_gap",
        "tier not in ('silver', 'gold')",
        "tier in ('silver',)",
        "not vip",
        "vip and lapsed",
        "lapsed or not vip",
        "1 < orders < 3 < own_gap",
        "5 < orders < own_gap",
        "false",
    ],
)
def test_a_condition_that_does_not_hold(text: str) -> None:
    assert compiled(text)(ANNA) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("orders", 3.0),
        ("7", 7.0),
        ("1_000.5e1", 10005.0),
        ("orders + own_gap * 2", 43.0),
        ("(orders + own_gap) * 2", 46.0),
        ("own_gap - orders - 1", 16.0),
        ("own_gap / 4 / 5", 1.0),
        ("-orders + 1", -2.0),
        ("- -orders", 3.0),
        ("min(orders, own_gap, 2)", 2.0),
        ("max(orders, own_gap, 2)", 20.0),
        ("abs(orders - 5)", 2.0),
        ("clamp(orders, 4, 6)", 4.0),
        ("clamp(orders, 0, 2)", 2.0),
        ("clamp(orders, 0, 5)", 3.0),
        ("clamp(orders, 5, 0)", 5.0),
    ],
)
def test_a_sum_gives_its_number(text: str, value: float) -> None:
    assert number(text) == value


def test_a_whole_number_of_the_view_comes_out_as_a_float() -> None:
    assert number("orders", {"orders": 3}) == 3.0


def test_a_text_can_be_asked_for() -> None:
    assert compiled("tier", Kind.TEXT)(ANNA) == "gold"


def test_and_binds_closer_than_or_and_not_closer_than_and() -> None:
    assert compiled("true or lapsed and lapsed")(ANNA) is True
    assert compiled("not lapsed and lapsed")(ANNA) is False


# Numbers at the edge


@pytest.mark.parametrize("text", ["orders / 0", "0 / 0", "orders / (own_gap - 20)", "-1e300 / 0"])
def test_whatever_is_divided_by_zero_is_zero(text: str) -> None:
    assert number(text) == 0.0


def test_overflow_is_infinite() -> None:
    assert number("1e308 * 10") == math.inf
    assert number("-1e308 - 1e308") == -math.inf


@pytest.mark.parametrize(
    "text",
    [
        "orders - orders",
        "min(orders - orders, 1)",
        "min(1, orders - orders)",
        "max(orders - orders, 1)",
        "max(1, orders - orders)",
        "clamp(orders - orders, 0, 1)",
        "clamp(1, orders - orders, 5)",
        "abs(orders * 0)",
    ],
)
def test_what_is_not_a_number_spreads(text: str) -> None:
    assert math.isnan(number(text, {"orders": math.inf}))


def test_what_is_not_a_number_compares_with_nothing() -> None:
    nan = {"orders": math.nan}
    for text in ("orders < 1", "orders >= 1", "orders == orders", "orders in (1, 2)"):
        assert compiled(text)(nan) is False
    assert compiled("orders != orders")(nan) is True


@pytest.mark.parametrize("sign", [1, -1])
def test_a_count_beyond_all_floats_is_infinite_in_arithmetic(sign: int) -> None:
    assert number("orders + 1", {"orders": sign * 10**400}) == sign * math.inf


# What a condition reads


def test_reads_names_each_name_once() -> None:
    assert compiled("orders > 1 and (orders < own_gap or false and vip)").reads == {
        "orders",
        "own_gap",
        "vip",
    }


def test_explains_itself_in_order_of_name() -> None:
    why = compiled("vip and tier == 'gold' and orders > 5").explain(ANNA)
    assert why == [("orders", 3.0), ("tier", "gold"), ("vip", True)]


@pytest.mark.parametrize(
    ("text", "looked_up"),
    [
        ("lapsed and orders > 1", ["lapsed"]),
        ("vip or orders > 1", ["vip"]),
        ("5 < orders < own_gap", ["orders"]),
        ("1 < orders < own_gap", ["orders", "own_gap"]),
        ("false and vip", []),
        ("vip or (lapsed or orders > 1) and tier == 'gold'", ["vip"]),
    ],
)
def test_only_what_the_answer_hangs_on_is_looked_up(text: str, looked_up: list[str]) -> None:
    view = Watched(ANNA)
    compiled(text)(view)
    assert view.looked_up == Counter(looked_up)


def test_the_work_does_not_double_with_every_chain_inside_a_chain() -> None:
    text = "vip"
    for _ in range(9):
        text = f"(true == ({text}) == true)"
    view = Watched(ANNA)
    assert compiled(text)(view) is True
    assert view.looked_up == {"vip": 1}


def test_an_expression_keeps_its_text_and_cannot_be_changed() -> None:
    expression = compiled(" vip\n")
    assert expression.text == " vip\n"
    with pytest.raises(FrozenInstanceError):
        expression.text = "lapsed"  # type: ignore[misc]


# Mistakes, and how to mend them


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("chrn > 1", 'unknown number "chrn"; did you mean "churn"?'),
        ("Orders > 1", 'unknown number "Orders"; did you mean "orders"?'),
        ("vip == TRUE", 'unknown number "TRUE"; did you mean "true"?'),
        ("xyzzy > 1", 'unknown number "xyzzy" (`punchcard programme numbers` lists all;'),
        ("tier in (silver, gold)", 'unknown number "silver"'),
        ('orders == "two"', '`orders == "two"` compares a number with a text'),
        ("1 < orders == vip", "compares a number with true or false"),
        ('tier < "gold"', "asks which is more, but a side is a text"),
        ("vip > false", "asks which is more, but a side is true or false"),
        ("orders + 1", "`orders + 1` is a number, but this place needs true or false"),
        ('tier + "s" == "golds"', "`tier` is a text, but arithmetic needs a number"),
        ("1 - vip > 0", "`vip` is true or false, but arithmetic needs a number"),
        ("-tier > 0", "`tier` is a text, but the minus sign needs a number"),
        ("not orders", "`orders` is a number, but `not` needs true or false"),
        ("vip and orders", "`orders` is a number, but `and` needs true or false"),
        ('tier == "a" or "b"', '`"b"` is a text, but `or` needs true or false'),
        ("abs(tier) > 0", "`tier` is a text, but `abs` needs a number"),
        ("min(1) > 0", "`min(1)` gives 1 numbers to `min` (write it like: min(orders, 3))"),
        ("clamp(1, 2) > 0", "gives 2 numbers to `clamp`"),
        ("abs() > 0", "gives 0 numbers to `abs`"),
        ("minn(1, 2) > 0", 'unknown function "minn"; did you mean "min"?'),
        ("orders(1) > 0", 'unknown function "orders" (there are min, max, abs, clamp)'),
        ('tier in "gold"', '`"gold"` is not a list to look in'),
        ('tier in ("gold")', '`"gold"` is not a list to look in'),
        ("orders in ()", "`()` is not a list to look in"),
        ("orders in (1, own_gap)", "`own_gap` changes, but a list holds fixed values"),
        ('orders in (1, "2")', '`"2"` is a text, but the list needs a number'),
        ("1 < orders in (1, 2)", "`(1, 2)` is not offered"),
        ("vip is true", "`vip is true` is not offered"),
        ("9007199254740993 < orders", "is too large to be exact"),
        ("1e999 > orders", "`1e999` is too large to be exact"),
        ("orders > " + "9" * 900, "is too large to be exact"),
        ("orders = 2", "`=` at character 8 does not compare (write ==, <= or >=)"),
        ("orders => 2", "does not compare"),
        ("orders > 2 && vip", "`&&` at character 12 means nothing here (write and)"),
        ("vip || lapsed", "(write or)"),
        ("!vip", "(write not)"),
        ("orders <> 2", "(write !=)"),
        ("orders ** 2 > 2", "`**` at character 8 is not offered"),
        ("orders // 2 > 2", "`//` at character 8 is not offered"),
        ("vip AND lapsed", "`AND` at character 5 has capitals"),
        ('tier in ("a" "b")', '`"a" "b"` at character 10 are two texts side by side'),
        ("tier in (\"a\"\n'b')", "are two texts side by side"),
        ('tier == """gold"""', "are two texts side by side"),
        ('tier in"gold"', '`in"gold"` at character 6 runs a text into a word'),
        ('tier == "gold"or vip', '`"gold"or` at character 9 runs a text into a word'),
        ("orders > 1or vip", "`1or` at character 10 runs a number into a word"),
        ("orders > 0x10", "`0x10` at character 10 runs a number into a word"),
        ("orders > 1j", "`1j` at character 10 runs a number into a word"),
        ('tier == "gold', '`"` at character 9 opens a text and nothing closes it'),
        ("tier == 'gold", "opens a text and nothing closes it"),
        ("vip # and lapsed", "`#` at character 5 means nothing here"),
        ("orders % 2 == 0", "`%` at character 8 means nothing here"),
        ("\N{CYRILLIC SMALL LETTER O}rders > 1", "at character 1 means nothing here"),
        ("\N{FULLWIDTH LATIN SMALL LETTER O}rders > 1", "at character 1 means nothing here"),
        ("tier == 'a\\u0041'", "character 11 (U+005C) is a backslash or invisible"),
        ("vip\0", "character 4 (U+0000) is a backslash or invisible"),
        ("tier == '\u202e'", "(U+202E) is a backslash or invisible"),
        ("tier == '\ud800'", "(U+D800) is a backslash or invisible"),
        ("vip and", "cannot be read near `vip and`: invalid syntax"),
        ("(vip", "cannot be read near `(vip`"),
        ("orders > 007", "cannot be read near"),
        ("vip lapsed", "cannot be read near"),
        ("None", "`None` is not offered"),
        ("...", "`...` is not offered"),
        ("+orders > 1", "`+orders` is not offered"),
        ("(vip, vip)", "`(vip, vip)` is not offered"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_its_mend(text: str, problem: str) -> None:
    message = refusal(text)
    assert message.startswith("policies[2].when: ")
    assert problem in message
    assert message.endswith(")")


def test_a_number_is_no_answer_to_a_wish_for_a_text() -> None:
    assert "`orders` is a number, but this place needs a text" in refusal("orders", Kind.TEXT)
    assert "`vip` is true or false, but this place needs a number" in refusal("vip", Kind.NUMBER)


def test_an_error_shows_no_more_than_a_line_of_a_long_condition() -> None:
    assert len(refusal("x" * 1000)) < 200
    assert len(refusal("orders + " * 19 + "orders")) < 200
    assert len(refusal("vip and " * 100 + ")")) < 200


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')",
        "().__class__.__bases__[0].__subclasses__()",
        "vip.__class__",
        "tier.format(vip)",
        "'{0.__class__}'.format(vip)",
        "f'{vip}' == tier",
        "b'a' == tier",
        "9**9**9",
        "'a'*10**9 == tier",
        "'a' * 9 == tier",
        "lambda: 0",
        "(lambda: vip)()",
        "(yield)",
        "(yield from vip)",
        "(await vip)",
        "await vip",
        "[vip for vip in tier]",
        "{vip for vip in tier}",
        "{vip: vip}",
        "(x := vip)",
        "vip if vip else vip",
        "tier[0] == 'g'",
        "tier[0:1] == 'g'",
        "min(*tier) > 1",
        "min(orders, *tier) > 1",
        "abs(x=1) > 1",
        "max(**tier) > 1",
        "eval('vip')",
        "exec('vip')",
        "print('vip')",
        "getattr(vip, 'real')",
        "abs.__self__",
        "abs",
        "min(min)(1, 2)",
        "1 << 9999 > 2",
        "orders @ orders > 1",
        "~orders > 1",
        "import os",
        "vip; vip",
        "vip\nimport os",
        "del vip",
        "vip) or (vip",
        "\N{FULLWIDTH LATIN SMALL LETTER E}val('vip')",
        "vip and\N{NO-BREAK SPACE}vip",
        "vip and\N{ZERO WIDTH SPACE} vip",
        "\N{BYTE ORDER MARK}vip",
        "vip\f",
        "vip \\\n and vip",
        "(" * 500 + "vip" + ")" * 490,
        "(" * 1000,
        "[" * 1000,
        "-" * 999 + "1",
        "not " * 240 + "vip",
        "f(" * 190 + ")" * 190,
        "a." * 499 + "a",
        "(lambda " * 120,
        "(vip for " * 100,
        "vip if " * 140 + "vip",
        '"' * 999,
        "'\"" * 499,
    ],
)
def test_an_attack_is_refused(text: str) -> None:
    refusal(text)


# Limits, each at its edge


def test_a_condition_may_have_1000_characters_and_no_more() -> None:
    assert compiled("vip".ljust(1000))(ANNA) is True
    assert "1001 characters are too many (at most 1000;" in refusal("vip".ljust(1001))


def test_a_condition_may_have_200_parts_and_no_more() -> None:
    def one_in(ones: int) -> str:
        return f"1 in ({','.join('1' * ones)})"

    assert compiled(one_in(197))(ANNA) is True
    assert "201 parts, 3 deep, are too many" in refusal(one_in(198))


def test_a_condition_may_be_20_deep_and_no_more() -> None:
    assert compiled("not " * 19 + "vip")(ANNA) is False
    assert "21 parts, 21 deep, are too many" in refusal("not " * 20 + "vip")


@pytest.mark.parametrize("trouble", [MemoryError, RecursionError, SystemError, ValueError])
def test_trouble_inside_the_parser_is_a_mistake_in_the_text(
    trouble: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def troubled(source: str, *, mode: str) -> NoReturn:
        raise trouble

    monkeypatch.setattr(ast, "parse", troubled)
    assert "is too complicated to be read" in refusal("vip")
