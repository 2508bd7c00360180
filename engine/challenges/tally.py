"""Progress through contributions, one by one as they happened."""

from msgspec import Struct

from engine.state import Part


class Tally(Struct):
    """What the contributions so far come to: here, the sum of what they brought.

    A kind that does not sum has its own; it is handed every contribution once, by event time.
    total: progress, in the challenge's unit; the challenge is done when it reaches the goal.
    """

    total: int = 0

    def add(self, key: str, part: Part) -> int:
        """The total with the next contribution; one that was taken back altogether brings 0."""
        self.total += part[2]
        return self.total

    def keeps(self, key: str) -> bool:
        """Whether a contribution after the crossing still belongs to the cycle that is done."""
        return False
