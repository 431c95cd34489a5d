"""What was counted: instructions of the stages of a reading, and of the libraries that they run in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from benchmarks.figures.files import Results
from device_runtime.errors import PosteyeError

A53: Final = "cortex-a53"  # of a Pi 3 and a Zero 2 W
A76: Final = "cortex-a76"  # of a Pi 5
WHOLE = "whole"
CPYTHON, OTHERS = "CPython", "others"
# By a part of the path of the file that holds the instructions; the first that fits.
_LIBRARIES = {
    "/libposteye_core": "posteye's core in C",
    "/cv2/": "OpenCV",
    "/opencv_python_headless.libs/": "OpenCV",
    "/ai_edge_litert/": "LiteRT",
    "/numpy/": "NumPy",
    "/numpy.libs/": "NumPy",
    "/libc.so": "C library",
    "/libm.so": "C library",
    "/ld-linux": "C library",
    "/bin/python": CPYTHON,
    "/lib-dynload/": CPYTHON,
}
LIBRARIES = tuple(dict.fromkeys([*_LIBRARIES.values(), OTHERS]))
_WITHIN = 0.05  # of a reading: so much may lie outside of the times that the reader takes


class Counted(Struct, frozen=True):
    """Instructions of one subject.

    Attributes:
        stages: By stage; of a picture "locate" and "whole". The whole is the reading of an array: locate of a piece,
            normalize (of which a field's polarity is a part), scan (of which invoke is a part), decode and the rest
            add up to it; load is beside it.
        libraries: The same whole by library.
    """

    stages: dict[str, int]
    libraries: dict[str, int]


class Measurement(Struct, frozen=True):
    """Everything that was counted in a run.

    Attributes:
        release: The system's name.
        versions: Of its Python and packages.
        emulator: Version of QEMU.
        cpus: What was counted, by processor and subject.
    """

    release: str
    versions: dict[str, str]
    emulator: str
    cpus: dict[str, dict[str, Counted]]


def counted(found: Mapping[str, Any]) -> Counted:
    """What the probe counted of a subject.

    Args:
        found: Its object in the probe's answer.

    Raises:
        PosteyeError: The reader did not pass where its stages are counted.
    """
    clock, whole, scan = found["clock"], found[WHOLE], found.get("scan", 0)
    if not scan or abs(clock["total"] - whole) > _WITHIN * whole:
        raise PosteyeError(
            "a reading passed no Scanner.scores, or took its times from another clock than time.perf_counter: "
            "mend benchmarks/instructions/probe.py, which counts there"
        )
    stages = {"locate": clock["locate"], WHOLE: whole}
    if "load" in found:  # a field or a piece; of other pictures no more is told
        located = {} if "polarity" in found else {"locate": clock["locate"]}
        polarity = {"polarity": found["polarity"]} if "polarity" in found else {}
        normalize = clock["normalize"] + sum(polarity.values())
        decode = clock["scan"] + clock["decode"] - scan  # the reader may tell the lattice to either
        stages = {
            "load": found["load"],
            **located,
            "normalize": normalize,
            **polarity,
            "scan": scan,
            "invoke": found["invoke"],
            "decode": decode,
            "rest": whole - sum(located.values()) - normalize - scan - decode,
            WHOLE: whole,
        }
    return Counted(stages, libraries(found["libraries"]))


def of_results(results: Results) -> Measurement:
    """The counts of a results file.

    Raises:
        PosteyeError: It holds something else.
    """
    try:
        return msgspec.convert(results.values["counts"], Measurement)
    except (KeyError, msgspec.ValidationError) as error:
        raise PosteyeError(
            f"a results file holds no counts ({error}); measure with python -m benchmarks.instructions"
        ) from None


def libraries(files: Mapping[str, int]) -> dict[str, int]:
    """Instructions by library.

    Args:
        files: The same by path of the file that holds them.
    """
    found: Counter[str] = Counter()
    for path, count in files.items():
        found[next((name for part, name in _LIBRARIES.items() if part in path), OTHERS)] += count
    return {name: found[name] for name in LIBRARIES if name in found}
