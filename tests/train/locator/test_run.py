"""A training on stub pieces learns, stops and goes on, and leaves what the conversion takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import pytest
import torch

import train.locator.trainer
from convert.locator.folder import load_trained, load_views
from device_runtime.errors import PosteyeError
from tests.stub_pieces import StubPieces, stub_views
from train.locator.run import run
from train.locator.shards import Views, render_shard, save_views
from train.locator.shards import load_views as load_shard
from train.locator.trainer import LocatorRecipe, LocatorRun
from train.progress import Progress
from train.synthesis.pieces.piece import Piece

RECIPE = LocatorRecipe(minutes=0.1, batch=8, bfloat16=False)
SILENT = Progress(shown=False)


def test_shards_come_back(tmp_path: Path) -> None:
    views = render_shard(StubPieces(), 3, 5)
    save_views(views, tmp_path / "shard.npz")
    again = load_shard(tmp_path / "shard.npz")
    assert all((a == b).all() for a, b in zip(views.pixels, again.pixels, strict=True))
    for one, other in zip(views.truths, again.truths, strict=True):
        assert (one.corners == other.corners).all() and (one.visible == other.visible).all()
        assert (one.roles == other.roles).all() and one.turn == other.turn


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    (tmp_path / "shard.npz").write_bytes(b"PK\x03\x04 no more")
    with pytest.raises(PosteyeError, match=r"shard\.npz"):
        load_shard(tmp_path / "shard.npz")


class FewPieces(StubPieces):
    """A source that fails after a few pieces."""

    def pieces(self, index: int) -> Iterator[Piece]:
        yield from islice(super().pieces(index), 3)
        raise PosteyeError("no more paper")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that moves by half a second whenever it is looked at, so that a training has a fixed number of steps."""
    ticks = count()
    monkeypatch.setattr("train.locator.trainer.time.monotonic", lambda: next(ticks) / 2)


def test_a_whole_run_leaves_what_the_conversion_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("train.locator.run._HELD_OUT_PIECES", 16)
    folder = tmp_path / "run"
    found = run(folder, RECIPE, (StubPieces(1), StubPieces(2)), 128, ("bars",), SILENT)
    assert found.frames == found.destinations == 16 and found.numbers == 48
    trained = load_trained(folder)
    assert trained.sources == ("bars",) and trained.recipe["pieces"] == 128
    assert load_views(folder, 16).shape == (16, 240, 320)
    # All that was made is taken up again, and gives the same net.
    again = run(folder, RECIPE, (StubPieces(1), StubPieces(2)), 128, ("bars",), SILENT)
    assert again == found


def test_a_renderer_that_fails_ends_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("train.locator.run._HELD_OUT_PIECES", 1)
    with pytest.raises(PosteyeError, match="the process that renders pieces has died"):
        run(tmp_path / "run", RECIPE, (FewPieces(), StubPieces(2)), 256, ("bars",), SILENT)


def test_a_stopped_training_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    views = stub_views(16)
    monkeypatch.setattr(train.locator.trainer, "_SAVED_EVERY_S", 0.0)
    calls = 0

    def stopping() -> Views:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return views

    with pytest.raises(KeyboardInterrupt):
        LocatorRun(tmp_path, RECIPE, stopping)()
    kept = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert (kept["phase"], *kept["done"]) == ("float", 2.0, 4)
    net = LocatorRun(tmp_path, RECIPE, lambda: views)()
    kept = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert (kept["phase"], *kept["done"]) == ("quantized", 1.5, 3)
    assert (tmp_path / "float.pt").exists() and not net.training
    with pytest.raises(PosteyeError, match="another recipe"):
        LocatorRun(tmp_path, replace(RECIPE, seed=1), lambda: views)()
