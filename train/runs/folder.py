"""What every run leaves in its folder: held-out strips, and the finished net with its provenance."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing, write_text
from train.data.damaged import UNREADABLE, DamagedFileError
from train.data.target import Target
from train.progress import Bar, Progress
from train.runs import checkpoint as saved
from train.runs.origin import Material
from train.runs.recipe import Recipe
from train.scanner.postprocess import column_offset_px, exact_rate, one_number
from train.scanner.quantization import QuantScanner
from train.synthesis.mix import Mix
from train.synthesis.shards import Generated, Shard, ShardMaker, load_shard

PARITY_STRIPS = 2500
RUN_FILE, MEASURED_FILE, NET_FILE, PARITY_FILE = "run.json", "measured.json", "qat.pt", "parity_strips.npz"
_HELD_OUT_SEED = 7  # times a prime: far from every training shard


@dataclass(frozen=True)
class Provenance:
    """How a net came about.

    Attributes:
        recipe: what it was trained by.
        facts: further facts about the training, by name.
        sources: names of what it was trained on.
        metrics: what was measured of it.
    """

    recipe: Recipe
    facts: dict[str, Any]
    sources: tuple[str, ...]
    metrics: dict[str, Any]


def claim(out: Path, subject: dict[str, Any], workers: int) -> None:
    """Note in the run's folder what it is a run of, and train with as many threads as it was begun with.

    Sums in another order end in other bits, so the number of threads stays the same to the end: all cores but those of
    the workers.

    Args:
        out: the run's folder.
        subject: what it is a run of, as JSON values.
        workers: processes that make strips.

    Raises:
        PosteyeError: when the folder holds another run.
    """
    path = out / RUN_FILE
    known = {key: json.loads(json.dumps(value)) for key, value in subject.items()}
    if not path.exists():
        if (out / "shards").exists() or (out / "checkpoint.pt").exists():
            raise PosteyeError(f"{out} holds another training; choose another folder or delete it")
        out.mkdir(parents=True, exist_ok=True)
        threads = max(1, torch.get_num_threads() - workers)
        write_text(path, json.dumps({**known, "threads": threads}, indent=1) + "\n")
        torch.set_num_threads(threads)
        return
    try:
        found = json.loads(path.read_text())
        threads = int(found.pop("threads"))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedFileError(path, error, "delete it if you are sure that the run is the same") from error
    other = [key for key in known.keys() | found.keys() if known.get(key) != found.get(key)]
    if other:
        raise PosteyeError(f"{out} holds a run with another {min(other)}; choose another folder or delete it")
    torch.set_num_threads(threads)


def held_out(
    material: Material, mix: Mix, out: Path, parts: int, strips: int, workers: int, progress: Progress
) -> list[Shard]:
    """Shards by writers that are not trained on, kept in the run's folder.

    The first is reported on, `posteye calibrate` takes the others.

    Args:
        material: what was kept apart is written with.
        mix: what the strips are made of.
        out: the run's folder.
        parts: how many shards.
        strips: how many strips in each.
        workers: processes that make strips while the net trains.
        progress: says how far it is.
    """
    paths = [out / f"held-out-{part}.npz" for part in range(parts)]
    # One worker more than while the net trains: nothing else runs now.
    source = Generated(material.kept_apart, _HELD_OUT_SEED, strips, mix, material.collections_apart)
    with ShardMaker(source, paths, workers + 1, progress) as maker:
        wait_for_all(paths, maker, strips, progress)
    return [load_shard(path) for path in paths]


def wait_for_all(paths: list[Path], maker: ShardMaker, strips: int, progress: Progress) -> None:
    """Show how the workers come on until all files are there.

    Args:
        paths: the files.
        maker: has the workers.
        strips: how many are in each file.
        progress: shows it.
    """
    there = strips * sum(path.exists() for path in paths)

    def show() -> None:
        bar.to(there + maker.made)
        files = sum(path.exists() for path in paths)
        progress.keep(f"{files} of {len(paths)} files of strips" if files else "")

    with progress.bar(strips * len(paths), "strips", there) as bar:
        for path in paths:
            maker.wait(path, show)
            show()


class Measures:
    """What finished nets read exactly, measured once and kept in the run's folder under a name for each."""

    def __init__(self, out: Path, progress: Progress) -> None:
        """Take up what was measured before; a damaged file is said and forgotten."""
        self._path, self._progress = out / MEASURED_FILE, progress
        self._known: dict[str, float] = {}
        try:
            if self._path.exists():
                self._known = {str(k): float(v) for k, v in json.loads(self._path.read_text()).items()}
        except (ValueError, TypeError, AttributeError) as error:
            progress.say(f"{self._path} is damaged ({error}); what is in it is measured again")

    def __call__(self, name: str, net: nn.Module, shard: Shard, bar: Bar) -> float:
        """Share of the shard's strips of one number that the net reads exactly.

        Args:
            name: under which it is kept.
            net: float or quantised.
            shard: held-out strips.
            bar: counts the strips that are read.
        """
        done = bar.done + len(one_number(shard)[1])
        if name not in self._known:
            value = exact_rate(net, shard, bar.advance)
            self._known[name] = value
            write_text(self._path, json.dumps(self._known, indent=1) + "\n")
            self._progress.keep(f"all up to the {name}")
        bar.to(done)
        return self._known[name]


