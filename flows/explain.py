"""One decision, found again by its id, and why it was made: what was asked, and what was answered.

Everything shown was written down when it was decided; nothing is worked out anew.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table

from engine.decisions import Decision
from flows import scan
from flows.console import printable
from flows.partition import partition_of
from flows.settings import Settings
from flows.tables import table
from flows.topics import DECISIONS, identify

GATES: Final[Mapping[str, str]] = {
    "Member": "is a member, where only members are given this",
    "Consent": "has agreed to this channel and purpose",
    "Holdout": "is not held out",
    "Silence": "has not unsubscribed",
    "Caps": "has not been written to too often",
    "QuietHours": "it is not night there",
    "Budget": "there is budget left for the reward",
}
"""What each gate asks for, in the order in which they are asked."""
OBJECTIONS: Final[Mapping[str, str]] = {
    "not_a_member": "Member",
    "no_consent": "Consent",
    "holdout": "Holdout",
    "unsubscribed": "Silence",
    "day_cap": "Caps",
    "week_cap": "Caps",
    "quiet_hours": "QuietHours",
    "waited_too_long": "QuietHours",
    "budget_empty": "Budget",
}
"""The gate that gives a reason."""
SECTIONS: Final = ("numbers", "scores", "passed", "odds", "variant", "drawn", "left_out")
"""Properties that have a table of their own, or stand in one."""
LONG: Final = 400
"""Characters of a property that are shown."""


def find(settings: Settings, ident: str, customer: str | None, most: int) -> Decision | None:
    """The decision of this id among the newest `most` of each partition, or of the customer's.

    Raises SettingsError: no broker answers. LogError: there is no such topic.
    """
    partitions = None
    if customer is not None:
        partitions = [partition_of(customer, identify(settings, DECISIONS).partitions)]
    wanted = f'"{ident}"'.encode()
    for message in scan.newest(settings, DECISIONS, most, partitions):
        value = message.value()
        if value is not None and wanted in value:
            decision = _decoder.decode(value)
            if decision.id == ident:
                return decision
    return None


def page(decision: Decision) -> Iterator[RenderableType]:
    """What was decided and why, section by section; one without anything to say is left out."""
    yield _head(decision)
    yield from (
        section
        for section in (_gates(decision), _choice(decision), _numbers(decision), _scores(decision))
        if section is not None
    )
    if rest := {k: v for k, v in decision.properties.items() if k not in SECTIONS}:
        figures = table("figure", "", title="Figures")
        for name, value in rest.items():
            figures.add_row(printable(name.replace("_", " ")), _plain(value))
        yield figures


def _head(decision: Decision) -> Panel:
    when = datetime.fromtimestamp(decision.at, UTC)
    rows = Table.grid(padding=(0, 2))
    for name, value in (
        ("customer", decision.customer),
        ("rule", decision.rule),
        ("because", ", ".join(code.replace("_", " ") for code in decision.because) or "–"),
        ("cause", _cause(decision.cause)),
        ("when", f"{when:%Y-%m-%d %H:%M:%S} UTC, log time"),
        ("programme", f"version {decision.programme}"),
    ):
        rows.add_row(name, printable(value, LONG))
    title = f"{printable(decision.event)} · {printable(decision.id)}"
    return Panel(Group(rows), title=title, title_align="left", expand=False)


def _cause(cause: str) -> str:
    """The message, or the timer."""
    name, at, moment = cause.partition("@")
    try:
        then = datetime.fromtimestamp(float(moment), UTC) if at else None
    except ValueError:
        then = None
    return cause if then is None else f"the timer “{name}”, due {then:%Y-%m-%d %H:%M:%S} UTC"


def _gates(decision: Decision) -> Table | None:
    """Each gate's answer in the order in which they were asked; the first objection decides."""
    passed = decision.properties.get("passed")
    if not isinstance(passed, list):
        return None
    gates = table("gate", "answer", "asks for", title="Gates, in their order")
    for name in passed:
        gates.add_row(_words(name), "nothing against it", GATES.get(name, ""))
    code = next((each for each in decision.because if each in OBJECTIONS), None)
    if code is not None:
        name = OBJECTIONS[code]
        gates.add_row(_words(name), f"objects: {code.replace('_', ' ')}", GATES[name])
        asked = [*passed, name]
        for other in [each for each in GATES if each not in asked]:
            gates.add_row(_words(other), "not asked any more", GATES[other])
    return gates if gates.row_count else None


def _choice(decision: Decision) -> Table | None:
    """The candidates with their odds, and where the draw fell."""
    told = decision.properties
    if not isinstance(told.get("odds"), dict):
        return None
    mine = told.get("variant", told.get("arm"))
    drawn = f", drawn {told['drawn']}" if "drawn" in told else ""
    candidates = table("candidate", ">odds", "", title=f"Candidates{drawn}")
    for name, odds in told["odds"].items():
        candidates.add_row(printable(name), f"{odds:.1%}", "← this one" if name == mine else "")
    for name, why in told.get("left_out", {}).items():
        candidates.add_row(printable(name), "–", str(why).replace("_", " "))
    return candidates


def _numbers(decision: Decision) -> Table | None:
    numbers = decision.properties.get("numbers")
    if not isinstance(numbers, dict) or not numbers:
        return None
    made = table("number", ">value", title="Numbers")
    for name, value in numbers.items():
        made.add_row(printable(name), _plain(value))
    return made


def _scores(decision: Decision) -> Table | None:
    scores = decision.properties.get("scores")
    if not isinstance(scores, dict) or not scores:
        return None
    made = table("score", ">value", "model version", title="Scores")
    for name, told in scores.items():
        made.add_row(printable(name), _plain(told.get("score")), printable(str(told["version"])))
    return made


def _words(name: str) -> str:
    """A gate's name in words.

    >>> _words("QuietHours")
    'quiet hours'
    """
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


def _plain(value: Any) -> str:
    """A value on one line.

    >>> _plain(0.25), _plain(True), _plain(["a", "b"]), _plain({"a": 1})
    ('0.25', 'yes', 'a, b', 'a: 1')
    """
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.10g}"
        case list():
            return printable(", ".join(map(_plain, value)), LONG)
        case dict():
            return printable(", ".join(f"{k}: {_plain(v)}" for k, v in value.items()), LONG)
    return "–" if value is None else printable(str(value), LONG)


_decoder: Final = msgspec.json.Decoder(Decision)
