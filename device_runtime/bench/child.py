"""One engine in a process of its own, so that start and memory are those of a program that only reads.

At its top it may import nothing but the standard library: what the reader imports is timed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, TextIO

from device_runtime.bench.job import decoded

_BEGAN_NS, _BEGAN_CPU_NS = time.monotonic_ns(), time.process_time_ns()


def serve(spawned_ns: int) -> None:
    """Do the job that comes on standard input; answer on standard output, one JSON object a line.

    A line with `engine`, `doing` and `share` says which engine was taken, and how far it is. The last line has one key:
    `found`, or the reason why nothing was found: `missing` (the engine cannot be used here), `failed` (a golden image
    is misread), `wrong` (what a user can mend).

    Args:
        spawned_ns: time.monotonic_ns() of the parent before it started this process.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what an interpreter prints shall not come into the answers
    asked = sys.stdin.buffer.readline()
    if not asked:  # the parent was interrupted
        return
    job = decoded(asked)
    import device_runtime.reader  # noqa: F401

    python_ms = (_BEGAN_NS - spawned_ns) / 1e6, _BEGAN_CPU_NS / 1e6
    imports_ms = (time.monotonic_ns() - _BEGAN_NS) / 1e6, (time.process_time_ns() - _BEGAN_CPU_NS) / 1e6
    from device_runtime.bench import trial

    def tell(engine: str, doing: str, share: float) -> None:
        _answer(answers, {"engine": engine, "doing": doing, "share": round(share, 3)})

    _answer(answers, trial.run(job, python_ms, imports_ms, tell))


def _answer(answers: TextIO, message: dict[str, Any]) -> None:
    try:
        print(json.dumps(message), file=answers, flush=True)
    except BrokenPipeError:  # the parent was killed, and nobody waits for the rest
        os._exit(1)
