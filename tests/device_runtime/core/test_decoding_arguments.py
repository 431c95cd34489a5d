"""What the core refuses: graphs, nets, options and sizes out of their range. Nothing of it crashes."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_runtime.core import decoding, structs
from device_runtime.core.decoding import CoreDecoder, Graph, Net, Options
from device_runtime.core.library import library, trouble
from device_runtime.decoding.core_decoder import core_decoder, plain_graph
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.recognition.columns import Columns
from device_runtime.recognition.scanner import exponentials
from device_runtime.types import Strip
from tests.device_runtime.core.scored import COLUMNS, draw_scores, draw_strip

pytestmark = pytest.mark.skipif(library() is None, reason=f"the core in C is not tested: {trouble()}")

NET = Net(DIGITS, -1, 2, 0.25, exponentials(0.25))
OPTIONS = Options(3, 2, (2.0, 5.0, 5.0, 4.0), ("zeros", "mark", "letters", "continued"))
RANDOM = np.random.default_rng(1)
STRIP, SCORES = draw_strip("boxes", RANDOM, 60, 1.0), draw_scores("line", RANDOM, 30, 12)


def graph_of(pattern: str) -> Graph:
    return plain_graph(Decoder(Grammar.from_pattern(pattern), DIGITS).graph, grouped=False)


GRAPH = graph_of(r"\d{3}(-\d{2})?|99")
Change = Callable[[Graph], Graph]


def changed(name: str, index: int, value: float) -> Change:
    """A graph with one number of one array changed."""

    def change(graph: Graph) -> Graph:
        array = getattr(graph, name).copy()
        array[index] = value
        return replace(graph, **{name: array})

    return change


@pytest.mark.parametrize(
    "change",
    [
        *(changed("leaving", index, value) for index, value in ((0, 1), (1, 999), (1, -1), (-1, 0), (-1, 999))),
        *(changed("character", 0, value) for value in (-1, 10, 9)),
        *(changed("junction", index, value) for index, value in ((0, 1), (0, 3), (-1, 255))),
        *(changed("separator", index, value) for index, value in ((0, 1), (-1, 9))),
        *(changed("destination", index, value) for index, value in ((0, 0), (0, -1), (0, 1 << 30), (-1, 0))),
        *(changed("gain", 0, value) for value in (0.25, -1e9, -0.1, np.nan, np.inf, -np.inf)),
        *(changed("end", index, value) for index, value in ((0, 0.0), (-1, 1.0), (-1, np.nan), (-1, np.inf))),
        *(changed("layer_offset", index, value) for index, value in ((0, 1), (1, 11), (1, 99), (2, 0), (-1, 999))),
        *(changed("layer_character", index, value) for index, value in ((0, -1), (0, 10), (0, 9))),
        *(changed("layer_gain", 0, value) for value in (1.0, np.nan, -np.inf)),
        *(changed("layer_end", index, value) for index, value in ((0, 0.0), (1, np.nan))),
        *(
            lambda graph, density=density: replace(graph, density=density)
            for density in (0.0, 5e-324, -1.0, np.nan, np.inf)
        ),
        lambda graph: replace(graph, layer_end=np.full_like(graph.layer_end, -np.inf)),
        lambda graph: replace(graph, layer_end=graph.layer_end[:1]),
        lambda graph: replace(graph, end=graph.end[:1]),
    ],
)
def test_a_broken_graph_is_refused(change: Change) -> None:
    CoreDecoder(NET, GRAPH, OPTIONS)
    with pytest.raises(ValueError, match="refuses the decoding graph"):
        CoreDecoder(NET, change(GRAPH), OPTIONS)


@settings(max_examples=300)
@given(
    name=st.sampled_from(
        ("leaving", "character", "junction", "separator", "destination", "gain", "end")
        + ("layer_offset", "layer_character", "layer_gain", "layer_end")
    ),
    place=st.floats(0, 1, exclude_max=True),
    value=st.integers(-3, 260) | st.sampled_from([-(2**31), 2**31 - 1]),
)
def test_a_graph_that_is_not_refused_does_no_harm(name: str, place: float, value: int) -> None:
    array = getattr(GRAPH, name).copy()
    limits = np.iinfo(array.dtype) if array.dtype.kind in "iu" else None
    array[int(place * len(array))] = value if limits is None else np.clip(value, limits.min, limits.max)
    try:
        core = CoreDecoder(NET, replace(GRAPH, **{name: array}), OPTIONS)
    except ValueError:
        return
    for candidate in core.decode(STRIP, SCORES).candidates:
        assert 0 <= candidate.confidence <= 1


def decode_with(net: Net = NET, options: Options = OPTIONS, aspect: float = 1.0) -> None:
    CoreDecoder(net, GRAPH, options).decode(replace(STRIP, aspect=aspect), SCORES)


@pytest.mark.parametrize(
    "net",
    [
        *(replace(NET, scale=scale) for scale in (0.0, -0.25, 1e-9, 100.0, np.nan, np.inf)),
        *(replace(NET, first_px=first) for first in (-65, 65)),
        *(replace(NET, stride_px=stride) for stride in (0, -2, 65)),
        *(replace(NET, exponentials=np.full(256, value)) for value in (0.0, 2.0, np.nan)),
        replace(NET, exponentials=exponentials(0.25)[::-1].copy()),
    ],
)
def test_a_net_out_of_range_is_refused(net: Net) -> None:
    with pytest.raises(ValueError, match="out of its range"):
        decode_with(net)


@pytest.mark.parametrize(
    "options",
    [
        *(replace(OPTIONS, n_best=count) for count in (0, -1, 21)),
        *(replace(OPTIONS, reserve=count) for count in (-1, 3)),
        *(replace(OPTIONS, costs=(2.0, 5.0, cost, 4.0)) for cost in (-1.0, 701.0, np.nan, np.inf)),
    ],
)
def test_options_out_of_range_are_refused(options: Options) -> None:
    with pytest.raises(ValueError, match="out of its range"):
        decode_with(options=options)


@pytest.mark.parametrize("aspect", [0.0, -1.0, 1e-9, 1e9, np.nan, np.inf])
def test_an_aspect_out_of_range_is_refused(aspect: float) -> None:
    with pytest.raises(ValueError, match="out of its range"):
        decode_with(aspect=aspect)


@pytest.mark.parametrize(
    ("strip", "scores"),
    [
        (STRIP, SCORES.astype(np.int16)),
        (STRIP, SCORES[:, :-1]),
        (STRIP, SCORES[0]),
        (STRIP, SCORES[:0]),
        (STRIP, np.zeros((60_000, 12), np.int8)),  # sums would not be exact
        (STRIP, np.zeros((70_000, 12), np.int8)),
        (replace(STRIP, pixels=STRIP.pixels[:-1]), SCORES),
        (replace(STRIP, pixels=STRIP.pixels[:, :0]), SCORES),
        (replace(STRIP, pixels=STRIP.pixels.astype(np.int8)), SCORES),
        (replace(STRIP, pixels=np.zeros((32, 65_537), np.uint8)), SCORES),
    ],
)
def test_other_shapes_are_refused(strip: Strip, scores: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"scores are|a strip is|out of its range"):
        CoreDecoder(NET, GRAPH, OPTIONS).decode(strip, scores)


def test_strips_and_scores_need_not_lie_side_by_side() -> None:
    core = CoreDecoder(NET, GRAPH, OPTIONS)
    apart = np.asfortranarray(SCORES)
    wide = np.zeros((32, 2 * STRIP.pixels.shape[1]), np.uint8)
    wide[:, ::2] = STRIP.pixels
    assert core.decode(replace(STRIP, pixels=wide[:, ::2]), apart) == core.decode(STRIP, SCORES)


def test_only_a_checked_graph_is_decoded() -> None:
    core = CoreDecoder(NET, GRAPH, OPTIONS)
    core.decode(STRIP, SCORES)
    core._graph.arcs -= 1
    with pytest.raises(ValueError, match="out of its range"):
        core.decode(STRIP, SCORES)
    core._graph.arcs += 1
    core.decode(STRIP, SCORES)
    core._net.characters = 9
    with pytest.raises(ValueError, match="out of its range"):
        core.decode(STRIP, SCORES)


def test_null_pointers_are_refused() -> None:
    core = library()
    assert core is not None
    for name in ("pe_decode", "pe_judge"):
        function = decoding._function(core, name)
        assert function(None, None, None, None, 0, None, 0, 1.0, None, None) == structs.INVALID
    assert core.pe_graph_check(None, None) == structs.INVALID
    assert core.pe_graph_check(ctypes.byref(structs.Graph()), ctypes.byref(decoding._net(NET))) == structs.INVALID


def test_where_the_core_has_no_room_numpy_decodes() -> None:
    decoder, many = (Decoder(Grammar.from_pattern(r"\d{3}"), DIGITS, n) for n in (20, 21))
    assert core_decoder(decoder, COLUMNS, 0.25, 1024) is not None
    assert core_decoder(many, COLUMNS, 0.25, 1024) is None
    assert core_decoder(decoder, COLUMNS, 20.0, 1024) is None
    assert core_decoder(decoder, Columns(0, 1, 1), 0.25, 60_000) is None
