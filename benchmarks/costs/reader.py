"""What a reader costs: preparing it, its interpreters, threads, a look at a field's polarity, a file written whole."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.engines.interpreter import RUNTIMES, InterpreterEngine
from device_runtime.engines.model_writer import write_model
from device_runtime.engines.tflite_reader import read_net
from device_runtime.files.atomic import write_bytes
from device_runtime.image.load import load_gray
from device_runtime.image.polarity import inked
from device_runtime.reader import Reader
from device_runtime.samples import load_samples

_INTERPRETERS = 20  # alive at a time, so that what each takes stands out
_FILE = bytes(range(256)) * 400


def median_ms(action: Callable[[], object], times: int) -> float:
    """Milliseconds that an action takes, the median of several times."""
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(spent)


def preparing(times: int = 20) -> dict[str, float]:
    """Milliseconds to prepare a reader, and within that to read the model and to write it anew."""
    model = load_bundle().model
    net = read_net(model)
    return {
        "reader_ms": median_ms(_anew(lambda: Reader(country="DE")), times),
        "model_read_ms": median_ms(_anew(lambda: read_net(model)), times),
        "model_written_ms": median_ms(lambda: write_model(net), times),
    }


def _anew(action: Callable[[], object]) -> Callable[[], object]:
    """The action as in a program's first call: the model that was read last is forgotten."""

    def run() -> object:
        read_net.cache_clear()
        return action()

    return run


def interpreters() -> dict[str, list[list[float]]]:
    """MB of an interpreter and milliseconds to make one, for the narrowest and the widest strip, by engine.

    Engines that do not load here are left out.
    """
    widths = load_bundle().manifest.input.widths_px
    found: dict[str, list[list[float]]] = {}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as pool:
        for name in RUNTIMES:
            if engines.trouble(name) is None:
                found[name] = [
                    list(pool.submit(one_interpreter, name, width).result()) for width in widths[:: len(widths) - 1]
                ]
    return found


def one_interpreter(name: str, width: int) -> tuple[float, float]:
    """MB and milliseconds of one interpreter, in a process that has made none of this width before."""
    model = write_model(read_net(load_bundle().model))
    strip = np.zeros((1, 32, width, 1), np.int8)
    InterpreterEngine(name, model).scores(strip)
    made = [InterpreterEngine(name, model) for _ in range(_INTERPRETERS)]
    before = _resident_mb()
    first = [median_ms(lambda engine=engine: engine.scores(strip), 1) for engine in made]  # type: ignore[misc]
    grown = _resident_mb() - before
    again = [median_ms(lambda engine=engine: engine.scores(strip), 1) for engine in made]  # type: ignore[misc]
    return grown / len(made), statistics.median(first) - statistics.median(again)


def threads(rounds: int = 5, fields: int = 100) -> dict[str, float]:
    """Fields a second that one thread reads, and how many times as many two threads read with the same reader."""
    reader = Reader(pattern=r"\d{5}")
    images = [load_gray(sample.path) for sample in load_samples()]
    work = [images[number % len(images)] for number in range(fields)]
    rates: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(rounds + 1):  # the first is to warm up
        for count, found in rates.items():
            with ThreadPoolExecutor(count) as pool:
                begun = time.perf_counter()
                list(pool.map(lambda image: reader.read(image, field=True), work))
                rate = fields / (time.perf_counter() - begun)
            if turn:
                found.append(rate)
    one, two = (statistics.median(found) for found in rates.values())
    return {"fields_a_second": one, "gain": two / one}


def polarity_share(times: int = 20) -> dict[str, float]:
    """Milliseconds to see whether a sample field's ink is dark or light, and their share of its whole reading."""
    reader = Reader(pattern=r"\d{5}")
    images = [load_gray(sample.path) for sample in load_samples()]
    looked = sum(median_ms(lambda image=image: inked(image), times) for image in images)  # type: ignore[misc]
    read = sum(
        median_ms(lambda image=image: reader.read(image, field=True), times)  # type: ignore[misc]
        for image in images
    )
    return {"ms": looked / len(images), "share": looked / read}


def writing(folder: Path, times: int = 20) -> dict[str, float]:
    """Milliseconds to write 100 KB whole or not at all."""
    return {"whole_ms": median_ms(lambda: write_bytes(folder / "file", _FILE), times)}


def _resident_mb() -> float:
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) * 1024 / 1e6
