"""One rank of the training that test_distributed.py starts under torchrun: `ranks.py WHAT FOLDER`.

WHAT is `whole` (a float and a quantised phase), `quantized` (that phase alone), `broken` (as `whole`, but the leader
dies in the quantised phase). Every rank writes its finished net to FOLDER/WHAT-RANK.pt.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import torch

from device_runtime.errors import PosteyeError
from tests.stub import STUB_CHANNELS
from train.scanner.distributed import training_group
from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantScanner
from train.scanner.trainer import Recipe, Run
from train.synthesis.shards import load_shard, shard_path

# Batches of 16: a shard's last one holds a single strip, so that a second rank has none of it.
RECIPE = Recipe(seed=3, shards=2, float_epochs=2, quantized_epochs=2, batch=16, bfloat16=False)
_DEATH = 7  # the shard of the run before which the leader dies: the float phase has four


def start_net(what: str) -> ScanningLeNet | QuantScanner:
    """The net that every process starts from."""
    torch.manual_seed(5)
    net = ScanningLeNet(STUB_CHANNELS)
    return QuantScanner(net) if what == "quantized" else net


def run_name(what: str) -> str:
    """The folder of the run: a broken run is continued as a whole one."""
    return "quantized" if what == "quantized" else "whole"


def main(what: str, folder: Path) -> None:
    """Train as the rank that torchrun made this process."""
    calls = 0

    def wait(path: Path) -> None:
        nonlocal calls
        calls += 1
        if what == "broken" and calls == _DEATH:
            os._exit(7)

    torch.set_num_threads(1)
    with training_group() as group:
        validation = load_shard(shard_path(folder / "shards", 2))
        place = folder / run_name(what)
        if group.leads:
            place.mkdir(exist_ok=True)
            if not (place / "shards").exists():
                (place / "shards").symlink_to(folder / "shards")
        run = Run(place if group.leads else Path("nowhere"), RECIPE, validation, group, start_net(what))
        torch.save(run(wait).state_dict(), folder / f"{what}-{group.rank}.pt")


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]))
    except PosteyeError as error:
        sys.exit(f"posteye: {error}")
