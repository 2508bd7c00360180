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
