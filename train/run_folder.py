"""What every run needs and leaves: digits to write with, held-out strips, and the finished net with its story."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from device_runtime.errors import PosteyeError
from train.calibrate import column_offset_px
from train.digits import Hand, hands_of, load_extra
from train.mnist import WHEEL_REQUIREMENT, load_mnist
from train.quantization import QuantScanner
from train.shards import Shard, ShardMaker, load_shard, make_shard, save_shard
from train.trainer import Recipe
from train.typeset import HAND_FAMILIES, PRINT_FAMILIES, find_fonts

PARITY_STRIPS = 2500
_HELD_OUT_SEED = 7  # times a prime: far from every training shard
_THREADS = torch.get_num_threads()  # OMP_NUM_THREADS, else all cores


@dataclass(frozen=True)
class Origin:
    """Where digits to write with come from: folders of MNIST (None: by pip), of writer ids and of further digits."""

    mnist: Path | None
    writers: Path | None
    digits: Path | None

    def load(self) -> Material:
        """Load all; raises PosteyeError for what is missing."""
        data = load_mnist(self.mnist, self.writers)
        hands = hands_of(data.fit) + (load_extra(self.digits) if self.digits else [])
        return Material(hands, hands_of(data.validation), self._names(len(hands)))

    def _names(self, hands: int) -> tuple[str, ...]:
        """Everything that generated strips are made of, by name, for the bundle's manifest."""
        fonts = sorted({p.stem for p in find_fonts(PRINT_FAMILIES) + find_fonts(HAND_FAMILIES)})
        found = [f"MNIST training digits ({WHEEL_REQUIREMENT})"]
        found += ["NIST writer ids from QMNIST"] if self.writers else []
        found += [f"digits of {p.stem}" for p in sorted(self.digits.glob("*.npz"))] if self.digits else []
        return (*found, f"{hands} hands", f"fonts: {', '.join(fonts)}")


@dataclass(frozen=True)
class Material:
    """Hands to train on and hands to keep apart, and the names of what both and the print were taken from."""

    hands: list[Hand]
    kept_apart: list[Hand]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """How a net came about: its recipe, further facts about it, sources by name, and what was measured of it."""

    recipe: Recipe
    facts: dict[str, Any]
    sources: tuple[str, ...]
    metrics: dict[str, Any]


def held_out(hands: list[Hand], out: Path, parts: int) -> list[Shard]:
    """Shards written by hands that are not trained on, kept in the run's folder.

    The first is reported on, `posteye calibrate` takes the others.
    """
    shards = []
    for part in range(parts):
        path = out / f"held-out-{part}.npz"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            save_shard(make_shard(hands, _HELD_OUT_SEED, part), path)
        shards.append(load_shard(path))
    return shards


def wait_for(path: Path, maker: ShardMaker) -> None:
    """Return when a shard is there; leave the processors to the workers as long as they need them.

    Raises PosteyeError when a worker has died.
    """
    torch.set_num_threads(max(1, _THREADS - maker.running()))
    while not path.exists():
        if maker.failed():
            raise PosteyeError(f"a process that generates strips has died; {path.name} will not come (see above)")
        time.sleep(0.2)


def save_result(out: Path, net: QuantScanner, story: Story, validation: Shard) -> None:
    """Write qat.pt and parity_strips.npz for `posteye convert`; validation: strips that were not trained on."""
    temporary = out / "qat.tmp"
    torch.save(
        {
            "state": net.state_dict(),
            "channels": net.channels,
            "recipe": asdict(story.recipe) | story.facts,
            "seed": story.recipe.seed,
            "sources": list(story.sources),
            "column_offset_px": column_offset_px(net, validation),
            "metrics": story.metrics,
        },
        temporary,
    )
    temporary.replace(out / "qat.pt")
    _save_parity_strips(validation, out / "parity_strips.npz")


def _save_parity_strips(shard: Shard, path: Path) -> None:
    pixels = shard.pixels[:PARITY_STRIPS]
    widths = np.array([-(-p.shape[1] // 4) * 4 for p in pixels], np.int32)
    strips = np.zeros((len(pixels), 32, int(widths.max())), np.uint8)
    for row, strip in zip(strips, pixels, strict=True):
        row[:, : strip.shape[1]] = strip
    labels = np.array([t.replace("#", "").strip("~") for t in shard.targets[:PARITY_STRIPS]])
    np.savez_compressed(path, pixels=strips, widths=widths, labels=labels)
