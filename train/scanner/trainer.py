"""The training run: a float phase, then quantization-aware fine-tuning, resumable at any shard."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from device_runtime.errors import PosteyeError
from train.data.damaged import DamagedFileError
from train.data.target import Target
from train.gtn.ctc import forward_penalty, topology
from train.progress import Progress
from train.scanner import checkpoint as saved
from train.scanner.batches import plain_batches, training_batches
from train.scanner.distributed import Group
from train.scanner.model import ScanningLeNet
from train.scanner.optimizer import Scheduled, straight, turning
from train.scanner.quantization import QuantScanner
from train.scanner.recipe import Recipe
from train.synthesis.shards import Shard, load_shard, shard_path

_GRADIENT_LIMIT = 2.0
_WARM_UP = 0.05
_LEAST = 3e-4  # of the peak rate
_REPORT_STRIPS = 1500
_FOLLOW = 0.7  # of the quantised phase the ranges follow the data; then they hold still and the weights settle


@dataclass
class _Phase:
    """One phase in progress: the net, its optimiser, the running mean, and how many shards it has seen."""

    name: str
    net: nn.Module
    mean: nn.Module
    optimiser: Scheduled
    rate: float
    total: int
    done: int = 0


class Run:
    """A training run in a folder; calling it trains to the end, continuing where an interrupted one stopped."""

    def __init__(
        self,
        folder: Path,
        recipe: Recipe,
        validation: Shard,
        group: Group,
        start: ScanningLeNet | QuantScanner | None = None,
        progress: Progress | None = None,
    ) -> None:
        """start: a net to go on from instead of a random one; a quantised one has no float phase before it.

        Ranks that do not lead the group touch neither the folder nor the validation strips.
        """
        self.progress = progress or Progress(shown=group.leads)
        self.folder, self.recipe, self.group, self.device = folder, recipe, group, group.device
        self.validation = validation
        self.start = start
        if group.leads:
            folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(recipe.seed)

    def __call__(self, wait: Callable[[Path], None]) -> QuantScanner:
        """Train; `wait(path)` returns when a shard's file is there. Returns the finished int8-ready net, on the CPU.

        Raises PosteyeError when the folder holds another run or a damaged one, or the net does not fit int8.
        """
        net = self.start
        if not isinstance(net, QuantScanner):
            net = QuantScanner(self.float_net(wait))
        state = self._load()
        state = None if state and state["phase"] == "float" else state
        quantized = self._phase("quantized", net, self.recipe.quantized_rate, self.recipe.quantized_epochs)
        self.group.share_ranges(net)
        self._train(quantized, wait, state)
        # The running mean's weights with the trained ranges: the net that is exported.
        result = quantized.mean
        assert isinstance(result, QuantScanner)
        result = result.cpu()
        try:
            result.finish()
        except ValueError as error:
            raise PosteyeError(
                f"the trained net does not fit int8: {error}; train longer or with another --seed"
            ) from None
        return result

    def float_net(self, wait: Callable[[Path], None]) -> ScanningLeNet:
        """The running mean at the end of the float phase: trained, or as it was saved."""
        path, recipe = self.folder / "float.pt", self.recipe
        net = self.start or ScanningLeNet()
        phase = self._phase("float", net, recipe.float_rate, recipe.float_epochs)
        assert isinstance(phase.mean, ScanningLeNet)
        content = self.group.from_leader(lambda: path.read_bytes() if path.exists() else b"")
        if not content:
            begun = self._load()
            if begun and begun["phase"] != phase.name:
                raise PosteyeError(
                    f"{path} is gone; delete {self.folder}/checkpoint*.pt to train the float phase again"
                )
            self._train(phase, wait, begun)
            if self.group.leads:
                finished, channels = phase.mean.state_dict(), phase.mean.channels
                saved.save({"state": finished, "channels": channels, "recipe": asdict(recipe)}, path)
            return phase.mean
        cure = f"delete it and {self.folder}/checkpoint*.pt to train the float phase again"
        state = saved.parse(content, path, ("state", "recipe"), cure, self.device)
        self._must_be_mine(state)
        self.progress.step("float phase, done before")
        phase.mean.load_state_dict(state["state"])
        return phase.mean

    def _phase(self, name: str, net: nn.Module, rate: float, epochs: int) -> _Phase:
        layout = torch.channels_last if name == "float" else torch.preserve_format
        net = net.to(self.device).to(memory_format=layout)  # type: ignore[call-overload]
        self.group.align(net)
        decay = self.recipe.weight_decay
        turn_rate = self.recipe.turn_rate if name == "float" else 0.0
        optimiser = turning(net, turn_rate, rate, decay) if turn_rate else straight(net, rate, decay)
        return _Phase(name, net, copy.deepcopy(net), optimiser, rate, epochs * self.recipe.shards)

    def _train(self, phase: _Phase, wait: Callable[[Path], None], state: dict[str, Any] | None) -> None:
        if state is not None:
            phase.net.load_state_dict(state["net"])
            phase.mean.load_state_dict(state["mean"])
            phase.optimiser.load_state_dict(state["optimiser"])
            phase.done = state["done"]
        recipe, leads = self.recipe, self.group.leads
        passes = f"{phase.total // recipe.shards} passes over {recipe.shards} shards of {recipe.shard_strips:,} strips"
        begun = ", continued" if 0 < phase.done < phase.total else ", done before" if phase.done else ""
        self.progress.step(f"{phase.name} phase, {passes}{begun}")
        self._keep(phase)
        with self.progress.bar(phase.total, "shards", phase.done) as bar:
            while phase.done < phase.total:
                shard = self._shard(phase.done % recipe.shards, wait)
                started = time.monotonic()
                loss, strips = self._one_shard(phase, shard)
                self.group.average_statistics(phase.net, phase.mean)
                phase.done += 1
                rate = phase.rate * _part(phase.done / phase.total)
                row = {"phase": phase.name, "shard": phase.done, "loss": loss, "rate": rate}
                row["strips_per_s"] = strips / (time.monotonic() - started)
                if leads:
                    if phase.done % 8 == 0 or phase.done % recipe.shards == 0:
                        row["exact"] = greedy_exact_rate(phase.mean, self.validation, _REPORT_STRIPS, self.device)
                    self._save(phase)
                    self._log(row)
                self._keep(phase)
                note = f", exact {row['exact']:.1%}" if "exact" in row else ""
                bar.to(phase.done, f"loss {loss:.3f}{note}")

    def _keep(self, phase: _Phase) -> None:
        self.progress.keep(f"{phase.done:,} of {phase.total:,} shards" if phase.done else "")

    def _shard(self, index: int, wait: Callable[[Path], None]) -> Shard:
        path = shard_path(self.folder / "shards", index)
        if self.group.leads:
            wait(path)
        with self.group.file(path) as local:
            return load_shard(local)

    def _log(self, row: dict[str, Any]) -> None:
        with (self.folder / "metrics.jsonl").open("a") as log:
            log.write(json.dumps({k: round(v, 6) if isinstance(v, float) else v for k, v in row.items()}) + "\n")

    def _one_shard(self, phase: _Phase, shard: Shard) -> tuple[float, int]:
        random = np.random.default_rng((self.recipe.seed, phase.name == "quantized", phase.done))
        total, count = 0.0, 0
        steps = -(-len(shard.targets) // self.recipe.batch)
        phase.net.train()
        if isinstance(phase.net, QuantScanner):
            restored = isinstance(self.start, QuantScanner)  # its ranges are known
            phase.net.observe(not restored and phase.done < _FOLLOW * phase.total)
        for step, whole in enumerate(training_batches(shard, self.recipe.batch, random)):
            batch, share = self.group.part(whole)
            phase.optimiser.set_part(_part((phase.done + step / steps) / phase.total))
            half = self.recipe.bfloat16 and phase.name == "float"
            with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
                logits = phase.net(batch.strips.to(self.device, memory_format=torch.channels_last)).float()
            graph = topology(batch.targets).to(self.device)
            penalty = forward_penalty(logits.log_softmax(2), batch.columns.to(self.device), graph)
            # Per character, so that long strings do not outweigh short ones.
            lengths = torch.tensor([max(1, len(Target.parse(t).symbols)) for t in batch.targets], device=self.device)
            loss = (penalty / lengths).mean() * share
            phase.optimiser.zero_grad()
            loss.backward()
            self.group.add_gradients(phase.net)
            nn.utils.clip_grad_norm_(phase.net.parameters(), _GRADIENT_LIMIT)
            phase.optimiser.step()
            self._average(phase, phase.done * steps + step)
            total += float(loss.detach()) * len(whole.targets)
            count += len(whole.targets)
        return self.group.total(total)[0] / count, count

    def _average(self, phase: _Phase, step: int) -> None:
        keep = min(self.recipe.average, step / (step + 20))
        with torch.no_grad():
            for mean, now in zip(phase.mean.state_dict().values(), phase.net.state_dict().values(), strict=True):
                if mean.dtype.is_floating_point and mean.dim():
                    mean.lerp_(now, 1 - keep)
                else:
                    mean.copy_(now)  # counters, scales and zero points are taken as they are

    def _save(self, phase: _Phase) -> None:
        state = {
            "recipe": asdict(self.recipe),
            "phase": phase.name,
            "done": phase.done,
            "net": phase.net.state_dict(),
            "mean": phase.mean.state_dict(),
            "optimiser": phase.optimiser.state_dict(),
        }
        if self._checkpoints()[0].exists():
            self._checkpoints()[0].replace(self._checkpoints()[1])
        saved.save(state, self._checkpoints()[0])

    def _checkpoints(self) -> tuple[Path, Path]:
        """The last checkpoint and the one before it."""
        return self.folder / "checkpoint.pt", self.folder / "checkpoint-before.pt"

    def _load(self) -> dict[str, Any] | None:
        content = self.group.from_leader(self._whole_checkpoint)
        if not content:
            return None
        state = saved.parse(content, self._checkpoints()[0], (), "", self.device)
        self._must_be_mine(state)
        return state

    def _whole_checkpoint(self) -> bytes:
        """The last checkpoint that is not damaged, none when there is none; raises DamagedFileError if all are."""
        cure = f"delete {self.folder}/checkpoint*.pt to begin this phase again"
        damaged: list[DamagedFileError] = []
        for path in self._checkpoints():
            if not path.exists():
                continue
            content = path.read_bytes()
            try:
                saved.parse(content, path, ("recipe", "phase", "done", "net", "mean", "optimiser"), cure, "cpu")
            except DamagedFileError as error:
                damaged.append(error)
                continue
            for other in damaged:
                self.progress.say(f"{str(other).partition(';')[0]}; going on from the checkpoint before it")
                other.path.unlink()
            return content
        if damaged:
            raise damaged[0]
        return b""

    def _must_be_mine(self, state: dict[str, Any]) -> None:
        if state["recipe"] != asdict(self.recipe):
            raise PosteyeError(f"{self.folder} holds a run with another recipe; choose another folder or delete it")


def follow(recipe: Recipe, group: Group, start: ScanningLeNet | QuantScanner | None = None) -> None:
    """Train as a rank that does not lead: with the leader's strips and state, and without a folder."""
    Run(Path(), recipe, Shard([], []), group, start)(lambda path: None)


