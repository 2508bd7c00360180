"""In before the others."""

from engine.catalogue.base import Sort


class EarlyAccess(Sort):
    """Pages let the member in as long as it is unlocked; there is nothing to show at a till."""

    name = "early_access"
