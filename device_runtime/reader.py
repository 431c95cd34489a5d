"""The whole reader: an image goes in, a reading comes out, with what a report needs to say about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import partial
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from device_runtime import engines
from device_runtime.bundle import Bundle, load_bundle
from device_runtime.core.structs import MOST_CANDIDATES
from device_runtime.decoding import upright
from device_runtime.decoding.core_decoder import core_decoder
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import View, augmented, is_doubtful
from device_runtime.decoding.rejection import decide, unfit
from device_runtime.errors import PosteyeError
from device_runtime.geometry import MIDDLE_PX
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_gray, to_gray
from device_runtime.image.normalize import normalize
from device_runtime.image.polarity import Inked, inked, resolve
from device_runtime.piece.sampling import sample
from device_runtime.recognition.recognizer import SCAN, scan_recognizer
from device_runtime.recognition.scanner import Scanner, columns_of
from device_runtime.types import Decoding, Field, Reading, Strip

DEFAULT_PATTERN = r"\d{3,9}"
DEFAULT_MAX_ERROR = 0.01
In = TypeVar("In")
Out = TypeVar("Out")
STAGES = ("locate", "normalize", "scan", "decode")


@dataclass(frozen=True)
class Result:
    """A reading, and what a report needs to say about it.

    Attributes:
        source: what was read, in the words of the caller.
        reading: the answer: status, code, reason and confidences.
        field: where the line stands in the image; None where the image was one field.
        engine: name and version of the interpreter.
        timing_ms: what each stage took, and the total.
        trace: what the stages made of the field, for pictures and study.
    """

    source: str
    reading: Reading
    field: Field | None
    engine: str
    timing_ms: dict[str, float]
    trace: View = dataclass_field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The public form of a result: the keys of `posteye read --json`."""
        reading = self.reading
        to_image = self.trace.strip.image_from_strip
        x0 = self.field.corners[0][0] if self.field else 0.0
        return {
            "source": self.source,
            "code": reading.code,
            "status": reading.status,
            "reason": reading.reason,
            "confidence": round(reading.confidence, 6),
            "characters": [
                {
                    "char": c.char,
                    "confidence": round(c.confidence, 6),
                    "x": round(float(to_image[0] @ (c.x_px, MIDDLE_PX, 1)) + x0, 1),
                }
                for c in reading.characters
            ],
            "candidates": [{"code": c.code, "confidence": round(c.confidence, 6)} for c in reading.candidates],
            "field": [[round(x, 1), round(y, 1)] for x, y in self.field.corners] if self.field else None,
            "engine": self.engine,
            "timing_ms": {stage: round(ms, 3) for stage, ms in self.timing_ms.items()},
        }


