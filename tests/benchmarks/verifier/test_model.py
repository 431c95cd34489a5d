"""Bilinear pooling is what its formula says, and a verifier learns to tell drawn digits apart."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from benchmarks.verifier import training
from benchmarks.verifier.crops import Crops
from benchmarks.verifier.model import POOLINGS, Pooling, Verifier, bilinear_pooled, macs_of, weights_of
from benchmarks.verifier.training import distorted, scores, train
from train.progress import Progress


def test_pooling_is_the_signed_root_of_the_summed_outer_product_at_unit_length() -> None:
    random = np.random.default_rng(3)
    one, other = 5 * random.normal(size=(2, 3, 7)), 5 * random.normal(size=(2, 4, 7))
    found = bilinear_pooled(torch.from_numpy(one), torch.from_numpy(other)).numpy()
    for row in range(2):
        products = [np.outer(one[row, :, place], other[row, :, place]) for place in range(7)]
        summed = np.sum(products, axis=0).ravel()
        root = np.sign(summed) * np.sqrt(np.abs(summed))
        assert found[row] == pytest.approx(root / np.linalg.norm(root), abs=0.01)
        assert np.linalg.norm(found[row]) == pytest.approx(1.0)


def test_pooling_forgets_the_order_of_places_but_not_what_stands_together() -> None:
    one, other = torch.rand(1, 3, 7), torch.rand(1, 4, 7)
    order = torch.randperm(7, generator=torch.Generator().manual_seed(1))
    pooled = bilinear_pooled(one, other)
    assert torch.allclose(bilinear_pooled(one[:, :, order], other[:, :, order]), pooled, atol=1e-5)
    assert not torch.allclose(bilinear_pooled(one[:, :, order], other), pooled, atol=1e-3)


def test_empty_crops_have_finite_slopes() -> None:
    flat = torch.zeros(1, 3, 7, requires_grad=True)
    bilinear_pooled(flat, flat).sum().backward()
    assert flat.grad is not None and torch.isfinite(flat.grad).all()


def test_controls_cost_what_bilinear_pooling_costs() -> None:
    bilinear, plain, _ = (Verifier(pooling) for pooling in POOLINGS)
    assert weights_of(plain) == pytest.approx(weights_of(bilinear), rel=0.01)
    assert macs_of(plain) == pytest.approx(macs_of(bilinear), rel=0.02)


@pytest.mark.usefixtures("one_thread")
def test_multiply_accumulates_are_those_of_the_layers() -> None:
    net, counted = Verifier("places").eval(), 0

    def count(layer: torch.nn.Module, _: object, out: torch.Tensor) -> None:
        nonlocal counted
        if isinstance(layer, torch.nn.Conv2d):
            counted += layer.weight.numel() * out.shape[2] * out.shape[3]
        elif isinstance(layer, torch.nn.Linear):
            counted += layer.weight.numel()

    for layer in net.modules():
        layer.register_forward_hook(count)
    net(torch.zeros(1, 1, 32, 28))
    assert counted == macs_of(net)


def drawn(count: int, seed: int) -> Crops:
    """Ones and sevens of OpenCV's Hershey font, moved at random."""
    random = np.random.default_rng(seed)
    digits = random.choice([1, 7], count)
    pixels = np.zeros((count, 32, 28), np.uint8)
    for image, digit in zip(pixels, digits.tolist(), strict=True):
        left, bottom = (int(p) for p in (7 + random.integers(-2, 3), 26 + random.integers(-2, 3)))
        cv2.putText(image, str(digit), (left, bottom), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2, cv2.LINE_AA)
    return Crops(pixels, digits.astype(np.int64), np.zeros(count, np.bool_))


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("pooling", POOLINGS)
def test_a_verifier_learns_a_pair(pooling: Pooling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_BATCH", 16)  # few crops, and yet steps enough
    learned, other = drawn(256, 1), drawn(64, 2)
    found = scores(train(pooling, learned, 4, 5, Progress(shown=False)), other.pixels)
    assert np.exp(found).sum(1) == pytest.approx(1.0, abs=1e-5)
    odds = found[:, 7] - found[:, 1]
    assert ((odds > 0) == (other.digits == 7)).mean() > 0.9


@pytest.mark.usefixtures("one_thread")
def test_the_same_seed_gives_the_same_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_BATCH", 16)
    learned = drawn(32, 1)
    one, same, other = (
        scores(train("bilinear", learned, 1, seed, Progress(shown=False)), learned.pixels) for seed in (5, 5, 6)
    )
    assert (one == same).all() and not (one == other).all()


def test_no_crop_has_no_score() -> None:
    assert scores(Verifier("plain").eval(), np.zeros((0, 32, 28), np.uint8)).shape == (0, 10)


def test_crops_are_distorted_a_little_and_each_differently() -> None:
    torch.manual_seed(1)
    crops = torch.zeros(8, 1, 32, 28)
    crops[:, :, 8:24, 10:18] = 1
    found = distorted(crops)
    middles = [torch.nonzero(one[0] > 0.5).float().mean(0) for one in found]
    assert torch.stack(middles).std(0).min() > 0.1
    assert all(bool((abs(middle - torch.tensor([15.5, 13.5])) < 5).all()) for middle in middles)
