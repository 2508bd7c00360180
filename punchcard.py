"""Punchcard's face to a shop's own code: reading profiles.

Everything else is the `punchcard` command.
"""

from flows.profiles import (
    Benefits,
    ChallengeProgress,
    Notice,
    Profile,
    Profiles,
    Reward,
    Tastes,
)

__all__ = ["Benefits", "ChallengeProgress", "Notice", "Profile", "Profiles", "Reward", "Tastes"]
