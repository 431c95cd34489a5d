"""One line of writing: from its grey field to an answer, by the rules that hold for a field of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from device_runtime import engines
from device_runtime.bundle import Bundle
from device_runtime.calibration import Calibration
from device_runtime.clock import Clock
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import STRETCHES, Look, View, augmented, is_doubtful, stretch
from device_runtime.decoding.rejection import decide, unfit
from device_runtime.decoding.spoiled import spoiled
from device_runtime.decoding.strip_reader import StripReader
from device_runtime.errors import PosteyeError
from device_runtime.exact import sum_in_order
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.normalize import normalize
from device_runtime.image.pixels import Pixels, to_gray
from device_runtime.image.polarity import Inked, inked, resolve
from device_runtime.image.prepare import prepared
from device_runtime.recognition.recognizer import SCAN
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Decoding, Reading, Strip

if TYPE_CHECKING:
    from device_runtime.recognition.lattice import Lattice

Judge = Callable[[Sequence[str]], Decoding]


@dataclass(frozen=True)
class Scanned:
    """A strip as it is, and what the scanner says of it.

    Attributes:
        strip: what was scanned.
        field: what the strip was made of, uint8 [H, W] or [H, W, 3] in RGB.
        scores: int8 [columns, classes].
        by: whose scores they are.
    """

    strip: Strip
    field: Pixels
    scores: NDArray[np.int8]
    by: StripReader

    def decode(self) -> Decoding:
        """The codes in what was scanned."""
        return self.by.decode(self.strip, self.scores)

    def lattice(self) -> Lattice:
        """The lattice of what was scanned."""
        return self.by.lattice(self.strip, self.scores)


@dataclass(frozen=True)
class Answer:
    """What was read in a line, or in one polarity of its ink.

    Attributes:
        view: what the stages made of it; of the widths that it was read at, the best.
        reading: the answer.
        scanned: the strip at its own width; None where it could not be read at all, for a reason that the reading
            gives.
        judges: what each scan behind it says of given codes, as `Decoder.judge`.
    """

    view: View
    reading: Reading
    scanned: Scanned | None
    judges: tuple[Judge, ...] = ()

    def posteriors(self, codes: Sequence[str]) -> list[float]:
        """Of given codes, at most MOST_CANDIDATES: the mean over all widths that the line was read at."""
        if not codes:
            return []
        found = [[one.confidence for one in judge(codes).candidates] for judge in self.judges]
        return [sum_in_order(mine) / len(found) for mine in zip(*found, strict=True)] or [0.0] * len(codes)


class LineReader:
    """Reads lines of writing; several threads may read with one at a time.

    Attributes:
        scanner: scores the columns of a strip.
        decoder: of the grammar.
        threshold: the lowest calibrated confidence to accept.
        alphabet: the scanner's characters.
    """

    def __init__(self, bundle: Bundle, engine: str | None, grammar: Grammar, max_error: float, n_best: int) -> None:
        """Prepare the search.

        Args:
            bundle: the model.
            engine: name of what runs them; None = the fastest installed.
            grammar: the codes to find.
            max_error: share of wrong codes allowed among the accepted ones.
            n_best: candidates to report.

        Raises:
            PosteyeError: the engine is unknown or missing, or the bundle cannot promise so small an error.
        """
        self._max_error = max_error
        self._calibration = bundle.calibration(SCAN)
        self.threshold = self._calibration.threshold(max_error)
        self.alphabet = bundle.manifest.alphabet
        self.decoder = Decoder(grammar, self.alphabet, n_best)
        self.scanner = Scanner(bundle, engines.pick(engine, bundle.model))
        self._strips = StripReader(self.scanner, self.decoder)

    def read(self, pixels: Pixels, clock: Clock, purpose: str = "to read it") -> list[Answer]:
        """Read a line as it is, once for each polarity that its ink may have.

        Args:
            pixels: its field, uint8 [H, W], or [H, W, 3] in RGB.
            clock: takes the time.
            purpose: what it is read for, as `Clock.step` has it.

        Raises:
            OutOfTime: there is no time for it.
        """
        with clock.step("line", purpose):
            fields = inked(clock.timed("normalize", prepared)(pixels))
            return [self._read_inked(ink, pixels, clock) for ink in fields]

    def augmented(self, line: Sequence[Answer], clock: Clock) -> list[Answer]:
        """The answers of a line, those in doubt with test-time augmentation, as far as there is time for it."""
        return [self._augmented(one, clock) for one in line]

    def decoding(self, strip: Strip) -> Decoding:
        """The codes in a strip as it is.

        Raises:
            PosteyeError: it is longer than the model reads.
        """
        return self._strips.look(strip).view.decoding

    def scans(self, scanned: Scanned) -> list[Scanned]:
        """The scans of a line at all widths that the model reads, the given one first.

        Args:
            scanned: the line as it is.
        """
        found, by = [scanned], self._strips
        for factor in STRETCHES:
            strip = stretch(scanned.strip, factor)
            with contextlib.suppress(PosteyeError):  # longer than the model reads
                found.append(Scanned(strip, scanned.field, by.scores(strip), by))
        return found

    def _read_inked(self, ink: Inked, pixels: Pixels, clock: Clock) -> Answer:
        strip, by = ink.placed(clock.timed("normalize", normalize)(ink.gray)), self._strips
        try:
            scanned = Scanned(strip, pixels, clock.timed("scan", by.scores)(strip), by)
            view = View(strip, clock.timed("decode", Scanned.decode)(scanned))
        except PosteyeError as error:
            nothing = Reading("no_code", None, str(error), 0.0, (), ())
            return Answer(View(strip, Decoding((), (), None)), nothing, None)
        return Answer(view, self.judged(view, pixels), scanned, (_judge(scanned, clock),))

    def _augmented(self, one: Answer, clock: Clock) -> Answer:
        if not is_doubtful(one.view) or one.scanned is None:
            return one
        field, by = one.scanned.field, self._strips
        scan, decode = clock.timed("scan", by.scores), clock.timed("decode", Scanned.decode)

        judges = list(one.judges)

        def look(strip: Strip) -> Look:
            with clock.step("width", "to read it at other widths"):
                scanned = Scanned(strip, field, scan(strip), by)
                judges.append(_judge(scanned, clock))
                return Look(View(strip, decode(scanned)), judges[-1])

        view = augmented(Look(one.view, judges[0]), look)
        return replace(one, view=view, reading=self.judged(view, field), judges=tuple(judges))

    def believed(self, one: Answer, codes: Sequence[str]) -> list[float]:
        """Calibrated confidences of codes that are not among the candidates of a line: at most what those leave.

        Args:
            one: the answer of the line.
            codes: at most MOST_CANDIDATES.
        """
        found = self._calibration.code.each(one.posteriors(codes))
        rest, total = 1.0 - sum_in_order(c.confidence for c in one.reading.candidates), sum_in_order(found)
        return [confidence * min(1.0, max(0.0, rest) / total) if total > 0 else 0.0 for confidence in found]

    def judged(self, view: View, field: Pixels, calibration: Calibration | None = None) -> Reading:
        """The answer for a line.

        Args:
            view: what was made of it.
            field: the pixels that it was made of.
            calibration: of the posteriors in the view; None = that of the bundle.
        """
        doubt = unfit(view.strip, view.decoding.characters)
        reading = decide(view.decoding, calibration or self._calibration, self._max_error, view.strip.has_ink, doubt)
        if reading.status == "accepted" and (fault := spoiled(to_gray(field), view.strip, reading.characters)):
            return replace(reading, status="rejected", reason=fault)
        return reading


def _judge(scanned: Scanned, clock: Clock) -> Judge:
    """The function that says of given codes what `Decoder.judge` does; its time is told to a clock."""
    return clock.timed("decode", partial(scanned.by.judge, scanned.strip, scanned.scores))


def chosen(line: Sequence[Answer]) -> Answer:
    """The answer of a line: the only one, or that of its dark or its light ink."""
    if len(line) == 1:
        return line[0]
    dark, light = line
    reading = resolve(dark.reading, light.reading)
    return replace(light if reading.characters is light.reading.characters else dark, reading=reading)
