"""What amounts, days, times and channels are written like in a programme."""

from typing import Annotated, Literal

from msgspec import Meta

Days = Annotated[int, Meta(ge=0, le=3660)]
Share = Annotated[float, Meta(ge=0, le=1)]
Clock = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z", description='a time such as "20:00"')
]
Day = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z",
        description='a day in quotes, such as "2026-12-24"',
    ),
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description='three capitals, such as "EUR"')]
Channel = Literal["email", "sms", "push", "onsite"]
Purpose = Literal["marketing", "transactional"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
