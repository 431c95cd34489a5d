"""What decoding costs: an image here and in a process of its own, and the memory that pages of A4 take to read."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.figures.provenance import ROOT
from device_runtime.image.isolated import IsolatedDecoder
from device_runtime.image.load import load_image
from device_runtime.samples import load_samples

A4_PX = (4677, 3307)  # at 400 dpi
_NOISE = 1.5  # sigma in grey levels, as of a scanner
# Nothing but the reader is imported. getrusage would count the parent's memory.
_PEAK = """
import sys
from pathlib import Path
from device_runtime.reader import Reader
Reader(pattern=r"\\d{5}").read(sys.argv[1])
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
_SAVED: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG": ("jpg", {"quality": 90}),
    "PNG": ("png", {"compress_level": 1}),
    "lossless WebP": ("webp", {"lossless": True, "method": 0, "quality": 0}),
    "BMP": ("bmp", {}),
    "TIFF, one strip, unpacked": ("tiff", {"tiffinfo": {278: 1 << 16}}),
}


def page(size_px: tuple[int, int] = A4_PX, seed: int = 1) -> NDArray[np.uint8]:
    """A page in colour, uint8 [H, W, 3]: the sample fields on paper with a scanner's noise."""
    gray = np.full(size_px, 235, np.float32)
    fields = [cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE) for sample in load_samples()]
    top = 0
    for field in fields:
        rows, cols = field.shape
        if top + rows > size_px[0] or cols > size_px[1]:
            break
        gray[top : top + rows, :cols] = field
        top += 2 * rows
    noise = np.random.default_rng(seed).normal(0, _NOISE, (*size_px, 3)).astype(np.float32)
    return np.clip(np.rint(gray[..., None] + noise), 0, 255).astype(np.uint8)


def save_pages(folder: Path, size_px: tuple[int, int] = A4_PX) -> dict[str, Path]:
    """The page as a file of each format, by the format's name."""
    picture = Image.fromarray(page(size_px))
    paths = {name: folder / f"page.{suffix}" for name, (suffix, _) in _SAVED.items()}
    for name, path in paths.items():
        picture.save(path, **_SAVED[name][1])
    return paths


def peak_mb(path: Path) -> float:
    """Largest resident memory of a process that reads one image, the program itself included, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, str(path.resolve())], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(done.stdout) * 1024 / 1e6


def decoding(whole: Path, times: int = 5) -> dict[str, float]:
    """What decoding costs here and in a child process.

    Args:
        whole: File of a page.
        times: How often a child is started, and the page decoded.

    Returns:
        Milliseconds to decode a sample field and the page, here and in the child; milliseconds that a child takes to
        start; and its memory in MB, which is what it shares with no other process when it has decoded both.
    """
    fields = [sample.path for sample in load_samples()]
    starts = []
    for _ in range(times):
        with IsolatedDecoder() as decoder:
            begun = time.perf_counter()
            decoder.load_image(fields[0])
            starts.append((time.perf_counter() - begun) * 1000)
    with IsolatedDecoder() as decoder:
        decoder.load_image(fields[0])
        field_ms = _both_ms(load_image, decoder.load_image, fields * 20)
        page_ms = _both_ms(load_image, decoder.load_image, [whole] * times)
        memory = sum(_private_mb(int(pid)) for pid in _children())
    return {
        "field_ms": field_ms[0],
        "field_isolated_ms": field_ms[1],
        "page_ms": page_ms[0],
        "page_isolated_ms": page_ms[1],
        "start_ms": statistics.median(starts),
        "child_mb": memory,
    }


def _both_ms(here: Callable[[Path], object], there: Callable[[Path], object], paths: list[Path]) -> list[float]:
    """Medians of both ways, each path by one and then by the other."""
    spent: tuple[list[float], list[float]] = ([], [])
    for path in paths:
        for load, times in zip((here, there), spent, strict=True):
            begun = time.perf_counter()
            load(path)
            times.append((time.perf_counter() - begun) * 1000)
    return [statistics.median(times) for times in spent]


def _children() -> list[str]:
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()


def _private_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024 / 1e6
