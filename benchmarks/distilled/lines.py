"""The lines that student and control learn from: their strips, what stands there, and what the teacher says of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.distilled.upright import upright
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import replacing
from device_runtime.image.normalize import normalize
from device_runtime.image.polarity import Inked, inked
from device_runtime.image.prepare import prepared
from device_runtime.second_opinion.crop import cropped
from device_runtime.second_opinion.recognizer import Recognise
from device_runtime.types import Strip
from train.data.arrays import load_arrays
from train.data.collections import Collections
from train.data.real_strings import RealStrings
from train.data.target import Target
from train.data.writers import Writer
from train.synthesis.field import seen
from train.synthesis.generator import MAX_STRIP_WIDTH_PX, FieldGenerator
from train.synthesis.mix import SECOND

# As `digits` is trained, but for the real strings: those are apart here, each as it was photographed.
MIX = replace(SECOND, name="distilled", real=0.0)
_ARRAYS = ("pixels", "widths", "targets", "real", "frames", "x_px", "counts")


@dataclass(frozen=True)
class Line:
    """A line to learn from.

    Attributes:
        pixels: the student's strip, uint8 [32, W].
        target: what stands there, in the notation of train/data/target.py.
        real: whether a person wrote it so; of these the student is not told the target.
        frames: the teacher's probabilities, float32 [columns, 12].
        x_px: float32 [columns], where its columns stand in the strip.
    """

    pixels: NDArray[np.uint8]
    target: str
    real: bool
    frames: NDArray[np.float32]
    x_px: NDArray[np.float32]


@dataclass(frozen=True)
class Writing:
    """A line as it was found in a picture.

    Attributes:
        ink: the picture, dark on light.
        strip: the line's own, made of `ink.gray`.
        target: what stands there.
        real: whether a person wrote it so.
    """

    ink: Inked
    strip: Strip
    target: str
    real: bool


def writing_of(pixels: NDArray[np.uint8], target: str, real: bool) -> Writing:
    """A field as the device makes a line of it: of its two polarities, where they are unclear, the dark one.

    Args:
        pixels: uint8 [H, W], or [H, W, 3] in RGB.
        target: what stands there.
        real: whether a person wrote it so.
    """
    ink = inked(prepared(pixels))[0]
    return Writing(ink, normalize(ink.gray), target, real)


def generated(writers: list[Writer], collections: Collections, seed: int) -> Iterator[Writing]:
    """Endless generated lines, as training has them."""
    drawn = FieldGenerator(writers, seed, mix=MIX, collections=collections)
    while True:
        field = drawn.field()
        gray = seen(field)
        if gray is None:
            continue
        strip = normalize(gray)
        if strip.has_ink and field.least_px <= strip.pixels.shape[1] <= MAX_STRIP_WIDTH_PX:
            yield Writing(Inked(gray, 0, 0), strip, field.target, real=False)


def photographed(strings: RealStrings, seed: int) -> Iterator[Writing]:
    """Real strings, each once, the rarer labels sooner; marks at their ends may be seen or not."""
    random = np.random.default_rng(seed)
    for row in random.choice(len(strings.digits), len(strings.digits), replace=False, p=strings.shares).tolist():
        one = writing_of(strings.cuts[row].image, Target.with_marks(strings.digits[row]).text, real=True)
        if one.strip.has_ink and one.strip.pixels.shape[1] <= MAX_STRIP_WIDTH_PX:
            yield one


def taught(writings: Iterable[Writing], recognise: Recognise, count: int, name: str) -> list[Line]:
    """Show lines to the teacher.

    Args:
        writings: count or more, or all that there are.
        recognise: the teacher.
        count: how many to show.
        name: of the progress bar.
    """
    bar = tqdm(itertools.islice(writings, count), desc=name, total=count, unit="line", leave=False, disable=None)
    return [_taught(one, recognise) for one in bar]


def _taught(one: Writing, recognise: Recognise) -> Line:
    placed = one.ink.placed(one.strip)
    crop = cropped(one.ink, placed)
    frames = recognise(crop.gray)
    mine = upright(one.ink.gray, one.strip)
    x_px = crop.x_px(len(frames), placed) + np.float32(mine.left_px)
    return Line(mine.strip.pixels, one.target, one.real, frames, x_px)


def save_lines(lines: list[Line], path: Path) -> None:
    """Write lines, whole or not at all; probabilities are rounded to half precision."""
    with replacing(path) as file:
        np.savez_compressed(
            file,
            pixels=np.concatenate([line.pixels for line in lines], axis=1),
            widths=np.array([line.pixels.shape[1] for line in lines], np.int32),
            targets=np.array([line.target for line in lines]),
            real=np.array([line.real for line in lines]),
            frames=np.concatenate([line.frames for line in lines]).astype(np.float16),
            x_px=np.concatenate([line.x_px for line in lines]),
            counts=np.array([len(line.frames) for line in lines], np.int32),
        )


def load_lines(path: Path) -> list[Line]:
    """Read lines.

    Raises:
        PosteyeError: the file is missing or damaged.
    """
    data = load_arrays(path, _ARRAYS)
    try:
        pixels = np.split(data["pixels"].astype(np.uint8), np.cumsum(data["widths"])[:-1], axis=1)
        ends = np.cumsum(data["counts"])[:-1]
        frames = np.split(data["frames"].astype(np.float32), ends)
        x_px = np.split(data["x_px"].astype(np.float32), ends)
        told = zip(data["targets"].tolist(), data["real"].tolist(), strict=True)
        return [
            Line(own, target, real, seen, x)
            for own, (target, real), seen, x in zip(pixels, told, frames, x_px, strict=True)
        ]
    except ValueError as error:
        raise PosteyeError(f"{path} holds no lines ({error}); delete it, and it is made again") from None
