"""The gates, in the order in which they are asked (DOMAIN: messages).

The first objection decides.
"""

from typing import Final

from policies.bid import Guard
from policies.guards.budget import Budget
from policies.guards.caps import Caps
from policies.guards.consent import Consent
from policies.guards.holdout import Holdout
from policies.guards.member import Member
from policies.guards.quiet import QuietHours
from policies.guards.silence import Silence

GUARDS: Final[tuple[Guard, ...]] = (
    Member(),
    Consent(),
    Holdout(),
    Silence(),
    Caps(),
    QuietHours(),
    Budget(),
)
