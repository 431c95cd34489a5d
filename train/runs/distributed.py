"""Training on several processes or machines: torch's DistributedDataParallel, under `torchrun`.

Every batch is split between the ranks, and DistributedDataParallel averages the gradients of the parts; each part's
loss is weighted by its number of strips, so the number of ranks does not change the recipe. Quantizers see the extremes
of the whole batch (train/scanner/quantization.py). Batch normalisation normalises each rank's part by its own
statistics, and the leader's running statistics are kept (SyncBatchNorm needs CUDA).

The leader, rank 0, alone writes, measures and reports. All ranks read shards, nets and checkpoints from the run's
folder, which each of them must see.
"""

from __future__ import annotations

import os
import re
import secrets
import signal
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from device_runtime.errors import PosteyeError
from train.scanner.batches import Batch

_TIMEOUT = timedelta(minutes=30)  # the leader measures, and waits for strips, while the others wait for it
_APPEARS_S = 60.0  # for so long a network file system may remember that there was no such folder
_LINK_ERROR = re.compile(r"gloo|nccl|connection|time(d )?out|pair closure", re.IGNORECASE)
_SOURCE_PLACE = re.compile(r"^\[[^]]*\] ")  # gloo says first in which of its source lines it stopped
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Group:
    """The ranks that train together, and this one's place among them; the default is a process on its own.

    Attributes:
        device: what this rank computes on.
        rank: number of this rank, from 0.
        size: number of ranks.
    """

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the rank that writes and reports."""
        return self.rank == 0

    def part(self, batch: Batch) -> tuple[Batch, float]:
        """This rank's strips of a batch, and the weight of their mean loss.

        The average of the weighted losses over the ranks is the mean loss of the whole batch. A rank that is left
        without a strip gets one with weight 0, since every rank must take part in every step.
        """
        if self.size == 1:
            return batch, 1.0
        count = len(batch.targets)
        rows = list(range(self.rank, count, self.size))
        kept = rows or [0]
        part = Batch(batch.strips[kept], batch.columns[kept], [batch.targets[row] for row in kept])
        return part, self.size * len(rows) / count

    def parallel(self, net: nn.Module) -> nn.Module:
        """The net to call in training: its backward pass averages the gradients over the ranks.

        All ranks get the leader's parameters and buffers, now and, for the buffers, before every call.
        """
        return net if self.size == 1 else DistributedDataParallel(net)

    def mean(self, value: float) -> float:
        """The mean of a number over the ranks."""
        if self.size == 1:
            return value
        summed = torch.tensor(value, dtype=torch.float64, device=self.device)
        distributed.all_reduce(summed)
        return float(summed) / self.size

    def told(self, value: _Value) -> _Value:
        """The leader's value, on every rank; ranks that do not lead may give any. All wait here for the leader."""
        if self.size == 1:
            return value
        values = [value]
        distributed.broadcast_object_list(values, device=self.device)
        return values[0]

    def check_shared(self, folder: Path) -> None:
        """Make the run's folder; raises PosteyeError when a rank does not see what the leader writes there."""
        if self.size == 1:
            return
        name = self.told(f".ranks-{secrets.token_hex(8)}")  # a new name: no machine has looked for it before
        if self.leads:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        self.told(None)
        sees: list[Any] = [None] * self.size
        distributed.all_gather_object(sees, _appears(folder / name))
        if self.leads:
            (folder / name).unlink()
        if not all(sees):
            raise PosteyeError(
                f"rank {sees.index(False)} of this training does not see the folder {folder} that rank 0 writes to; "
                "give an --out on a disk that all machines share"
            )


@contextmanager
def training_group(folder: Path) -> Iterator[Group]:
    """The group that `torchrun` has started, on CUDA devices by NCCL or else on processors by gloo; alone without it.

    Args:
        folder: the run's folder; every rank must see it.

    Raises:
        PosteyeError: when the ranks cannot find each other, one does not see the folder, or one has ended.
    """
    cuda = torch.cuda.is_available()
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        yield Group(torch.device("cuda" if cuda else "cpu"))
        return
    # torchrun ends the other ranks by SIGTERM when one has died; as an interrupt it ends our own processes as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Weights of a single input map have two layouts that are the same: for torch a reason to warn of slowness.
    warnings.filterwarnings("ignore", "Grad strides do not match bucket view strides")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    try:
        distributed.init_process_group("nccl" if cuda else "gloo", timeout=_TIMEOUT)
    except (RuntimeError, ValueError) as error:
        raise PosteyeError(
            f"the processes of this training cannot find each other ({_line(error)}); start them with torchrun"
        ) from error
    group = Group(device, distributed.get_rank(), distributed.get_world_size())
    with _linked():
        group.check_shared(folder)
        yield group
    distributed.destroy_process_group()  # only after success: with a dead peer it could wait for ever


def _appears(path: Path) -> bool:
    """Whether a file that another machine has made is to be seen here, at once or a little later."""
    until = time.monotonic() + _APPEARS_S
    while not path.exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


@contextmanager
def _linked() -> Iterator[None]:
    """Turn a broken connection between the ranks into an error for people."""
    try:
        yield
    except RuntimeError as error:
        if not (isinstance(error, distributed.DistError) or _LINK_ERROR.search(str(error))):
            raise
        raise PosteyeError(
            f"another process of this training has ended or hangs ({_line(error)}); the same command continues the run"
        ) from error


def _line(error: Exception) -> str:
    return _SOURCE_PLACE.sub("", str(error).strip().split("\n")[0])[:120] or type(error).__name__
