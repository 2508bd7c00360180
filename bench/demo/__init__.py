"""The whole engine in one command: a simulated coffee roastery, and all that is decided for it.

`python -m bench.demo` starts a broker, a Redis and every flow as processes of their own, lets some
thousand members live through two months in forty seconds, shows what is decided and why, and
counts everything again at the end.

A file an idea: `plan` (how much, how fast), `lives` (the town), `pace` (data time), `feeder` (what
the town sends, in time), `parts` (the processes), `scrape` (what they say of themselves), `heard`
(what was decided), `till` (members who spend what they earned), `followed` (one member's months),
`stage` and `scene` (all that is to be seen), `screen`, `view` and `lines` (on a terminal, and
elsewhere), `words` (decisions as people read them), `course`, `progress` and `drain` (what goes
on), `census` and `summary` (how it ended), `keep` (leaving it running), `run` (all, in order).
"""
