from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.errors import ProgrammeError
from policies.templates import FILTERS, MAX_FILTERS, Template, Value, compile_template, render


def said(text: str, **values: Value) -> str | None:
    return render(compile_template(text, "title"), values)


def refusal(text: str) -> str:
    with pytest.raises(ProgrammeError) as caught:
        compile_template(text, "policies[0].message.title")
    return str(caught.value).removeprefix("policies[0].message.title: ")


def test_a_text_without_marks_is_said_as_it_stands() -> None:
    assert said("50 % off <tea> & more") == "50 % off <tea> & more"


def test_whole_numbers_are_said_without_a_point() -> None:
    assert said("{{ points }} of {{ own_gap }}", points=120.0, own_gap=8.5) == "120 of 8.5"


def test_texts_and_truths_decide() -> None:
    text = (
        '{% if known and tier == "gold" %}gold{% elsif known %}{{ tier }}{% else %}hello{% endif %}'
    )
    assert said(text, known=True, tier="gold") == "gold"
    assert said(text, known=True, tier="bean") == "bean"
    assert said(text, known=False, tier="bean") == "hello"


def test_only_the_names_that_it_reads_are_looked_up() -> None:
    class Sparse(Mapping[str, Value]):
        def __getitem__(self, name: str) -> Value:
            return {"points": 3.0}[name]

        def __iter__(self) -> None:  # type: ignore[override]
            raise AssertionError

        def __len__(self) -> int:
            raise AssertionError

    template = compile_template("{% assign twice = points | times: 2 %}{{ twice }}", "body")
    assert template.reads == {"points"}
    assert render(template, Sparse()) == "6"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ 100 | divided_by: points }}", 0.0),
        ("{{ points | round }}", float("inf")),
        ("{% if points > 'many' %}a{% endif %}", 1.0),
        ("{% if points > 1 %}{% assign a = 1 %}{% endif %}{{ a }}", 0.0),
        (f"{{{{ '{'x' * 300}' }}}}" * 40, 0.0),
        (f"{{% assign a = 'x' %}}{'{% assign a = a | append: a %}' * 30}{{{{ a }}}}", 0.0),
        (f"{{% assign a = 9 %}}{'{% assign a = a | times: a %}' * 30}{{{{ a }}}}", 0.0),
    ],
)
def test_what_cannot_be_written_says_nothing(text: str, value: float) -> None:
    assert said(text, points=value) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ points", "is not Liquid: expected '}}', found end of file (there are {{ names }} and"),
        ("{% if points %}", "is not Liquid: expected tag"),
        ("{% for n in (1..9) %}{% endfor %}", "is not Liquid: unexpected tag 'for'"),
        ("{% include 'other' %}", "is not Liquid: unexpected tag 'include'"),
        ("{{ points | rund }}", 'there is no filter "rund"; did you mean "round"? (there are abs,'),
        ("{{ 'now' | date: '%Y' }}", 'there is no filter "date"'),
        ("{{ points" + " | abs" * (MAX_FILTERS + 1) + " }}", "41 filters are too many (at most 40"),
        (
            "{{ tier.name }}",
            "`tier.name` asks for a part of a value (a name stands alone, as in {{",
        ),
        ("{{ tier }}{{ tier[0] }}", "`tier[0]` asks for a part of a value"),
        ("{{ [tier] }}", "`['tier']` asks for a part of a value"),
        ("{% if a " + "and a " * 600 + "%}{% endif %}", "is not Liquid: unexpected liquid parsing"),
    ],
)
def test_what_is_not_offered_is_refused_with_the_mend(text: str, told: str) -> None:
    assert refusal(text).startswith(told)


def test_the_clock_is_a_name_like_any_other_and_so_unknown() -> None:
    assert compile_template("{{ now }} {{ today }}", "title").reads == {"now", "today"}


def test_a_text_says_the_same_twice() -> None:
    template = compile_template("{% assign a = points | plus: 1 %}{{ a }}", "title")
    assert [render(template, {"points": 1.0}) for _ in range(3)] == ["2", "2", "2"]


scraps = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{%-", "-%}", " if ", " endif ", " else ", " elsif ", " unless "]
) | st.sampled_from(
    [" endunless ", " case ", " when ", " endcase ", " assign a = ", " capture a ", " endcapture "]
)
parts = st.sampled_from(
    [" points ", " tier ", " a ", " | ", ": ", ", ", " > ", " == ", " contains ", " and ", "(1..3)"]
) | st.sampled_from(["[", "]", ".", "'x'", '"', "'", "99999999999999999999", "1.5", "-", "\n", "#"])
filters = st.sampled_from([f" | {name}" for name in FILTERS])


@given(st.lists(scraps | parts | filters | st.text(max_size=3), max_size=25).map("".join))
@example("{{ points | divided_by: 0 }}")
def test_no_text_raises_anything_but_a_programme_error(text: str) -> None:
    try:
        template = compile_template(text, "title")
    except ProgrammeError:
        return
    assert isinstance(template, Template)
    for value in (0.0, -1234.5, 1e300, float("nan"), "", True):
        told = render(template, dict.fromkeys(template.reads, value))
        assert told is None or isinstance(told, str)
