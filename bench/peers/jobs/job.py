"""The light job that every peer does: fold an event into its customer, and say the profile.

Count, spend, and tastes that fade by half in thirty days. Standard library only: each peer runs it
in an environment of its own. A state is a plain dict, which every framework can keep.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from math import exp2
from typing import Any

HALF_LIFE = 30 * 86_400
"""Seconds in which a taste loses half of its weight."""
WEIGHTS = {"Product Viewed": 1.0, "Product Added": 3.0, "Order Completed": 5.0}
SHOWN = 3
BATCH = 500
"""Records that are taken, and profiles that are written, at one time."""
DONE = "light:done"
"""The key under which a peer counts the events whose profiles are in Redis."""


def decode(value: bytes | str) -> dict[str, Any] | None:
    """The event; None: it is about nobody."""
    event: dict[str, Any] = json.loads(value)
    return event if "userId" in event else None


def fold(state: dict[str, Any] | None, event: Mapping[str, Any]) -> dict[str, Any]:
    """The state after this event. state: None for somebody who was never seen."""
    state = state or {"events": 0, "spend": 0, "at": 0.0, "tastes": {}}
    told, name = event["properties"], event["event"]
    at = max(state["at"], datetime.fromisoformat(event["timestamp"]).timestamp())
    faded = exp2((state["at"] - at) / HALF_LIFE)
    tastes = {taste: weight * faded for taste, weight in state["tastes"].items()}
    for line in told.get("products") or (told,):
        if taste := line.get("category"):
            tastes[taste] = tastes.get(taste, 0.0) + WEIGHTS.get(name, 0.0)
    spend = round(told["total"] * 100) if name == "Order Completed" else 0
    return {
        "events": state["events"] + 1,
        "spend": state["spend"] + spend,
        "at": at,
        "tastes": tastes,
    }


def profile(state: Mapping[str, Any]) -> dict[str, str | int]:
    """The fields that a page reads."""
    strongest = sorted(state["tastes"].items(), key=lambda taste: -taste[1])[:SHOWN]
    whole = sum(state["tastes"].values()) or 1.0
    shares = {taste: round(weight / whole, 2) for taste, weight in strongest}
    return {"events": state["events"], "spend": state["spend"], "affinity": json.dumps(shares)}


def write(client: Any, states: Mapping[str, Mapping[str, Any]], events: int) -> None:
    """Profiles of these customers, and how many events they stand for, in one round trip."""
    with client.pipeline(transaction=False) as pipeline:
        for who, state in states.items():
            pipeline.hset(f"light:{who}", mapping=profile(state))
        pipeline.incrby(DONE, events)
        pipeline.execute()
