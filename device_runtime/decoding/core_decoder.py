"""A decoder made ready for the compiled core: its decoding graph in plain arrays."""

from __future__ import annotations

import numpy as np

from device_runtime.core import structs
from device_runtime.core.decoding import CoreDecoder, Graph, Net, Options
from device_runtime.core.library import library
from device_runtime.decoding.decoder import REASONS, RESERVE, ZEROS_ONLY, Decoder
from device_runtime.decoding.decoding_graph import DecodingGraph
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.recognition.columns import Columns
from device_runtime.recognition.scanner import exponentials

# The core's bounds: posteye_decoding.h says why.
_SCALES = (2.0**-12, 16.0)
_EXACT_SUM, _COLUMN_MASS = 2.0**22, 8.0


def core_decoder(decoder: Decoder, columns: Columns, scale: float, widest_px: int) -> CoreDecoder | None:
    """The same decoder in C; it gives the same bits.

    Args:
        decoder: of the grammar.
        columns: where the scanner's columns lie.
        scale: real value of one step of its scores.
        widest_px: of the strips that it reads.

    Returns:
        None where NumPy has to decode: there is no compiled core, or the model or the candidates asked for are beyond
        the sizes that the core has room for.
    """
    alphabet = decoder.graph.alphabet
    per_column = 255 * scale + _COLUMN_MASS + decoder.costs.mark
    fits = (
        len(alphabet) <= structs.MOST_CHARACTERS
        and decoder.n_best <= structs.MOST_CANDIDATES
        and _SCALES[0] <= scale <= _SCALES[1]
        and columns.count(widest_px) * per_column <= _EXACT_SUM
    )
    if library() is None or not fits:
        return None
    net = Net(alphabet, columns.first_px, columns.stride_px, scale, exponentials(scale))
    costs = decoder.costs
    options = Options(
        decoder.n_best,
        RESERVE,
        (costs.foreign_number, costs.continued, costs.letters, costs.mark),
        (ZEROS_ONLY, *(REASONS[cost] for cost in ("mark", "letters", "continued"))),
    )
    return CoreDecoder(net, plain_graph(decoder.graph, decoder.grouped), options)


def plain_graph(graph: DecodingGraph, grouped: bool) -> Graph:
    """The arrays of a decoding graph as the core takes them.

    grouped: whether dots and commas may group what is read.
    """
    choices = [chars for layer in graph.layers for chars in layer.chars]
    gains = [gain for layer in graph.layers for gain in layer.gains]
    return Graph(
        leaving=graph.leaving.astype(np.int32),
        character=graph.char.astype(np.int32),
        junction=graph.junction.astype(np.uint8),
        separator=np.array([1 + SEPARATORS.index(mark) if mark else 0 for mark in graph.separator], np.uint8),
        destination=graph.destination.astype(np.int32),
        gain=np.ascontiguousarray(graph.gain),
        end=np.ascontiguousarray(graph.end),
        layer_offset=np.cumsum([0, *map(len, choices)]).astype(np.int32),
        layer_character=np.concatenate(choices).astype(np.int32),
        layer_gain=np.concatenate(gains),
        layer_end=np.array([layer.end for layer in graph.layers]),
        exact=graph.exact,
        grouped=grouped,
        density=graph.density,
        separators=SEPARATORS,
    )
