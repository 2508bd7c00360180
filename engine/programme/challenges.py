"""What members see of challenges."""

from typing import Annotated

from msgspec import Meta

from engine.strict import Strict


class ChallengesShown(Strict, frozen=True):
    """How many challenges there are at once for a member.

    most: so many (1,000: in practice all). The ones named first in the file come first.
    """

    most: Annotated[int, Meta(ge=1, le=1000)] = 1000
