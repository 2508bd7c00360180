"""Is a customer about to buy?"""

from typing import Final

from policies.models.task import Task

PURCHASE: Final = Task(
    name="purchase_7d",
    horizon=7.0,
    buys=True,
    # About once in ten weeks; an assumption that the first examples replace.
    prior=0.1,
    keep=5,
    meaning="probability of a purchase within 7 days",
)
