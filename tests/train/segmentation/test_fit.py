"""The loss of the segmenter's training is the lattice's own discriminative forward score, and training lowers it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from device_runtime.bundle import load_bundle
from device_runtime.decoding.decoding_graph import make_decoding_graph
from device_runtime.decoding.masses import masses
from device_runtime.decoding.search import best_codes
from device_runtime.engines import pick
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.recognition.scanner import Scanner
from device_runtime.samples import load_samples
from device_runtime.types import Strip
from train.segmentation.fit import Batch, fit, losses, make_batch
from train.segmentation.segment_lattice import SegmentRecognizer
from train.segmentation.segment_scorer import SCORE_WEIGHT, WEIGHTS, ArcRecognizer

DIGITS = "0123456789"


def written_samples() -> tuple[list[Strip], list[str]]:
    written = [sample for sample in load_samples() if sample.expected and "hand" in sample.file]
    return [normalize(load_gray(sample.path)) for sample in written], [sample.expected or "" for sample in written]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    bundle = load_bundle()
    return Scanner(bundle, pick("numpy", bundle.model))


@pytest.fixture(scope="module")
def batch(scanner: Scanner) -> Batch:
    return make_batch(*written_samples(), ArcRecognizer(scanner))


def test_the_loss_is_that_of_the_lattice(scanner: Scanner, batch: Batch) -> None:
    strips, codes = written_samples()
    assert len(batch.cuts) == len(codes)
    weights = torch.tensor(WEIGHTS, dtype=torch.float32)
    found = losses(batch, torch.tensor(SCORE_WEIGHT), weights).tolist()
    for strip, code, loss in zip(strips, codes, found, strict=True):
        lattice = SegmentRecognizer(scanner)(strip)
        plan = make_decoding_graph(Grammar.from_pattern(code, DIGITS).automaton, DIGITS)
        arcs = [best.arcs for best in best_codes(plan, lattice, 1)]
        expected = np.log(lattice.free_mass / masses(plan, lattice, arcs)[0])
        assert loss == pytest.approx(expected, abs=2e-3)


def test_training_lowers_the_loss(batch: Batch) -> None:
    _, weights, means = fit(batch, 8)
    assert means[-1] < means[0]
    assert np.isfinite(weights.numpy()).all()
