import tomllib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from engine.challenges import Count, Spend
from engine.chance import digest
from engine.errors import ProgrammeError
from engine.expression import Kind
from engine.loading import MAX_BYTES, check_programme, load_programme
from engine.locating import Lines, Path
from engine.programme import (
    Crossing,
    Ladder,
    Points,
    PolicyRule,
    Programme,
    RewardRule,
    TierRule,
)
from engine.reading import Mistake, Reading
from tests.support.toml_text import document, key, value

HEAD = """
name = "Shop"
currency = "EUR"
zone = "Europe/Vienna"
salt = "s"
"""
NAMES = {"orders": Kind.NUMBER, "tier": Kind.TEXT}


def mistakes(text: str) -> list[str]:
    return [str(mistake) for mistake in check_programme(text, NAMES, ["churn"])]


def only_mistake(text: str) -> str:
    (mistake,) = mistakes(text)
    return mistake


# ── what is read ─────────────────────────────────────────────────────────────────────────────────


def test_four_lines_are_a_programme() -> None:
    programme = load_programme(HEAD)
    assert programme == Programme(
        name="Shop", currency="EUR", zone="Europe/Vienna", salt="s", version=digest(HEAD)
    )


def test_another_text_is_another_version() -> None:
    assert load_programme(HEAD).version != load_programme(HEAD + "\n").version


def test_money_is_exact() -> None:
    programme = load_programme(HEAD + 'points.per = "0.10"\ncurrencies = { USD = "0.92" }')
    assert programme.points.per == Decimal("0.10")
    assert programme.currencies == {"USD": Decimal("0.92")}


def test_a_challenge_is_of_the_kind_that_it_names() -> None:
    programme = load_programme(
        HEAD
        + """
        [[challenges]]
        kind = "count"
        id = "three"
        name = "Three"
        goal = 3
        [[challenges]]
        kind = "spend"
        id = "much"
        name = "Much"
        goal = "60.50"
        categories = ["tea", "filter"]
        """
    )
    assert programme.challenges == (
        Count(id="three", name="Three", goal=3),
        Spend(id="much", name="Much", goal=Decimal("60.50"), categories=("tea", "filter")),
    )


def test_a_reward_is_found_by_its_id() -> None:
    programme = load_programme(HEAD + 'rewards = [{ id = "tin", name = "Tin", kind = "coupon" }]')
    found = programme.reward("tin")
    assert found is not None
    assert found.name == "Tin"
    assert programme.reward("bag") is None


def test_the_zone_is_ready_for_use() -> None:
    assert load_programme(HEAD).zone_info.key == "Europe/Vienna"


def test_conditions_wait_for_somebody_who_knows_the_numbers() -> None:
    policy = '[[policies]]\nid = "a"\non = "Cart Viewed"\nwhen = "no such"\nmessage.title = "A"'
    assert load_programme(HEAD + policy).policies[0].when == "no such"
    assert "policies[0] (a).when, line 9: " in only_mistake(HEAD + policy)


def test_a_mistake_stops_the_loading() -> None:
    with pytest.raises(ProgrammeError, match=r"^zone, line 4: there is no zone"):
        load_programme(HEAD.replace("Vienna", "Wien"))


def test_whoever_checks_may_bring_checks_of_their_own() -> None:
    def no_shops(reading: Reading) -> Iterator[Mistake]:
        for path, programme in reading.each(Programme):
            yield Mistake((*path, "name"), f'"{programme.name}" is no name', "")

    (mistake,) = check_programme(HEAD, NAMES, ["churn"], [no_shops])
    assert str(mistake) == 'name, line 2: "Shop" is no name'


