"""Groups of members, by what is known of them."""

from engine.programme.types import Days
from engine.strict import Name, Strict


class SegmentRule(Strict, frozen=True):
    """A group: all for whom `when` holds. Its id is a name in conditions, true of who is in it.

    leaves: the condition on which a member leaves; otherwise when the first no longer holds.
    stay_days: nobody leaves sooner than this after entering.
    """

    id: Name
    when: str
    name: str = ""
    leaves: str | None = None
    stay_days: Days = 0
