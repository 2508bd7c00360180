"""Whether our completions are the company's: the Starbucks file through the kernel alone.

Each event of the file is folded as it comes, under policies/programmes/starbucks.toml; what the
company's own engine completed is not among them (bench/datasets/starbucks.py) and is compared
afterwards: the same member, the same offer, the same hour.

What differs: the file's clock has steps of six hours, and the company still counts a purchase in
the very hour in which an offer ends; here a window's end is excluded. Of a sample of the members
(5 %) that explains all 13 completions that are only theirs.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from bench.datasets import Met, convert
from bench.datasets.places import folder
from bench.datasets.starbucks import START, completions
from bench.report import Figures, tell
from engine.chance import draw
from engine.errors import SettingsError
from engine.events import Happening
from engine.step import newcomer, step
from engine.wire import decode
from policies.check import load
from policies.worlds import founded

PROGRAMME: Final = files("policies").joinpath("programmes", "starbucks.toml").read_text()
HOUR: Final = 3600
MEANINGS: Final = {
    "theirs": "completions in the file",
    "ours": "completions that we decide",
    "same": "of the same offer by the same member in the same hour",
    "agreement_percent": "same ÷ (ours + theirs − same)",
    "theirs_found_percent": "same ÷ theirs",
    "ours_confirmed_percent": "same ÷ ours",
    "other_hour": "of the same offer by the same member, in another hour",
    "only_theirs": "of these we decide none",
    "only_ours": "of these the file has none",
}


class Done(NamedTuple):
    """A completion. hour: since the start of the file."""

    member: str
    offer: str
    hour: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    options.add_argument("--share", type=float, default=1.0, help="of the members (0–1)")
    o = options.parse_args(arguments)
    try:
        root = folder("starbucks")
    except SettingsError as error:
        raise SystemExit(str(error)) from error
    tell("offers", MEANINGS, lambda: measure(root, o.share), as_json=o.json)


def measure(root: Path, share: float = 1.0) -> Figures:
    """The agreement over a share of the members, always the same ones."""

    def chosen(member: str) -> bool:
        return draw("bench/offers", member) < share

    theirs = Counter(
        Done(each.member, each.challenge_id, each.hour)
        for each in completions(root)
        if chosen(each.member)
    )
    return compared(Counter(decided(root, chosen)), theirs)


def decided(root: Path, chosen: Callable[[str], bool]) -> Iterator[Done]:
    """What we complete."""
    world = founded(load(PROGRAMME))
    people = {}
    for line in convert("starbucks", Met(), root=root.parent):
        who = str(line["userId"])
        if not chosen(who):
            continue
        event = decode(orjson.dumps(line))
        assert isinstance(event, Happening)
        now = event.at(0.0)
        if who not in people:
            people[who] = newcomer(world, who, now)
        for decision in step(world, people[who], who, event, now).decisions:
            if decision.event == "Challenge Completed":
                since = decision.properties["completed"] - START.timestamp()
                yield Done(who, decision.rule, int(since // HOUR))


def compared(ours: Counter[Done], theirs: Counter[Done]) -> Figures:
    """How many are the same, and what becomes of the others."""
    same, either = (ours & theirs).total(), (ours | theirs).total()
    here, there = _offers(ours - theirs), _offers(theirs - ours)
    return {
        "theirs": theirs.total(),
        "ours": ours.total(),
        "same": same,
        "agreement_percent": _percent(same, either),
        "theirs_found_percent": _percent(same, theirs.total()),
        "ours_confirmed_percent": _percent(same, ours.total()),
        "other_hour": (here & there).total(),
        "only_theirs": (there - here).total(),
        "only_ours": (here - there).total(),
    }


def _offers(done: Counter[Done]) -> Counter[tuple[str, str]]:
    return Counter((each.member, each.offer) for each in done.elements())


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2)


if __name__ == "__main__":
    main()
