"""Names of events: what a programme may wait for."""

from collections.abc import Iterator, Sequence
from typing import Final

from engine.events import NAMED, NAMES, OLD_NAMES, Control
from engine.locating import Path
from engine.reading import Mistake
from engine.wording import guess, shown

ORDER: Final = "Order Completed"
CUSTOMERS: Final = tuple(name for name, kind in NAMED.items() if not issubclass(kind, Control))
"""What a customer does; a control record has no customer whom anything could be said to."""


def refuse_unknown(name: str, path: Path, besides: Sequence[str]) -> Iterator[Mistake]:
    """Nothing for today's name of an event or a word that is allowed besides; else the mistake."""
    if name in CUSTOMERS or name in besides:
        return
    mend = 'write it as the Segment spec does, such as "Product Viewed"'
    if name in OLD_NAMES:
        today = NAMES[OLD_NAMES[name]]
        yield Mistake(path, f'"{name}" is the old name of "{today}"', "write today's name")
    else:
        hint = guess(name, [*besides, *CUSTOMERS])
        yield Mistake(path, f"there is no event {shown(name)}{hint}", mend)
