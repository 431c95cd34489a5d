"""Decoding in C: int8 scores of a strip become the codes of a grammar, the same bits as by NumPy."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_runtime.core import structs
from device_runtime.core.arena import ARENA, ThreadArena
from device_runtime.core.library import library
from device_runtime.types import Candidate, Character, Decoding, Outside, Strip

# Where parts of a pe_decoding begin, in bytes, doubles and int32.
_FOUND = structs.DecodingStruct.found.offset // 4
_CHARACTERS = structs.DecodingStruct.characters.offset // 8
_CANDIDATES = structs.DecodingStruct.candidates.offset
_CANDIDATE = ctypes.sizeof(structs.CandidateStruct)
_SIGNS = structs.CandidateStruct.signs.offset
_OUTSIDE = structs.DecodingStruct.outside.offset
_NO_SIGN = 255  # more than any alphabet and its separators have


@dataclass(frozen=True)
class Net:
    """How a model's scores are to be read.

    Attributes:
        alphabet: the characters of the first classes, in order; then come blank and rubbish.
        first_px: the middle of the first column in the strip.
        stride_px: from one column's middle to the next.
        scale: real value of one step of the scores.
        exponentials: float64 [256], exp(-k * scale) rounded correctly.
    """

    alphabet: str
    first_px: int
    stride_px: int
    scale: float
    exponentials: NDArray[np.float64]


@dataclass(frozen=True)
class Graph:
    """A grammar's decoding graph in plain arrays, as posteye_decoding.h describes it.

    Attributes:
        leaving: int32 [nodes + 1].
        character: int32 [arcs].
        junction: uint8 [arcs].
        separator: uint8 [arcs], 0 or 1 + the separator's index.
        destination: int32 [arcs].
        gain: float64 [arcs].
        end: float64 [nodes].
        layer_offset: int32 [3 * layers + 1].
        layer_character: int32 [layer_offset[-1]].
        layer_gain: float64 [layer_offset[-1]].
        layer_end: float64 [layers].
        exact: whether the relaxed grammar is the grammar itself.
        grouped: whether dots and commas may group what is read.
        density: the share of all texts that are codes.
        separators: the signs that may stand between two characters.
    """

    leaving: NDArray[np.int32]
    character: NDArray[np.int32]
    junction: NDArray[np.uint8]
    separator: NDArray[np.uint8]
    destination: NDArray[np.int32]
    gain: NDArray[np.float64]
    end: NDArray[np.float64]
    layer_offset: NDArray[np.int32]
    layer_character: NDArray[np.int32]
    layer_gain: NDArray[np.float64]
    layer_end: NDArray[np.float64]
    exact: bool
    grouped: bool
    density: float
    separators: str


@dataclass(frozen=True)
class Options:
    """What is asked for.

    Attributes:
        n_best: how many candidates to return at most.
        reserve: how many more codes rank and doubt are reckoned with.
        costs: of a foreign number, of one that continues the code's, of letters and of a mark, in nats.
        reasons: why a code is not believed, in words: zeros only, a mark, letters, a number that goes on.
    """

    n_best: int
    reserve: int
    costs: tuple[float, float, float, float]
    reasons: Sequence[str]


class CoreDecoder:
    """Finds the codes of a grammar in a strip by its scores; several threads may decode with one at a time."""

    def __init__(self, net: Net, graph: Graph, options: Options, arena: ThreadArena | None = None) -> None:
        """Prepare the core's structs and have the graph checked.

        Args:
            net: of the scanner.
            graph: of the grammar.
            options: what is asked for.
            arena: memory to work in; None = that of all decoders.

        Raises:
            RuntimeError: there is no compiled core.
            ValueError: the graph is none, or too large.
        """
        core = library()
        if core is None:
            raise RuntimeError("there is no compiled core; look for one before you make this decoder")
        self._decode, self._judge = _function(core, "pe_decode"), _function(core, "pe_judge")
        self._classes = len(net.alphabet) + 2
        self._signs = net.alphabet + graph.separators
        self._sign_of = {sign: number for number, sign in enumerate(self._signs)}
        self._reasons = (None, *options.reasons)
        self._arena = arena or ARENA
        self._net, self._graph, self._options = _net(net), _graph(graph), _options(options)
        self._kept = (net, graph)  # the structs point into their arrays
        if core.pe_graph_check(ctypes.byref(self._graph), ctypes.byref(self._net)) != structs.OK:
            raise ValueError("the core refuses the decoding graph: something in it is out of its range")
        self._given = tuple(ctypes.addressof(part) for part in (self._net, self._graph, self._options))

    def decode(self, strip: Strip, scores: NDArray[np.int8]) -> Decoding:
        """Decode a strip.

        Args:
            strip: what was scanned.
            scores: int8 [columns, classes], what the scanner said of it.

        Raises:
            PosteyeError: it takes too much memory.
            ValueError: the scores or the strip have another shape, or are too wide.
        """
        self._run(self._decode, strip, scores)
        return self._decoding()

    def judge(self, strip: Strip, scores: NDArray[np.int8], codes: Sequence[str]) -> Decoding:
        """What `decode` would say if these codes were all that was found in a strip, the first the best.

        Args:
            strip: what was scanned.
            scores: int8 [columns, classes], what the scanner said of it.
            codes: 1..MOST_CANDIDATES of the grammar; they become the candidates in this order.

        Raises:
            PosteyeError: it takes too much memory.
            ValueError: as `decode`; or one is no code of the grammar, or there are too few or too many.
        """
        if not 1 <= len(codes) <= structs.MOST_CANDIDATES:
            raise ValueError(f"{len(codes)} codes cannot be judged; give 1 to {structs.MOST_CANDIDATES}")
        raw, integers = _ANSWER.raw, _ANSWER.integers
        integers[_FOUND] = len(codes)
        for begin, code in zip(range(_CANDIDATES, len(raw), _CANDIDATE), codes, strict=False):
            signs = bytes(self._sign_of.get(sign, _NO_SIGN) for sign in code[: structs.MOST_SIGNS])
            integers[begin // 4 + 2] = len(code)
            raw[begin + _SIGNS : begin + _SIGNS + len(signs)] = signs
        self._run(self._judge, strip, scores)
        placed = integers[_FOUND] > 0
        integers[_FOUND] = len(codes)
        decoding = self._decoding()
        return decoding if placed else replace(decoding, characters=())

    def _run(self, function: ctypes._NamedFuncPointer, strip: Strip, scores: NDArray[np.int8]) -> None:
        """Have the core write what it says of a strip into this thread's answer."""
        pixels = strip.pixels
        if scores.dtype != np.int8 or scores.ndim != 2 or scores.shape[1] != self._classes:
            raise ValueError(f"scores are int8 [columns, {self._classes}], not {scores.dtype} {scores.shape}")
        if pixels.dtype != np.uint8 or pixels.ndim != 2 or len(pixels) != structs.STRIP_HEIGHT_PX:
            raise ValueError(f"a strip is uint8 [{structs.STRIP_HEIGHT_PX}, W], not {pixels.dtype} {pixels.shape}")
        net, graph, options = self._given
        given = (scores.tobytes(), len(scores), pixels.tobytes(), pixels.shape[1], strip.aspect)
        address = _ANSWER.address
        self._arena.call(lambda arena: function(net, graph, options, *given, arena, address))

    def _decoding(self) -> Decoding:
        raw, doubles, integers = _ANSWER.raw, _ANSWER.doubles, _ANSWER.integers
        found, doubt, outside_length, outside_short = integers[_FOUND : _FOUND + 4].tolist()
        outside = None
        if outside_length:
            number = self._text(raw[_OUTSIDE : _OUTSIDE + outside_length])
            outside = Outside(number, doubles[3], bool(outside_short))
        candidates = []
        for begin in range(_CANDIDATES, _CANDIDATES + found * _CANDIDATE, _CANDIDATE):
            signs = begin + _SIGNS
            code = self._text(raw[signs : signs + integers[begin // 4 + 2]])
            candidates.append(Candidate(code, doubles[begin // 8]))
        characters = []
        if candidates:
            code = candidates[0].code
            placed = doubles[_CHARACTERS : _CHARACTERS + 2 * len(code)].tolist()
            characters = [Character(*of) for of in zip(code, placed[::2], placed[1::2], strict=True)]
        return Decoding(tuple(candidates), tuple(characters), outside, self._reasons[doubt], doubles[0])

    def _text(self, signs: bytearray) -> str:
        return "".join([self._signs[sign] for sign in signs])


class _Answer(threading.local):
    """A pe_decoding and views of its bytes, another one in each thread.

    Attributes:
        address: where it lies.
        raw: its bytes; doubles, integers: the same as numbers.
    """

    def __init__(self) -> None:
        self.raw = bytearray(ctypes.sizeof(structs.DecodingStruct))
        view = memoryview(self.raw)
        self.doubles, self.integers = view.cast("d"), view.cast("i")
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.raw))


_ANSWER = _Answer()


def _function(core: ctypes.CDLL, name: str) -> ctypes._NamedFuncPointer:
    """pe_decode or pe_judge; not the library's attribute, which all share."""
    address, number = ctypes.c_void_p, ctypes.c_int32
    function = core[name]
    function.argtypes = [
        *(address, address, address),  # net, graph, options
        *(address, number, address, number, ctypes.c_double),  # scores, columns, pixels, width, aspect
        *(address, address),  # arena, answer
    ]
    return function


def _net(net: Net) -> structs.Net:
    alphabet = net.alphabet
    return structs.Net(
        len(alphabet),
        alphabet.find("0"),
        (ctypes.c_uint8 * structs.MOST_CHARACTERS)(*(char.isdecimal() for char in alphabet)),
        net.first_px,
        net.stride_px,
        net.scale,
        _pointer(net.exponentials, ctypes.c_double),
    )


def _graph(graph: Graph) -> structs.Graph:
    found = structs.Graph(nodes=len(graph.end), arcs=len(graph.gain), layers=len(graph.layer_end))
    found.exact, found.grouped, found.density = graph.exact, graph.grouped, graph.density
    for name in ("leaving", "character", "destination", "layer_offset", "layer_character"):
        setattr(found, name, _pointer(getattr(graph, name), ctypes.c_int32))
    for name in ("junction", "separator"):
        setattr(found, name, _pointer(getattr(graph, name), ctypes.c_uint8))
    for name in ("gain", "end", "layer_gain", "layer_end"):
        setattr(found, name, _pointer(getattr(graph, name), ctypes.c_double))
    return found


def _options(options: Options) -> structs.Options:
    return structs.Options(options.n_best, options.reserve, structs.Costs(*options.costs))


def _pointer(array: NDArray[Any], kind: type[Any]) -> Any:
    """A pointer to an array's numbers, which have to lie side by side."""
    if not array.flags.c_contiguous or array.itemsize != ctypes.sizeof(kind):
        raise ValueError(f"an array of {array.dtype} cannot be given to the core as {kind.__name__}")
    return array.ctypes.data_as(ctypes.POINTER(kind))
