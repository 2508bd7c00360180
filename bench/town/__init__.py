"""A simulated coffee roastery's shop: the world behind the demo and the value benchmarks.

A folder, an idea a file: `shop` (what is sold), `taste` (what somebody likes, and how it drifts),
`people` (habits), `lives` (who comes when, and for how long), `visits` (what a visit looks like to
a tracker), `wire` (Segment JSON), `defects` (what trackers do wrong), `reactions` (what a message
does to people), `town` (all of it, in the order of the log).

Everything is a function of the seed and a name: the same town is told the same way for ever, and a
bigger town holds the smaller one unchanged, so that two runs can be compared person by person.
"""

from bench.town.lives import Truth, Visit
from bench.town.people import Person
from bench.town.taste import Taste
from bench.town.town import Town
from bench.town.wire import TimedEvent

__all__ = ["Person", "Taste", "TimedEvent", "Town", "Truth", "Visit"]
