"""Makes a process as slow as it would be on a board: stopped for most of the time, as long as it has something to do.

Usage: python -m bench.slow PID FACTOR, until it is ended; then the process goes on at full speed
The process runs for half a millisecond of wall time and is stopped by a signal. What the processor gave it meanwhile
(/proc/PID/schedstat, in nanoseconds, exact while it is stopped) it then pays for: it stays stopped for FACTOR - 1 times
as long. So of any stretch of work it has one part in FACTOR of a processor, whatever else the machine does, and a
process that waits is not held up: its clock and its sockets are as ever.
"""

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

SLICE_SECONDS = 0.0005


def used_seconds(process: int) -> float:
    """What the processor has given to a process."""
    return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def stop(process: int) -> None:
    """Stop a process, and wait until it is."""
    os.kill(process, signal.SIGSTOP)
    stat = Path(f"/proc/{process}/stat")
    while stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] not in {"T", "t"}:
        pass


def slow(process: int, factor: float) -> None:
    """Slow a process down until it ends."""
    paid = used_seconds(process)
    while True:
        time.sleep(SLICE_SECONDS)
        stop(process)
        used = used_seconds(process)
        time.sleep((used - paid) * (factor - 1))
        paid = used
        os.kill(process, signal.SIGCONT)


def main() -> None:
    """Slow down the process of the command line."""
    process = int(sys.argv[1])
    # Ended in order, so that it does not leave a process stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        slow(process, float(sys.argv[2]))
    except FileNotFoundError, ProcessLookupError:
        # It has ended.
        pass
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGCONT)


if __name__ == "__main__":
    main()
