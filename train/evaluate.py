"""Measuring a reader: exact-string rate, and how much can be accepted at a stated error."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from device_runtime.decode import Decoder
from device_runtime.errors import PosteyeError
from device_runtime.images import load_grey
from device_runtime.looks import look
from device_runtime.normalize import STRIP_HEIGHT_PX, normalize
from device_runtime.types import Penalties, Strip
from train.mnist import Digits
from train.model import STRIDE_PX
from train.trainer import load_float

Scan = Callable[[Strip], Penalties]

ERRORS = (0.01, 0.02, 0.05)


@dataclass(frozen=True)
class Labelled:
    """Strips with the codes they hold and names to find them by."""

    strips: list[Strip]
    codes: list[str]
    names: list[str]


@dataclass(frozen=True)
class Outcome:
    """What a reader made of labelled strips: its codes (None: no code), their posteriors, and which are right."""

    codes: list[str | None]
    confidences: NDArray[np.float64]
    correct: NDArray[np.bool_]

    @property
    def exact(self) -> float:
        """Share of strips read exactly."""
        return float(self.correct.mean())

    def accept_rate(self, max_error: float) -> float:
        """The largest share that a threshold on the confidence accepts with at most max_error wrong among them."""
        order = np.argsort(-self.confidences, kind="stable")
        wrong = np.cumsum(~self.correct[order])
        accepted = np.arange(1, len(order) + 1)
        last_of_equals = np.append(np.diff(self.confidences[order]) != 0, True)
        allowed = accepted[(wrong <= max_error * accepted) & last_of_equals]
        return float(allowed[-1] / len(order)) if len(allowed) else 0.0

    def summary(self) -> dict[str, Any]:
        """The figures that are published."""
        rates = {f"accepted_at_{e:g}": round(self.accept_rate(e), 4) for e in ERRORS}
        return {"strings": len(self.codes), "exact": round(self.exact, 4), **rates}


def read_all(data: Labelled, scan: Scan, decoder: Decoder, name: str) -> Outcome:
    """Read every strip; progress under `name`."""
    codes: list[str | None] = []
    confidences = np.zeros(len(data.codes))
    for i, strip in enumerate(tqdm(data.strips, desc=name, unit="strip", dynamic_ncols=True, leave=False)):
        try:
            candidates = look(strip, scan, decoder).decoding.candidates if strip.has_ink else ()
        except PosteyeError:  # longer than the model reads: a field that is not read, and the others are
            candidates = ()
        codes.append(candidates[0].code if candidates else None)
        confidences[i] = candidates[0].confidence if candidates else 0.0
    correct = np.array([code == truth for code, truth in zip(codes, data.codes, strict=True)])
    return Outcome(codes, confidences, correct)


def mnist_strips(digits: Digits) -> Labelled:
    """Each digit pasted, dark, in the middle of a light field of 32 x 44 px, which is normalised as on the device."""
    strips = []
    for image in digits.images:
        field = np.full((STRIP_HEIGHT_PX, 44), 255, np.uint8)
        field[2:30, 8:36] -= image
        strips.append(normalize(field))
    codes = [str(label) for label in digits.labels]
    return Labelled(strips, codes, [f"mnist-test-{i}" for i in range(len(codes))])


def folder_strips(folder: Path) -> Labelled:
    """The fields of a folder: labels.csv holds a header, then rows of file name and code; further columns are ignored.

    Raises PosteyeError when labels.csv is missing or empty, ImageError for a file that is no image.
    """
    path = folder / "labels.csv"
    try:
        with path.open(newline="") as file:
            rows = list(csv.reader(file))[1:]
    except OSError as error:
        raise PosteyeError(f"{path} cannot be read: {error.strerror}; it should hold rows of file,code") from error
    if not rows or any(len(row) < 2 for row in rows):
        raise PosteyeError(f"{path} holds no rows of file,code below its header")
    strips = [normalize(load_grey(folder / row[0])) for row in tqdm(rows, desc="images", unit="file", leave=False)]
    return Labelled(strips, [row[1] for row in rows], [row[0] for row in rows])


def float_scan(run: Path, alphabet: str) -> Scan:
    """The float twin of a bundle as a scanner: the net of a training folder before quantisation.

    Raises PosteyeError when the folder has none.
    """
    net = load_float(run)

    def scan(strip: Strip) -> Penalties:
        pixels = np.pad(strip.pixels, ((0, 0), (0, -strip.pixels.shape[1] % STRIDE_PX)))
        with torch.no_grad():
            logits = net(torch.from_numpy(pixels.astype(np.float32) / 256)[None, None])
        values = -logits.log_softmax(2)[0].numpy()
        return Penalties(values, np.arange(len(values), dtype=np.float32) * 2 - 1, alphabet)

    return scan


def table(rows: Sequence[tuple[str, Outcome]]) -> str:
    """The figures side by side, for people."""
    head = f"{'':<10}{'strings':>8}{'exact':>9}" + "".join(f"{f'at {e:.0%}':>9}" for e in ERRORS)
    lines = [head]
    for name, outcome in rows:
        accepted = "".join(f"{outcome.accept_rate(e):>9.2%}" for e in ERRORS)
        lines.append(f"{name:<10}{len(outcome.codes):>8}{outcome.exact:>9.2%}{accepted}")
    return "\n".join([*lines, "(at 1 %: share accepted when the threshold leaves 1 % errors among the accepted)"])
