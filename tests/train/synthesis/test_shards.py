"""Files of strips: cut or changed ones are told in one line and made again, the same."""

from __future__ import annotations

import os
import signal
import time
import zipfile
from multiprocessing.context import SpawnProcess
from pathlib import Path

import numpy as np
import pytest

from device_runtime.errors import PosteyeError
from tests.train.blots import Blots
from train.data.damaged import DamagedFileError
from train.synthesis.shards import Shard, ShardMaker, load_shard, save_shard, shard_path


def same(a: Shard, b: Shard) -> bool:
    """Whether two shards hold the same."""
    return a.targets == b.targets and all(np.array_equal(x, y) for x, y in zip(a.pixels, b.pixels, strict=True))


def test_no_damage_goes_unseen(tmp_path: Path) -> None:
    path = tmp_path / "shard.npz"
    save_shard(Blots([], 1, 20).shard(0, lambda: None), path)
    whole, content = load_shard(path), path.read_bytes()
    random = np.random.default_rng(5)
    seen = 0
    for number in range(300):
        damaged = bytearray(content)
        at = int(random.integers(len(content)))
        if number % 3 == 0:
            del damaged[at:]
        elif number % 3 == 1:
            damaged[at] ^= 1 << int(random.integers(8))
        else:
            damaged[at : at + 500] = bytes(len(damaged[at : at + 500]))
        path.write_bytes(damaged)
        try:
            assert same(load_shard(path), whole)  # a date or the like has changed
        except DamagedFileError as error:
            assert "\n" not in str(error) and str(path) in str(error)
            seen += 1
    assert seen > 280


def test_what_is_no_shard_is_said(tmp_path: Path) -> None:
    with pytest.raises(PosteyeError, match=r"there is no .*none\.npz; `posteye train` makes such files"):
        load_shard(tmp_path / "none.npz")
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as other:
        other.writestr("readme", "no strips")
    with pytest.raises(DamagedFileError, match=r"other\.npz is damaged"):
        load_shard(tmp_path / "other.npz")


def test_missing_shards_are_made_and_damaged_ones_made_again(tmp_path: Path) -> None:
    source = Blots([], 4, 6)
    paths = [shard_path(tmp_path / "shards", index) for index in range(3)]
    paths[0].parent.mkdir()
    save_shard(source.shard(0, lambda: None), paths[0])
    before = paths[0].stat().st_mtime_ns
    paths[1].write_bytes(b"half a shard")
    with ShardMaker(source, paths, 2) as maker:
        for path in paths:
            maker.wait(path)
        assert maker.made == 1
    assert paths[0].stat().st_mtime_ns == before
    assert all(same(load_shard(path), source.shard(index, lambda: None)) for index, path in enumerate(paths))
    assert len(list(paths[0].parent.iterdir())) == 3


def test_an_interrupt_while_workers_start_is_not_lost_and_is_not_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = ShardMaker(Blots([], 4, 6), [shard_path(tmp_path, index) for index in range(50)], workers=2)
    start = type(maker._processes[0]).start

    def interrupted_start(process: SpawnProcess) -> None:
        start(process)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(type(maker._processes[0]), "start", interrupted_start)
    with pytest.raises(KeyboardInterrupt), maker:
        pass
    assert [process.is_alive() for process in maker._processes] == [False, False]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()


def test_ctrl_c_does_not_reach_the_workers(tmp_path: Path) -> None:
    paths = [shard_path(tmp_path, index) for index in range(2)]
    with ShardMaker(Blots([], 4, 6), paths, workers=1) as maker:
        for _ in range(10):
            os.kill(int(maker._processes[0].pid or 0), signal.SIGINT)
            time.sleep(0.1)
        for path in paths:
            maker.wait(path)
