"""What was measured: the keys of `posteye bench --json`, from which the table and the plot are made."""

from __future__ import annotations

from msgspec import Struct, field

from device_runtime.bench.machine import Machine, State
from device_runtime.bench.spread import Spread


class Cost(Struct, frozen=True):
    """What a part of the start took.

    Attributes:
        wall_ms: on the clock.
        cpu_ms: of the processor, over all threads.
    """

    wall_ms: float
    cpu_ms: float


class Start(Struct, frozen=True):
    """The way of a new process to its first reading.

    Attributes:
        python: from the call of the system to the first line of the program.
        imports: of the reader's modules, NumPy and OpenCV with them.
        init: the Reader is made: bundle verified, codes compiled, engine loaded.
        first: the first image loaded and read.
    """

    python: Cost
    imports: Cost
    init: Cost
    first: Cost

    @property
    def total(self) -> Cost:
        """All of it."""
        parts = (self.python, self.imports, self.init, self.first)
        return Cost(sum(part.wall_ms for part in parts), sum(part.cpu_ms for part in parts))


class Memory(Struct, frozen=True):
    """Memory of the process in RAM, 10^6 bytes; None where the kernel does not tell.

    Attributes:
        init_mb: with the first Reader made.
        first_mb: after its first reading.
        most_mb: at most until the end, with a Reader for each grammar.
        readers: how many those are.
    """

    init_mb: float | None
    first_mb: float | None
    most_mb: float | None
    readers: int


class WarmUp(Struct, frozen=True):
    """The readings before those that count.

    Attributes:
        readings: how many.
        seconds: they took.
        settled: whether the last round was no faster than those before it, by more than 5 %; False when time ran out.
    """

    readings: int
    seconds: float
    settled: bool


class Readings(Struct, frozen=True):
    """The readings of one kind of images.

    Attributes:
        images: how many there are, the unreadable ones left out.
        seen: how many of them were read in the time.
        warm_up: before the steady state.
        readings: of the steady state.
        seconds: the steady state took, with loading and checking.
        per_second: readings in a second of reading, without loading.
        statuses: readings of the steady state by status.
        ms: by stage; `load` is the image file's decoding, `total` the reading without it, `cpu` the processor's time
            of the total.
        curve_ms: at most 101 of the totals, evenly by rank from the fastest to the slowest.
        unreadable: files that could not be read, with the reason.
    """

    images: int
    seen: int
    warm_up: WarmUp
    readings: int
    seconds: float
    per_second: float
    statuses: dict[str, int]
    ms: dict[str, Spread]
    curve_ms: list[float]
    unreadable: dict[str, str] = field(default_factory=dict)


class EngineRun(Struct, frozen=True):
    """What was measured with one engine.

    Attributes:
        name: of the engine.
        version: of the engine.
        core: what normalises and decodes: "C" or "NumPy".
        start: of its process.
        memory: of its process.
        kinds: the readings, by the kind of images: "fields", "pieces".
        before: state of the machine before its process started.
        after: state of the machine when its process had ended.
    """

    name: str
    version: str
    core: str
    start: Start
    memory: Memory
    kinds: dict[str, Readings]
    before: State = State()
    after: State = State()


class BundleFacts(Struct, frozen=True):
    """The model that was read with.

    Attributes:
        name: of the bundle.
        version: of the bundle.
        model_bytes: of model.tflite, which the device reads with.
        bytes: of all files of the bundle.
    """

    name: str
    version: str
    model_bytes: int
    bytes: int


class Report(Struct, frozen=True):
    """All that one call of `posteye bench` found.

    Attributes:
        posteye: version of the program.
        date: when it began, ISO 8601, UTC.
        folder: whose images were read; None = the golden ones.
        seconds: that were allowed for reading.
        machine: that read.
        bundle: that was read with.
        engines: what was measured.
        missing: engines that cannot be used here, with the reason.
        failed: engines that read a golden image wrong or crashed, with the reason.
        warnings: why the figures may not be typical of the machine.
    """

    posteye: str
    date: str
    folder: str | None
    seconds: float
    machine: Machine
    bundle: BundleFacts
    engines: list[EngineRun]
    missing: dict[str, str]
    failed: dict[str, str]
    warnings: list[str]
