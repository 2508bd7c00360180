"""What is told of policies that cannot be: each with its path, its problem and its mend."""

import pytest

from policies.check import check

HEAD = """
name = "Shop"
currency = "EUR"
zone = "UTC"
salt = "s"
rewards = [{ id = "cup", name = "Cup", kind = "coupon" }]
challenges = [
    { kind = "count", id = "own", name = "Own", goal = 1, join = "opt_in", days = 9 },
    { kind = "count", id = "auto", name = "Auto", goal = 1 },
]
[[policies]]
id = "a"
"""


def told(rest: str) -> list[tuple[str, str]]:
    """Where (without the line) and what."""
    return [(each.where.split(", line")[0], each.problem) for each in check(HEAD + rest)]


def test_a_policy_may_be_without_a_message() -> None:
    assert told('on = "Cart Viewed"\ntag = "x"\nwhen = "not tagged_x and not done_own"') == []
    assert told('on = "Tier Upgraded"\nchallenge = "own"\nreward = "cup"') == []


@pytest.mark.parametrize(
    ("rest", "where", "problem"),
    [
        ("", "policies[0] (a)", "does nothing"),
        ('variants = [{ id = "v" }]', "policies[0] (a).variants[0] (v)", "does nothing"),
        ('reward = "cap"', "policies[0] (a).reward", 'no reward "cap"; did you mean "cup"?'),
        (
            'offer = { title = "A", reward = "no" }',
            "policies[0] (a).offer.reward",
            'no reward "no"',
        ),
        (
            'variants = [{ id = "v", reward = "no" }]',
            "policies[0] (a).variants[0] (v).reward",
            'no reward "no"',
        ),
        ('challenge = "onw"', "policies[0] (a).challenge", 'did you mean "own"?'),
        ('challenge = "auto"', "policies[0] (a).challenge", '"auto" begins by itself'),
        ('tag = "x"\nwhen = "tagged_y"', "policies[0] (a).when", 'unknown number "tagged_y"'),
        ('offer = { title = "{{ x }}" }', "policies[0] (a).offer.title", 'unknown name "x"'),
        (
            'message.title = "A"\nvariants = [{ id = "v", message = { title = "{{ x }}" } }]',
            "policies[0] (a).variants[0] (v).message.title",
            'unknown name "x"',
        ),
        (
            'tag = "x"\nvariants = [{ id = "v" }, { id = "v" }]',
            "policies[0] (a).variants[1] (v).id",
            "is already the id of",
        ),
    ],
)
def test_what_cannot_be_is_told(rest: str, where: str, problem: str) -> None:
    ((found, said),) = told(f'on = "Cart Viewed"\n{rest}')
    assert found == where
    assert problem in said


@pytest.mark.parametrize("name", ["Message Decided", "Action Decided", "Tag Added", "Tick"])
def test_what_policies_say_of_themselves_sets_none_of_them_off(name: str) -> None:
    ((where, problem),) = told(f'on = "{name}"\ntag = "x"')
    assert where == "policies[0] (a).on"
    assert "there is no event" in problem


@pytest.mark.parametrize(
    ("trigger", "where", "problem"),
    [
        ("", "", "nothing sets it off"),
        ('on = "Cart Viewed"\nentered = "us"', ".entered", "on and entered are both given"),
        ('entered = "use"', ".entered", 'no segment "use"; did you mean "us"?'),
        ('left = "them"', ".left", 'no segment "them"'),
        ('after = { event = "Cart", hours = 1 }', ".after.event", 'no event "Cart"'),
        (
            'after = { event = "Cart Viewed", hours = 1, unless = "Tick" }',
            ".after.unless",
            'no event "Tick"',
        ),
        ('after = { event = "Cart Viewed", hours = 0 }', ".after.hours", "0 does not fit"),
        ('schedule = { at = "25:00" }', ".schedule.at", "does not fit"),
        ('schedule = { days = ["monday"] }', ".schedule.days[0]", 'did you mean "mon"?'),
        ('schedule = { days = ["mon"], day = 3 }', ".schedule.day", "days and day are both given"),
        (
            'schedule = { day = 3, yearly = "birthday" }',
            ".schedule.yearly",
            "day and yearly are both",
        ),
    ],
)
def test_what_sets_nothing_off_is_told(trigger: str, where: str, problem: str) -> None:
    segment = '\n[[segments]]\nid = "us"\nwhen = "orders >= 1"'
    ((found, said),) = told(f'tag = "x"\n{trigger}{segment}')
    assert found == f"policies[0] (a){where}"
    assert problem in said


def segments(*rules: str) -> list[tuple[str, str]]:
    tables = "".join(f"\n[[segments]]\n{rule}" for rule in rules)
    return told(f'tag = "x"\non = "Cart Viewed"{tables}')


def test_segments_may_read_each_other_in_any_order() -> None:
    assert segments('id = "a-b"\nwhen = "b or tagged_x"', 'id = "b"\nwhen = "orders > 1"') == []


def test_a_circle_is_told_once_with_its_way() -> None:
    ((where, problem),) = segments(
        'id = "a"\nwhen = "b"',
        'id = "b"\nwhen = "c or orders > 1"',
        'id = "c"\nwhen = "orders > 2"\nleaves = "a"',
        'id = "d"\nwhen = "a"',
    )
    assert where == "segments[0] (a).when"
    assert problem == "goes round in a circle: a → b → c → a"


@pytest.mark.parametrize(
    ("rule", "where", "problem"),
    [
        ('id = "orders"\nwhen = "true"', ".id", "is a name already"),
        ('id = "and"\nwhen = "true"', ".id", "is a name already"),
        ('id = "s"\nwhen = "ordres > 1"', ".when", 'did you mean "orders"?'),
        ('id = "s"\nwhen = "true"\nleaves = "orders"', ".leaves", "compare it"),
        ('id = "s"\nwhen = "s"', ".when", "goes round in a circle: s → s"),
    ],
)
def test_what_cannot_be_a_segment_is_told(rule: str, where: str, problem: str) -> None:
    ((found, said),) = segments(rule)
    assert found.endswith(where)
    assert problem in said or problem == "compare it"