# ── what is told of mistakes ─────────────────────────────────────────────────────────────────────


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        HEAD
        + """
        [points]
        earn = "many"
        [[challenges]]
        kind = "count"
        id = "three"
        name = "Three"
        goal = 0
        [[challenges]]
        kind = "count"
        id = "four"
        name = "Four"
        goal = 4
        reward = "none"
        [[policies]]
        id = "hello"
        on = "Cart Seen"
        when = "orders > "
        message = { title = "" }
        [[policies]]
        id = "hallo"
        on = "Cart Seen"
        when = "orders > "
        message = { title = "Hallo" }
        """
    ).replace("Vienna", "Wien")
    wheres = [mistake.split(": ")[0] for mistake in mistakes(text)]
    assert wheres == [
        "zone, line 4",
        "points.earn, line 8",
        "challenges[0] (three).goal, line 13",
        "challenges[1] (four).reward, line 19",
        "policies[0] (hello).message.title, line 24",
        "policies[1] (hallo).on, line 27",
        "policies[1] (hallo).when, line 28",
    ]


def test_a_broken_reward_is_still_a_reward() -> None:
    text = """
    rewards = [{ id = "tin", name = "Tin", kind = "tin" }]
    challenges = [{ kind = "count", id = "a", name = "A", goal = 1, reward = "tin" }]
    """
    assert only_mistake(HEAD + text).startswith("rewards[0] (tin).kind, line 7: ")


def test_what_is_missing_everywhere_has_no_line() -> None:
    told = only_mistake('name = "Shop"\ncurrency = "EUR"\nzone = "UTC"')
    assert told == "salt: is missing (write a text in quotes, at most 100 characters)"


def test_a_list_of_many_tables_may_not_be_one_table() -> None:
    told = only_mistake(HEAD + "[rewards]")
    mend = "write its name in [[ ]] above each of its tables"
    assert told == f"rewards, line 6: a table is no list ({mend})"


def test_a_line_break_in_a_key_stays_out_of_the_message() -> None:
    told = only_mistake(HEAD + r'"two\nlines" = 1')
    assert told.startswith(r"'two\nlines', line 6: is no key of this table (there are name, ")


@pytest.mark.parametrize("end", ["\\n", "\n"])
def test_an_id_does_not_end_in_a_line_break(end: str) -> None:
    text = f'rewards = [{{ id = """tin{end}""", name = "Tin", kind = "coupon" }}]'
    assert only_mistake(HEAD + text).startswith('rewards[0].id, line 6: "tin" does not fit')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = 1\na = 2", "line 2: is not TOML: Cannot overwrite a value (a key is given once"),
        ("[a]\n[a]", "line 2: is not TOML: Cannot declare ('a',) twice (a [table] stands once"),
        ('a = "b\nc"', "line 1: is not TOML: Illegal character '\\n' (close the text on its"),
        ("a = {b = 1", "line 1: is not TOML: Unclosed inline table (close it with the same"),
        ("a = [\n1,\n", "line 3: is not TOML: Invalid value (a text stands in quotes;"),
        ("a = True", "line 1: is not TOML: Invalid value (a text stands in quotes;"),
        ("\n= 1", "line 2: is not TOML: Invalid statement (compare the line with the examples"),
        (f"a = {'9' * 5000}", "the file: a number is too long (nothing in a programme needs"),
        (f"a = {'[' * 5000}", "the file: brackets are nested too deep (nothing in a programme"),
        ('a = "\ud83d"', "the file: character 6 is half of one (save the file as UTF-8)"),
        ("\n" * (MAX_BYTES // 2), "the file: 261122 bytes are too many (at most 261120: it is"),
    ],
)
def test_what_is_no_toml_is_one_mistake(text: str, told: str) -> None:
    assert only_mistake(text).startswith(told)


# ── lines ────────────────────────────────────────────────────────────────────────────────────────


def test_every_way_to_write_a_key_has_its_line() -> None:
    text = '''# a [comment] = 1
a.b = """
c = 1 # not a key
""""
"d.e" = [ # ]
    1, [2,
    3], "]", # 4
    { f = 'g', h = 1.5 },
]
[i."j"]
k = 1979-05-27 07:32:00
[[l]]
[[l.m]]
n = 1
[[l]]
[[l.m]]
[[l.m]]
o = [ ]
[l.m.p]
'''
    tomllib.loads(text)
    lines = Lines(text)
    expected: dict[Path, int | None] = {
        ("a", "b"): 2,
        ("d.e", 0): 6,
        ("d.e", 1, 1): 7,
        ("d.e", 2): 7,
        ("d.e", 3, "h"): 8,
        ("i", "j", "k"): 11,
        ("l",): 12,
        ("l", 0, "m", 0, "n"): 14,
        ("l", 1): 15,
        ("l", 1, "m", 1, "o"): 18,
        ("l", 1, "m", 1, "o", 5): 18,
        ("l", 1, "m", 1, "p"): 19,
        ("x",): None,
        (): None,
    }
    assert {path: lines.of(path) for path in expected} == expected


texts = st.text(max_size=8)
keys = st.text("ab.=#[]\"' -1", min_size=1, max_size=3)
leaves = texts | st.integers(-9, 9) | st.floats() | st.booleans()
trees = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3)
)
tables = st.dictionaries(keys, trees, max_size=4)


