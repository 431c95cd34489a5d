"""How long a core stands still, seen by a process that goes before all others on it: `python witness.py CORE`.

It sleeps for 2 ms over and over until a line comes on its standard input, and prints by how much the longest sleep was
too long: what the machine below, or its kernel, takes away from everything else too.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time

SLEEP_S = 0.002
LONG_MS = 10.0


def main() -> None:
    """Watch one core."""
    os.sched_setaffinity(0, {int(sys.argv[1])})
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(90))
    except PermissionError:
        print("witness: no permission to go before others; it measures these too", file=sys.stderr)
    longest_ms, long = 0.0, 0
    while not select.select([0], [], [], 0)[0]:
        before_s = time.monotonic()
        time.sleep(SLEEP_S)
        late_ms = (time.monotonic() - before_s - SLEEP_S) * 1000
        longest_ms = max(longest_ms, late_ms)
        long += late_ms > LONG_MS
    print(json.dumps({"longest_ms": round(longest_ms, 1), "over_10_ms": long}))


if __name__ == "__main__":
    main()
