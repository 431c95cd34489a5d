"""How far to trust a bundle's confidences, found on strings that it was not trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from convert.bundle.writer import write_bundle
from device_runtime.bundle import ONNX_FILE, Bundle
from device_runtime.calibration import Calibration, Scale
from device_runtime.decoding.decoder import Decoder
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from device_runtime.types import Strip
from train.data.labelled import Labeled, folder_strips
from train.evaluation.calibration import fit_calibration
from train.evaluation.evaluate import Outcome, calibration_error, character_verdicts, read_all
from train.scanner.postprocess import kinds, one_number
from train.segmentation.segmenter import recognizer
from train.synthesis.shards import load_shard

_ANY_LENGTH = r"\d{1,9}"
_FEWEST = 100
_KIND = "kind"

Line = dict[str, str | int | float]


def calibrate_bundle(
    loaded: Bundle,
    strips: tuple[Path, ...],
    folder: Path | None,
    grammar: Grammar | None,
    segmenters: tuple[str, ...],
    out: Path,
) -> Iterator[Line]:
    """Fit a bundle's confidences and write it; gives the figures of each segmentation method as they come.

    Args:
        loaded: The bundle.
        strips: Files of held-out strips; none when `folder` is given.
        folder: Labelled fields; None takes the strips.
        grammar: Of the folder's codes; None for any number.
        segmenters: The segmentation methods.
        out: Where to write the bundle.

    Raises:
        PosteyeError: When there are too few strings, or a file cannot be used.
    """
    alphabet = loaded.manifest.alphabet
    grammar = grammar or Grammar.from_pattern(_ANY_LENGTH, alphabet)
    data = folder_strips(folder) if folder else _held_out(strips)
    jobs = [(data, grammar)] if folder else [(data, grammar), *_by_length(data, alphabet)]
    if len(data.codes) < _FEWEST:
        raise PosteyeError(f"{len(data.codes)} strings are too few to calibrate with; give at least {_FEWEST}")
    source = f"{folder.name}: {grammar.name}" if folder else "generated fields by writers that were not trained on"
    found = dict(loaded.manifest.calibration)
    truths = [code for part, _ in jobs for code in part.codes]
    written = [kind for part, _ in jobs for kind in part.slices.get(_KIND, ["all"] * len(part.codes))]
    for segmenter in segmenters:
        recognize = recognizer(segmenter, loaded)
        outcomes = [
            read_all(part, recognize, Decoder(form, alphabet, grouped=folder is None or None), form.name)
            for part, form in jobs
        ]
        outcome = _joined(outcomes)
        fitted = fit(outcome, truths, written)
        found[segmenter] = _manifest_form(fitted, len(data.codes), source)
        exact = round(outcomes[0].exact, 4)
        yield {"segmenter": segmenter, "strings": len(data.codes), "exact": exact, **_check(outcome, truths)}
    _write(loaded, found, out)


def fit(outcome: Outcome, truths: list[str], kinds: list[str]) -> Calibration:
    """The calibration for what a reader made of strings with these truths and of these kinds."""
    return fit_calibration(outcome.confidences, outcome.correct, *character_verdicts(outcome, truths), kinds)


def _by_length(data: Labeled, alphabet: str) -> list[tuple[Labeled, Grammar]]:
    """The strings by their number of digits, each kind with the grammar that knows it."""
    jobs = []
    for length in sorted({len(code) for code in data.codes}):
        rows = [i for i, code in enumerate(data.codes) if len(code) == length]
        slices = {_KIND: [data.slices[_KIND][i] for i in rows]}
        codes = [data.codes[i] for i in rows]
        part = Labeled([data.strips[i] for i in rows], codes, [data.names[i] for i in rows], slices)
        jobs.append((part, Grammar.from_pattern(rf"\d{{{length}}}", alphabet)))
    return jobs


def _joined(outcomes: list[Outcome]) -> Outcome:
    return Outcome(
        [found for outcome in outcomes for found in outcome.decodings],
        np.concatenate([outcome.confidences for outcome in outcomes]),
        np.concatenate([outcome.correct for outcome in outcomes]),
    )


def _check(outcome: Outcome, truths: list[str]) -> dict[str, float]:
    """Calibration error before, and after fitting on the other half of the strings."""
    shuffled = np.random.default_rng(0).permutation(len(truths))
    mine, other = (_part(outcome, truths, rows) for rows in np.array_split(shuffled, 2))
    scale = fit(*mine, ["all"] * len(mine[1]))
    right = other[0].correct
    characters, verdicts = character_verdicts(*other)
    return {
        "ece_before": round(calibration_error(other[0].confidences, right), 4),
        "ece": round(calibration_error(scale.code.all(other[0].confidences), right), 4),
        "character_ece": round(calibration_error(scale.character.all(characters), verdicts), 4),
    }


def _part(outcome: Outcome, codes: list[str], rows: np.ndarray) -> tuple[Outcome, list[str]]:
    part = Outcome([outcome.decodings[i] for i in rows], outcome.confidences[rows], outcome.correct[rows])
    return part, [codes[i] for i in rows]


def _held_out(paths: tuple[Path, ...]) -> Labeled:
    strips: list[Strip] = []
    codes: list[str] = []
    written: list[str] = []
    for path in paths:
        shard = load_shard(path)
        pixels, digits = one_number(shard)
        strips += [Strip(p, np.eye(2, 3), True) for p in pixels]
        codes += digits
        written += kinds(shard)
    return Labeled(strips, codes, [str(i) for i in range(len(codes))], {_KIND: written})


def _manifest_form(fitted: Calibration, strings: int, source: str) -> Calibration:
    code, character = (Scale(round(s.temperature, 6), round(s.offset, 6)) for s in (fitted.code, fitted.character))
    return Calibration(code, character, fitted.table, strings, source)


def _write(loaded: Bundle, calibration: dict[str, Calibration], out: Path) -> None:
    manifest = msgspec.structs.replace(loaded.manifest, calibration=calibration)
    write_bundle(out, manifest, loaded.model, (loaded.folder / ONNX_FILE).read_bytes())
