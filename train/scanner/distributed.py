"""Training on several processes or machines: the ranks of a `torchrun` share gradients, one of them has the disk.

Every batch is split between the ranks and the gradients of the parts are added, so that the number of ranks does not
change the recipe. The quantizers see the extremes of the whole batch. Only batch normalisation normalises each rank's
part by its own statistics, as DistributedDataParallel does (SyncBatchNorm needs CUDA); its running statistics are
averaged over the ranks. The leader, rank 0, alone reads and writes files; the others get shards and checkpoints through
the wire, so machines need no folder in common.
"""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, distributed, nn

from device_runtime.errors import PosteyeError
from train.scanner.batches import Batch
from train.scanner.quantization import ActivationQuantizer, QuantScanner

_PATIENCE = timedelta(minutes=30)  # the leader measures, and waits for strips, while the others wait for it


@dataclass(frozen=True)
class Group:
    """The ranks that train together, and this one's place among them; the default is a process on its own."""

    device: torch.device
    rank: int = 0
    size: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the rank that reads, writes and reports."""
        return self.rank == 0

    def part(self, batch: Batch) -> tuple[Batch, float]:
        """This rank's strips of a batch, and their share of it; a rank that is left without one gets one at share 0."""
        if self.size == 1:
            return batch, 1.0
        count = len(batch.targets)
        rows = list(range(self.rank, count, self.size))
        kept = rows or [0]
        part = Batch(batch.strips[kept], batch.columns[kept], [batch.targets[row] for row in kept])
        return part, len(rows) / count

    def add_gradients(self, net: nn.Module) -> None:
        """Add up the gradients of all ranks; one that a parameter has not got counts as zero."""
        if self.size == 1:
            return
        parameters = [p for p in net.parameters() if p.requires_grad]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        flat = self._reduced(torch.cat([g.reshape(-1) for g in gradients]), distributed.ReduceOp.SUM)
        for parameter, gradient in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
            parameter.grad = gradient.view_as(parameter)

    def total(self, *values: float) -> tuple[float, ...]:
        """The sums of numbers over all ranks."""
        if self.size == 1:
            return values
        summed = self._reduced(torch.tensor(values, dtype=torch.float64, device=self.device), distributed.ReduceOp.SUM)
        return tuple(summed.tolist())

    def average_statistics(self, *nets: nn.Module) -> None:
        """Put the ranks' mean in place of every running mean and variance of the batch normalisation.

        These enter no gradient and a running mean of them is linear, so once a shard is as good as every step.
        """
        if self.size == 1:
            return
        norms = [m for net in nets for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
        buffers = [b for norm in norms for b in (norm.running_mean, norm.running_var) if b is not None]
        if buffers:
            flat = self._reduced(torch.cat(buffers), distributed.ReduceOp.SUM) / self.size
            for buffer, value in zip(buffers, flat.split([b.numel() for b in buffers]), strict=True):
                buffer.copy_(value)

    def share_ranges(self, net: QuantScanner) -> None:
        """Let the net's quantizers see the extremes of the whole batch; the state of the net stays as it is."""
        if self.size == 1:
            return
        for layer in net.convs():
            if not layer.output.fixed:
                layer.output = _SharedQuantizer(layer.output, self)

    def align(self, *nets: nn.Module) -> None:
        """Give every rank the leader's parameters and buffers."""
        if self.size == 1:
            return
        with torch.no_grad(), _linked():
            for net in nets:
                for value in net.state_dict().values():
                    sent = value.detach().to(self.device).contiguous()
                    distributed.broadcast(sent, 0)
                    value.copy_(sent)

    def from_leader(self, make: Callable[[], bytes]) -> bytes:
        """Bytes that the leader makes, on every rank."""
        if self.size == 1:
            return make()
        data = np.frombuffer(make() if self.leads else b"", np.uint8)
        with _linked():
            length = torch.tensor([len(data)], device=self.device)
            distributed.broadcast(length, 0)
            sent = torch.zeros(int(length), dtype=torch.uint8, device=self.device)
            if self.leads and len(data):
                sent.copy_(torch.from_numpy(data.copy()))
            distributed.broadcast(sent, 0)
        return sent.cpu().numpy().tobytes()

    def extremes(self, x: Tensor) -> Tensor:
        """The least and greatest value of the ranks' tensors, [2]."""
        least, greatest = self._reduced(torch.stack([-x.min(), x.max()]), distributed.ReduceOp.MAX)
        return torch.stack([-least, greatest])

    @contextmanager
    def file(self, path: Path) -> Iterator[Path]:
        """A file of the leader's, on every rank: the others get a copy for as long as the context lasts."""
        if self.size == 1:
            yield path
            return
        content = self.from_leader(path.read_bytes)
        if self.leads:
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="posteye-") as folder:
            copy = Path(folder) / path.name
            copy.write_bytes(content)
            yield copy

    def _reduced(self, values: Tensor, operation: distributed.ReduceOp.RedOpType) -> Tensor:
        with _linked():
            distributed.all_reduce(values, operation)
        return values


class _SharedQuantizer(ActivationQuantizer):
    """A quantizer whose range follows the data of all ranks."""

    def __init__(self, own: ActivationQuantizer, group: Group) -> None:
        super().__init__(momentum=own.momentum)
        self.load_state_dict(own.state_dict())
        self.to(own.scale.device)
        self._group = group

    def _observe(self, x: Tensor) -> None:
        super()._observe(self._group.extremes(x))


@contextmanager
def training_group() -> Iterator[Group]:
    """The group that `torchrun` has started, on CUDA devices by NCCL or else on processors by gloo; alone without it.

    Raises PosteyeError when the ranks cannot find each other.
    """
    cuda = torch.cuda.is_available()
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Group(torch.device("cuda" if cuda else "cpu"))
        return
    # torchrun ends the other ranks by SIGTERM when one has died; as an interrupt it ends our own processes as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0"))) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    try:
        distributed.init_process_group("nccl" if cuda else "gloo", timeout=_PATIENCE)
    except (RuntimeError, ValueError) as error:
        raise PosteyeError(
            f"the processes of this training cannot find each other ({_line(error)}); start them with torchrun"
        ) from error
    yield replace(Group(device), rank=distributed.get_rank(), size=size)
    distributed.destroy_process_group()  # only after success: with a dead peer it could wait for ever


@contextmanager
def _linked() -> Iterator[None]:
    """Turn a broken connection between the ranks into an error for people."""
    try:
        yield
    except RuntimeError as error:
        raise PosteyeError(
            f"another process of this training has ended ({_line(error)}); the same command continues the run"
        ) from error


def _line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:120] or type(error).__name__
