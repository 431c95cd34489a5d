"""The training run: a float phase, then quantization-aware fine-tuning, resumable at any shard."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from device_runtime.errors import PosteyeError
from train.data.target import Target
from train.gtn.ctc import forward_penalty, topology
from train.progress import Progress
from train.runs import checkpoint as saved
from train.runs.checkpoint import Checkpoints
from train.runs.distributed import Group
from train.runs.optimizer import adamw, muon_and_adamw
from train.runs.phase import OBSERVED_SHARE, Phase, finish, rate_factor
from train.runs.recipe import Recipe
from train.scanner.batches import Batch, training_batches
from train.scanner.greedy import greedy_exact_rate
from train.scanner.model import ScanningLeNet
from train.scanner.quantization import QuantScanner
from train.synthesis.shards import Shard, load_shard, shard_path

GRADIENT_LIMIT = 2.0  # norm that the gradients of a step have together at most
_REPORT_STRIPS = 1500


@dataclass
class _Phase(Phase):
    """One phase in progress.

    Attributes:
        parallel: what to call for the net in training; the net itself, or around it what averages its gradients.
        rate: the peak rate of AdamW.
        total: how many shards the phase has.
        done: how many of them the net has seen.
    """

    parallel: nn.Module
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
        """Make the folder; nothing is trained yet.

        Args:
            folder: of the run; it holds the shards, or will when they are waited for.
            recipe: what decides the weights.
            validation: strips to report on; only the leader uses them.
            group: the ranks that train together. The leader alone writes to the folder.
            start: a net to go on from instead of a random one; a quantised one has no float phase before it.
            progress: says how far the run is.
        """
        self.progress = progress or Progress(shown=group.leads)
        self.folder, self.recipe, self.group, self.device = folder, recipe, group, group.device
        self.validation = validation
        self.start = start
        self.checkpoints = Checkpoints(folder)
        if group.leads:
            folder.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(recipe.seed)

    def __call__(self, wait: Callable[[Path], None]) -> QuantScanner:
        """Train to the end.

        Args:
            wait: returns when the shard's file is there; only the leader calls it.

        Returns:
            The finished int8-ready net, on the CPU.

        Raises:
            PosteyeError: when the folder holds another run or a damaged one, or the net does not fit int8.
        """
        net = self.start
        if not isinstance(net, QuantScanner):
            net = QuantScanner(self.float_net(wait))
        state = self._load()
        state = None if state and state["phase"] == "float" else state
        quantized = self._phase("quantized", net, self.recipe.quantized_rate, self.recipe.quantized_epochs)
        self._train(quantized, wait, state)
        # The running mean's weights with the trained ranges: the net that is exported.
        result = quantized.mean
        assert isinstance(result, QuantScanner)
        result = result.cpu()
        finish(result, "train longer or with another --seed")
        return result

    def float_net(self, wait: Callable[[Path], None]) -> ScanningLeNet:
        """The running mean at the end of the float phase: trained, or as it was saved."""
        path, recipe = self.folder / "float.pt", self.recipe
        phase = self._phase(
            "float", self.start or ScanningLeNet(recipe.channels), recipe.float_rate, recipe.float_epochs
        )
        assert isinstance(phase.mean, ScanningLeNet)
        if self.group.told(path.exists()):
            self.progress.step("float phase, done before")
        else:
            begun = self._load()
            if begun and begun["phase"] != phase.name:
                raise PosteyeError(
                    f"{path} is gone; delete {self.folder}/checkpoint*.pt to train the float phase again"
                )
            self._train(phase, wait, begun)
            if self.group.leads:
                finished, channels = phase.mean.state_dict(), phase.mean.channels
                saved.save({"state": finished, "channels": channels, "recipe": asdict(recipe)}, path)
            self.group.told(None)
        # Ranks that do not lead have other running statistics than the leader, whose net is the one that counts.
        cure = f"delete it and {self.folder}/checkpoint*.pt to train the float phase again"
        state = saved.load(path, ("state", "recipe"), cure, self.device)
        saved.require_recipe(state, asdict(recipe), self.folder)
        phase.mean.load_state_dict(state["state"])
        return phase.mean

    def _phase(self, name: str, net: nn.Module, rate: float, epochs: int) -> _Phase:
        layout = torch.channels_last if name == "float" else torch.preserve_format
        net = net.to(self.device).to(memory_format=layout)  # type: ignore[call-overload]
        parallel = self.group.parallel(net)  # before the copy is made: now all ranks have the leader's weights
        decay = self.recipe.weight_decay
        turn_rate = self.recipe.turn_rate if name == "float" else 0.0
        optimizer = muon_and_adamw(net, turn_rate, rate, decay) if turn_rate else adamw(net, rate, decay)
        return _Phase(name, net, copy.deepcopy(net), optimizer, parallel, rate, epochs * self.recipe.shards)

    def _train(self, phase: _Phase, wait: Callable[[Path], None], state: dict[str, Any] | None) -> None:
        if state is not None:
            phase.take_up(state)
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
                phase.done += 1
                rate = phase.rate * rate_factor(phase.done / phase.total)
                row = {"phase": phase.name, "shard": phase.done, "loss": loss, "rate": rate}
                row["strips_per_s"] = strips / (time.monotonic() - started)
                if leads:
                    if phase.done % 8 == 0 or phase.done % recipe.shards == 0:
                        row["exact"] = greedy_exact_rate(phase.mean, self.validation, _REPORT_STRIPS, self.device)
                    self.checkpoints.save(phase.state(asdict(recipe), phase.done))
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
        self.group.told(None)
        return load_shard(path)

    def _log(self, row: dict[str, Any]) -> None:
        with (self.folder / "metrics.jsonl").open("a") as log:
            log.write(json.dumps({k: round(v, 6) if isinstance(v, float) else v for k, v in row.items()}) + "\n")

    def _one_shard(self, phase: _Phase, shard: Shard) -> tuple[float, int]:
        """Train on a shard once; its mean loss, and how many strips it has."""
        random = np.random.default_rng((self.recipe.seed, phase.name == "quantized", phase.done))
        total, count = 0.0, 0
        steps = -(-len(shard.targets) // self.recipe.batch)
        phase.net.train()
        if isinstance(phase.net, QuantScanner):
            restored = isinstance(self.start, QuantScanner)  # its ranges are known
            phase.net.observe(not restored and phase.done < OBSERVED_SHARE * phase.total)
        for step, whole in enumerate(training_batches(shard, self.recipe.batch, random)):
            batch, weight = self.group.part(whole)
            phase.optimizer.set_rates(rate_factor((phase.done + step / steps) / phase.total))
            low_precision = self.recipe.bfloat16 and phase.name == "float"
            with torch.autocast(self.device.type, torch.bfloat16, enabled=low_precision):
                # [strips, columns, classes]
                logits = phase.parallel(batch.strips.to(self.device, memory_format=torch.channels_last)).float()
            loss = losses_per_character(logits, batch).mean() * weight
            phase.move(loss, GRADIENT_LIMIT, self.recipe.average, phase.done * steps + step)
            total += float(loss.detach()) * len(whole.targets)
            count += len(whole.targets)
        return self.group.mean(total) / count, count

    def _load(self) -> dict[str, Any] | None:
        path = self.group.told(self.checkpoints.newest_whole(self.progress.say) if self.group.leads else None)
        if path is None:
            return None
        state = self.checkpoints.load(path, self.device)
        saved.require_recipe(state, asdict(self.recipe), self.folder)
        return state


def losses_per_character(logits: Tensor, batch: Batch) -> Tensor:
    """The forward penalty of each strip's target by its characters, [strips]: long strings do not outweigh short ones.

    Args:
        logits: float [strips, columns, classes], on any device.
        batch: that they are of.
    """
    graph = topology(batch.targets).to(logits.device)
    penalty = forward_penalty(logits.log_softmax(2), batch.columns.to(logits.device), graph)
    lengths = [max(1, len(Target.parse(target).symbols)) for target in batch.targets]
    return penalty / torch.tensor(lengths, device=logits.device)


def follow(folder: Path, recipe: Recipe, group: Group, start: ScanningLeNet | QuantScanner | None = None) -> None:
    """Train as a rank that does not lead, if the leader says that the run in this folder is not finished yet."""
    if group.told(None) is None:
        Run(folder, recipe, Shard([], []), group, start)(lambda path: None)


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
