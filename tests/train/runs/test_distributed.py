"""Two processes train one net: alike on both, as one process would, and continued after one of them died."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from device_runtime.errors import PosteyeError
from tests.stub import random_strips
from tests.train.ranks import RECIPE, gradients, start_net
from train.runs import distributed
from train.runs.distributed import Group, training_group
from train.runs.trainer import Run
from train.scanner.batches import Batch
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


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """The lines by which ranks ended; torchrun's own are not among them."""
    return [line for line in done.stderr.splitlines() if line.startswith("posteye: ")]


@pytest.mark.slow
def test_two_ranks_learn_as_one_process_does(folder: Path, one_thread: None) -> None:
    done = launch("quantized", folder)
    assert done.returncode == 0, done.stderr
    _assert_gradients_of_one_process(*states("gradients", folder))
    first, second = states("quantized", folder)
    assert_same(first, second)  # parameters, ranges, scales and zero points

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


def _assert_gradients_of_one_process(first: dict[str, Tensor], second: dict[str, Tensor]) -> None:
    assert_same(first, second)
    expected = gradients(start_net("whole"), Group(torch.device("cpu")))
    assert expected.keys() == first.keys()
    # Sums in another order: up to some hundred float32 roundings of the largest gradient.
    largest = max(float(value.abs().max()) for value in expected.values())
    for name, value in expected.items():
        torch.testing.assert_close(first[name], value, rtol=1e-4, atol=1e-5 * largest)


@pytest.mark.slow
def test_a_dying_rank_ends_all_and_the_run_continues(folder: Path) -> None:
    died = launch("broken", folder)
    assert died.returncode != 0 and not list(folder.glob("broken-*.pt"))
    assert (folder / "whole" / "float.pt").exists()
    resumed = launch("whole", folder)
    assert resumed.returncode == 0, resumed.stderr
    assert "Warning" not in resumed.stderr
    assert_same(*states("whole", folder))
    rows = [json.loads(line) for line in (folder / "whole" / "metrics.jsonl").read_text().splitlines()]
    # The float phase was done once, and the leader alone has reported.
    assert [row["shard"] for row in rows if row["phase"] == "float"] == [1, 2, 3, 4]
    assert [row["shard"] for row in rows if row["phase"] == "quantized"][-4:] == [1, 2, 3, 4]
    assert_same(states("unbroken", folder)[0], states("whole", folder)[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "own"),
    [("failing", ["posteye: a file of rank 1 is damaged"]), ("hanging", [])],
    ids=["failing", "hanging"],
)
def test_a_rank_that_fails_or_hangs_ends_the_other_in_one_line(what: str, own: list[str], folder: Path) -> None:
    shutil.rmtree(folder / "whole", ignore_errors=True)
    done = launch(what, folder)
    assert done.returncode != 0 and not list(folder.glob(f"{what}-*.pt"))
    lines = said(done)
    others = [line for line in lines if line not in own]
    assert len(lines) == len(own) + 1, done.stderr
    assert "another process of this training has ended or hangs (" in others[0]
    assert others[0].endswith("; the same command continues the run")


@pytest.mark.slow
def test_a_rank_that_does_not_see_the_folder_is_said(folder: Path) -> None:
    done = launch("blind", folder)
    assert done.returncode != 0
    lines = said(done)
    assert lines and all(" rank 1 of this training does not see the folder " in line for line in lines), done.stderr
    assert not list(folder.glob("*/.ranks-*"))


@pytest.mark.slow
def test_the_command_trains_a_chain_on_two_ranks_and_finds_it_finished(folder: Path) -> None:
    done = launch("command", folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "command" / "quick" / "qat.pt").exists() and (folder / "command" / "qat.pt").exists()
    assert done.stderr.count("step 3 of 5") == 2  # the leader alone says how far it is
    again = launch("command", folder)
    assert again.returncode == 0 and again.stderr.count("nothing is left to do") == 2, again.stderr


def test_a_batch_is_split_and_no_strip_counts_twice() -> None:
    batch = Batch(torch.arange(5.0).view(5, 1, 1, 1), torch.arange(5), list("abcde"))
    parts = [Group(torch.device("cpu"), rank, 2).part(batch) for rank in range(2)]
    assert [part.targets for part, _ in parts] == [["a", "c", "e"], ["b", "d"]]
    assert [weight for _, weight in parts] == [1.2, 0.8]
    # The average of the weighted means is the mean of all.
    assert sum(weight * float(part.strips.mean()) for part, weight in parts) / 2 == pytest.approx(2.0)
    single = Batch(batch.strips[:1], batch.columns[:1], ["a"])
    part, weight = Group(torch.device("cpu"), 1, 2).part(single)
    assert weight == 0 and len(part.strips) == 1


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("[/third_party/gloo/pair.cc:537] Read error: Connection closed by peer\nframe 1", "Connection closed by peer"),
        ("Timed out waiting 1800000ms for send operation", "Timed out waiting"),
    ],
)
def test_a_broken_connection_is_an_error_of_one_line(message: str, line: str) -> None:
    with (
        pytest.raises(PosteyeError, match="another process of this training has ended or hangs") as error,
        distributed._linked(),
    ):
        raise RuntimeError(message)
    assert line in str(error.value) and "\n" not in str(error.value) and "pair.cc" not in str(error.value)


def test_another_error_is_not_taken_for_a_broken_connection() -> None:
    with pytest.raises(RuntimeError, match="mat1 and mat2"), distributed._linked():
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")


def test_alone_nothing_changes(tmp_path: Path) -> None:
    with training_group(tmp_path / "run") as group:
        batch = Batch(torch.zeros(2, 1, 32, 16), torch.tensor([8, 8]), ["1", "2"])
        assert group.part(batch) == (batch, 1.0) and group.leads
        net = start_net("quantized")
        assert group.mean(1.5) == 1.5 and group.told("x") == "x" and group.parallel(net) is net
    assert not (tmp_path / "run").exists()
