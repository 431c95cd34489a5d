"""Starts a process for each engine, one after the other, and puts what they found together."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from device_runtime.bench.job import Job
from device_runtime.bench.machine import machine, state, throttling
from device_runtime.bench.report import BundleFacts, EngineRun, Report
from device_runtime.bundle import load_bundle
from device_runtime.engines import ENGINES
from device_runtime.engines.interpreter import RUNTIMES
from device_runtime.errors import PosteyeError
from device_runtime.version import VERSION

Tell = Callable[[str], None]

_PACKAGE_ROOT = Path(__file__).parents[2]
# Not `-m`: the child imports this very package, wherever the parent found it, and nothing from the current folder.
_CHILD = (
    "import sys; sys.path.insert(0, sys.argv[1]); from device_runtime.bench import child; child.serve(int(sys.argv[2]))"
)
_BUSY = 1.25  # the clock over the processor's time; more says that the reader had to wait for other programs


def bench(job: Job, engines: Sequence[str | None], folder: str | None, tell: Tell, root: Path = Path("/")) -> Report:
    """Measure engines one after the other.

    Args:
        job: what to read; `engine` and `seconds` are those of all engines together.
        engines: their names; None = the fastest installed. Where there are several, one that is missing is no error.
        folder: where the images of the job come from; None = the golden ones.
        tell: is told how far it is, often, in some words.
        root: of the file tree in which the kernel tells about the machine.

    Raises:
        PosteyeError: something that a user can mend: bundle, codes, images, an engine that is not installed.
    """
    facts = _bundle_facts(job.bundle)
    began = datetime.now(UTC).isoformat(timespec="seconds")
    runs: list[EngineRun] = []
    missing: dict[str, str] = {}
    failed: dict[str, str] = {}
    for number, engine in enumerate(engines):
        part = job._replace(engine=engine, seconds=job.seconds / len(engines))
        before = state(root)
        answer = _answer_of(part, partial(_say, tell, number, len(engines)))
        name = engine or answer.get("engine") or _untold()
        if "wrong" in answer or ("missing" in answer and len(engines) == 1):
            raise PosteyeError(answer.get("wrong") or answer["missing"])
        if "found" in answer:
            found = msgspec.convert(answer["found"], EngineRun)
            runs.append(msgspec.structs.replace(found, before=before, after=state(root)))
        elif "missing" in answer:
            missing[name] = answer["missing"]
        else:
            failed[name] = answer["failed"]
    here = machine(root)
    return Report(VERSION, began, folder, job.seconds, here, facts, runs, missing, failed, warnings(runs))


def warnings(runs: Sequence[EngineRun]) -> list[str]:
    """Say why figures may not be typical of the machine."""
    return [f"{run.name}: {text}" for run in runs for text in _doubts(run)]


def _doubts(run: EngineRun) -> Iterator[str]:
    for kind, found in run.kinds.items():
        wall, cpu = found.ms["total"].p50, found.ms["cpu"].p50
        if wall and cpu and wall > _BUSY * cpu:
            yield f"{kind} took {wall / cpu:.1f} times the processor's time: other programs run; close them"
        if not found.warm_up.settled:
            yield f"the warm-up of {kind} was cut short; give more --seconds"
        if found.seen < found.images:
            yield f"of {found.images} {kind} there was time for {found.seen}; give more --seconds"
    before, after = run.before.throttled, run.after.throttled
    if after and (before is None or after & ~before or after & 0xFFFF):
        yield f"the machine held itself back: {throttling(after)}; look at its power supply and cooling"


def _bundle_facts(folder: str | None) -> BundleFacts:
    bundle = load_bundle(folder)
    size = sum(path.stat().st_size for path in bundle.folder.iterdir() if path.is_file())
    return BundleFacts(bundle.manifest.name, bundle.manifest.version, len(bundle.model), size)


def _untold() -> str:
    """The engine of a process that took the fastest and ended before it said which."""
    installed = [name for name, runtime in RUNTIMES.items() if find_spec(runtime.package)]
    return f"the fastest engine ({(installed or [ENGINES[-1]])[0]})"


def _say(tell: Tell, number: int, count: int, answer: dict[str, Any]) -> None:
    tell(f"{answer['engine']}: {answer['doing']}, {(number + answer['share']) / count:.0%}")


def _answer_of(job: Job, tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Let a process of its own do a job; its last answer, with `engine` if it said which it took."""
    # In a session of its own: Ctrl-C is for the parent, which then ends the child.
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", _CHILD, str(_PACKAGE_ROOT), str(time.monotonic_ns())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdin and child.stdout
    engine: dict[str, Any] = {}
    answer: dict[str, Any] = {}
    try:
        with contextlib.suppress(BrokenPipeError), child.stdin as asked:  # its exit status says more
            asked.write(job.encoded())
        for line in child.stdout:
            answer = _decoded(line)
            if "share" in answer:
                engine = {"engine": answer["engine"]}
                tell(answer)
        child.wait()
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    if child.returncode:
        return engine | {"failed": _end(child.returncode)}
    if answer.keys().isdisjoint(("found", "missing", "failed", "wrong")):
        return engine | {"failed": "its process ended without an answer"}
    return engine | answer


def _decoded(line: bytes) -> dict[str, Any]:
    """An answer; empty where the line is cut, since the process ended in it."""
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        return {}
    return found


def _end(code: int) -> str:
    """How a process ended, in words.

    code: exit status above 0, or the number of a signal below 0.
    """
    if code > 0:
        return f"its process ended with exit status {code}"
    if code == -signal.SIGKILL:
        return "its process was killed (SIGKILL): the system does so when memory runs out; close other programs"
    known = {number.value: number.name for number in signal.Signals}
    return f"its process crashed ({known.get(-code, f'signal {-code}')})"