class Emitter:
    """Writes tables so that the line of everything is known."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[Path, int] = {}

    def write(self, line: str, path: Path) -> None:
        self.lines.append(line)
        self.known[path] = len(self.lines)

    def body(self, table: dict[str, Any], path: Path) -> None:
        for name, told in table.items():
            here = (*path, name)
            if isinstance(told, list) and told:
                self.write(f"{key(name)} = [ # [", here)
                for place, entry in enumerate(told):
                    self.write(f"  {value(entry)},", (*here, place))
                self.lines.append("]")
            elif isinstance(told, str):
                quoted = value(told).replace("\\n", "\n")
                self.write(f'{key(name)} = ""{quoted}""', here)
                self.lines = "\n".join(self.lines).split("\n")
            else:
                self.write(f"{key(name)} = {value(told)}", here)


@given(st.lists(st.tuples(st.sampled_from(["x", "y"]), tables), max_size=5))
def test_the_line_of_a_key_is_where_it_was_written(told: list[tuple[str, dict[str, Any]]]) -> None:
    emitter, counts = Emitter(), {"x": 0, "y": 0}
    for name, table in told:
        path = (name, counts[name])
        emitter.write(f"[[{name}]]", path)
        emitter.body(table, path)
        counts[name] += 1
    text = "\n".join(emitter.lines)
    assert {name: len(found) for name, found in tomllib.loads(text).items()} == {
        name: count for name, count in counts.items() if count
    }
    lines = Lines(text)
    assert {path: lines.of(path) for path in emitter.known} == emitter.known


# ── whatever is written ──────────────────────────────────────────────────────────────────────────

KINDS = (Programme, Points, Ladder, TierRule, Count, Spend, RewardRule, PolicyRule, Crossing)
words = st.sampled_from(
    ["", "EUR", "eur", "UTC", "hello", "count", "spend", "orders >= 1", "Order Completed", "churn"]
) | st.sampled_from(["nothing", "0", "1.00", "-1", "20:00", "email", "month", "2 ** 9"])
known_keys = st.sampled_from(
    ["odd", "kind", *(each.name for kind in KINDS for each in fields(kind))]
)
anything = st.recursive(
    words | st.integers(-1, 4000) | st.floats() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(known_keys, inner, max_size=5),
    max_leaves=8,
)
sections = st.sampled_from(["odd", *(each.name for each in fields(Programme)[4:])])


@given(st.dictionaries(sections, anything, max_size=4))
def test_tables_of_any_shape_give_mistakes_and_nothing_else(told: dict[str, Any]) -> None:
    text = HEAD + document(told)
    if not mistakes(text):
        assert load_programme(text).name == "Shop"


@given(st.text("[]{}=,.#\"'\\\n ab1-", max_size=40) | st.text())
def test_text_of_any_kind_gives_mistakes_and_nothing_else(text: str) -> None:
    assert mistakes(text)
