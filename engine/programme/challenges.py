"""What members see of challenges."""

from typing import Annotated, Literal

from msgspec import Meta

from engine.strict import Strict


class ChallengesShown(Strict, frozen=True):
    """How many challenges there are at once for a member.

    most: so many (1,000: in practice all). choose: which of those under way pages show where there
    are more: `first` in the file, or the `nearest` to its goal; ties go by the file.
    """

    most: Annotated[int, Meta(ge=1, le=1000)] = 1000
    choose: Literal["first", "nearest"] = "first"
