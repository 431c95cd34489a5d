"""A wider net reads what the narrow one read, and can learn more."""

from __future__ import annotations

import pytest
import torch

from device_runtime.bundle import load_bundle
from tests.stub import STUB_CHANNELS, make_stub_scanner, stub_bundle
from train.gtn.ctc import forward_penalty, topology
from train.scanner.from_bundle import restore_scanner
from train.scanner.quantization import OUTPUT_SCALE
from train.scanner.widen import widened

WIDE = tuple(c + 3 for c in STUB_CHANNELS)


def strips(seed: int = 5) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.rand(8, 1, 32, 96, generator=random) * (torch.rand(8, 1, 32, 96, generator=random) > 0.7)


@pytest.mark.parametrize("channels", [STUB_CHANNELS, WIDE])
def test_the_wider_net_scores_as_the_narrow_one_up_to_rounding(channels: tuple[int, ...], one_thread: None) -> None:
    source = make_stub_scanner()
    net = widened(source, channels, strips(), seed=1)
    assert net.channels == channels and not net.training
    seen = strips(6)
    with torch.no_grad():
        ours, theirs = net(seen), source(seen)
    assert float((ours - theirs).abs().mean()) < OUTPUT_SCALE / 2


def test_a_new_channel_changes_nothing_until_it_is_listened_to(one_thread: None) -> None:
    source = make_stub_scanner()
    one, other = (widened(source, WIDE, strips(), seed=seed) for seed in (1, 2))
    first, second = (next(net.parameters()) for net in (one, other))
    assert not torch.equal(first, second)
    with torch.no_grad():
        torch.testing.assert_close(one(strips(7)), other(strips(7)), atol=1e-4, rtol=1e-4)


def test_in_training_it_scores_nearly_alike_and_new_channels_begin_to_learn(one_thread: None) -> None:
    net = widened(restore_scanner(load_bundle(stub_bundle())), WIDE, strips(), seed=1)
    net.train()
    loss = forward_penalty(net(strips()).log_softmax(2), torch.full((8,), 48), topology(["12", "3"] * 4)).mean()
    loss.backward()
    old = STUB_CHANNELS[-1]
    grad = net.head.weight.grad
    assert grad is not None and float(grad[:, old:].abs().max()) > 0


@pytest.mark.parametrize("channels", [STUB_CHANNELS[:-1], (*STUB_CHANNELS[:-1], 2)])
def test_a_narrower_or_shorter_net_is_refused(channels: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="does not fit into one of"):
        widened(make_stub_scanner(), channels, strips(), seed=1)
