"""Run a command that ends when its parent does: `python tether.py PARENT_PID COMMAND…`.

A step between fork and exec would do the same in fewer lines (`preexec_fn`), but Python code in
that place can deadlock in a process with threads, and ours have librdkafka's. So the child runs
this script first, which then becomes the command: the pid stays.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>


def main(parent: int, command: list[str]) -> None:
    """Ask the kernel for SIGKILL when `parent` ends, then become `command`.

    Linux only; elsewhere the command outlives a parent that is killed.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent ended before its child began")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec would pass that on
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
