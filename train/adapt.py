"""Adaptation at a station: a shipped bundle's net goes on learning from a few hundred fields labelled there.

The net is restored from the bundle's integers and trained with quantization on from the first step, by the criterion of
the whole string; its activation ranges hold still. Each shard mixes the station's own fields, disturbed afresh, numbers
recombined of their digits, and generated strips as rehearsal, so that nothing else is forgotten.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import torch

from device_runtime.bundle import Bundle, load_bundle
from device_runtime.errors import PosteyeError
from train.calibrate import exact_rate
from train.distributed import Group
from train.lesson import Lesson, make_lesson
from train.quantization import QuantScanner
from train.restore import restore_scanner
from train.run_folder import Origin, Story, held_out, save_result, wait_for
from train.shards import ShardMaker, save_shard, shard_path
from train.station import LABELS, load_station
from train.trainer import Recipe, Run, follow

RECIPE = Recipe(shards=8, float_epochs=0, quantized_epochs=1, batch=64, quantized_rate=1e-3)
LEARNED_SHARE = 0.7  # of the way from the shipped weights to the trained ones
_REHEARSAL_SHARDS = 2
_SHARD_STRIPS = 4096
_HELD_OUT_PARTS = 2
_SUBJECT_FILE = "adaptation.json"


def adapt(
    out: Path, seed: int, start: Path | None, extra: Path, origin: Origin, workers: int, group: Group
) -> float | None:
    """Adapt a bundle to the labelled fields in `extra`; returns the share of held-out generated strips read exactly.

    start: the bundle, None for the shipped one. The result, a run's folder for `posteye convert`, goes to `out`. Ranks
    that do not lead the group return None. Raises PosteyeError for anything that cannot be used.
    """
    bundle = load_bundle(start)
    net = restore_scanner(bundle)
    recipe = replace(RECIPE, seed=seed)
    if not group.leads:
        follow(recipe, group, net)
        return None
    station = load_station(extra)
    _claim(out, bundle, extra)
    material = origin.load()
    validation, *_ = held_out(material.kept_apart, out, _HELD_OUT_PARTS)
    before = round(exact_rate(net, validation), 4)
    rehearsal = [shard_path(out / "rehearsal", index) for index in range(_REHEARSAL_SHARDS)]
    with ShardMaker(material.hands, seed, out / "rehearsal", 0, _REHEARSAL_SHARDS, workers) as maker:
        for path in rehearsal:
            wait_for(path, maker)
    lesson = make_lesson(station, net, bundle.manifest.output.first_column_px, rehearsal)
    with _shards(lesson, recipe, out / "shards") as wait:
        trained = Run(out, recipe, validation, group, net)(wait)
    trained = part_of_the_way(restore_scanner(bundle), trained)  # restored afresh: training has changed `net`
    after = round(exact_rate(trained, validation), 4)
    facts = {
        "command": f"posteye train --from BUNDLE --extra FOLDER --out RUN --seed {seed}"
        + " --writers QMNIST" * bool(origin.writers)
        + " --digits FOLDER" * bool(origin.digits),
        "adapted_from": {"bundle": bundle.manifest.name, "tflite_sha256": bundle.manifest.sha256.tflite},
        "adapted_to": {"folder": station.name, "fields": len(station.codes)},
    }
    sources = (
        *bundle.manifest.sources,
        f"{len(station.codes)} labelled fields of {station.name}",
        *(f"rehearsal: {name}" for name in material.sources),
    )
    metrics = {"int8": {"generated_exact": after, "generated_exact_before": before}}
    save_result(out, trained, Story(recipe, facts, sources, metrics), validation)
    return after


def part_of_the_way(shipped: QuantScanner, trained: QuantScanner) -> QuantScanner:
    """The net that lies LEARNED_SHARE of the way from the shipped to the trained one, on the trained one's grids.

    It reads the station's fields as well and forgets less (Wortsman et al., "Robust fine-tuning of zero-shot models",
    CVPR 2022). Both must be of one shape; the trained net is changed in place.
    """
    with torch.no_grad():
        for weights, before in zip(trained.parameters(), shipped.parameters(), strict=True):
            weights.lerp_(before, 1 - LEARNED_SHARE)
    trained.finish()
    return trained


def _claim(out: Path, bundle: Bundle, extra: Path) -> None:
    """Note in the run's folder what is adapted to what; raises PosteyeError when it belongs to another adaptation."""
    labels = hashlib.sha256((extra / LABELS).read_bytes()).hexdigest()
    subject = {"tflite_sha256": bundle.manifest.sha256.tflite, "labels_sha256": labels}
    path = out / _SUBJECT_FILE
    if path.exists() and json.loads(path.read_text()) != subject:
        raise PosteyeError(f"{out} holds an adaptation of another bundle or folder; choose another folder or delete it")
    if not path.exists() and (out / "shards").exists():
        raise PosteyeError(f"{out} holds another training; choose another folder or delete it")
    out.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(subject))


@contextmanager
def _shards(lesson: Lesson, recipe: Recipe, folder: Path) -> Iterator[Callable[[Path], None]]:
    """Let a process of its own make the shards ahead; yields a function that waits for one."""
    folder.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")  # a fork after OpenCV has started its threads hangs
    pool = ProcessPoolExecutor(1, context, _start, (lesson, recipe.seed))
    coming: dict[Path, Future[None]] = {}

    def wait(path: Path) -> None:
        try:
            coming[path].result()
        except BrokenProcessPool as error:
            raise PosteyeError(f"the process that makes strips has died; {path.name} will not come") from error

    try:
        for index in range(recipe.shards):
            path = shard_path(folder, index)
            coming[path] = pool.submit(_make, path, index, _SHARD_STRIPS)
        yield wait
    finally:
        pool.shutdown(cancel_futures=True)


_lessons: list[tuple[Lesson, int]] = []  # of the worker: too much to send with every shard


def _start(lesson: Lesson, seed: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the trainer, which ends this process
    cv2.setNumThreads(1)
    _lessons[:] = [(lesson, seed)]


def _make(path: Path, index: int, count: int) -> None:
    lesson, seed = _lessons[0]
    if not path.exists():
        save_shard(lesson.shard(seed, index, count), path)
