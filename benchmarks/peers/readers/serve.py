"""A reader at the other end of `benchmarks.peers`: image paths in, texts and times out, JSON lines both ways.

It runs in the peers' environment too, so it needs nothing but NumPy and OpenCV.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Recognizer:
    """A reader made ready.

    Attributes:
        name: For tables.
        version: Of the program and its model.
        model_bytes: Size of the model file.
        read: Makes a text and a score (0..1) of a picture: a grey field, uint8 [H, W], or in colour.
        color: Whether it takes whole pictures in colour, uint8 [H, W, 3], RGB.
    """

    name: str
    version: str
    model_bytes: int
    read: Callable[[NDArray[np.uint8]], tuple[str, float]]
    color: bool = False


def serve(make: Callable[[], Recognizer]) -> None:
    """Prepare a reader, say who it is, then answer one image path a line until standard input ends.

    First line out: name, version, model_bytes. Request: {"image": path}. Answer: text, score, seconds (wall clock of
    `read` alone), cpu_seconds (of all threads during it), peak_bytes (largest resident memory so far). Any failure is
    answered with {"error": one line}; a failure to prepare ends the program.
    """
    # Libraries that print must not be taken for an answer: their standard output becomes standard error.
    with os.fdopen(os.dup(1), "w", buffering=1) as out:
        os.dup2(2, 1)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # chatter held back would come last

        def say(message: dict[str, object]) -> None:
            out.write(json.dumps(message) + "\n")

        try:
            cv2.setNumThreads(1)
            reader = make()
        except Exception as error:  # whatever went wrong, the other side must hear of it
            say({"error": _one_line(error)})
            return
        say({"name": reader.name, "version": reader.version, "model_bytes": reader.model_bytes})
        for line in sys.stdin:
            try:
                say(_answer(reader, json.loads(line)["image"]))
            except Exception as error:
                say({"error": _one_line(error)})


def _answer(reader: Recognizer, image: str) -> dict[str, object]:
    pixels = cv2.imread(image, cv2.IMREAD_COLOR_RGB if reader.color else cv2.IMREAD_GRAYSCALE)
    if pixels is None:
        raise ValueError(f"{image} is missing or no image")
    picture = np.asarray(pixels, np.uint8)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    text, score = reader.read(picture)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return {"text": text, "score": score, "seconds": wall_s, "cpu_seconds": cpu_s, "peak_bytes": _peak_bytes()}


def _peak_bytes() -> int:
    """Largest resident memory of this process; getrusage would count the parent's, which is inherited."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
