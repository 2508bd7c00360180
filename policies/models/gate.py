"""A model that predicts worse than the base rate goes back to when it did not."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from policies.models.learnt import Learnt
from policies.models.quality import Quality

EVERY: Final = 100
"""Examples from one check to the next."""
NEWEST: Final = 500
"""Examples that a check looks at; before there are so many, there is none."""
WORSE: Final = 1.02
"""A model whose log loss is more than so many times the base rate's is not green."""
KEPT: Final = 3
"""Green states that are kept: the fault that shows now began before the newest of them."""
PAUSE: Final = 500
"""Examples without a check after going back, until the bad predictions have left the window."""


class Gate(Struct, array_like=True):
    """The newest green states, oldest first, and what the gate did.

    pause: examples until it checks again; learning goes on meanwhile. returns: times it went back.
    """

    greens: list[Learnt] = []
    pause: int = 0
    returns: int = 0

    def check(self, labels: int, quality: Quality, now: Callable[[], Learnt]) -> Learnt | None:
        """Ask after every example. Returns the state to go back to, or None: go on.

        labels: examples so far. now: the state as it is. While nothing has been green yet there is
        nothing to go back to, and the model just goes on learning.
        """
        if self.pause:
            self.pause -= 1
            return None
        if labels % EVERY or len(quality.window) < NEWEST:
            return None
        loss, base_loss = quality.losses(NEWEST)
        if loss <= base_loss * WORSE:
            self.greens = [*self.greens, now()][-KEPT:]
            return None
        if not self.greens:
            return None
        self.greens = self.greens[:1]
        self.pause = PAUSE
        self.returns += 1
        return self.greens[0]
