"""Punchcard's public face for a shop's own code: reading profiles. All else is the `punchcard` command."""

from flows.profiles import (
    ChallengeProgress,
    Notice,
    Profile,
    Profiles,
    Reward,
    Tastes,
)

__all__ = ["ChallengeProgress", "Notice", "Profile", "Profiles", "Reward", "Tastes"]
