"""Adaptation at a station: a shipped bundle's net goes on learning from fields of that station.

They were labelled by people, or harvested: labelled by what the bundle itself reads surely (lessons.py, harvest.py).

The net is restored from the bundle's integers and trained with quantization on from the first step, by the criterion of
the whole string; its activation ranges hold still. Each shard mixes the station's own fields, disturbed afresh, numbers
recombined of their digits, and generated strips as rehearsal, so that nothing else is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import torch

from device_runtime.bundle import load_bundle
from train.adaptation.held_back import GENERATED, Judged, require_no_worse
from train.adaptation.lessons import Lessons
from train.adaptation.training_mix import TrainingMix, make_training_mix
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
    lessons: Lessons,
    origin: Origin,
    workers: int,
    group: Group,
    progress: Progress,
) -> float | None:
    """Adapt a bundle to the fields of a station.

    Args:
        out: The run's folder, for `posteye convert`.
        seed: Of all chance.
        start: The bundle; None takes the shipped one.
        lessons: What it learns from.
        origin: Where digits to rehearse with come from.
        workers: Processes that make strips.
        group: The ranks that train together.
        progress: Of STEPS steps and those of the lessons.

    Returns:
        The share of held-out generated strips that is read exactly; None on ranks that do not lead the group.

    Raises:
        PosteyeError: For anything that cannot be used.
        RefusedError: When the adapted net reads what the lessons hold back worse than the bundle; nothing is left to
            be converted.
    """
    origin.require(RECIPE.mix)
    bundle = load_bundle(start)
    net = restore_scanner(bundle)
    recipe = replace(RECIPE, seed=seed, channels=net.channels)
    if not group.leads:
        follow(out, recipe, group, net)
        return None
    known_by = lessons.known_by()
    progress.say("reading MNIST's digits and the names of the fonts")
    material = origin.load()
    subject = {"bundle": bundle.manifest.sha256.tflite, **known_by}
    made_of = {"recipe": asdict(recipe), "set of fonts, digits or writers": material.sources}
    claim(out, subject | made_of, workers)
    done = group.told(finished(out, progress))
    if done is not None:
        progress.say(f"{out} is finished; nothing is left to do")
        return done
    measures = Measures(out, progress)
    taught = lessons.teach(bundle, out, seed, progress)
    progress.step("held-out strips, by writers that are not trained on")
    strips = recipe.held_out_strips
    validation, *_ = held_out(material, recipe.mix, out, _HELD_OUT_PARTS, strips, workers, progress)
    progress.step("strips to rehearse what the bundle can read")
    rehearsal = [shard_path(out / "rehearsal", index) for index in range(_REHEARSAL_SHARDS)]
    with ShardMaker(Generated(material.writers, seed, recipe.shard_strips), rehearsal, workers + 1, progress) as maker:
        wait_for_all(rehearsal, maker, recipe.shard_strips, progress)

    shards = {GENERATED: validation, **taught.held_back}

    def measured(name: str, net: QuantScanner) -> dict[str, float]:
        progress.step(f"what the {name} reads of held-out strips")
        with progress.bar(sum(len(one_number(shard)[1]) for shard in shards.values()), "readings") as bar:
            names = {part: name if part == GENERATED else f"{name}, {part}" for part in shards}
            return {part: measures(names[part], net, shard, bar) for part, shard in shards.items()}

    before = measured("given bundle", net)
    progress.say("cutting the fields into pieces to recombine")
    first_column_px = bundle.manifest.output.first_column_px
    mix = make_training_mix(taught.station, net, first_column_px, rehearsal, taught.shares)
    paths = [shard_path(out / "shards", index) for index in range(recipe.shards)]
    with ShardMaker(_MixShards(mix, seed, recipe.shard_strips), paths, workers, progress) as maker:
        trained = Run(out, recipe, validation, group, net, progress)(maker.wait)
    trained = interpolated(restore_scanner(bundle), trained)  # restored afresh: training has changed `net`
    after = measured("adapted net", trained)
    judged = [_judged(part, shards[part], before[part], after[part]) for part in taught.judges]
    require_no_worse(judged, str(out), bundle.manifest.name)
    facts = {
        "command": f"posteye train --from BUNDLE {lessons.option} --out RUN --seed {seed}{origin.options()}",
        "adapted_from": {"bundle": bundle.manifest.name, "tflite_sha256": bundle.manifest.sha256.tflite},
        "adapted_to": taught.adapted_to,
    }
    sources = (
        *bundle.manifest.sources,
        taught.source,
        *(f"rehearsal: {name}" for name in material.sources),
    )
    generated = round(after[GENERATED], 4)
    metrics: dict[str, Any] = {
        "int8": {"generated_exact": generated, "generated_exact_before": round(before[GENERATED], 4)}
    }
    if judged:
        metrics["held_back"] = {one.part: {"before": one.before, "after": one.after, "of": one.of} for one in judged}
    save_result(out, trained, Provenance(recipe, facts, sources, metrics), validation)
    return generated


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


def _judged(part: str, shard: Shard, before: float, after: float) -> Judged:
    """The counts behind the shares of a part of the held-back sample that two nets read exactly."""
    strips = len(one_number(shard)[1])
    return Judged(part, round(before * strips), round(after * strips), strips)
