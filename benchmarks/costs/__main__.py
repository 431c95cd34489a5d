"""What the program costs in time and memory, as far as its pages tell: `python -m benchmarks.costs FOLDER`.

Files are written below FOLDER, which should lie on the disk that is to be measured.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from benchmarks.costs.images import A4_PX, decoding, peak_mb, save_pages
from benchmarks.costs.reader import interpreters, polarity_share, preparing, threads, writing
from benchmarks.figures.blocks import table
from benchmarks.figures.files import keep
from benchmarks.figures.provenance import machine
from device_runtime.errors import PosteyeError
from device_runtime.image.load import load_grey


def measure(folder: Path, page_px: tuple[int, int] = A4_PX) -> dict[str, Any]:
    """All costs; `ms` are milliseconds, `mb` are 10^6 bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        pages = save_pages(Path(name), page_px)
        for path in pages.values():
            load_grey(path)  # none of them is refused
        peaks = {kind: peak_mb(path) for kind, path in pages.items()}
        sizes = {kind: path.stat().st_size / 1e6 for kind, path in pages.items()}
        decoded = decoding(pages["JPEG"])
        written = writing(Path(name))
    return {
        "pages": {
            "table": {
                "heads": ["page of A4, 400 dpi, colour", "file, MB", "memory, MB"],
                "lines": [[kind, f"{sizes[kind]:.1f}", f"{peaks[kind]:.0f}"] for kind in pages],
            },
            "megapixels": page_px[0] * page_px[1] / 1e6,
            "least_mb": min(peaks.values()),
            "most_mb": max(peaks.values()),
        },
        "decoding": decoded,
        "preparing": preparing(),
        "interpreters": {
            "heads": ["interpreter", "narrowest strip", "widest strip"],
            "lines": [
                [name, *(f"{mb:.1f} MB, {ms:.1f} ms" for mb, ms in found)] for name, found in interpreters().items()
            ],
        },
        "threads": threads(),
        "polarity": polarity_share(),
        "writing": written,
    }


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--results", type=click.Path(path_type=Path), help="Results file to keep the figures in.")
def main(folder: Path, results: Path | None) -> None:
    """Measure what decoding, preparing, threads and writing cost on this machine, which should do nothing else."""
    before = machine()
    values = measure(folder)
    for part, found in values.items():
        tabled = found if "heads" in found else found.get("table")
        click.echo(f"{part}" + (f"\n{table(tabled['heads'], tabled['lines'])}" if tabled else ""))
        for name, value in found.items():
            if isinstance(value, float):
                click.echo(f"  {name:<20} {value:.3f}")
    if results:
        keep("costs", results, values, seed=1, machine=before)


if __name__ == "__main__":
    try:
        main()
    except PosteyeError as error:
        raise SystemExit(f"error: {error}") from None
