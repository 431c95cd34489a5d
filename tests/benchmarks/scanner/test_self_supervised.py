"""Learning to fill in hidden columns: only they count, the net does not see them, and it gets better at it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmarks.scanner.self_supervised import (
    BLOCK_PX,
    HIDDEN_INK,
    Comparison,
    MaskedScanner,
    hidden_columns,
    masked_loss,
    masked_training,
    starts_table,
)
from benchmarks.scanner.short import Asked
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.types import Strip
from tests.stub import STUB_CHANNELS, random_strips
from train.runs.recipe import PRESETS
from train.scanner.model import ScanningLeNet
from train.synthesis.shards import Shard

RECIPE = replace(PRESETS["first"].recipe, seed=1, batch=8, channels=STUB_CHANNELS)
SHARD = Shard(random_strips(24, 1, 80), ["12"] * 24)


def test_whole_blocks_of_columns_are_hidden() -> None:
    hidden = hidden_columns(torch.zeros(400, 1, 32, 100), np.random.default_rng(1))
    assert hidden.shape == (400, 1, 1, 100)
    blocks = hidden[:, 0, 0, : 8 * BLOCK_PX].reshape(400, 8, BLOCK_PX)
    assert torch.equal(blocks.any(2), blocks.all(2))
    assert 0.3 < float(blocks.float().mean()) < 0.4


def test_only_hidden_pixels_count_and_the_net_does_not_see_them() -> None:
    strips = torch.rand(2, 1, 32, 48, generator=torch.Generator().manual_seed(1))
    hidden = torch.zeros(2, 1, 1, 48, dtype=torch.bool)
    hidden[..., 12:24] = True

    class Oracle(nn.Module):
        def forward(self, given: Tensor) -> Tensor:
            assert bool((given[..., 12:24] == HIDDEN_INK).all()) and torch.equal(given[..., 24:], strips[..., 24:])
            return torch.where(hidden, strips, 99.0)  # wrong wherever it does not count

    class Blind(nn.Module):
        def forward(self, given: Tensor) -> Tensor:
            return torch.full_like(given, float(strips[..., 12:24].mean()))

    assert float(masked_loss(Oracle(), strips, hidden)) == 0
    assert float(masked_loss(Blind(), strips, hidden)) == pytest.approx(1.0, abs=0.01)  # the mean explains nothing


def test_every_column_of_the_last_map_draws_its_own_four_columns_of_pixels() -> None:
    masked = MaskedScanner(ScanningLeNet(STUB_CHANNELS)).eval()
    with torch.no_grad():
        masked.pixels.weight.zero_()
        assert masked.pixels.bias is not None
        masked.pixels.bias.copy_(torch.arange(128.0))  # by row, then by column of the four
        drawn = masked(torch.zeros(1, 1, 32, 16))
    assert drawn.shape == (1, 1, 32, 16)
    assert drawn[0, 0, 3].tolist() == [12.0, 13.0, 14.0, 15.0] * 4


def test_a_net_gets_better_at_it_and_its_layers_change(one_thread: None) -> None:
    torch.manual_seed(1)
    net = ScanningLeNet(STUB_CHANNELS)
    stripes = [np.tile(np.repeat(np.array([0, 200], np.uint8), 6), 8)[None].repeat(32, 0) for _ in range(16)]
    before = [weight.detach().clone() for weight in net.convs.parameters()]
    learned, seconds, losses = masked_training(net, [Shard(stripes, [""] * 16)], RECIPE, 6)
    assert learned is net and seconds > 0 and len(losses) == 6
    assert losses[-1] < 0.8 * losses[0]
    assert all(not torch.equal(a, b) for a, b in zip(before, net.convs.parameters(), strict=True))


def test_starts_are_compared_after_equal_passes_and_after_equal_time(one_thread: None) -> None:
    decoder = Decoder(Grammar.from_pattern(r"\d{1,8}", DIGITS), DIGITS)
    strips = [Strip(pixels, np.eye(2, 3), True) for pixels in SHARD.pixels]
    sets = [Asked(name, strips, SHARD.targets, decoder) for name in ("held-out", "amounts", "clinic")]
    rows, losses = Comparison([SHARD], [SHARD], SHARD, sets, 2, 4).rows(RECIPE)
    assert [row.name for row in rows] == ["random", "masked strips", "random, as long"]
    assert rows[0].passes == rows[1].passes == 2
    assert rows[2].passes == max(2, round(2 * sum(rows[1].seconds) / rows[0].seconds[1]))
    assert rows[0].seconds[0] == rows[2].seconds[0] == 0 < rows[1].seconds[0]
    assert len(losses) == 4 and len(starts_table(rows).lines) == 3
