"""The training run: learns, can be interrupted, and refuses another recipe's folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from device_runtime.errors import PosteyeError
from train.data.writers import Writer
from train.runs.distributed import Group
from train.runs.trainer import Recipe, Run, load_float
from train.scanner.batches import plain_batches, training_batches
from train.scanner.greedy import greedy_strings
from train.scanner.postprocess import balance_blank, exact_rate, one_number
from train.synthesis.shards import Generated, Shard, ShardMaker, load_shard, make_shard, save_shard, shard_path

Fonts = tuple[list[Path], list[Path]]
RECIPE = Recipe(seed=3, shards=2, float_epochs=2, quantized_epochs=1, batch=16, bfloat16=False)


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory, writers: list[Writer], fonts: Fonts) -> Path:
    """A folder with two small shards and a held-out one."""
    folder = tmp_path_factory.mktemp("run") / "shards"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("train.synthesis.generator.find_fonts", lambda families: fonts[0])
        for index in range(3):
            save_shard(make_shard(writers, 3, index, 48), shard_path(folder, index))
    return folder


def run_in(folder: Path, shards: Path, recipe: Recipe = RECIPE) -> Run:
    """A run in a folder that uses the prepared shards."""
    folder.mkdir(exist_ok=True)
    if not (folder / "shards").exists():
        (folder / "shards").symlink_to(shards)
    return Run(folder, recipe, load_shard(shard_path(shards, 2)), Group(torch.device("cpu")))


def test_shards_survive_the_disk(
    shards: Path, writers: list[Writer], fonts: Fonts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.synthesis.generator.find_fonts", lambda families: fonts[0])
    again, loaded = make_shard(writers, 3, 1, 48), load_shard(shard_path(shards, 1))
    assert again.targets == loaded.targets
    for a, b in zip(again.pixels, loaded.pixels, strict=True):
        np.testing.assert_array_equal(a, b)


def test_batches_hold_every_strip_once(shards: Path) -> None:
    shard = load_shard(shard_path(shards, 0))
    targets = [t for batch in training_batches(shard, 16, np.random.default_rng(0)) for t in batch.targets]
    assert sorted(targets) == sorted(shard.targets)
    rows = [row for rows, _ in plain_batches(shard.pixels, 16) for row in rows]
    assert sorted(rows) == list(range(len(shard.pixels)))


def test_interrupted_run_ends_like_an_uninterrupted_one(tmp_path: Path, shards: Path) -> None:
    whole = run_in(tmp_path / "whole", shards)(lambda path: None)
    calls = 0

    def interrupt(path: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == 6:  # in the quantized phase, after the float phase was saved
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in(tmp_path / "cut", shards)(interrupt)
    resumed = run_in(tmp_path / "cut", shards)(lambda path: None)
    for a, b in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
        torch.testing.assert_close(a, b)
    lines = (tmp_path / "whole" / "metrics.jsonl").read_text().splitlines()
    assert len(lines) == 6


def test_folder_of_another_recipe_is_refused(tmp_path: Path, shards: Path) -> None:
    run_in(tmp_path / "a", shards)(lambda path: None)
    with pytest.raises(PosteyeError, match="another recipe"):
        run_in(tmp_path / "a", shards, replace(RECIPE, seed=4))(lambda path: None)


def test_greedy_reading_merges_runs() -> None:
    scores = np.zeros((1, 7, 12), np.float32)
    for column, best in enumerate([10, 4, 4, 10, 4, 11, 7]):
        scores[0, column, best] = 1
    assert greedy_strings(scores) == ["447"]


def test_what_is_measured_at_the_end_uses_strips_with_one_number(shards: Path, tmp_path: Path) -> None:
    net = run_in(tmp_path / "c", shards)(lambda path: None)
    shard = Shard([np.zeros((32, 40), np.uint8)] * 3, ["#12#", "1#2", "~"])
    pixels, digits = one_number(shard)
    assert digits == ["12"] and len(pixels) == 1
    assert 0 <= exact_rate(net, load_shard(shard_path(shards, 2))) <= 1


def test_shard_maker_reports_dead_workers(tmp_path: Path) -> None:
    path = tmp_path / "shards" / "shard-00000.npz"
    with (
        ShardMaker(Generated([], 1), [path], 1) as maker,  # no hands: the worker cannot write
        pytest.raises(PosteyeError, match=r"has died; shard-00000\.npz will not come"),
    ):
        maker.wait(path)


def test_balancing_blank_moves_only_its_logits(shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = run_in(tmp_path / "b", shards)(lambda path: None)
    before = list(net.convs())[-1].bias.detach().clone().view(2, 12)
    monkeypatch.setattr("train.scanner.postprocess.BLANK_PENALTIES", (1.5,))
    assert balance_blank(net, load_shard(shard_path(shards, 2))) == 1.5
    moved = list(net.convs())[-1].bias.detach().view(2, 12) - before
    torch.testing.assert_close(moved[:, 10], torch.full((2,), -1.5), rtol=0, atol=0.02)
    moved[:, 10] = 0
    assert moved.abs().max() < 1e-6


def test_the_run_of_an_older_net_is_refused(tmp_path: Path) -> None:
    torch.save({"state": {}, "channels": (4, 4, 4), "recipe": {}}, tmp_path / "float.pt")
    with pytest.raises(PosteyeError, match=r"another net .*3 numbers of channels for a net of 8 layers.*train again"):
        load_float(tmp_path)
