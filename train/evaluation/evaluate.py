"""Measuring a reader: exact-string rate, and how much can be accepted at a stated error."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import read_augmented
from device_runtime.errors import FileError, PosteyeError
from device_runtime.files.regular import LABELS_LIMIT_BYTES, read_regular
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.image.load import load_grey
from device_runtime.image.normalize import STRIP_HEIGHT_PX, normalize
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.recogniser import Recognise
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.types import Candidate, Decoding, Penalties, Strip
from train.data.mnist import Digits
from train.evaluation.ink import darkness
from train.evaluation.metrics import accept_rate
from train.scanner.model import STRIDE_PX
from train.scanner.trainer import load_float

DARKNESS = "darkness of the ink"
ERRORS = (0.001, 0.005, 0.01, 0.02, 0.05)


@dataclass(frozen=True)
class Labelled:
    """Strips with the codes they hold and names to find them by.

    conditions: further things known of each strip, by name: words, or numbers as text.
    """

    strips: list[Strip]
    codes: list[str]
    names: list[str]
    conditions: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a reader made of labelled strips.

    decodings: one a strip (empty where there was nothing to read). confidences: float64 [strips], posterior of the best
    code, 0 where there is none. correct: bool [strips].
    """

    decodings: list[Decoding]
    confidences: NDArray[np.float64]
    correct: NDArray[np.bool_]

    @property
    def codes(self) -> list[str | None]:
        """The best code of each strip."""
        return [found.candidates[0].code if found.candidates else None for found in self.decodings]

    @property
    def exact(self) -> float:
        """Share of strips read exactly."""
        return float(self.correct.mean())

    def accept_rate(self, max_error: float) -> float:
        """The largest share that a threshold on the confidence accepts with at most max_error wrong among them."""
        return accept_rate(self.confidences, self.correct, max_error)

    def summary(self) -> dict[str, Any]:
        """The figures that are published."""
        rates = {f"accepted_at_{e:g}": round(self.accept_rate(e), 4) for e in ERRORS}
        return {"strings": len(self.decodings), "exact": round(self.exact, 4), **rates}


def read_all(data: Labelled, recognise: Recognise, decoder: Decoder, name: str) -> Outcome:
    """Read every strip; progress under `name`."""
    decodings = []
    for strip in tqdm(data.strips, desc=name, unit="strip", dynamic_ncols=True, leave=False, disable=None):
        found = Decoding((), (), None)
        if strip.has_ink:
            # A field that is longer than the model reads is not read, and the others are.
            with contextlib.suppress(PosteyeError):
                found = read_augmented(strip, recognise, decoder.decode).decoding
        decodings.append(found)
    best = [found.candidates[0] if found.candidates else Candidate("", 0.0) for found in decodings]
    correct = np.array([candidate.code == truth for candidate, truth in zip(best, data.codes, strict=True)])
    return Outcome(decodings, np.array([candidate.confidence for candidate in best]), correct)


def character_verdicts(outcome: Outcome, truths: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Posterior of every character read, separators left out, and whether it stands in the truth, [characters] both.

    Codes of another length than the truth are laid beside it by their longest common pieces.
    """
    posteriors, right = [], []
    for found, truth in zip(outcome.decodings, truths, strict=True):
        read = [c for c in found.characters if c.char not in SEPARATORS]
        bare = [char for char in truth if char not in SEPARATORS]
        chars = [c.char for c in read]
        if len(chars) == len(bare):
            verdicts = [a == b for a, b in zip(chars, bare, strict=True)]
        else:
            verdicts = [False] * len(chars)
            for block in SequenceMatcher(None, chars, bare, autojunk=False).get_matching_blocks():
                verdicts[block.a : block.a + block.size] = [True] * block.size
        posteriors += [c.confidence for c in read]
        right += verdicts
    return np.array(posteriors), np.array(right, dtype=np.bool_)


def calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error: mean gap between confidence and share right, over bins of equal width.

    Source: Guo et al., "On calibration of modern neural networks", 2017, equation 5.
    """
    index = np.minimum((confidences * bins).astype(int), bins - 1)
    gaps = [abs(confidences[index == b].sum() - right[index == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(confidences))


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
    """The fields of a folder: labels.csv holds a header, then rows of file name and code.

    Further columns become conditions, and so does the darkness of the ink. Raises PosteyeError when labels.csv is
    missing or empty, ImageError for a file that is no image.
    """
    path = folder / "labels.csv"
    try:
        text = read_regular(path, LABELS_LIMIT_BYTES).decode("utf-8-sig")
        header, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    except FileError as error:
        raise PosteyeError(f"{path} cannot be read: {error}; it should hold rows of file,code") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise PosteyeError(f"{path} is no table of file,code: {error}") from error
    if not rows or any(len(row) < 2 for row in rows):
        raise PosteyeError(f"{path} holds no rows of file,code below its header")
    bar = tqdm(rows, desc="images", unit="file", leave=False, disable=None)
    images = (load_grey(folder / row[0]) for row in bar)
    seen = [(normalize(image), f"{darkness(image):.3f}") for image in images]
    conditions = {DARKNESS: [dark for _, dark in seen]}
    for place, name in enumerate(header[2:], start=2):
        conditions[name] = [row[place] if len(row) > place else "" for row in rows]
    return Labelled([strip for strip, _ in seen], [row[1] for row in rows], [row[0] for row in rows], conditions)


def float_recogniser(run: Path, alphabet: str) -> Recognise:
    """The float twin of a bundle as a recogniser: the net of a training folder before quantisation.

    Raises PosteyeError when the folder has none.
    """
    return net_recogniser(load_float(run), alphabet)


def net_recogniser(net: nn.Module, alphabet: str) -> Recognise:
    """A net in evaluation mode, float or quantised, as a recogniser; it reads strips one by one."""

    def recognise(strip: Strip) -> Lattice:
        pixels = np.pad(strip.pixels, ((0, 0), (0, -strip.pixels.shape[1] % STRIDE_PX)))
        with torch.no_grad():
            logits = net(torch.from_numpy(pixels.astype(np.float32) / 256)[None, None])
        values = -logits.log_softmax(2)[0].numpy()
        return scan_lattice(Penalties(values, np.arange(len(values), dtype=np.float32) * 2 - 1, alphabet))

    return recognise


def table(rows: Sequence[tuple[str, Outcome]]) -> str:
    """The figures side by side, for people."""
    head = f"{'':<12}{'strings':>8}{'exact':>9}" + "".join(f"{f'at {e:.1%}':>9}" for e in ERRORS)
    lines = [head]
    for name, outcome in rows:
        accepted = "".join(f"{outcome.accept_rate(e):>9.2%}" for e in ERRORS)
        lines.append(f"{name:<12}{len(outcome.decodings):>8}{outcome.exact:>9.2%}{accepted}")
    return "\n".join([*lines, "(at 1.0%: share accepted when the threshold leaves 1 % errors among the accepted)"])
