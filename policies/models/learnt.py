"""What a learner knows, as plain numbers: what is kept, what is restored, and what is published."""

from math import fsum, sqrt
from operator import mul
from typing import Final

import msgspec
from msgspec import Struct

from engine.chance import digest
from engine.models import Snapshot

SPREAD: Final = 6.0
"""Inputs further than so many standard deviations from their mean are brought back to there."""


class Learnt(Struct, frozen=True, array_like=True):
    """A scaler and a logistic regression, input by input in the order of `inputs.NAMES`.

    examples: learnt so far. means, variances: of the inputs. weights, bias: on the scaled inputs.
    squares: sums of squared gradients (AdaGrad).
    """

    examples: int
    means: list[float]
    variances: list[float]
    weights: list[float]
    squares: list[float]
    bias: float

    def bounds(self) -> tuple[list[float], list[float]]:
        """Between which values inputs are believed."""
        spreads = [SPREAD * sqrt(variance) for variance in self.variances]
        lows = [mean - spread for mean, spread in zip(self.means, spreads, strict=True)]
        highs = [mean + spread for mean, spread in zip(self.means, spreads, strict=True)]
        return lows, highs

    def snapshot(self, model: str, schema: str) -> Snapshot:
        """What scoring needs, the scaler folded in: w' = w/σ, b' = b − Σ w'μ.

        An input that has never varied has no say. The version is the hash of the content.
        """
        weights = [
            weight / sqrt(variance) if variance else 0.0
            for weight, variance in zip(self.weights, self.variances, strict=True)
        ]
        bias = self.bias - fsum(map(mul, weights, self.means))
        lows, highs = self.bounds()
        content = Snapshot(model, "", schema, tuple(weights), tuple(lows), tuple(highs), bias)
        version = digest(msgspec.json.encode(content).decode())
        return msgspec.structs.replace(content, version=version)
