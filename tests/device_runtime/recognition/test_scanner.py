"""Strip in, penalties out: the columns belong to the strip, and the numbers are a softmax's."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from device_runtime.bundle import load_bundle
from device_runtime.engines import pick
from device_runtime.errors import PosteyeError
from device_runtime.recognition.scanner import Scanner, exponentials, pad_to_width, penalties
from device_runtime.types import Strip
from tests.engines_here import ALL_ENGINES
from tests.stub import random_strips, stub_bundle


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    bundle = load_bundle(stub_bundle())
    return Scanner(bundle, pick("numpy", bundle.model))


def test_a_strip_gives_a_column_for_every_two_pixels(scanner: Scanner) -> None:
    pixels = random_strips(1, seed=2)[0]
    found = scanner(Strip(pixels, np.eye(2, 3), True))
    columns = pixels.shape[1] // 2
    assert found.values.shape == (columns, 12) and found.values.dtype == np.float32
    assert found.x_px.dtype == np.float32 and found.x_px[:3].tolist() == [-1, 1, 3]
    assert (found.alphabet, found.blank, found.rubbish) == ("0123456789", 10, 11)
    assert np.allclose(np.exp(-found.values.astype(np.float64)).sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("width", "columns"), [(1, 2), (4, 2), (5, 4), (96, 48), (97, 50), (1023, 512)])
def test_an_uneven_width_counts_as_the_next_multiple_of_four(scanner: Scanner, width: int, columns: int) -> None:
    assert len(scanner.scores(np.zeros((32, width), np.uint8))) == columns


def test_the_best_score_has_the_smallest_penalty(scanner: Scanner) -> None:
    pixels = random_strips(1, seed=3)[0]
    values = scanner(Strip(pixels, np.eye(2, 3), True)).values
    scores = scanner.scores(pixels)
    assert np.array_equal(np.argsort(-scores.astype(int), kind="stable"), np.argsort(values, kind="stable"))


@pytest.mark.parametrize("name", ALL_ENGINES)
def test_the_padding_leaves_no_trace_far_from_the_end(name: str) -> None:
    """A strip on its own and the same strip in a longer one agree as far as no receptive field reaches past the end.

    Nearer to the end they need not: paper in a wider strip is not the same as no strip at all.
    """
    bundle = load_bundle(stub_bundle())
    scanner = Scanner(bundle, pick(name, bundle.model))
    output = bundle.manifest.output
    long = np.concatenate(random_strips(20, seed=5, widest_px=60), axis=1)[:, :384]
    short = long[:, :252]
    alone, within = scanner.scores(short), scanner.scores(long)
    assert len(alone) == 126 and len(within) == 192
    # The padding to 256 px is paper, where the long strip has ink.
    last = (252 - output.receptive_field_px // 2 - 1 - output.first_column_px) // output.column_stride_px
    assert np.array_equal(alone[:last], within[:last])
    assert not np.array_equal(alone, within[:126])


def test_penalties_are_the_negative_log_softmax() -> None:
    random = np.random.default_rng(6)
    scores = random.integers(-128, 128, (500, 12)).astype(np.int8)
    scale = float(np.float32(0.137))
    logits = scores.astype(np.float64) * scale
    below = logits.max(axis=1, keepdims=True) - logits
    expected = below + np.log(np.exp(-below).sum(axis=1, keepdims=True))
    found, _ = penalties(scores, scale, exponentials(scale))
    assert np.allclose(found, expected, rtol=1e-7, atol=1e-12)
    assert (found >= 0).all()


@pytest.mark.parametrize("scale", [2.0**-12, 0.1, float(np.float32(0.137)), 1 / 3, 1.0, 15.99])
def test_exponentials_are_the_numbers_nearest_to_the_true_ones(scale: float) -> None:
    with localcontext() as context:
        context.prec = 60
        assert exponentials(scale).tolist() == [float((-k * Decimal(scale)).exp()) for k in range(256)]


def test_penalties_worked_out_by_hand() -> None:
    scores = np.array([[3, 3, *[-128] * 10], [127, *[-128] * 11]], np.int8)
    found, _ = penalties(scores, 1.0, exponentials(1.0))
    assert found[0, 0] == np.float32(math.log(2)) and found[0, 2] == np.float32(131 + math.log(2))
    assert found[1].tolist() == [0.0, *[255.0] * 11]


def test_a_strip_too_wide_names_the_limit(scanner: Scanner) -> None:
    assert scanner.scores(np.zeros((32, 1024), np.uint8)).shape == (512, 12)
    with pytest.raises(PosteyeError, match=r"1028 px .* up to 1024 px"):
        scanner.scores(np.zeros((32, 1028), np.uint8))


@pytest.mark.parametrize("shape", [(31, 96), (32, 0), (32, 96, 1)])
def test_what_is_no_strip_is_a_mistake_of_the_caller(scanner: Scanner, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a strip is"):
        scanner.scores(np.zeros(shape, np.uint8))


def test_padding_adds_paper_on_the_right() -> None:
    strip = np.full((32, 100), 9, np.uint8)
    padded = pad_to_width(strip, (96, 160))
    assert padded.shape == (32, 160)
    assert (padded[:, :100] == 9).all() and not padded[:, 100:].any()
