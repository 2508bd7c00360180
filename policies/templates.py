"""Message texts: Liquid, as Shopify, Braze and Klaviyo users write it, without what could surprise.

Left out on purpose: loops (there are no lists to walk), other files, the clock (`date`, `now`), and
filters whose result can be far longer than what goes in. So a text costs little, and the same log
gives the same messages. Names are those of conditions (`punchcard programme numbers`).
"""

from collections.abc import Mapping
from typing import Final

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import LiquidError
from liquid.static_analysis import Variable
from msgspec import Struct

from engine.errors import ProgrammeError
from engine.grammar import shorten
from engine.wording import guess

Value = float | str | bool

FILTERS: Final = (
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "default", "divided_by",
    "downcase", "escape", "floor", "minus", "modulo", "plus", "prepend", "round", "strip", "times",
    "truncate", "upcase",
)  # fmt: skip
TAGS: Final = ("#", "assign", "capture", "case", "comment", "if", "unless")
MAX_FILTERS: Final = 40
"""Filters in one text; more than any message needs."""
_INNER: Final = ("content", "output", "illegal")
_TAGS: Final = ", ".join(f"{{% {name} %}}" for name in TAGS[1:])


class _Liquid(Environment):
    """Strict everywhere. The limits are in bytes; a text that needs more is no message."""

    local_namespace_limit = 2_000
    output_stream_limit = 10_000

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Only what is listed."""
        super().setup_tags_and_filters(extra=extra)
        self.tags = {name: self.tags[name] for name in (*TAGS, *_INNER)}
        self.filters = {name: self.filters[name] for name in FILTERS}


_LIQUID: Final = _Liquid(undefined=StrictUndefined)


class Template(Struct, frozen=True):
    """A checked text.

    reads: the names that it may ask for. always: the text itself, where it asks for none and so is
    the same for everybody.
    """

    text: str
    reads: frozenset[str]
    bound: BoundTemplate
    always: str | None = None

    def write(self, values: Mapping[str, Value]) -> str:
        """The text for one member; whole numbers are written without a point.

        values: every name in `reads`; no other is looked up. Raises whatever Liquid raises: see
        `render`.
        """
        if self.always is not None:
            return self.always
        return self.bound.render({name: _plain(values[name]) for name in self.reads})


def compile_template(text: str, where: str) -> Template:
    """Check a text.

    where: the place in the programme, for the error.
    Raises ProgrammeError, and nothing else, for any text.

    >>> render(compile_template("{{ points | round }} points", "title"), {"points": 120.0})
    '120 points'
    """
    try:
        bound = _LIQUID.from_string(text)
        found = bound.analyze()
    except LiquidError as error:
        problem = f"is not Liquid: {shorten(str(error.message))}"
        raise ProgrammeError(where, problem, f"there are {{{{ names }}}} and {_TAGS}") from None
    _refuse_filters({name: len(uses) for name, uses in found.filters.items()}, where)
    _refuse_parts([use for uses in found.globals.values() for use in uses], where)
    reads = frozenset(found.globals)
    always = None if reads or "{" in text else text
    return Template(text, reads, bound, always)


def render(template: Template, values: Mapping[str, Value]) -> str | None:
    """The text for one member; None where it cannot be written with these values.

    A text that divides by what is 0 today, say. It costs its own message and nothing else, so the
    caller suppresses the message, and the event that wanted it is not lost.
    """
    try:
        return template.write(values)
    except Exception:  # Liquid's filters raise whatever Python raises on odd values
        return None


def _refuse_filters(uses: Mapping[str, int], where: str) -> None:
    for name in uses:
        if name not in FILTERS:
            problem = f'there is no filter "{shorten(name)}"{guess(name, FILTERS)}'
            raise ProgrammeError(where, problem, f"there are {', '.join(FILTERS)}")
    if sum(uses.values()) > MAX_FILTERS:
        problem = f"{sum(uses.values())} filters are too many"
        raise ProgrammeError(where, problem, f"at most {MAX_FILTERS} in one text")


def _refuse_parts(names: list[Variable], where: str) -> None:
    for name in names:
        if len(name.segments) > 1 or not isinstance(name.segments[0], str):
            problem = f"`{shorten(str(name))}` asks for a part of a value"
            raise ProgrammeError(where, problem, "a name stands alone, as in {{ points }}")


def _plain(value: Value) -> Value:
    return int(value) if isinstance(value, float) and value.is_integer() else value
