"""What experiments have come to so far, from what was decided: exposures and outcomes."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import isfinite
from typing import Any, Final

import msgspec
from msgspec import Struct, field
from rich.table import Table

from engine.money import EXPONENTS
from flows.console import printable
from flows.tables import table
from policies.evidence import ALARM, deviation, half_width, ratio_p

WORDS: Final = (b"Experiment Exposed", b"Experiment Measured", b"Experiment Excluded")


class Told(Struct):
    """What of a decision is needed here."""

    event: str
    customer: str
    rule: str
    at: float
    properties: dict[str, Any]


class Unit(Struct, frozen=True):
    """One member of one experiment."""

    arm: str
    odds: dict[str, float]


class Trial(Struct):
    """One experiment. measured: member → (when it was said, minor units), the newest word.

    excluded: ids. currency: of the outcomes, empty as long as there are none.
    """

    units: dict[str, Unit] = field(default_factory=dict)
    measured: dict[str, tuple[float, int]] = field(default_factory=dict)
    excluded: set[str] = field(default_factory=set)
    currency: str = ""


class Arm(Struct, frozen=True):
    """One arm so far. share, expected: of all members. mean, within: minor units."""

    name: str
    members: int
    share: float
    expected: float
    measured: int
    mean: float
    within: float


class Report(Struct, frozen=True):
    """One experiment so far. p: of so uneven arms; none: weights were changed while it ran."""

    name: str
    arms: list[Arm]
    excluded: int
    currency: str
    p: float | None

    @property
    def alarm(self) -> bool:
        """Whether the members are not in the arms as they were drawn."""
        return self.p is not None and self.p < ALARM


def count(values: Iterable[bytes]) -> dict[str, Trial]:
    """Every experiment among decisions, in whatever order and however often they come."""
    trials: dict[str, Trial] = {}
    for value in values:
        if any(word in value for word in WORDS):
            told = _decoder.decode(value)
            if told.event.encode() in WORDS:
                _add(trials.setdefault(told.rule, Trial()), told)
    return trials


def report(name: str, trial: Trial) -> Report:
    """What can be said of it; whoever was on two sides is left out."""
    units = {who: unit for who, unit in trial.units.items() if who not in trial.excluded}
    names = sorted({arm for unit in units.values() for arm in (*unit.odds, unit.arm)})
    due = {arm: sum(unit.odds.get(arm, 0.0) for unit in units.values()) for arm in names}
    arms = [_arm(arm, due[arm], units, trial) for arm in names]
    settled = len({tuple(sorted(unit.odds.items())) for unit in units.values()}) <= 1
    seen = [arm.members for arm in arms]
    p = ratio_p(seen, list(due.values())) if settled else None
    return Report(name, arms, len(trial.units) - len(units), trial.currency, p)


def tables(trials: dict[str, Trial]) -> Iterator[Table | str]:
    """A table for each experiment, and a sentence on whether it can be believed."""
    for name in sorted(trials):
        found = report(name, trials[name])
        yield _table(found)
        yield _sentence(found)


def _add(trial: Trial, told: Told) -> None:
    about = told.properties
    if told.event == "Experiment Exposed":
        trial.units.setdefault(told.customer, Unit(about["arm"], about["odds"]))
    elif told.event == "Experiment Excluded":
        trial.excluded.add(about["member"])
    else:
        trial.currency = about["currency"]
        newest = max(trial.measured.get(told.customer, (0.0, 0)), (told.at, about["spent"]))
        trial.measured[told.customer] = newest


def _arm(name: str, due: float, units: dict[str, Unit], trial: Trial) -> Arm:
    mine = [who for who, unit in units.items() if unit.arm == name]
    spent = [trial.measured[who][1] for who in mine if who in trial.measured]
    return Arm(
        name=name,
        members=len(mine),
        share=len(mine) / max(1, len(units)),
        expected=due / max(1, len(units)),
        measured=len(spent),
        mean=sum(spent) / max(1, len(spent)),
        within=half_width(len(spent), deviation(spent)) if spent else deviation(spent),
    )


def _table(found: Report) -> Table:
    title = f"{found.name}: spent in the 7 days after exposure"
    columns = ("arm", ">members", ">share", ">expected", ">measured", ">mean", ">95 % within")
    made = table(*columns, title=printable(title))
    for arm in found.arms:
        mean = _money(arm.mean, found.currency) if arm.measured else "–"
        within = f"± {_money(arm.within, found.currency)}" if isfinite(arm.within) else "–"
        shares = (f"{arm.share:.1%}", f"{arm.expected:.1%}")
        counts = (f"{arm.members:,}", *shares, f"{arm.measured:,}")
        made.add_row(printable(arm.name), *counts, mean, within)
    return made


def _sentence(found: Report) -> str:
    left_out = f" {found.excluded:,} left out after a merge." if found.excluded else ""
    if found.p is None:
        return f"  Weights were changed meanwhile, so shares cannot be judged.{left_out}\n"
    if found.alarm:
        return (
            f"  ALARM: arms so uneven happen by chance with p = {found.p:.2g}. Believe nothing"
            f" above before it is known why.{left_out}\n"
        )
    return f"  The arms are as even as they were drawn (p = {found.p:.2g}).{left_out}\n"


def _money(minor: float, currency: str) -> str:
    """Minor units as major ones, rounded to the coin."""
    return f"{Decimal(round(minor)).scaleb(-EXPONENTS.get(currency, 2)):,} {currency}"


_decoder: Final = msgspec.json.Decoder(Told)
