"""A report made up, for what shows one."""

from __future__ import annotations

from device_runtime.bench.machine import Machine, State
from device_runtime.bench.report import BundleFacts, Cost, EngineRun, Memory, Readings, Report, Start, WarmUp
from device_runtime.bench.spread import curve, spread

MACHINE = Machine("Raspberry Pi Zero 2 W Rev 1.0", "Cortex-A53", 4, 448, "aarch64", "Linux 6.12.25", "3.13.5")


def made_readings(
    times_ms: list[float], cpu: float = 1.0, settled: bool = True, unreadable: dict[str, str] | None = None
) -> Readings:
    """Readings that took these times, and `cpu` times as long of the processor."""
    ms = {"total": spread(times_ms), "cpu": spread([cpu * time for time in times_ms])}
    warm_up = WarmUp(4, 0.5, settled)
    per_second = 1000 * len(times_ms) / sum(times_ms)
    statuses = {"accepted": len(times_ms)}
    return Readings(2, 2, warm_up, len(times_ms), 1.0, per_second, statuses, ms, curve(times_ms), unreadable or {})


def made_run(kinds: dict[str, Readings], name: str = "litert", after: State | None = None) -> EngineRun:
    """A run of an engine."""
    start = Start(Cost(20, 18), Cost(180, 170), Cost(45, 44), Cost(12, 11))
    memory = Memory(60.0, 66.0, 82.0, 6)
    return EngineRun(
        name, "2.3.0", "NumPy", start, memory, kinds, State("ondemand", 1000, 48.3, 0, 0.1), after or State()
    )


def made_report(runs: list[EngineRun], folder: str | None = None) -> Report:
    """A report of these runs."""
    bundle = BundleFacts("digits", "0.1.0", 141_688, 292_500)
    return Report("0.1.0", "2026-11-30T03:00:00+00:00", folder, 20, MACHINE, bundle, runs, {}, {}, [])
