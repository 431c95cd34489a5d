"""Two processes train one net: alike on both, as one process would, and continued after one of them died."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from device_runtime.errors import PosteyeError
from tests.stub import random_strips
from tests.train.ranks import RECIPE, start_net
from train.scanner.batches import Batch
from train.scanner.distributed import Group
from train.scanner.trainer import Run
from train.synthesis.shards import Shard, load_shard, save_shard, shard_path

_STRIPS = 33


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two small shards and one to report on, of blots with digits for targets."""
    folder = tmp_path_factory.mktemp("ranks")
    (folder / "shards").mkdir()
    random = np.random.default_rng(7)
    for index in range(3):
        targets = ["".join(str(d) for d in random.integers(0, 10, 2)) for _ in range(_STRIPS)]
        save_shard(Shard(random_strips(_STRIPS, index, 80), targets), shard_path(folder / "shards", index))
    return folder


def launch(what: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Two ranks under torchrun."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    place = Path(__file__).parents[3]
    settings = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(place)}
    return subprocess.run(
        [*command, "-m", "tests.train.ranks", what, str(folder)],
        env=settings,
        cwd=place,
        capture_output=True,
        text=True,
        timeout=400,
    )


def states(what: str, folder: Path) -> list[dict[str, Tensor]]:
    """What both ranks ended with."""
    return [torch.load(folder / f"{what}-{rank}.pt", weights_only=True) for rank in range(2)]


def assert_same(first: dict[str, Tensor], second: dict[str, Tensor]) -> None:
    """Equal to the bit."""
    assert first.keys() == second.keys()
    for name, value in first.items():
        assert torch.equal(value, second[name]), name


@pytest.mark.slow
def test_two_ranks_quantise_as_one_process_does(folder: Path, one_thread: None) -> None:
    done = launch("quantized", folder)
    assert done.returncode == 0, done.stderr
    first, second = states("quantized", folder)
    assert_same(first, second)

    start = start_net("quantized")
    before = {name: value.clone() for name, value in start.state_dict().items()}
    alone = folder / "alone"
    alone.mkdir()
    (alone / "shards").symlink_to(folder / "shards")
    validation = load_shard(shard_path(folder / "shards", 2))
    expected = Run(alone, RECIPE, validation, Group(torch.device("cpu")), start)(lambda path: None).state_dict()
    # Sums in another order flip a rounding here and there; beside what was learned that is nothing.
    weights = [name for name in expected if name.endswith(("weight", "bias"))]
    learned = torch.cat([(expected[name] - before[name]).flatten() for name in weights])
    apart = torch.cat([(expected[name] - first[name]).flatten() for name in weights])
    assert learned.norm() > 0.01 and apart.norm() < 0.1 * learned.norm()


@pytest.mark.slow
def test_a_dying_rank_ends_all_and_the_run_continues(folder: Path) -> None:
    died = launch("broken", folder)
    assert died.returncode != 0 and not list(folder.glob("broken-*.pt"))
    assert (folder / "whole" / "float.pt").exists()
    resumed = launch("whole", folder)
    assert resumed.returncode == 0, resumed.stderr
    assert_same(*states("whole", folder))
    rows = [json.loads(line) for line in (folder / "whole" / "metrics.jsonl").read_text().splitlines()]
    # The float phase was done once, and the leader alone has reported.
    assert [row["shard"] for row in rows if row["phase"] == "float"] == [1, 2, 3, 4]
    assert [row["shard"] for row in rows if row["phase"] == "quantized"][-4:] == [1, 2, 3, 4]


def test_a_batch_is_split_and_no_strip_counts_twice() -> None:
    batch = Batch(torch.arange(5.0).view(5, 1, 1, 1), torch.arange(5), list("abcde"))
    parts = [Group(torch.device("cpu"), rank, 2).part(batch) for rank in range(2)]
    assert [part.targets for part, _ in parts] == [["a", "c", "e"], ["b", "d"]]
    assert [share for _, share in parts] == [0.6, 0.4]
    single = Batch(batch.strips[:1], batch.columns[:1], ["a"])
    part, share = Group(torch.device("cpu"), 1, 2).part(single)
    assert share == 0 and len(part.strips) == 1


def test_a_broken_connection_is_an_error_of_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise RuntimeError("Connection closed by peer\nframe 1")

    monkeypatch.setattr(torch.distributed, "all_reduce", closed)
    with pytest.raises(PosteyeError, match="another process of this training has ended") as error:
        Group(torch.device("cpu"), 0, 2).total(1.0)
    assert "\n" not in str(error.value)


def test_alone_nothing_changes() -> None:
    group = Group(torch.device("cpu"))
    batch = Batch(torch.zeros(2, 1, 32, 16), torch.tensor([8, 8]), ["1", "2"])
    assert group.part(batch) == (batch, 1.0) and group.leads
    assert group.total(1.5, 2.0) == (1.5, 2.0) and group.from_leader(lambda: b"x") == b"x"
