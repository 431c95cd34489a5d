"""Segments are scored alone, and a score is the sum over all ways to read exactly one digit, nothing, or rubbish."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from device_runtime.bundle import load_bundle
from device_runtime.engines import pick
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scanner import Scanner
from device_runtime.samples import load_samples
from device_runtime.types import Strip
from train.segmentation.segment_scorer import ArcRecognizer, _one_character
from train.segmentation.segmentation_graph import SegmentationGraph, segment


@pytest.fixture(scope="module")
def recognizer() -> ArcRecognizer:
    bundle = load_bundle()
    return ArcRecognizer(Scanner(bundle, pick("numpy", bundle.model)))


def sample_strip(number: int) -> Strip:
    return normalize(load_gray(load_samples()[number].path))


def test_a_score_sums_over_all_class_paths() -> None:
    classes, length = 2, 5
    columns = np.random.default_rng(4).normal(-1.5, 1, (3, length, classes + 2))
    found = _one_character(columns, classes)
    for segment_columns, scores in zip(columns, found, strict=True):
        ways: list[list[float]] = [[], [], [], []]
        for path in itertools.product(range(classes + 2), repeat=length):
            score = float(segment_columns[np.arange(length), path].sum())
            signs = "".join("01_#"[kind] for kind in path)
            inner = signs.strip("_")
            if inner in {"0" * n for n in range(1, length + 1)} | {"1" * n for n in range(1, length + 1)}:
                ways[int(inner[0])].append(score)
            elif not inner:
                ways[classes].append(score)
            elif set(inner) <= {"#", "_"}:
                ways[classes + 1].append(score)
        np.testing.assert_allclose(scores, [np.logaddexp.reduce(kind) for kind in ways], atol=1e-9)


def test_scores_are_probabilities_of_things_that_exclude_each_other(recognizer: ArcRecognizer) -> None:
    strip = sample_strip(4)
    scores = recognizer.recognize(strip, segment(strip.pixels))
    assert (np.exp(scores).sum(axis=1) <= 1 + 1e-5).all()


def test_a_segment_scores_the_same_alone_and_in_company(recognizer: ArcRecognizer) -> None:
    strip = sample_strip(4)
    graph = segment(strip.pixels)
    together = recognizer.recognize(strip, graph)
    chosen = np.flatnonzero(~graph.bare)[::5]
    for arc in chosen:
        keep = slice(arc, arc + 1)
        alone = SegmentationGraph(
            graph.cuts,
            graph.piece,
            graph.source[keep],
            graph.destination[keep],
            graph.left_px[keep],
            graph.right_px[keep],
            graph.measures[keep],
        )
        # Not to the last digit: beyond the receptive field's paper there is a neighbour, or the end of the strip.
        np.testing.assert_allclose(recognizer.recognize(strip, alone)[0], together[arc], rtol=5e-3, atol=1e-2)


def test_a_whole_digit_is_read_and_bare_paper_is_none(recognizer: ArcRecognizer) -> None:
    pixels = np.zeros((32, 80), np.uint8)
    pixels[6:26, 12:15] = 255  # a one
    pixels[6:26, 60:63] = 255
    strip = Strip(pixels, np.eye(2, 3), True)
    graph = segment(pixels)
    scores = recognizer(strip, graph)
    assert graph.bare.tolist() == [False, True, False]
    assert scores[[0, 2], :10].argmax(axis=1).tolist() == [1, 1]
    assert np.isneginf(scores[1, :10]).all() and np.isfinite(scores[1, 10:]).all()


def test_an_empty_strip_has_one_bare_arc(recognizer: ArcRecognizer) -> None:
    strip = Strip(np.zeros((32, 40), np.uint8), np.eye(2, 3), False)
    scores = recognizer(strip, segment(strip.pixels))
    assert scores.shape == (1, 12) and np.isfinite(scores[0, 10:]).all()
