"""What the process of one engine measures: its start, its memory and its readings."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from device_runtime.bench.images import ImageSet, image_sets
from device_runtime.bench.job import Job
from device_runtime.bench.machine import resident_mb
from device_runtime.bench.measure import Misread, Readers, Unreadable, measure
from device_runtime.bench.report import Cost, EngineRun, Memory, Start
from device_runtime.core import library
from device_runtime.engines.interpreter import InterpreterBroken, InterpreterMissing
from device_runtime.errors import PosteyeError

Tell = Callable[[str, str, float], None]
_TELL_EVERY_S = 0.25


def run(job: Job, python_ms: tuple[float, float], imports_ms: tuple[float, float], tell: Tell) -> dict[str, Any]:
    """Measure an engine; what went wrong becomes the answer.

    Args:
        job: what to do.
        python_ms: wall and CPU time until the program's first line.
        imports_ms: wall and CPU time of the reader's imports.
        tell: is told the engine, what is being read, and the share of its time that is over.

    Returns:
        The last answer of `child.serve`.
    """
    try:
        return {"found": msgspec.to_builtins(_measured(job, _cost(*python_ms), _cost(*imports_ms), tell))}
    except (InterpreterMissing, InterpreterBroken) as error:
        return {"missing": str(error)}
    except Misread as error:
        return {"failed": str(error)}
    except PosteyeError as error:
        return {"wrong": str(error)}


def _measured(job: Job, python: Cost, imports: Cost, tell: Tell) -> EngineRun:
    made = image_sets(job)
    first_set = made[0]()
    readers = Readers(bundle=job.bundle, engine=job.engine)
    clock = _Clock()
    reader = readers.reader(first_set.images[0])
    init, init_mb = clock.passed(), resident_mb()[0]
    name, _, version = reader.engine.partition(" ")
    tell(name, first_set.kind, 0.0)  # before the first reading, in which an interpreter may end the process
    for image in first_set.images:
        clock = _Clock()
        with contextlib.suppress(Unreadable):
            readers.read(image, first_set.kind)
            break
    start = Start(python, imports, init, clock.passed())
    first_mb = resident_mb()[0]
    told = partial(tell, name)
    kinds = {}
    for number, make in enumerate(made):
        chosen = make() if number else first_set
        kinds[chosen.kind] = measure(chosen, readers, job.seconds / len(made), _Teller(told, chosen, number, len(made)))
    memory = Memory(init_mb, first_mb, resident_mb()[1], len(readers))
    return EngineRun(name, version, library.name(), start, memory, kinds)


class _Teller:
    """Tells how far a set is, four times a second."""

    def __init__(self, tell: Callable[[str, float], None], chosen: ImageSet, number: int, count: int) -> None:
        self._tell, self._kind, self._number, self._count = tell, chosen.kind, number, count
        self._next = 0.0

    def __call__(self, share: float) -> None:
        if time.monotonic() >= self._next:
            self._tell(self._kind, (self._number + share) / self._count)
            self._next = time.monotonic() + _TELL_EVERY_S


class _Clock:
    """Wall and CPU time since it was made."""

    def __init__(self) -> None:
        self._wall_ns, self._cpu_ns = time.perf_counter_ns(), time.process_time_ns()

    def passed(self) -> Cost:
        return _cost((time.perf_counter_ns() - self._wall_ns) / 1e6, (time.process_time_ns() - self._cpu_ns) / 1e6)


def _cost(wall_ms: float, cpu_ms: float) -> Cost:
    return Cost(round(wall_ms, 3), round(cpu_ms, 3))