def finished(out: Path, progress: Progress) -> float | None:
    """What a finished run's net reads exactly of the held-out strips; None while there is something left to do.

    A damaged result is said, and made again from the checkpoint.

    Raises:
        PosteyeError: when the result is damaged and there is no checkpoint.
    """
    if not (out / NET_FILE).exists():
        return None
    try:
        cure = "delete it, and the same command makes it again"
        result = saved.load(out / NET_FILE, ("state", "metrics"), cure)
        _check_parity_strips(out / PARITY_FILE, cure)
    except PosteyeError as error:
        if not (out / "checkpoint.pt").exists():
            raise
        progress.say(f"{str(error).partition(';')[0]}; it is made again from the checkpoint")
        return None
    return float(result["metrics"]["int8"]["generated_exact"])


def save_result(out: Path, net: QuantScanner, provenance: Provenance, validation: Shard) -> None:
    """Write parity_strips.npz and qat.pt for `posteye convert`.

    Args:
        out: the run's folder.
        net: the finished net.
        provenance: how it came about.
        validation: strips that were not trained on.
    """
    _save_parity_strips(validation, out / PARITY_FILE)
    state = {
        "state": net.state_dict(),
        "channels": net.channels,
        "recipe": asdict(provenance.recipe) | provenance.facts,
        "seed": provenance.recipe.seed,
        "sources": list(provenance.sources),
        "column_offset_px": column_offset_px(net, validation),
        "metrics": provenance.metrics,
    }
    saved.save(state, out / NET_FILE)


def _check_parity_strips(path: Path, cure: str) -> None:
    try:
        with np.load(path, allow_pickle=False) as data:
            whole = len(data["pixels"]) == len(data["widths"]) == len(data["labels"])
    except UNREADABLE as error:
        raise DamagedFileError(path, error, cure) from error
    if not whole:
        raise DamagedFileError(path, "it holds other strips than labels", cure)


def _save_parity_strips(shard: Shard, path: Path) -> None:
    pixels = shard.pixels[:PARITY_STRIPS]
    widths = np.array([-(-p.shape[1] // 4) * 4 for p in pixels], np.int32)
    strips = np.zeros((len(pixels), 32, int(widths.max())), np.uint8)  # at the left edge
    for row, strip in zip(strips, pixels, strict=True):
        row[:, : strip.shape[1]] = strip
    labels = np.array([Target.parse(t).digits for t in shard.targets[:PARITY_STRIPS]])
    with replacing(path) as file:
        np.savez_compressed(file, pixels=strips, widths=widths, labels=labels)
