"""A published model, reduced to what scoring needs."""

from math import exp

from msgspec import Struct


class Snapshot(Struct, frozen=True):
    """An immutable version of a linear model with its scaler folded in.

    w' = w/σ, b' = b − Σ wμ/σ. version: the hash of the published bytes. schema: the hash of the
    inputs' names; a snapshot is used only with inputs of the same schema. lows, highs: the inputs
    are clipped to these (six standard deviations around the mean).
    """

    model: str
    version: str
    schema: str
    weights: tuple[float, ...]
    lows: tuple[float, ...]
    highs: tuple[float, ...]
    bias: float

    def score(self, inputs: list[float]) -> float:
        """The probability, 0 to 1. Raises ValueError: not as many inputs as weights.

        A plain loop, because `sum` of floats rounds differently since Python 3.12 and scores must
        replay.

        >>> half = Snapshot("churn", "v1", "s1", (2.0,), (-1.0,), (1.0,), bias=-2.0)
        >>> half.score([9.0])
        0.5
        """
        z = self.bias
        parts = zip(inputs, self.weights, self.lows, self.highs, strict=True)
        for value, weight, low, high in parts:
            z += weight * (low if value < low else high if value > high else value)
        return 1.0 / (1.0 + exp(-z)) if z > -30.0 else exp(max(z, -700.0))
