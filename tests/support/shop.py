"""Stories with the real mind: features, models, policies. The rest is `tests.support.stories`."""

from collections.abc import Sequence
from typing import Any

from engine.models import Snapshot
from engine.programme import Crossing, Holdout, Message, PolicyRule, Programme
from policies import worlds
from policies.models.inputs import NAMES, SCHEMA
from tests.support.stories import Beat, Story, Told, changed, continue_with, saw


def policy(**rule: Any) -> PolicyRule:
    """A policy that speaks on every checkout, by e-mail, unless it says otherwise."""
    said = {"id": "hello", "message": Message(title="Hello"), "channel": "email", **rule}
    return PolicyRule(**({"on": "Checkout Started"} | said if "score" not in rule else said))


def crossing(**line: Any) -> Crossing:
    """The churn score over .70, left under .50, confirmed by two evaluations."""
    return Crossing(**{"model": "churn", "rises": 0.7, "falls": 0.5, "evaluations": 2, **line})


def members(*policies: PolicyRule, **tables: Any) -> Programme:
    """The stories' programme with these policies and nobody held out."""
    return changed(**{"policies": policies, "holdout": Holdout(share=0.0), **tables})


def live(*story: Story, programme: Programme, scoring: Sequence[Snapshot] = ()) -> Told:
    """The story in a world with a real mind. scoring: models published before it begins."""
    world = worlds.founded(programme)
    for snapshot in scoring:
        world = worlds.with_model(world, snapshot, 0.0)
    return continue_with(Told(world), *story)


def knows(name: str, weight: float, *, bias: float, model: str = "churn") -> Snapshot:
    """A model that looks at one input only."""
    weights = tuple(weight if each == name else 0.0 for each in NAMES)
    wide = (1e9,) * len(NAMES)
    return Snapshot(model, f"{name}*{weight}", SCHEMA, weights, tuple(-x for x in wide), wide, bias)


def checkout() -> Beat:
    """The first step of a checkout."""
    return saw("Checkout Started")


def consent(channel: str = "email", *, granted: bool = True) -> Beat:
    """A word on marketing."""
    return saw("Consent Changed", channel=channel, purpose="marketing", granted=granted)


def outcomes(told: Told) -> list[tuple[str, str]]:
    """Every message's fate: the decision's name and its first reason."""
    fates = told.of("Message Decided", "Message Deferred", "Message Suppressed")
    return [(fate.event, fate.because[0]) for fate in fates]
