"""Is a customer being lost?"""

from typing import Final

from policies.models.task import Task

CHURN: Final = Task(
    name="churn",
    horizon=28.0,
    buys=False,
    # No opinion, and below the line at which a message is due: an untaught model writes to nobody.
    prior=0.5,
    keep=1,
    meaning="probability that nothing is bought within 28 days",
    buyers_only=True,
)