class Reader:
    """Reads postal codes; the constructor prepares, `read` runs.

    Several threads may read with one Reader at a time.
    """

    def __init__(
        self,
        *,
        country: str | None = None,
        pattern: str | None = None,
        lexicon: Path | str | None = None,
        bundle: Path | str | None = None,
        engine: str | None = None,
        max_error: float = DEFAULT_MAX_ERROR,
        n_best: int = 3,
    ) -> None:
        """Load the bundle and prepare the search.

        A code must be in all of country, pattern and lexicon that are given; none of the three means 3 to 9 digits.

        Args:
            country: ISO code of a country that `posteye grammar --list` shows.
            pattern: regular expression that the whole code must match.
            lexicon: file of codes, as text or compiled.
            bundle: folder of a model; None = the shipped one.
            engine: "litert", "tflite" or "numpy"; None = the fastest installed.
            max_error: share of wrong codes allowed among the accepted ones.
            n_best: candidates to report, 1 to 20.

        Raises:
            PosteyeError: a file or a text cannot be used, or the bundle cannot promise so small an error.
        """
        _check_options(bundle, max_error, n_best)
        self.bundle: Bundle = load_bundle(bundle)
        alphabet = self.bundle.manifest.alphabet
        chosen = Grammar.chosen(country, pattern, lexicon, alphabet)
        self.grammar = chosen or Grammar.from_pattern(DEFAULT_PATTERN, alphabet)
        self.max_error = max_error
        self._calibration = self.bundle.calibration(SCAN)
        self._calibration.threshold(max_error)  # refuse an unattainable error rate now, not at the first piece
        self.scanner = Scanner(self.bundle, engines.pick(engine, self.bundle.model))
        self._decoder = Decoder(self.grammar, alphabet, n_best)
        output, widest_px = self.bundle.manifest.output, self.bundle.manifest.input.widths_px[-1]
        self._core = core_decoder(self._decoder, columns_of(output), output.scale, widest_px)
        found = self.scanner.engine
        self.engine = f"{found.name} {found.version}"

    def read(
        self, image: Path | str | NDArray[np.generic], *, field: bool = False, source: str | None = None
    ) -> Result:
        """Read the code in one image.

        Args:
            image: a path, or an array uint8 [height, width] or [height, width, channels].
            field: the image is one text field already, so no lines are looked for.
            source: what the result calls the image; None = its path.

        Raises:
            ImageError: it is no image that can be read.
        """
        if isinstance(image, (str, Path)):
            source, gray = source or str(image), load_gray(image)
        else:
            gray = to_gray(image)
        started, clock = time.perf_counter(), _Clock()
        fields: list[Field | None] = [None] if field else [*clock.timed("locate", _locate)(gray)]
        crops = [_crop(gray, f) for f in fields or [None]]
        lines = [self._read_line(crop, clock) for crop in crops]
        answers = [_chosen(line) for line in lines]
        # The other lines of a page with a code are not worth more time.
        augment = field or not any(answer.reading.status == "accepted" for answer in answers)
        if augment:
            answers = [_chosen(self._augmented(line, clock)) for line in lines]
        best = max(range(len(answers)), key=lambda line: _rank(answers[line].reading))
        shown = answers[best]
        if not field and upright.may_be_turned(shown.reading):
            shown = self._upright(best, answers, crops, augment, clock)
        spent = {**clock.spent_ms, "total": (time.perf_counter() - started) * 1000}
        found = fields[best] if fields else None
        return Result(source or "array", shown.reading, found, self.engine, spent, shown.view)

    def _upright(
        self,
        best: int,
        answers: Sequence[_Answer],
        crops: Sequence[NDArray[np.uint8]],
        augment: bool,
        clock: _Clock,
    ) -> _Answer:
        """The best answer, rejected if it has a rival upside down and the lines tell nothing.

        Args:
            best: index of the best answer.
            answers: what was read in each line.
            crops: the lines, uint8 [H, W].
            augment: whether doubtful lines were read with augmentation.
            clock: takes the time.
        """

        def turned(crop: NDArray[np.uint8]) -> _Answer:
            line = self._read_line(upright.turn(crop), clock)
            return _chosen(self._augmented(line, clock) if augment else line)

        right, rival = answers[best], turned(crops[best])
        if not upright.is_rival(right.reading, rival.reading):
            return right
        others = [rival if line == best else turned(crop) for line, crop in enumerate(crops)]
        if upright.is_upright((a.view.decoding, b.view.decoding) for a, b in zip(answers, others, strict=True)):
            return right
        return _Answer(right.view, upright.doubt(right.reading, rival.reading))

    def _read_line(self, crop: NDArray[np.uint8], clock: _Clock) -> list[_Answer]:
        """Read a line, uint8 [H, W], without augmentation: once for each polarity that its ink may have."""
        return [self._read_inked(ink, clock) for ink in inked(crop)]

    def _read_inked(self, ink: Inked, clock: _Clock) -> _Answer:
        strip = ink.placed(clock.timed("normalize", normalize)(ink.gray))
        try:
            return self._judged(View(strip, self._look(clock)(strip)))
        except PosteyeError as error:
            nothing = Reading("no_code", None, str(error), 0.0, (), ())
            return _Answer(View(strip, Decoding((), (), None)), nothing, failed=True)

    def _augmented(self, line: Sequence[_Answer], clock: _Clock) -> list[_Answer]:
        """The answers of a line, those in doubt with test-time augmentation."""
        return [
            self._judged(augmented(one.view, self._look(clock))) if is_doubtful(one.view) and not one.failed else one
            for one in line
        ]

    def _judged(self, view: View) -> _Answer:
        doubt = unfit(view.strip, view.decoding.characters)
        reading = decide(view.decoding, self._calibration, self.max_error, view.strip.has_ink, doubt)
        return _Answer(view, reading)

    def _look(self, clock: _Clock) -> Callable[[Strip], Decoding]:
        """The function that finds the codes in a strip as it is, with the time it takes told to a clock."""
        if core := self._core:
            scan = clock.timed("scan", self.scanner.scores)
            return lambda strip: clock.timed("decode", partial(core.decode, strip))(scan(strip.pixels))
        recognize = clock.timed("scan", scan_recognizer(self.scanner, self._decoder.costs))
        decode = clock.timed("decode", self._decoder.decode)
        return lambda strip: decode(recognize(strip))


def _check_options(bundle: object, max_error: object, n_best: object) -> None:
    """Raise PosteyeError where a value is of no use, in the words of the caller."""
    if bundle is not None and not isinstance(bundle, (str, Path)):
        raise PosteyeError(f"bundle is {bundle!r}; give the path of a folder, or None for the shipped one")
    if isinstance(max_error, bool) or not isinstance(max_error, Real):
        raise PosteyeError(f"max_error is {max_error!r}; give a share of wrong codes such as {DEFAULT_MAX_ERROR}")
    if isinstance(n_best, bool) or not isinstance(n_best, Integral) or not 1 <= int(n_best) <= MOST_CANDIDATES:
        raise PosteyeError(f"n_best is {n_best!r}; give a whole number of candidates, 1 to {MOST_CANDIDATES}")


@dataclass(frozen=True)
class _Answer:
    """What was read in a line, or in one polarity of its ink.

    Attributes:
        view: what the stages made of it.
        reading: the answer.
        failed: whether it could not be read at all, for a reason that the reading gives.
    """

    view: View
    reading: Reading
    failed: bool = False


class _Clock:
    """Adds up the time that stages take; a stage can run more than once."""

    def __init__(self) -> None:
        self.spent_ms = dict.fromkeys(STAGES, 0.0)

    def timed(self, stage: str, run: Callable[[In], Out]) -> Callable[[In], Out]:
        def timed(value: In) -> Out:
            started = time.perf_counter()
            try:
                return run(value)
            finally:
                self.spent_ms[stage] += (time.perf_counter() - started) * 1000

        return timed


def _locate(gray: NDArray[np.uint8]) -> list[Field]:
    from device_runtime.piece.finding import find_lines  # here, as it brings OpenCV, which a field does not need

    return [line.field for line in find_lines(gray)]


def _chosen(line: Sequence[_Answer]) -> _Answer:
    """The answer of a line: the only one, or that of its dark or its light ink."""
    if len(line) == 1:
        return line[0]
    dark, light = line
    reading = resolve(dark.reading, light.reading)
    return _Answer((light if reading.characters is light.reading.characters else dark).view, reading)


def _rank(reading: Reading) -> tuple[bool, float]:
    return reading.code is not None, reading.confidence


def _crop(gray: NDArray[np.uint8], field: Field | None) -> NDArray[np.uint8]:
    return gray if field is None else sample(gray, field)
