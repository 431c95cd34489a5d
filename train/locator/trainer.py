"""The locator's training: minutes on float numbers, then minutes on int8 grids; it goes on where it was stopped."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from device_runtime.errors import PosteyeError
from train.locator import loss
from train.locator.batches import training_batches
from train.locator.model import LocatorNet, QuantLocator
from train.locator.shards import Views
from train.progress import Progress
from train.runs import checkpoint as saved
from train.runs.checkpoint import Checkpoints
from train.runs.optimizer import adamw, muon_and_adamw
from train.runs.phase import OBSERVED_SHARE, Phase, finish, rate_factor

_GRADIENT_LIMIT = 5.0
_SAVED_EVERY_S = 120.0
FLOAT_FILE = "float.pt"


@dataclass(frozen=True)
class LocatorRecipe:
    """What decides a training, but for the pieces and the clock.

    Attributes:
        seed: of the pieces, the first weights and the batches.
        minutes: of training in all.
        quantized_share: of them, on int8 grids.
        batch: views a step.
        turn_rate: Muon's peak rate, in the float phase.
        float_rate: AdamW's, of what Muon leaves.
        quantized_rate: AdamW's, in the quantised phase.
        weight_decay: AdamW's.
        average: momentum of the running mean of the weights, which is what gets saved.
        bfloat16: whether the float phase's products are.
    """

    seed: int = 2016
    minutes: float = 30.0
    quantized_share: float = 0.25
    batch: int = 16
    turn_rate: float = 0.02
    float_rate: float = 4e-3
    quantized_rate: float = 3e-4
    weight_decay: float = 1e-3
    average: float = 0.998
    bfloat16: bool = True


@dataclass
class _Phase(Phase):
    """One phase in progress.

    Attributes:
        total_s: seconds of training that it has.
        done_s: those that are over.
        steps: how many steps were made.
    """

    total_s: float
    done_s: float = 0.0
    steps: int = 0


class LocatorRun:
    """A training in a folder; calling it trains to the end."""

    def __init__(
        self,
        folder: Path,
        recipe: LocatorRecipe,
        views: Callable[[], Views],
        progress: Progress | None = None,
        start: LocatorNet | None = None,
    ) -> None:
        """Make the folder; nothing is trained yet.

        Args:
            folder: of the run.
            recipe: what decides the weights.
            views: gives all views that there are now; called before each pass.
            progress: says how far the run is.
            start: a float net to go on from instead of a random one.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._recipe, self._views, self._start = folder, recipe, views, start
        self._progress = progress or Progress(shown=False)
        self._checkpoints = Checkpoints(folder)
        torch.manual_seed(recipe.seed)

    def __call__(self, report: Callable[[nn.Module], str] = lambda net: "") -> QuantLocator:
        """Train to the end.

        Args:
            report: measures the running mean after a while; its answer stands beside the bar.

        Returns:
            The finished net, on its integer grids.

        Raises:
            PosteyeError: when the folder holds another run or a damaged one, or the net does not fit int8.
        """
        state = self._load()
        phase = self._phase("quantized", QuantLocator(self._float_net(state, report)))
        self._train(phase, state if state and state["phase"] == "quantized" else None, report)
        assert isinstance(phase.mean, QuantLocator)
        finish(phase.mean, f"train with more than {self._recipe.minutes:g} --minutes")
        return phase.mean

    def _float_net(self, state: dict[str, Any] | None, report: Callable[[nn.Module], str]) -> LocatorNet:
        """The running mean at the end of the float phase: trained, or as it was saved."""
        path, phase = self._folder / FLOAT_FILE, self._phase("float", self._start or LocatorNet())
        assert isinstance(phase.mean, LocatorNet)
        if path.exists():
            cure = f"delete it and {self._folder}/checkpoint*.pt to train again"
            kept = saved.load(path, ("state", "recipe"), cure)
            saved.require_recipe(kept, asdict(self._recipe), self._folder)
            phase.mean.load_state_dict(kept["state"])
        else:
            self._train(phase, state, report)
            saved.save({"state": phase.mean.state_dict(), "recipe": asdict(self._recipe)}, path)
        return phase.mean

    def _phase(self, name: str, net: nn.Module) -> _Phase:
        recipe = self._recipe
        share = recipe.quantized_share if name == "quantized" else 1 - recipe.quantized_share
        if name == "float":
            net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            optimizer = muon_and_adamw(net, recipe.turn_rate, recipe.float_rate, recipe.weight_decay)
        else:
            optimizer = adamw(net, recipe.quantized_rate, recipe.weight_decay)
        return _Phase(name, net, copy.deepcopy(net), optimizer, 60 * recipe.minutes * share)

    def _train(self, phase: _Phase, state: dict[str, Any] | None, report: Callable[[nn.Module], str]) -> None:
        if state is not None:
            phase.take_up(state)
            phase.done_s, phase.steps = state["done"]
        self._progress.step(f"{phase.name} phase, {phase.total_s / 60:.0f} min")
        kept_s, note = phase.done_s, ""
        with self._progress.bar(round(phase.total_s), "s", round(phase.done_s)) as bar:
            while phase.done_s < phase.total_s:
                views = self._views()
                found = self._one_pass(phase, views, partial(bar.to, note=note))
                note = f"{len(views.truths):,} views, {found}"
                if phase.done_s - kept_s >= _SAVED_EVERY_S or phase.done_s >= phase.total_s:
                    self._checkpoints.save(phase.state(asdict(self._recipe), (phase.done_s, phase.steps)))
                    kept_s = phase.done_s
                    note += report(phase.mean)
                self._progress.keep(f"{phase.done_s / 60:.0f} min")

    def _one_pass(self, phase: _Phase, views: Views, tell: Callable[[int], None]) -> str:
        """Train on all views once, or until the phase's time is over; the parts of the loss, in words."""
        recipe = self._recipe
        random = np.random.default_rng((recipe.seed, phase.name == "quantized", phase.steps))
        phase.net.train()
        sums: dict[str, float] = {}
        count = 0
        begun = time.monotonic()
        for pixels, wanted in training_batches(views, recipe.batch, random):
            if isinstance(phase.net, QuantLocator):
                phase.net.observe(phase.done_s < OBSERVED_SHARE * phase.total_s)
            phase.optimizer.set_rates(rate_factor(min(1.0, phase.done_s / phase.total_s)))
            with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bfloat16 and phase.name == "float"):
                head = phase.net(pixels.to(memory_format=torch.channels_last))
            parts = loss.parts(head.float(), wanted)
            phase.move(loss.total(parts), _GRADIENT_LIMIT, recipe.average, phase.steps)
            phase.steps += 1
            count += 1
            sums = {name: sums.get(name, 0.0) + float(part.detach()) for name, part in parts.items()}
            now = time.monotonic()
            phase.done_s, begun = phase.done_s + now - begun, now
            tell(round(phase.done_s))
            if phase.done_s >= phase.total_s:
                break
        return ", ".join(f"{name} {value / count:.3f}" for name, value in sums.items())

    def _load(self) -> dict[str, Any] | None:
        path = self._checkpoints.newest_whole(self._progress.say)
        if path is None:
            return None
        state = self._checkpoints.load(path, "cpu")
        saved.require_recipe(state, asdict(self._recipe), self._folder)
        return state


def load_float(folder: Path) -> LocatorNet:
    """The float net of a training's folder; raises PosteyeError when it has none."""
    path = folder / FLOAT_FILE
    if not path.exists():
        raise PosteyeError(f"{path} is missing; give the folder of a training whose float phase is over")
    state = saved.load(path, ("state",), "give the folder of another training")
    net = LocatorNet()
    net.load_state_dict(state["state"])
    return net
