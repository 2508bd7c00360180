"""What a converter met on its way: shown to people, and asserted by tests."""

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct, field


class Met(Struct):
    """Counts, complete once the last event has been drawn.

    rows: the file's rows by the file's own words. sent: events by the name they got.
    odd: what was wrong with a row or a file, by reason. Such a row is passed on as far as it can
    be, unless its reason ends in ": left out".
    """

    rows: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """A table for people, in three parts, the largest counts first."""
        parts = {"rows read": self.rows, "events sent": self.sent, "odd": self.odd}
        for title, counts in parts.items():
            yield f"{title}: {counts.total():,}"
            yield from (f"{count:>10,}  {what}" for what, count in (+counts).most_common())
