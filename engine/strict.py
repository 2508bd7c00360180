"""What every table of the programme file has in common."""

from typing import Annotated

from msgspec import Meta, Struct

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9_\-]{0,63}\Z",
        description="an id in quotes: small letters, digits, _ and -, at most 64, a letter first",
    ),
]
"""An id: lower case, digits, _ and -, at most 64 characters."""


class Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file: a key that is not known is an error, not a wish."""
