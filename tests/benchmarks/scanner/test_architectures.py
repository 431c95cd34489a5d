"""The search for the architecture: what variants cost, and one short training of the smallest kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from benchmarks.scanner.architectures import (
    VARIANTS,
    Variant,
    VariantFigures,
    architectures,
    macs,
    run_variant,
    string_loss,
    variants_table,
)
from device_runtime.errors import PosteyeError
from tests.stub import STUB_CHANNELS, random_strips
from train.scanner.model import CLASSES, SHAPES, ScanningLeNet
from train.synthesis.shards import Shard, save_shard, shard_path


def test_the_net_that_ships_costs_what_is_allowed() -> None:
    net = ScanningLeNet()
    assert macs(net) == 7_851_520
    assert sum(parameter.numel() for parameter in net.parameters()) == 124_456


@pytest.mark.parametrize("name", list(VARIANTS))
def test_every_variant_keeps_to_the_budget_and_gives_a_column_per_2_px(name: str) -> None:
    net = ScanningLeNet(VARIANTS[name].channels, VARIANTS[name].shapes).eval()
    assert macs(net) <= 8_000_000
    assert net(torch.zeros(1, 1, 32, 64)).shape == (1, 32, CLASSES)


def test_a_string_that_is_lost_altogether_counts_twelve_nats() -> None:
    class Sure(torch.nn.Module):
        def forward(self, strips: torch.Tensor) -> torch.Tensor:
            logits = torch.zeros(len(strips), strips.shape[3] // 2, CLASSES)
            logits[..., 3] = 50.0
            return logits

    strips = [np.zeros((32, 40), np.uint8)]
    assert string_loss(Sure(), strips, ["3"]) < 0.01
    assert string_loss(Sure(), strips, ["7"]) == 12.0


def test_a_variant_is_trained_and_measured(tmp_path: Path) -> None:
    (tmp_path / "run" / "shards").mkdir(parents=True)
    strips = random_strips(40, seed=1, widest_px=80)
    shard = Shard(strips, ["12" for _ in strips])
    save_shard(shard, shard_path(tmp_path / "run" / "shards", 0))
    save_shard(shard, tmp_path / "run" / "held-out-0.npz")
    row = run_variant("tiny", Variant(STUB_CHANNELS, SHAPES), tmp_path / "run", 1, 1, tmp_path / "work", {})
    assert set(row.exact) == {"held-out"}
    assert 0 < row.loss["held-out"] <= 12


def test_the_table_has_a_line_a_variant() -> None:
    row = VariantFigures("eight", 124_456, 7_851_520, {"held-out": 0.6179}, {"held-out": 2.397})
    assert variants_table([row, row]).lines[1] == ["eight", "124,456", "7.85 M", "61.8%", "2.40"]


def test_a_folder_without_shards_is_refused(tmp_path: Path) -> None:
    save_shard(Shard(random_strips(4, seed=1), ["1"] * 4), tmp_path / "held-out-0.npz")
    result = CliRunner().invoke(architectures, [str(tmp_path), "--only", "eight", "--work", str(tmp_path / "work")])
    assert isinstance(result.exception, PosteyeError) and "give a training folder" in str(result.exception)
