"""The demo without a terminal: a line now and then, and one decision of those since the last."""

from collections.abc import Iterator

from bench.demo.scene import Scene


def lines(scene: Scene) -> Iterator[str]:
    """What is worth a line now."""
    decided = sum(kind.rate for kind in scene.kinds)
    churn = next((one for one in scene.models if one.model == "churn" and one.labels), None)
    knows = f"; churn AUC {churn.auc:.2f} of {churn.labels:,} labels" if churn is not None else ""
    yield (
        f"day {scene.day:>3}: {scene.rate:>6,.0f} events/s, {scene.events:>9,} so far, "
        f"lag {scene.lag:>6,}, {decided:>6,.0f} decisions/s{knows}"
    )
    if scene.late:
        yield f"         the town is told {scene.behind:.1f} days late: fewer customers would do"
    if scene.notice:
        yield f"         {scene.notice}"
    for said in scene.latest[:1]:
        yield f"         {said.when}  {said.who} {said.what} ({said.why})"
