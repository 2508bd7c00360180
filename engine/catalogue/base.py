"""What a kind of reward says of itself."""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from engine.programme.rewards import RewardRule


class Sort:
    """A kind of reward.

    name: `kind` in the programme. worth: the key that says what it is worth; empty: none does.
    coded: it is shown at the till by a code of its own. at_once: it is used as it is unlocked.
    """

    name: ClassVar[str]
    worth: ClassVar[str] = ""
    coded: ClassVar[bool] = False
    at_once: ClassVar[bool] = False

    def value(self, rule: "RewardRule", currency: str) -> int | str:
        """What one is worth, as it is frozen when it is unlocked; 0: only its name says."""
        found: int | str = getattr(rule, self.worth) if self.worth else 0
        return found
