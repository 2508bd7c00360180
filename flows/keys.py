"""Every Redis key.

The partition is the hash tag, so all keys of a partition live in one slot and commit together.
"""


def checkpoint(partition: int) -> str:
    """Hash: offset (the next), token, log, log_time, programme."""
    return f"pc:{{{partition}}}:cp"


def customer(partition: int, who: str) -> str:
    """Hash: the profile that on-site code reads, and `state`, the engine's own."""
    return f"pc:{{{partition}}}:c:{who}"


def outbox(partition: int) -> str:
    """Stream: what is to be published, ids `<next offset>-<n>`."""
    return f"pc:{{{partition}}}:out"


def timers(partition: int) -> str:
    """Sorted set: customer → when the next timer fires (s). An index; the truth is in the state."""
    return f"pc:{{{partition}}}:due"


def world(partition: int) -> str:
    """Hash: what is published in this partition.

    Programme texts, model snapshots, and when each began to hold.
    """
    return f"pc:{{{partition}}}:world"


def quota(partition: int) -> str:
    """Hash: budget → what this partition may still give of it, and its pool if it is kept here."""
    return f"pc:{{{partition}}}:quota"


def totals(partition: int) -> str:
    """Hash: day → what moved in the points ledgers on it, as JSON (`flows.totals`)."""
    return f"pc:{{{partition}}}:totals"


def learner() -> str:
    """Hash.

    Token, and in `value` all models' durable forms with the offsets up to which they have learnt.
    """
    return "pc:learn"
