"""One rank of the training that test_distributed.py starts under torchrun: `ranks.py WHAT FOLDER`.

WHAT is one of

    whole       a float and a quantised phase; every rank writes its finished net to FOLDER/WHAT-RANK.pt; then the same
                again in a new folder, to FOLDER/unbroken-RANK.pt
    quantized   the quantised phase alone; before it every rank writes the gradients of one batch to
                FOLDER/gradients-RANK.pt
    broken      as whole, but the leader dies in the quantised phase
    failing     as whole, but rank 1 raises an error there
    hanging     as whole, but rank 1 does nothing more there
    blind       rank 1 has another folder
    command     `posteye train` itself, on blots, with a preset that goes on from another
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from device_runtime.errors import PosteyeError
from tests.stub import STUB_CHANNELS, random_strips
from tests.train.blots import PRESET, Blots
from train.commands.train import train
from train.data.writers import Writer
from train.runs import distributed, scratch
from train.runs import folder as run_folder
from train.runs.distributed import Group, training_group
from train.runs.origin import Material, Origin
from train.runs.recipe import PRESETS
from train.runs.trainer import Recipe, Run
from train.scanner.batches import Batch, place
from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantScanner
from train.synthesis.shards import Shard, load_shard, shard_path

# Batches of 16: a shard's last one holds a single strip, so that a second rank has none of it.
RECIPE = Recipe(seed=3, shards=2, float_epochs=2, quantized_epochs=2, batch=16, bfloat16=False)
_TROUBLE = 7  # the shard of the run before which it comes: the float phase has four
_PATIENCE_S = 5.0


def start_net(what: str) -> ScanningLeNet | QuantScanner:
    """The net that every process starts from."""
    torch.manual_seed(5)
    net = ScanningLeNet(STUB_CHANNELS)
    return QuantScanner(net) if what == "quantized" else net


def gradients(net: nn.Module, group: Group) -> dict[str, Tensor]:
    """Gradients of a made-up loss of five strips, which two ranks cannot split evenly."""
    strips = torch.from_numpy(place(random_strips(5, 3, 80), [0] * 5, 96))
    batch, weight = group.part(Batch(strips, torch.full((5,), 48), list("abcde")))
    net.eval()  # batch normalisation would see each rank's part alone
    # Long strips count more than others, so that a strip too many or too few is noticed.
    parallel = group.parallel(net)
    loss = (parallel(batch.strips).square().mean((1, 2)) * (1 + batch.strips.sum((1, 2, 3)))).mean()
    (loss * weight).backward()
    return {name: parameter.grad for name, parameter in net.named_parameters() if parameter.grad is not None}


def _run(what: str, folder: Path) -> None:
    """Train as the rank that torchrun made this process."""
    own = folder / ("quantized" if what == "quantized" else "whole")
    with training_group(folder / "elsewhere" if what == "blind" and os.environ["RANK"] == "1" else own) as group:
        if what == "quantized":
            torch.save(gradients(start_net("whole"), group), folder / f"gradients-{group.rank}.pt")
        _train(what, folder, own, group)
        if what == "whole":
            _train("unbroken", folder, folder / "unbroken", group)


def _train(what: str, folder: Path, own: Path, group: Group) -> None:
    if group.leads:
        own.mkdir(exist_ok=True)
        if not (own / "shards").exists():
            (own / "shards").symlink_to(folder / "shards")
    run = Run(own, RECIPE, load_shard(shard_path(folder / "shards", 2)), group, start_net(what))
    if what in _TROUBLES:
        run._shard = _troubled(run._shard, *_TROUBLES[what], group)  # type: ignore[method-assign, assignment]
    torch.save(run(lambda path: None).state_dict(), folder / f"{what}-{group.rank}.pt")


def _die() -> None:
    os._exit(7)


def _fail() -> None:
    raise PosteyeError("a file of rank 1 is damaged")


def _hang() -> None:
    time.sleep(60)


_TROUBLES = {"broken": (0, _die), "failing": (1, _fail), "hanging": (1, _hang)}
_Read = Callable[[int, Callable[[Path], None]], Shard]


def _troubled(read: _Read, rank: int, trouble: Callable[[], None], group: Group) -> _Read:
    """Reading shards, until one rank gets into trouble."""
    calls = 0

    def reading(index: int, wait: Callable[[Path], None]) -> Shard:
        nonlocal calls
        calls += 1
        if calls == _TROUBLE and group.rank == rank:
            trouble()
        return read(index, wait)

    return reading


def _command(folder: Path) -> None:
    """`posteye train` as its users call it, with blots for strips and no digits or fonts."""
    writers = [Writer(())]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRESETS, "quick", PRESET)
        patch.setitem(PRESETS, "tiny", replace(PRESET, after="quick"))
        patch.setattr(scratch, "Generated", Blots)
        patch.setattr(run_folder, "Generated", Blots)
        patch.setattr(Origin, "load", lambda self: Material(writers, writers, ("made up",)))
        sys.exit(train.main(["--out", str(folder / "command"), "--preset", "tiny"], standalone_mode=False))


if __name__ == "__main__":
    torch.set_num_threads(1)
    distributed._APPEARS_S = 0.5
    if sys.argv[1] == "hanging":
        distributed._TIMEOUT = timedelta(seconds=_PATIENCE_S)
    try:
        (_command if sys.argv[1] == "command" else partial(_run, sys.argv[1]))(Path(sys.argv[2]))
    except PosteyeError as error:
        sys.exit(f"posteye: {error}")
