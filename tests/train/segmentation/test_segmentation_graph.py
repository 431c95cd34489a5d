"""The segmentation graph: every path from the first cut to the last uses each piece of ink once."""

from __future__ import annotations

import numpy as np
import pytest

from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.samples import load_samples
from tests.stub import random_strips
from train.segmentation.segmentation_graph import MEASURES, MOST_PIECES, SegmentationGraph, segment

SAMPLES = [normalize(load_gray(sample.path)).pixels for sample in load_samples()]


def random_path(graph: SegmentationGraph, random: np.random.Generator) -> list[int]:
    """Arcs of a path from the first node to the last, drawn at random."""
    node, arcs = 0, []
    while node < len(graph.cuts) - 1:
        arc = int(random.choice(np.flatnonzero(graph.source == node)))
        arcs.append(arc)
        node = int(graph.destination[arc])
    return arcs


@pytest.mark.parametrize("pixels", SAMPLES + random_strips(12, seed=3), ids=lambda pixels: str(pixels.shape[1]))
def test_every_path_uses_each_piece_of_ink_once(pixels: np.ndarray) -> None:
    graph = segment(pixels)
    random = np.random.default_rng(11)
    for _ in range(20):
        used = np.zeros(pixels.shape, np.int64)
        for arc in random_path(graph, random):
            used += (graph.piece >= graph.source[arc]) & (graph.piece < graph.destination[arc])
        assert (used == 1).all()


@pytest.mark.parametrize("pixels", SAMPLES, ids=lambda pixels: str(pixels.shape[1]))
def test_arcs_are_in_order_and_hold_few_pieces(pixels: np.ndarray) -> None:
    graph = segment(pixels)
    arcs = list(zip(graph.source.tolist(), graph.destination.tolist(), strict=True))
    assert arcs == sorted(set(arcs))
    assert {(node, node + 1) for node in range(len(graph.cuts) - 1)} <= set(arcs)
    assert (graph.destination - graph.source <= MOST_PIECES).all()
    assert (graph.left_px < graph.right_px).all()
    several = graph.destination - graph.source > 1
    assert not graph.bare[several].any()


def test_the_extent_of_an_arc_is_that_of_its_ink() -> None:
    for pixels in SAMPLES[:4]:
        graph = segment(pixels)
        for arc in np.flatnonzero(~graph.bare):
            mine = (graph.piece >= graph.source[arc]) & (graph.piece < graph.destination[arc]) & (pixels > 70)
            rows, columns = np.flatnonzero(mine.any(axis=1)), np.flatnonzero(mine.any(axis=0))
            assert (graph.left_px[arc], graph.right_px[arc]) == (columns[0], columns[-1] + 1)
            assert graph.measures[arc, MEASURES.index("height")] == rows[-1] + 1 - rows[0]


def test_no_arc_spans_a_wide_gap_and_its_paper_is_an_arc() -> None:
    pixels = np.zeros((32, 60), np.uint8)
    pixels[8:24, 10:13] = 255
    pixels[8:24, 17:20] = 255
    pixels[8:24, 40:43] = 255
    graph = segment(pixels)
    assert list(zip(graph.source.tolist(), graph.destination.tolist(), strict=True)) == [
        (0, 1), (0, 2), (1, 2), (2, 3), (3, 4),
    ]  # fmt: skip
    assert graph.bare.tolist() == [False, False, False, True, False]
    assert graph.measures[3].sum() == 1 == graph.measures[3, MEASURES.index("bare")]
    run = dict(zip(MEASURES, graph.measures[1].tolist(), strict=True))
    assert run == dict.fromkeys(MEASURES, 0) | {"ink": 1, "inner cuts": 1, "inner gaps": 4, "height": 16, "width": 10}


def test_ink_under_a_cut_is_measured_on_both_sides() -> None:
    pixels = np.zeros((32, 60), np.uint8)
    pixels[8:24, 10:22] = 255
    pixels[8:24, 28:40] = 255
    pixels[14:17, 22:28] = 255
    graph = segment(pixels)
    cut = {name: graph.measures[:, MEASURES.index(name)] for name in MEASURES}
    between = [node for node in range(1, len(graph.cuts) - 1) if 22 <= graph.cuts[node].min() <= 28]
    assert len(between) == 1
    assert (cut["cut at its end"][graph.destination == between[0]] == 3).all()
    assert (cut["touches at its begin"][graph.source == between[0]] == 1).all()
    spanning = (graph.source < between[0]) & (graph.destination > between[0])
    assert (cut["inner ink"][spanning] >= 3).all()


def test_an_empty_strip_is_one_bare_arc() -> None:
    graph = segment(np.zeros((32, 40), np.uint8))
    assert graph.source.tolist() == [0] and graph.destination.tolist() == [1]
    assert graph.bare.all() and (graph.left_px[0], graph.right_px[0]) == (0, 40)
