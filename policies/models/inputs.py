"""What every model looks at: one vector, so that it is made once per event, whatever the models.

Counts, days and money go in as log(1 + x): they span orders of magnitude, and what tells customers
apart is the ratio. Few, because every event pays for each: what is left out (orders_14d, spend_30d,
carts_14d, last_order_value and tastes) was worth at most .002 AUC in a simulated shop.
"""

from collections.abc import Callable
from math import log1p
from operator import itemgetter
from struct import Struct
from typing import Final

from engine.chance import digest
from features import INDEX

LOGARITHMS: Final = (
    "days_since_order",
    "gaps_since_order",
    "tenure_days",
    "orders",
    "own_gap",
    "orders_30d",
    "orders_90d",
    "spend_90d",
    "mean_order_value",
    "days_since_visit",
    "visits_14d",
    "carts_since_order",
    "opens_60d",
    "days_since_redemption",
)
"""Numbers of the catalogue, none below zero, that go in as log(1 + x)."""

PLAIN: Final = ("gap_cv", "one_timer")
"""Numbers of the catalogue that go in as they are."""

NAMES: Final = (*(f"log_{name}" for name in LOGARITHMS), *PLAIN)
"""The inputs, in order."""

SCHEMA: Final = digest(*NAMES)
"""Names these inputs: weights learnt on others are refused."""

_Pick = Callable[[list[float]], tuple[float, ...]]
_logarithms: Final[_Pick] = itemgetter(*(INDEX[name] for name in LOGARITHMS))
_plain: Final[_Pick] = itemgetter(*(INDEX[name] for name in PLAIN))
_float16: Final = Struct(f"<{len(NAMES)}e")


def inputs(numbers: list[float]) -> list[float]:
    """The vector of NAMES. numbers: as `features.numbers` gives them."""
    return [*map(log1p, _logarithms(numbers)), *_plain(numbers)]


def pack(inputs: list[float]) -> bytes:
    """As float16, little endian, on every machine: two bytes each, three digits.

    Enough for a logarithm: days or money are told to half a percent, and questions are most of what
    Redis keeps of somebody who does not buy. Raises OverflowError: above 65,504, which none is.

    >>> unpack(pack([0.5] * len(NAMES))) == [0.5] * len(NAMES)
    True
    """
    return _float16.pack(*inputs)


def unpack(packed: bytes) -> list[float]:
    """What `pack` packed, to three digits. Raises struct.error for bytes of other inputs."""
    return list(_float16.unpack(packed))
