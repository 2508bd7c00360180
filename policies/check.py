"""The whole check of a programme: its rules, its conditions and its messages."""

from collections.abc import Iterator, Mapping
from typing import Final

from liquid.exceptions import LiquidError

from engine.checks.names import own_names
from engine.errors import ProgrammeError
from engine.expression import Kind
from engine.loading import check_programme, load_programme
from engine.programme import Message, Offer, Programme
from engine.reading import Mistake, Reading
from engine.wording import guess
from policies.templates import Template, Value, compile_template
from policies.view import NAMES, SCORES

_REHEARSALS: Final[tuple[Mapping[Kind, Value], ...]] = (
    {Kind.NUMBER: 0, Kind.TEXT: "", Kind.TRUTH: False},
    {Kind.NUMBER: 1234.5, Kind.TEXT: "text", Kind.TRUTH: True},
)
"""Members for whom every message is written once before anybody is told anything."""


def check(text: str) -> list[ProgrammeError]:
    """Every mistake in the file, in its order; none: it may be published."""
    return check_programme(text, NAMES, SCORES, [messages_can_be_written])


def load(text: str) -> Programme:
    """The programme of a file's text.

    Raises ProgrammeError: the first mistake.
    """
    for mistake in check(text):
        raise mistake
    return load_programme(text)


def messages_can_be_written(reading: Reading) -> Iterator[Mistake]:
    """Titles and bodies are Liquid, speak of what there is, and come out for everybody."""
    names = {**NAMES, **own_names(reading)}
    for path, table in reading.each(Message, Offer):
        for key in ("title", "body") if isinstance(table, Message) else ("title",):
            for problem, mend in _slips(getattr(table, key), names):
                yield Mistake((*path, key), problem, mend)


def _slips(text: str, names: Mapping[str, Kind]) -> Iterator[tuple[str, str]]:
    try:
        template = compile_template(text, where="")
    except ProgrammeError as error:
        yield error.problem, error.mend
        return
    unknown = sorted(template.reads - names.keys())
    for name in unknown:
        mend = "`punchcard programme numbers` lists all"
        yield f'unknown name "{name}"{guess(name, names.keys())}', mend
    if not unknown:
        yield from _rehearse(template, names)


def _rehearse(template: Template, names: Mapping[str, Kind]) -> Iterator[tuple[str, str]]:
    """The first thing that goes wrong, for members of whom all values of a kind are the same."""
    for values in _REHEARSALS:
        try:
            template.write({name: values[names[name]] for name in template.reads})
        except Exception as error:  # Liquid's filters raise whatever Python raises on odd values
            told = error.message if isinstance(error, LiquidError) else error
            problem = f"cannot be written where every number is {values[Kind.NUMBER]}: {told}"
            yield problem, "ask first, as in {% if points > 0 %} … {% endif %}"
            return
