"""Nets of several sizes: they cost what their names say, hold the small one, and are measured in one row each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from benchmarks.figures.files import load
from benchmarks.scanner import nets
from benchmarks.scanner.architectures import macs
from benchmarks.scanner.nets import NETS, int8_bytes
from benchmarks.scanner.short import Asked
from device_runtime.bundle import load_bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.grammar.grammar import DIGITS, Grammar
from device_runtime.types import Strip
from tests.stub import STUB_CHANNELS, random_strips, stub_bundle
from train.scanner.model import ScanningLeNet
from train.scanner.sizes import SMALL
from train.synthesis.shards import Shard, save_shard, shard_path

SHARD = Shard(random_strips(24, 1, 80), ["12"] * 24)


@pytest.mark.parametrize("name", NETS)
def test_a_net_costs_what_it_is_called_by_and_has_room_for_the_small_one(name: str) -> None:
    assert macs(ScanningLeNet(NETS[name])) / 1e6 == pytest.approx(float(name.removesuffix(" M")), rel=0.05)
    assert all(new >= old for new, old in zip(NETS[name], SMALL, strict=True))


def test_bytes_are_those_of_the_converted_net(one_thread: None) -> None:
    torch.manual_seed(1)
    assert int8_bytes(ScanningLeNet(STUB_CHANNELS), SHARD) == pytest.approx(
        len(load_bundle(stub_bundle()).model), rel=0.02
    )


def test_each_net_is_trained_on_the_same_strips_and_kept_with_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None
) -> None:
    wider = tuple(c + 2 for c in STUB_CHANNELS)
    monkeypatch.setattr(nets, "NETS", {"8 M": STUB_CHANNELS, "15 M": wider})
    monkeypatch.setattr(nets, "SMALL", STUB_CHANNELS)
    monkeypatch.setattr(nets, "int8_bytes", lambda net, held_out: 1234)
    decoder = Decoder(Grammar.from_pattern(r"\d{1,8}", DIGITS), DIGITS)
    strips = [Strip(pixels, np.eye(2, 3), True) for pixels in SHARD.pixels]
    sets = [Asked(name, strips, SHARD.targets, decoder) for name in ("held-out", "amounts", "printed", "clinic")]
    monkeypatch.setattr(nets, "sets_of", lambda *_: sets)
    monkeypatch.setattr(nets, "load_real_strings", lambda folder: (None, None))
    (tmp_path / "shards").mkdir()
    save_shard(SHARD, shard_path(tmp_path / "shards", 0))
    save_shard(SHARD, tmp_path / "held-out.npz")
    for name in ("check_amounts", "printed_postcode_lines"):
        (tmp_path / name).mkdir()
    words = [str(tmp_path / "shards"), str(tmp_path / "held-out.npz"), "--data", str(tmp_path), "--strings"]
    words += [
        str(tmp_path / "shards"),
        "--count",
        "1",
        "--passes",
        "1",
        "--bundle",
        str(stub_bundle()),
        "--results",
        str(tmp_path / "nets.json"),
    ]
    done = CliRunner().invoke(nets.nets, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    kept = load(tmp_path / "nets.json").values
    assert [line[0] for line in kept["nets"]["lines"]] == ["first", "8 M", "15 M"]
    rows = list(kept["rows"].values())
    assert rows[0]["seconds"] == 0 < rows[1]["seconds"] and rows[1]["macs"] < rows[2]["macs"]
    assert kept["strips"] == 24 and kept["of"] == dict.fromkeys(("held-out", "amounts", "printed", "clinic"), 24)
