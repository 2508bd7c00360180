"""Checks of the referral table: its rewards exist, and its challenges have it."""

from collections.abc import Iterator

from engine import challenges
from engine.programme import ReferralRule
from engine.reading import Mistake, Reading
from engine.wording import guess


def referral_rewards_exist(reading: Reading) -> Iterator[Mistake]:
    """What friend and referrer get stands among the rewards."""
    known = [ident for path, ident in reading.ids.items() if path[:1] == ("rewards",)]
    for path, referral in reading.each(ReferralRule):
        for key in ("friend", "referrer"):
            ident = getattr(referral, key)
            if ident is not None and ident not in known:
                problem = f'there is no reward "{ident}"{guess(ident, known)}'
                yield Mistake((*path, key), problem, "add it under [[rewards]], or name another")


def friends_can_be_brought(reading: Reading) -> Iterator[Mistake]:
    """A challenge of kind referral needs the table that says what a referral is."""
    if not list(reading.each(ReferralRule)):
        for path, _ in reading.each(challenges.Referral):
            yield Mistake(path, "nobody can bring friends: there is no [referral]", "add the table")
