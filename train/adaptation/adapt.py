"""Adaptation at a station: a shipped bundle's net goes on learning from a few hundred fields labelled there.

The net is restored from the bundle's integers and trained with quantization on from the first step, by the criterion of
the whole string; its activation ranges hold still. Each shard mixes the station's own fields, disturbed afresh, numbers
recombined of their digits, and generated strips as rehearsal, so that nothing else is forgotten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import torch

from device_runtime.bundle import load_bundle
from train.adaptation.training_mix import TrainingMix, make_training_mix
from train.data.labelled import LABELS, load_station
from train.progress import Progress
from train.runs.distributed import Group
from train.runs.folder import Measures, Provenance, claim, finished, held_out, save_result, wait_for_all
from train.runs.origin import Origin
from train.runs.recipe import Recipe
from train.runs.trainer import Run, follow
from train.scanner.from_bundle import restore_scanner
from train.scanner.postprocess import one_number
from train.scanner.quantization import QuantScanner
from train.synthesis.shards import Generated, Shard, ShardMaker, shard_path

RECIPE = Recipe(shards=8, float_epochs=0, quantized_epochs=1, batch=64, quantized_rate=1e-3)
STEPS = 5
LEARNED_SHARE = 0.7  # weight interpolation: so far from the shipped weights to the trained ones
_REHEARSAL_SHARDS = 2
_HELD_OUT_PARTS = 2


def adapt(
    out: Path,
    seed: int,
    start: Path | None,
    extra: Path,
    origin: Origin,
    workers: int,
    group: Group,
    progress: Progress,
) -> float | None:
    """Adapt a bundle to the labelled fields of a station.

    Args:
        out: The run's folder, for `posteye convert`.
        seed: Of all chance.
        start: The bundle; None takes the shipped one.
        extra: The folder of labelled fields.
        origin: Where digits to rehearse with come from.
        workers: Processes that make strips.
        group: The ranks that train together.
        progress: Of STEPS steps.

    Returns:
        The share of held-out generated strips that is read exactly; None on ranks that do not lead the group.

    Raises:
        PosteyeError: For anything that cannot be used.
    """
    origin.require(RECIPE.mix)
    bundle = load_bundle(start)
    net = restore_scanner(bundle)
    recipe = replace(RECIPE, seed=seed)
    if not group.leads:
        follow(out, recipe, group, net)
        return None
    station = load_station(extra)
    progress.say("reading MNIST's digits and the names of the fonts")
    material = origin.load()
    subject = {"bundle": bundle.manifest.sha256.tflite, "folder": _sha256(extra / LABELS)}
    generated = {"recipe": asdict(recipe), "set of fonts, digits or writers": material.sources}
    claim(out, subject | generated, workers)
    done = group.told(finished(out, progress))
    if done is not None:
        progress.say(f"{out} is finished; nothing is left to do")
        return done
    measures = Measures(out, progress)
    progress.step("held-out strips, by writers that are not trained on")
    strips = recipe.held_out_strips
    validation, *_ = held_out(material, recipe.mix, out, _HELD_OUT_PARTS, strips, workers, progress)
    progress.step("strips to rehearse what the bundle can read")
    rehearsal = [shard_path(out / "rehearsal", index) for index in range(_REHEARSAL_SHARDS)]
    with ShardMaker(Generated(material.writers, seed, recipe.shard_strips), rehearsal, workers + 1, progress) as maker:
        wait_for_all(rehearsal, maker, recipe.shard_strips, progress)

    def measured(name: str, net: QuantScanner) -> float:
        progress.step(f"what the {name} reads of held-out strips")
        with progress.bar(len(one_number(validation)[1]), "readings") as bar:
            return round(measures(name, net, validation, bar), 4)

    before = measured("given bundle", net)
    progress.say("cutting the labelled fields into pieces to recombine")
    mix = make_training_mix(station, net, bundle.manifest.output.first_column_px, rehearsal)
    paths = [shard_path(out / "shards", index) for index in range(recipe.shards)]
    with ShardMaker(_MixShards(mix, seed, recipe.shard_strips), paths, workers, progress) as maker:
        trained = Run(out, recipe, validation, group, net, progress)(maker.wait)
    trained = interpolated(restore_scanner(bundle), trained)  # restored afresh: training has changed `net`
    after = measured("adapted net", trained)
    facts = {
        "command": f"posteye train --from BUNDLE --extra FOLDER --out RUN --seed {seed}{origin.options()}",
        "adapted_from": {"bundle": bundle.manifest.name, "tflite_sha256": bundle.manifest.sha256.tflite},
        "adapted_to": {"folder": station.name, "fields": len(station.codes)},
    }
    sources = (
        *bundle.manifest.sources,
        f"{len(station.codes)} labelled fields of {station.name}",
        *(f"rehearsal: {name}" for name in material.sources),
    )
    metrics = {"int8": {"generated_exact": after, "generated_exact_before": before}}
    save_result(out, trained, Provenance(recipe, facts, sources, metrics), validation)
    return after


def interpolated(shipped: QuantScanner, trained: QuantScanner) -> QuantScanner:
    """Interpolate the weights of two nets: LEARNED_SHARE of the way from the shipped to the trained one.

    Such a net reads the station's fields as well and forgets less.

    Args:
        shipped: Of the trained net's shape.
        trained: Changed in place; its grids stay.

    Returns:
        The trained net.

    Source: Wortsman et al., "Robust fine-tuning of zero-shot models", CVPR 2022.
    """
    with torch.no_grad():
        for weights, before in zip(trained.parameters(), shipped.parameters(), strict=True):
            weights.lerp_(before, 1 - LEARNED_SHARE)
    trained.finish()
    return trained


@dataclass(frozen=True)
class _MixShards:
    """The shards of a training mix, of about `count` strips each."""

    mix: TrainingMix
    seed: int
    count: int

    def shard(self, index: int, made: Callable[[], None]) -> Shard:
        """Shard `index` of the seed."""
        cv2.setNumThreads(1)
        return self.mix.shard(self.seed, index, self.count)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
