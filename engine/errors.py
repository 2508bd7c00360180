"""Everything that can go wrong on purpose.

    PunchcardError
    ├── ProgrammeError     the marketers' file is wrong: where, what, mend
    ├── SettingsError      a setting, a binary or a port is wrong: the start stops
    ├── LogError           the log is not the one that the checkpoint speaks of
    ├── StoreError         Redis refused, or its answer is unknown
    │   └── FencedError    somebody else committed, or Redis went back in time
    ├── DeliveryError      Kafka did not take a message
    └── PoisonError        too many bad records in a row: stop before the log is binned

Bad *input* is not an error: it is the value `engine.wire.Refused`, which goes to dead-letters with
its reason.
"""


class PunchcardError(Exception):
    """What every deliberate error of this project derives from."""

    def __init__(self, where: str, problem: str, mend: str = "") -> None:
        """Say where it is wrong, what is wrong, and how to mend it (may be empty)."""
        super().__init__(where, problem, mend)
        self.where = where
        self.problem = problem
        self.mend = mend

    def __str__(self) -> str:
        """`where: problem (mend)`, on one line."""
        text = f"{self.where}: {self.problem}"
        return f"{text} ({self.mend})" if self.mend else text


class ProgrammeError(PunchcardError):
    """The programme file is wrong. `where` is a path such as `policies[2].when`."""


class SettingsError(PunchcardError):
    """The process cannot start as it was told to. `where` names the setting or the part."""


class LogError(PunchcardError):
    """The `events` topic is not the checkpoint's log, or no longer reaches back to it."""


class StoreError(PunchcardError):
    """Redis refused a commit, or it is unknown whether it was taken.

    The process must end and read the checkpoint again.
    """


class FencedError(StoreError):
    """The stored checkpoint is not the one this process wrote.

    A second owner, a zombie, or a Redis that went back.
    """


class DeliveryError(PunchcardError):
    """Kafka did not acknowledge a message. Nothing may be trimmed or counted as sent."""


class PoisonError(PunchcardError):
    """Too many records in a row were refused.

    More likely a broken producer or a broken release than broken records.
    """
