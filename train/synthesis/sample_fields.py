"""Makes the sample fields that come with the program.

    python -m train.synthesis.sample_fields --out device_runtime/samples

Handwriting is composed of MNIST *test* digits, print is set in DejaVu and Liberation fonts; neither was trained on in
these fields. Of each, the first drawing is kept that the shipped bundle accepts: they show a healthy reader and are its
self-test; they say nothing of how often it accepts. The last sample is smeared until nobody can read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from device_runtime.commands.program import run_command
from device_runtime.errors import PosteyeError
from device_runtime.files.atomic import write_bytes
from device_runtime.reader import Reader
from device_runtime.samples import INDEX_FILE, Golden, Sample, golden
from train.data.mnist import load_mnist
from train.data.writers import writers_of
from train.synthesis.generator import FieldGenerator
from train.synthesis.writing.fonts import HAND_FAMILIES, find_fonts
from train.synthesis.writing.style import random_style

_HAND, _PRINT = "MNIST test digits (CC BY-SA 3.0)", "DejaVu or Liberation fonts (free licences)"
_NONE = Golden("", "", "")  # until the sample is drawn
_TRIES = 200
_FONTS = ("DejaVu Sans", "DejaVu Sans Mono", "Liberation Sans", "Liberation Mono", "DejaVu Serif")


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path))
@click.option("--writers", type=click.Path(path_type=Path), help="Folder of QMNIST label files: one writer a string.")
def samples(out: Path, writers: Path | None) -> None:
    """Draw the samples, write them and their index."""
    generator = FieldGenerator(
        writers_of(load_mnist(None, writers).test), 2026, (find_fonts(_FONTS), find_fonts(HAND_FAMILIES))
    )
    out.mkdir(parents=True, exist_ok=True)
    index = []
    for number, (image, sample) in enumerate(_all(generator), start=1):
        named = msgspec.structs.replace(sample, file=f"{number:02d}-{sample.file}.png")
        write_bytes(out / named.file, cv2.imencode(".png", image)[1].tobytes())
        index.append(msgspec.structs.replace(named, golden=golden(named, out / named.file)))
    encoded = msgspec.json.format(msgspec.json.encode(index), indent=1)
    write_bytes(out / INDEX_FILE, encoded + b"\n")


def _all(generator: FieldGenerator) -> list[tuple[NDArray[np.uint8], Sample]]:
    made = []
    for code, form in (
        ("80331", {"country": "DE"}),
        ("47500", {"country": "MY"}),
        ("90210", {"country": "US"}),
        ("62704", {"pattern": r"\d{5}"}),
        ("10115", {"country": "DE"}),
        ("3407", {"pattern": r"\d{4}"}),
        ("152638", {"pattern": r"\d{6}"}),
    ):
        sample = Sample("hand", code, _HAND, _NONE, country=form.get("country"), pattern=form.get("pattern"))
        made.append((_first_accepted(sample, partial(_handwritten, generator, code)), sample))
    for text, code, form in (
        ("D-20095 Hamburg", "20095", {"country": "DE"}),
        ("47500 SUBANG JAYA, SELANGOR", "47500", {"country": "MY"}),
        ("SPRINGFIELD IL 62704-1234", "62704-1234", {"country": "US"}),
        ("NO. 12, JALAN 3/5, 50450 K.L.", "50450", {"country": "MY"}),
    ):
        sample = Sample("print", code, _PRINT, _NONE, country=form.get("country"), pattern=form.get("pattern"))
        made.append((_first_accepted(sample, partial(_printed, generator, text)), sample))
    smeared = _smear(_handwritten(generator, "38925"))
    made.append((smeared, Sample("smeared", None, _HAND, _NONE, country="DE")))
    return made


def _first_accepted(sample: Sample, drawn: Callable[[], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    reader = Reader(**sample.grammar)
    for _ in range(_TRIES):
        image = drawn()
        reading = reader.read(image, field=True).reading
        if (reading.status, reading.code) == ("accepted", sample.expected):
            return image
    raise PosteyeError(f"none of {_TRIES} drawings of {sample.expected} was accepted: the bundle reads badly")


def _handwritten(generator: FieldGenerator, code: str) -> NDArray[np.uint8]:
    """Tidy handwriting: digits apart, of like size, on plain paper with a little texture."""
    style = random_style(generator.random)
    style = replace(
        style, gap=0.18, gap_jitter=0.04, size_jitter=0.04, drift=0.02, small_zeros=False, marks=0.0, variants={}
    )
    style = replace(style, level=0.42, gain=3.0, blur_px=0.8, height_px=40.0, aspect=0.95, tall_ones=1.0, slant=0.1)
    ink, box = generator.handwriter.write(code, style)
    left, top, right, bottom = (box[0] - 16, box[1] - 12, box[2] + 16, box[3] + 12)
    return generator.paper.photograph(ink[top:bottom, left:right], printed=False)


def _printed(generator: FieldGenerator, text: str) -> NDArray[np.uint8]:
    ink = generator.typesetter.set_line(text, 30)
    return generator.paper.photograph(ink[6:-6, 2:-2], printed=True)


def _smear(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Wet ink wiped to and fro until the strokes are gone."""
    wiped = cv2.blur(cv2.GaussianBlur(image, (0, 0), 4), (31, 5))
    streaks = cv2.blur(image, (61, 1))
    return np.asarray(np.minimum(wiped, streaks), np.uint8)


if __name__ == "__main__":
    run_command(samples)
