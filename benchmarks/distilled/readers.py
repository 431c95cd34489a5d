"""The readers that are compared, each as its looks at a line: codes with their posteriors, and what it says of others.

Nets look three times, at the widths of test-time augmentation, whether they are in doubt or not; PP-OCRv6 looks once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from benchmarks.distilled.lines import Writing
from benchmarks.distilled.upright import upright
from device_runtime import engines
from device_runtime.bundle import load_bundle
from device_runtime.core.structs import MOST_CANDIDATES
from device_runtime.decoding.core_decoder import core_decoder
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import STRETCHES, Look, Looking, View, stretch
from device_runtime.decoding.strip_reader import looking
from device_runtime.errors import PosteyeError
from device_runtime.recognition.recognizer import ScanRecognizer
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import Scanner, penalties_of_values
from device_runtime.second_opinion.crop import cropped
from device_runtime.second_opinion.recognizer import Recognise
from device_runtime.types import Strip
from train.scanner.model import COLUMNS, ScanningLeNet
from train.scanner.penalties import scores_of
from train.scanner.quantization import OUTPUT_SCALE

Looks = Callable[[Writing], list[Look]]  # raises PosteyeError where a line cannot be read
_LEAST = 1e-5  # probability that PP-OCRv6 gives to any class, as device_runtime/second_opinion has it
_WIDEST_PX = 1024


def bundle_reader(name: str | None, decoder: Decoder) -> Looks:
    """A bundle on the line's own strip.

    Raises:
        PosteyeError: there is no such bundle.
    """
    bundle = load_bundle(name)
    look = looking(ScanRecognizer(Scanner(bundle, engines.pick(None, bundle.model))), decoder)
    return lambda writing: _at_all_widths(writing.strip, look)


def net_reader(net: ScanningLeNet, decoder: Decoder) -> Looks:
    """A float net on the student's strip; its scores are rounded to int8 and decoded as on the device.

    Raises:
        PosteyeError: the core is not compiled.
    """
    core = core_decoder(decoder, COLUMNS, OUTPUT_SCALE, _WIDEST_PX)
    if core is None:
        raise PosteyeError("this measurement decodes by the compiled core; run: make core")

    def look(strip: Strip) -> Look:
        if strip.pixels.shape[1] > _WIDEST_PX:
            raise PosteyeError("the strip is too long")
        ((_, scores),) = scores_of(net, [strip.pixels])
        return Look(View(strip, core.decode(strip, scores)), partial(core.judge, strip, scores))

    return lambda writing: _at_all_widths(upright(writing.ink.gray, writing.strip).strip, look)


def teacher_reader(recognise: Recognise, decoder: Decoder) -> Looks:
    """PP-OCRv6 on the part of the picture that the line's strip shows."""

    def looks(writing: Writing) -> list[Look]:
        strip = writing.ink.placed(writing.strip)
        crop = cropped(writing.ink, strip)
        scores = recognise(crop.gray)
        values = -np.log(np.maximum(scores, np.float32(_LEAST)))
        lattice = scan_lattice(
            penalties_of_values(values, crop.x_px(len(scores), strip), decoder.graph.alphabet), None, decoder.costs
        )
        return [Look(View(strip, decoder.decode(lattice)), partial(decoder.judge, lattice))]

    return looks


def _at_all_widths(strip: Strip, look: Looking) -> list[Look]:
    found = [look(strip)]
    for factor in STRETCHES:
        with contextlib.suppress(PosteyeError):  # longer than the net reads
            found.append(look(stretch(strip, factor)))
    return found


def best_code(parts: Sequence[Sequence[Look]]) -> tuple[str | None, float]:
    """The code that readers believe most together, and the mean of their posteriors; each reader counts once.

    Args:
        parts: the looks of each reader; one without looks believes nothing.

    Returns:
        None and 0 where no code is found.
    """
    codes = _codes([look for looks in parts for look in looks])
    if not codes:
        return None, 0.0
    # Posteriors of the codes by each reader, the mean of its looks: [readers, codes].
    means = [
        np.mean([[one.confidence for one in look.judge(codes).candidates] for look in looks], axis=0)
        if looks
        else np.zeros(len(codes))
        for looks in parts
    ]
    both = np.mean(means, axis=0)
    best = int(np.argmax(both))
    return codes[best], float(both[best])


def _codes(looks: Sequence[Look]) -> list[str]:
    """What any look found, as many as can be judged at once, those that are believed most by all together first."""
    sums: dict[str, float] = {}
    for look in looks:
        for one in look.view.decoding.candidates:
            sums[one.code] = sums.get(one.code, 0.0) + one.confidence
    return sorted(sums, key=lambda code: -sums[code])[:MOST_CANDIDATES]
