"""Metrics for Prometheus, by its own client library (the extra `metrics`): base units, no code of mail, no path.

They are counted here as decisions come; states, temperature and queues are read when Prometheus asks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)

from device_runtime.errors import PosteyeError
from device_runtime.result import Result
from device_runtime.station.health.health import Health
from device_runtime.station.health.readers import free_bytes, temperature_c
from device_runtime.station.health.states import FAULTS, Fault
from device_runtime.station.journal.harvest import doubt_of
from device_runtime.station.loop.values import Decision
from device_runtime.types import Status
from device_runtime.version import VERSION

STATUSES: tuple[str, ...] = (*get_args(Status), "no_read")
DOUBTS = ("nothing read", "no code", "rival", "rejected", "low confidence")
ANSWER_BUCKETS_S = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
STAGE_BUCKETS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
STAGES = ("wait", "locate", "normalize", "scan", "decode", "decide")  # any other is added up as OTHER
OTHER = "other"


@dataclass(frozen=True)
class Sources:
    """What is read when Prometheus asks.

    Attributes:
        health: of the station.
        disk: a folder on the disk whose free space is told; None: none is.
        queues: how many pieces wait, by the name of the queue, such as "journal".
        celsius: gives the temperature, None where it cannot be known.
    """

    health: Health
    disk: Path | None = None
    queues: Mapping[str, Callable[[], int]] = dataclass_field(default_factory=dict)
    celsius: Callable[[], float | None] = temperature_c


class Metrics:
    """The metrics of a station, as one who is told every decision.

    Args:
        sources: what is read when Prometheus asks.
        engine: name and version of the interpreter.
        bundle: the checksum of the bundle's manifest; its first eight digits are told.
    """

    def __init__(self, sources: Sources, engine: str, bundle: str) -> None:
        disable_created_metrics()  # the moments since which they count: Prometheus has its own
        self.registry = CollectorRegistry()
        self._pieces = Counter(
            "posteye_pieces", "Pieces that were answered, by status.", ["status"], registry=self.registry
        )
        self._doubts = Counter(
            "posteye_doubtful_pieces", "Pieces worth a look, by what was doubtful.", ["doubt"], registry=self.registry
        )
        self._late = Counter(
            "posteye_late_answers", "Pieces whose answer left after its deadline.", registry=self.registry
        )
        self._frames = Counter("posteye_frames_read", "Pictures that were read.", registry=self.registry)
        self._answers = Histogram(
            "posteye_answer_seconds",
            "Time from the trigger to the answer.",
            buckets=ANSWER_BUCKETS_S,
            registry=self.registry,
        )
        self._stages = Histogram(
            "posteye_stage_seconds",
            "Time that a stage took for a piece.",
            ["stage"],
            buckets=STAGE_BUCKETS_S,
            registry=self.registry,
        )
        # A series that is not there cannot be told from a station that is not there.
        for status in STATUSES:
            self._pieces.labels(status)
        for doubt in DOUBTS:
            self._doubts.labels(doubt)
        for stage in STAGES:
            self._stages.labels(stage)
        self._gauges(sources)
        built = Info("posteye_build", "What runs.", registry=self.registry)
        built.info({"version": VERSION, "engine": engine, "bundle": bundle[:8]})
        ProcessCollector(registry=self.registry)

    def tell(self, decision: Decision) -> None:
        """Count a decision."""
        reading = decision.read.reading if isinstance(decision.read, Result) else None
        self._pieces.labels(reading.status if reading else "no_read").inc()
        doubt = doubt_of(reading)
        if doubt:
            self._doubts.labels(doubt).inc()
        if decision.answered_ns > decision.trigger.deadline_s * 1e9:
            self._late.inc()
        self._frames.inc(decision.frames)
        self._answers.observe((decision.answered_ns - decision.trigger.began.monotonic_ns) / 1e9)
        for stage, took_ms in decision.stages_ms.items():
            if stage != "total":
                self._stages.labels(stage if stage in STAGES else OTHER).observe(took_ms / 1000)

    def _gauges(self, sources: Sources) -> None:
        """Those that are read when they are asked for."""
        health, celsius, disk = sources.health, sources.celsius, sources.disk
        states = Gauge("posteye_state", "1 where the station is in this state.", ["state"], registry=self.registry)
        states.labels("ok").set_function(lambda: float(not health.now))
        for fault in FAULTS:
            states.labels(fault).set_function(partial(_lasts, health, fault))
        heat = Gauge("posteye_temperature_celsius", "Of the processor.", registry=self.registry)
        heat.set_function(lambda: math.nan if (degrees := celsius()) is None else degrees)
        queue = Gauge(
            "posteye_waiting_pieces", "Pieces that wait to be written or told.", ["queue"], registry=self.registry
        )
        for name, waiting in sources.queues.items():
            queue.labels(name).set_function(waiting)
        if disk is not None:
            free = Gauge("posteye_disk_free_bytes", "Free where the journal is.", registry=self.registry)
            free.set_function(lambda: _free(disk))


class Served:
    """Metrics that are served over HTTP; a context manager that ends it.

    Args:
        metrics: what is served.
        address: to listen at.
        port: to listen at; 0 = any that is free.

    Raises:
        PosteyeError: it cannot listen there.
    """

    def __init__(self, metrics: Metrics, address: str, port: int) -> None:
        try:
            self._server, self._thread = start_http_server(port, address, metrics.registry)
        except OSError as error:
            where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
            raise PosteyeError(
                f"the metrics cannot be served at {where}: {error.strerror or error}; change [metrics]"
            ) from error
        self.port: int = self._server.server_port

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(1.0)


def _lasts(health: Health, fault: Fault) -> float:
    return float(any(one.state == fault for one in health.now))


def _free(folder: Path) -> float:
    try:
        return float(free_bytes(folder))
    except OSError:
        return math.nan
