"""Come again and again."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from msgspec import Meta

from engine.challenges.base import OLDEST, Deed
from engine.challenges.grouped import Grouped, group
from engine.challenges.tally import Tally
from engine.dates import period_number
from engine.state import Part


class Run(Tally):
    """The length of the newest run of periods. last: the newest period's number."""

    last: int = -1

    def add(self, key: str, part: Part) -> int:
        """The next period makes the run longer, a later one begins anew, the same adds nothing."""
        number = int(group(key))
        if not part[2] or number <= self.last:
            return self.total
        self.total = self.total + 1 if number == self.last + 1 else 1
        self.last = number
        return self.total

    def keeps(self, key: str) -> bool:
        """A day that has made one streak whole is not the first of the next."""
        return int(group(key)) <= self.last


class Streak(Grouped, frozen=True, tag="streak", kw_only=True):
    """So many days, weeks or months in a row, each with at least one order or action.

    They are the member's own, by the zone in which they were when the word of it came; a day with a
    clock change is one day. A return may break a streak in two.

    goal: how many in a row. each: day, week (from Monday) or month. of: orders, or the name of an
    event such as Store Visited.
    """

    goal: Annotated[int, Meta(ge=2, le=366)]
    each: Literal["day", "week", "month"] = "day"
    of: Literal["orders"] | str = "orders"

    def needed(self, currency: str) -> int:
        """Periods in a row."""
        return self.goal

    def tally(self) -> Tally:
        """Periods in a row."""
        return Run()

    @cached_property
    def action(self) -> str | None:
        """The event's name, unless it is orders that count."""
        return None if self.of == "orders" else self.of

    def groups(self, deed: Deed) -> Mapping[str, list[int]]:
        """The period that it falls into."""
        chosen = super().groups(deed)
        number = period_number(deed.at, self.each, deed.zone)
        return {str(number): lines for lines in chosen.values()}

    def key(self, group: str, deed: Deed) -> str:
        """One action a period is enough; orders are all kept, because each may go back."""
        return super().key(group, deed) if deed.action is None else group

    def of_action(self, action: str, key: str, parts: Mapping[str, Part]) -> list[str]:
        """An action of a period stands for all of them: none is withdrawn."""
        return []

    def trimmed(self, parts: Mapping[str, Part]) -> dict[str, Part]:
        """Without what is too old to make a streak with anything that may still come."""
        newest = max(int(group(key)) for key in parts)
        oldest = newest - self.goal - OLDEST
        return {key: part for key, part in parts.items() if int(group(key)) > oldest}
