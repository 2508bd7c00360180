"""How a dataflow is run: in this process, one worker, an epoch per batch."""

from datetime import timedelta

from bytewax.dataflow import Dataflow
from bytewax.testing import run_main


def run_flow(flow: Dataflow) -> None:
    """Run until the source ends.

    An epoch interval of zero makes Bytewax ask for a batch only when the last one has gone through
    the sink. It must be set here: the `bytewax.run` command takes whole seconds and turns 0 into
    10.
    """
    run_main(flow, epoch_interval=timedelta(0))  # type: ignore[no-untyped-call]
