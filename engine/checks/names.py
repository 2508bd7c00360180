"""Names of a programme's own making, as far as it can be read: what its conditions may speak of."""

from collections.abc import Mapping

from engine.expression import Kind
from engine.programme import PolicyRule
from engine.reading import Reading
from engine.words import words


def own_names(reading: Reading) -> Mapping[str, Kind]:
    """Tags that a policy gives, segments and challenges, those of broken tables too."""
    tags = [policy.tag for _, policy in reading.each(PolicyRule) if policy.tag is not None]
    known = words(idents(reading, "segments"), tags, idents(reading, "challenges"))
    return {word.name: Kind.TRUTH for word in known}


def idents(reading: Reading, section: str) -> list[str]:
    """The ids of one of the file's lists."""
    return [ident for path, ident in reading.ids.items() if path[:1] == (section,)]
