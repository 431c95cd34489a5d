"""Runs inside a tree, under the plugin that counts: prints how many instructions each stage of a reading takes.

python probe.py COUNTS SUBJECT...

COUNTS is the plugin's file. A subject is the name of a sample that is one field, of one of PICTURES, or PIECE; with
AT and the name of a shipped bundle behind it, it is read with that one instead of the default one.
The reader's own clock is set to count instructions, so that its stages are those that the reader itself tells.
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import mmap
import platform
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.engines.interpreter import InterpreterEngine
from device_runtime.image.load import load_gray, load_image
from device_runtime.image.polarity import inked
from device_runtime.reader import Reader
from device_runtime.recognition.scanner import Scanner
from device_runtime.result import Result
from device_runtime.samples import load_samples

ENGINE = "litert"
# A camera's frame and a scanned page: height and width in px. Samples of many countries stand there.
PICTURES = {"frame": (1080, 1920), "page": (2000, 1000)}
PICTURE_COUNTRY = "DE"
AT = "@"
# A camera's frame of a mail piece in colour, as benchmarks/instructions/frame.py draws it, and its country.
PIECE, PIECE_FILE, PIECE_COUNTRY = "piece", Path(__file__).with_name("frame.jpg"), "DE"
_PACKAGES = ("numpy", "opencv-python-headless", "ai-edge-litert")
# CPython fits code to its values while it runs, and memory finds its places: first some to warm up, then the least of
# those that count. A picture's many lines even that out.
_FIELD_TIMES, _PICTURE_TIMES = (4, 5), (1, 1)
_PAPER, _LINE_PX, _MARGIN_PX = 235, 80, 40
_PAGE_BITS = 12  # of the plugin's table
_SECOND = 1e9  # instructions that the reader takes for a second


class Table:
    """The plugin's table, which grows while this program runs."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def total(self) -> int:
        """All instructions so far."""
        return int.from_bytes(self._bytes[8:16], "little")

    def copy(self) -> bytes:
        """The table as it is now."""
        return self._bytes[:]


class Watch:
    """Counts what calls of methods take, in readings that go on as always."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.spent: Counter[str] = Counter()

    def method(self, owner: type, name: str, stage: str) -> None:
        """Count a method of a class as a stage."""
        run = getattr(owner, name)

        def watched(*arguments: Any) -> Any:
            begun = self._table.total()
            try:
                return run(*arguments)
            finally:
                self.spent[stage] += self._table.total() - begun

        setattr(owner, name, watched)


def main(counts: str, subjects: list[str]) -> None:
    """Prints one JSON object: machine, versions, and what was counted of each subject."""
    table = Table(counts)
    time.perf_counter = lambda: table.total() / _SECOND
    watch = Watch(table)
    watch.method(Scanner, "scores", "scan")
    watch.method(InterpreterEngine, "scores", "invoke")
    samples = {sample.path.stem: sample for sample in load_samples()}
    found: dict[str, dict[str, Any]] = {}
    for subject in subjects:
        gc.collect()
        gc.disable()  # it runs when what ran before wants it
        name, _, bundle = subject.partition(AT)
        open_reader = partial(Reader, engine=ENGINE, bundle=bundle or None)
        if name in PICTURES:
            reader = open_reader(country=PICTURE_COUNTRY)
            gray = picture(*PICTURES[name], [load_gray(sample.path) for sample in samples.values()])
            found[subject] = _reading(table, watch, partial(reader.read, gray), *_PICTURE_TIMES)
        elif name == PIECE:
            reader = open_reader(country=PIECE_COUNTRY)
            read = partial(reader.read, load_image(PIECE_FILE))
            found[subject] = {
                "load": _least(table, partial(load_image, PIECE_FILE), 2),
                **_reading(table, watch, read, *_PICTURE_TIMES),
            }
        else:
            sample = samples[name]
            reader = open_reader(**sample.grammar)
            gray = load_gray(sample.path)
            found[subject] = {
                "load": _least(table, partial(load_gray, sample.path)),
                "polarity": _least(table, partial(inked, gray)),
                **_reading(table, watch, partial(reader.read, gray, field=True), *_FIELD_TIMES),
            }
        gc.enable()
    versions = {"python": platform.python_version()} | {name: importlib.metadata.version(name) for name in _PACKAGES}
    print(json.dumps({"machine": platform.machine(), "versions": versions, "counted": found}))


def picture(height: int, width: int, fields: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Fields one below the other, over again, on grainy paper that is as bright as theirs is made: uint8 [H, W]."""
    paper = np.full((height, width), _PAPER, np.int64)
    for number, top in enumerate(range(0, height, _LINE_PX)):
        field = fields[number % len(fields)][: height - top, : width - _MARGIN_PX].astype(np.int64)
        brightness = int(np.sort(field, axis=None)[field.size // 2])
        paper[top : top + field.shape[0], _MARGIN_PX : _MARGIN_PX + field.shape[1]] = field * _PAPER // brightness
    grain = np.random.default_rng(1).integers(-2, 3, (height, width))
    return np.clip(paper + grain, 0, 255).astype(np.uint8)


def _least(table: Table, run: Callable[[], object], times: int = sum(_FIELD_TIMES)) -> int:
    """Instructions of a call, of so many the least."""
    found = []
    for _ in range(times):
        begun = table.total()
        run()
        found.append(table.total() - begun)
    return min(found)


def _reading(table: Table, watch: Watch, read: Callable[[], Result], warm_up: int, counted: int) -> dict[str, Any]:
    """Instructions of a reading, of the stages in it and by library, of the reading that takes the fewest."""
    found = []
    for _ in range(warm_up + counted):
        watch.spent.clear()
        empty, before = table.copy(), table.copy()
        begun = table.total()
        result = read()
        whole = table.total() - begun
        after = table.copy()
        clock = {stage: round(ms / 1000 * _SECOND) for stage, ms in result.timing_ms.items()}
        libraries = _by_page(before, after) - _by_page(empty, before)
        found.append({"whole": whole, **watch.spent, "clock": clock, "libraries": _by_file(libraries)})
    return min(found[warm_up:], key=lambda reading: reading["whole"])


def _by_page(before: bytes, after: bytes) -> Counter[int]:
    """Instructions by page of memory between two copies of the table."""
    old, new = (np.frombuffer(copy, np.uint64).reshape(-1, 2)[1:] for copy in (before, after))
    rows = np.flatnonzero(new[:, 1] > old[:, 1])
    return Counter({int(new[row, 0]): int(new[row, 1] - old[row, 1]) for row in rows})


def _by_file(pages: Counter[int]) -> dict[str, int]:
    """Instructions by the file that is mapped there; "" for none."""
    found: Counter[str] = Counter()
    for line in Path("/proc/self/maps").read_text().splitlines():
        addresses, _, _, _, _, *path = line.split(maxsplit=5)
        first, last = (int(address, 16) >> _PAGE_BITS for address in addresses.split("-"))
        for page in [page for page in pages if first <= page < last]:
            found["".join(path)] += pages.pop(page)
    return dict(found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
