"""What a start costs: processor time and memory of a process that reads one sample field and ends."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

from benchmarks.figures.provenance import ROOT
from device_runtime.samples import SAMPLES_FOLDER

# As the installed `posteye` is: what it prints goes nowhere, and at last its largest resident memory is told. (That of
# getrusage would be the parent's where that is larger.)
_PROGRAM = """
import sys
from device_runtime.cli import main
try:
    main()
finally:
    with open("/proc/self/status") as status:
        sys.stderr.write(status.read().partition("VmHWM:")[2].split()[0])
"""
_ARGUMENTS = ("read", str(SAMPLES_FOLDER / "01-hand.png"), "--field", "--pattern", r"\d{5}")


def startup(times: int = 20) -> dict[str, float]:
    """Milliseconds of the processor and MB of memory until `posteye read` has read a field and ended, the least of all.

    Args:
        times: how often it is started; once more before, so that all modules are compiled.
    """
    found = [_start() for _ in range(times + 1)][1:]
    return {"cpu_ms": min(ms for ms, _ in found), "mb": min(mb for _, mb in found)}


def _start() -> tuple[float, float]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *_ARGUMENTS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent_s * 1000, int(done.stderr) * 1024 / 1e6
