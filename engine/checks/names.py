"""Names of a programme's own making, as far as it can be read: what its conditions may speak of."""

from collections.abc import Mapping

from engine.expression import Kind
from engine.programme import PolicyRule
from engine.reading import Reading
from engine.words import words


def own_names(reading: Reading) -> Mapping[str, Kind]:
    """Tags that a policy gives, and challenges, those of broken tables too."""
    tags = [policy.tag for _, policy in reading.each(PolicyRule) if policy.tag is not None]
    challenges = [ident for path, ident in reading.ids.items() if path[:1] == ("challenges",)]
    return {word.name: Kind.TRUTH for word in words(tags, challenges)}
