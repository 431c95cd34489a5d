"""All costs of the program, with how often each is measured."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.costs.images import A4_PX, decoding, peak_mb, save_pages
from benchmarks.costs.reader import interpreters, polarity_share, preparing, threads, writing
from benchmarks.costs.startup import startup
from benchmarks.figures.tables import Table
from device_runtime.image.load import load_gray


@dataclass(frozen=True)
class Effort:
    """How much is measured; as it stands here, it is that of the published figures.

    Attributes:
        page_px: Height and width of the pages.
        decodings: How often the page is decoded, and a child process started for it.
        times: How often what takes milliseconds is repeated.
        rounds: Of reading with one and with two threads.
        fields: That each thread reads in a round.
        peak: Memory of a process that reads one file, MB.
        interpreters: MB and milliseconds of an interpreter for the narrowest and the widest strip, by engine.
    """

    page_px: tuple[int, int] = A4_PX
    decodings: int = 5
    times: int = 20
    rounds: int = 5
    fields: int = 100
    peak: Callable[[Path], float] = peak_mb
    interpreters: Callable[[], dict[str, list[list[float]]]] = interpreters


PUBLISHED = Effort()


def measure(folder: Path, effort: Effort = PUBLISHED) -> dict[str, Any]:
    """All costs; `ms` are milliseconds, `mb` are 10^6 bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        pages = save_pages(Path(name), effort.page_px)
        for path in pages.values():
            load_gray(path)  # none of them is refused
        peaks = {kind: effort.peak(path) for kind, path in pages.items()}
        sizes = {kind: path.stat().st_size / 1e6 for kind, path in pages.items()}
        decoded = decoding(pages["JPEG"], effort.decodings)
        written = writing(Path(name), effort.times)
    return {
        "pages": {
            "table": Table(
                ["page of A4, 400 dpi, colour", "file, MB", "memory, MB"],
                [[kind, f"{sizes[kind]:.1f}", f"{peaks[kind]:.0f}"] for kind in pages],
            ),
            "megapixels": effort.page_px[0] * effort.page_px[1] / 1e6,
            "least_mb": min(peaks.values()),
            "most_mb": max(peaks.values()),
        },
        "startup": startup(effort.times),
        "decoding": decoded,
        "preparing": preparing(effort.times),
        "interpreters": Table(
            ["interpreter", "narrowest strip", "widest strip"],
            [
                [name, *(f"{mb:.1f} MB, {ms:.1f} ms" for mb, ms in found)]
                for name, found in effort.interpreters().items()
            ],
        ),
        "threads": threads(effort.rounds, effort.fields),
        "polarity": polarity_share(effort.times),
        "writing": written,
    }
