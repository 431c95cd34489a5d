"""A decoding task as a file, for decode_alone.c."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.core.decoding import Graph, Net, Options
from device_runtime.types import Strip


def write_task(path: Path, net: Net, graph: Graph, options: Options, strip: Strip, scores: NDArray[np.int8]) -> None:
    """Write all that pe_decode is given: sizes, real numbers, then arrays."""
    alphabet = net.alphabet
    sizes = (
        *(len(alphabet), alphabet.find("0"), net.first_px, net.stride_px),
        *(len(graph.end), len(graph.gain), len(graph.layer_end), graph.exact, graph.grouped),
        *(options.n_best, options.reserve, len(scores), strip.pixels.shape[1], len(graph.layer_gain)),
    )
    reals = (net.scale, graph.density, *options.costs, strip.aspect)
    digits = np.array([char.isdecimal() for char in alphabet], np.uint8)
    arrays = (
        *(net.exponentials, graph.gain, graph.end, graph.layer_gain, graph.layer_end),
        *(graph.leaving, graph.character, graph.destination, graph.layer_offset, graph.layer_character),
        *(digits, graph.junction, graph.separator, scores, strip.pixels),
    )
    head = struct.pack(f"={len(sizes)}i{len(reals)}d", *map(int, sizes), *reals)
    path.write_bytes(head + b"".join(array.tobytes() for array in arrays))
