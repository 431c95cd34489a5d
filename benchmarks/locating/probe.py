"""Runs inside a tree, under the plugin that counts: prints how many instructions the locator takes for a frame.

python probe.py COUNTS BUNDLE

COUNTS is the plugin's file, BUNDLE the folder of the locator's bundle.
"""

from __future__ import annotations

import json
import mmap
import sys
from collections.abc import Callable

import numpy as np

from device_runtime.engines import pick
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.piece.locator.decode import decode
from device_runtime.piece.locator.view import view_of

_FRAME = 1080, 1920
_ENGINE = "litert"
_TIMES = 5  # memory finds its places in the first calls; the least counts


def main(counts: str, bundle: str) -> None:
    """Prints one JSON object: instructions of each stage."""
    with open(counts, "rb") as file:
        table = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def least(run: Callable[[], object]) -> int:
        found = []
        for _ in range(_TIMES):
            begun = int.from_bytes(table[8:16], "little")
            run()
            found.append(int.from_bytes(table[8:16], "little") - begun)
        return min(found)

    loaded = load_locator(bundle)
    engine, target = pick(_ENGINE, loaded.model), loaded.manifest.output
    frame = np.random.default_rng(1).integers(100, 240, _FRAME).astype(np.uint8)
    view = view_of(frame)
    quantized = (view.pixels.astype(np.int16) + loaded.manifest.input.zero_point).astype(np.int8)[None, ..., None]
    cells = engine.scores(quantized)[0]
    found = {
        "view": least(lambda: view_of(frame)),
        "net": least(lambda: engine.scores(quantized)),
        "decode": least(lambda: decode(cells, target.scale, target.zero_point, view)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