def _part(progress: float) -> float:
    """The schedule: part of the peak rate at a progress 0..1, a linear warm-up and half a cosine."""
    if progress < _WARM_UP:
        return progress / _WARM_UP + _LEAST
    return 0.5 * (1 + math.cos(math.pi * (progress - _WARM_UP) / (1 - _WARM_UP))) + _LEAST


def load_float(run: Path) -> ScanningLeNet:
    """The float net of a training folder, in evaluation mode; raises PosteyeError when the folder has none."""
    path = run / "float.pt"
    if not path.exists():
        raise PosteyeError(f"{path} is missing; give the folder that `posteye train --out` wrote")
    state = saved.load(path, ("state", "channels"), "give the folder of another run, or train again")
    try:
        net = ScanningLeNet(tuple(state["channels"]))
    except ValueError as error:
        raise PosteyeError(f"{path} is of another net than this version trains ({error}); train again") from None
    net.load_state_dict(state["state"])
    net.eval()
    return net


def greedy_strings(log_probs: NDArray[np.float32]) -> list[str]:
    """Best class of every column, runs merged, blank and rubbish dropped; input [strips, columns, classes]."""
    best = log_probs.argmax(axis=2)
    texts = []
    for row in best:
        kept = row[np.flatnonzero(np.diff(row, prepend=-1))]
        texts.append("".join(str(c) for c in kept if c < 10))
    return texts


def greedy_exact_rate(net: nn.Module, shard: Shard, limit: int, device: torch.device) -> float:
    """Share of strips of any kind whose digits the best class of every column gets all right, without a decoder."""
    pixels, right = shard.pixels[:limit], 0
    for rows, texts in _read(net, pixels, device):
        right += sum(text == Target.parse(shard.targets[i]).digits for i, text in zip(rows, texts, strict=True))
    return right / len(pixels)


def _read(
    net: nn.Module, pixels: list[NDArray[np.uint8]], device: torch.device
) -> Iterator[tuple[list[int], list[str]]]:
    net.eval()
    with torch.no_grad():
        for rows, strips in plain_batches(pixels, 128):
            yield rows, greedy_strings(net(strips.to(device)).cpu().numpy())
