"""A question that is asked about every customer, again and again, and that time answers."""

from msgspec import Struct


class Task(Struct, frozen=True):
    """One yes-or-no question: will a customer buy within the horizon, or will they not.

    horizon: days from asking until the answer, yes or no, is final; both come out then, together.
    buys: the answer that a purchase gives. prior: the probability of yes while no model has been
    published. keep: one in so many "no" becomes an example and stands for all of them: where most
    say no, the others teach little. buyers_only: not asked about somebody who has never bought, and
    so cannot be lost.
    """

    name: str
    horizon: float
    buys: bool
    prior: float
    keep: int
    meaning: str
    buyers_only: bool = False

    def answer(self, bought: bool) -> bool:
        """The answer, once the horizon has passed. bought: whether anything was, in that time."""
        return bought is self.buys

    def weight(self, answer: bool) -> float:
        """How many examples one with this answer stands for."""
        return 1.0 if answer else float(self.keep)
