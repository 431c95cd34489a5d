"""The process that a target's cases run in: it plays them in turn and says what each came to, until one floods it."""

from __future__ import annotations

import os
import resource
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.attack.counts import MEMORY_LIMIT_MB, Counts, Outcome
from benchmarks.attack.targets import load

# A case that asks for more address space than this gets a MemoryError instead of the machine's last page.
_ADDRESS_SPACE_BYTES = 8 << 30

# What travels to the parent for each case: its kind, its counts, and what was wrong.
Report = tuple[str, Counts, str]


def play_all(module: str, seed: int, numbers: range, connection: Connection) -> None:
    """Send None when the target is loaded, then a Report for each case in turn; end early after a flood of memory.

    Nothing is printed: what a case writes to stdout or stderr is dropped.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE_BYTES, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    target = load(module)
    connection.send(None)
    for number in numbers:
        try:
            outcome = target.case(seed, number)
            report = outcome.kind, Counts.of(outcome), outcome.detail
        except KeyboardInterrupt:
            return
        except BaseException as error:  # SystemExit too: no case may end the program
            report = "", Counts(tried=1, tracebacks=1), _last_words(error)
        flooded = _peak_mb() > MEMORY_LIMIT_MB
        if flooded:
            kind, counts, detail = report
            report = kind, counts + Counts(over_memory=1), f"{detail} {_peak_mb():.0f} MB".strip()
        connection.send(report)
        if flooded:  # the peak of a process never falls, so the next case needs another one
            return


def replay(module: str, seed: int, number: int) -> Outcome:
    """Play one case in this process, with all that it prints and raises."""
    return load(module).case(seed, number)


def _peak_mb() -> float:
    """Largest resident memory of this process so far; getrusage would count that of the parent before the start."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) / 1e3


def _last_words(error: BaseException) -> str:
    """The error and the line of ours that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "?"
    return f"{type(error).__name__}: {error} ({at})"[:300]
