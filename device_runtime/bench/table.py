"""A report as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from device_runtime.bench.machine import State, throttling
from device_runtime.bench.report import EngineRun, Memory, Readings, Report
from device_runtime.bench.spread import Spread

_PERCENTILES = ("p50", "p90", "p95", "p99", "max")
_WHAT = {
    "load": "load file",
    "locate": "locate",
    "normalize": "normalize",
    "scan": "scan",
    "decode": "decode",
    "total": "total",
    "cpu": "of it processor",
}


def table(report: Report) -> str:
    """Return a report as lines of text."""
    return "\n".join([*_head(report), *(line for run in report.engines for line in _engine(run)), *_tail(report)])


def _head(report: Report) -> Iterator[str]:
    machine, bundle = report.machine, report.bundle
    memory = f", {machine.memory_mb:,} MB" if machine.memory_mb is not None else ""
    board = f"{machine.board}: " if machine.board else ""
    cores = "core" if machine.cores == 1 else "cores"
    yield f"machine    {board}{machine.processor}, {machine.cores} {cores}{memory}"
    yield f"system     {machine.architecture} {machine.system}, Python {machine.python}, posteye {report.posteye}"
    yield f"bundle     {bundle.name} {bundle.version}, {bundle.bytes:,} bytes, model.tflite {bundle.model_bytes:,}"
    yield f"images     {report.folder or 'golden fields and pieces'}"


def _engine(run: EngineRun) -> Iterator[str]:
    start, memory = run.start, run.memory
    yield ""
    yield f"engine     {run.name} {run.version}, core {run.core}"
    parts = (("Python", start.python), ("imports", start.imports), ("init", start.init), ("first reading", start.first))
    yield (
        "start      "
        + ", ".join(f"{name} {part.wall_ms:.0f}" for name, part in parts)
        + (f"; {start.total.wall_ms:.0f} ms in all, {start.total.cpu_ms:.0f} of the processor")
    )
    yield f"memory     {_memory(memory)}"
    yield f"before     {_state(run.before)}"
    yield f"after      {_state(run.after)}"
    for kind, found in run.kinds.items():
        yield from _readings(kind, found)


def _memory(memory: Memory) -> str:
    init, first, most = memory.init_mb, memory.first_mb, memory.most_mb
    readers = f"{memory.readers} {'Reader' if memory.readers == 1 else 'Readers'}"
    if init is None or first is None or most is None:
        return f"not told, with {readers}"
    return f"{init:.0f} MB after init, {first:.0f} after the first reading, {most:.0f} at most, with {readers}"


def _readings(kind: str, found: Readings) -> Iterator[str]:
    warm = found.warm_up
    images = "image" if found.images == 1 else "images"
    yield ""
    yield (
        f"{kind:<10} {found.images} {images}, {warm.readings} readings in {warm.seconds:.1f} s to warm up, then "
        f"{found.readings:,} in {found.seconds:.1f} s: {found.per_second:,.1f} a second"
    )
    yield "           of them " + ", ".join(f"{count:,} {status}" for status, count in sorted(found.statuses.items()))
    yield f"{'ms':<16}" + "".join(f"{name:>9}" for name in _PERCENTILES)
    for stage, spread in found.ms.items():
        yield f"{_WHAT[stage]:<16}" + "".join(_ms(spread, name) for name in _PERCENTILES)


def _ms(spread: Spread, name: str) -> str:
    value = getattr(spread, name)
    return f"{'-':>9}" if value is None else f"{value:9.2f}"


def _state(state: State) -> str:
    bits = state.throttled
    facts = {
        "clock": None if state.clock_mhz is None else f"{state.clock_mhz} MHz",
        "governor": state.governor,
        "temperature": None if state.temperature_c is None else f"{state.temperature_c:.1f} C",
        "throttled": None if bits is None else f"{throttling(bits)} ({bits:#x})",
        "load": None if state.load is None else f"{state.load:.1f}",
    }
    told = [f"{name} {fact}" for name, fact in facts.items() if fact is not None]
    untold = [name for name, fact in facts.items() if fact is None]
    return ", ".join(told + ([f"not told: {', '.join(untold)}"] if untold else []))


def _tail(report: Report) -> Iterator[str]:
    runs = [found for run in report.engines for found in run.kinds.values()]
    unreadable = {name: reason for found in runs for name, reason in found.unreadable.items()}
    lines = [f"unreadable {name}: {reason}" for name, reason in unreadable.items()]
    lines += [f"not here   {name}: {reason}" for name, reason in report.missing.items()]
    lines += [f"FAILED     {name}: {reason}" for name, reason in report.failed.items()]
    lines += [f"doubtful   {warning}" for warning in report.warnings]
    if any(spread.p99 is None for found in runs for spread in found.ms.values()):
        lines.append("           - too few readings for this percentile: p99 needs 100, p95 20, p90 10; more --seconds")
    return iter(["", *lines] if lines else [])
