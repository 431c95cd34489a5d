"""One line of writing: from its grey field to an answer, by the rules that hold for a field of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from device_runtime.bundle import Bundle
from device_runtime.calibration import Calibration
from device_runtime.clock import Clock
from device_runtime.decoding.core_decoder import core_decoder
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import Look, View, augmented, is_doubtful
from device_runtime.decoding.rejection import decide, unfit
from device_runtime.decoding.spoiled import spoiled
from device_runtime.engines import Engine
from device_runtime.errors import PosteyeError
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.normalize import normalize
from device_runtime.image.pixels import Pixels, to_gray
from device_runtime.image.polarity import Inked, inked, resolve
from device_runtime.image.prepare import prepared
from device_runtime.recognition.recognizer import SCAN
from device_runtime.recognition.scanner import Scanner, columns_of, score_reader
from device_runtime.types import Decoding, Reading, Strip

if TYPE_CHECKING:
    from device_runtime.recognition.lattice import Lattice


@dataclass(frozen=True)
class Scanned:
    """A strip as it is, and what the scanner says of it.

    Attributes:
        strip: what was scanned.
        field: what the strip was made of, uint8 [H, W] or [H, W, 3] in RGB.
        scores: int8 [columns, classes].
    """

    strip: Strip
    field: Pixels
    scores: NDArray[np.int8]


@dataclass(frozen=True)
class Answer:
    """What was read in a line, or in one polarity of its ink.

    Attributes:
        view: what the stages made of it; of the widths that it was read at, the best.
        reading: the answer.
        scanned: the strip at its own width; None where it could not be read at all, for a reason that the reading
            gives.
    """

    view: View
    reading: Reading
    scanned: Scanned | None


class LineReader:
    """Reads lines of writing; several threads may read with one at a time.

    Attributes:
        scanner: scores the columns of a strip.
        threshold: the lowest calibrated confidence to accept.
        alphabet: the scanner's characters.
    """

    def __init__(self, bundle: Bundle, engine: Engine, grammar: Grammar, max_error: float, n_best: int) -> None:
        """Prepare the search.

        Args:
            bundle: the model.
            engine: runs it.
            grammar: the codes to find.
            max_error: share of wrong codes allowed among the accepted ones.
            n_best: candidates to report.

        Raises:
            PosteyeError: the bundle cannot promise so small an error.
        """
        self.scanner = Scanner(bundle, engine)
        self._max_error = max_error
        self._calibration = bundle.calibration(SCAN)
        self.threshold = self._calibration.threshold(max_error)
        self.alphabet = bundle.manifest.alphabet
        self.decoder = Decoder(grammar, self.alphabet, n_best)
        output, widest_px = bundle.manifest.output, bundle.manifest.input.widths_px[-1]
        self._columns = columns_of(output)
        self._core = core_decoder(self.decoder, self._columns, output.scale, widest_px)
        self._penalties = score_reader(bundle.manifest)

    def read(self, pixels: Pixels, clock: Clock) -> list[Answer]:
        """Read a line without test-time augmentation, once for each polarity that its ink may have.

        Args:
            pixels: its field, uint8 [H, W], or [H, W, 3] in RGB.
            clock: takes the time.
        """
        fields = inked(clock.timed("normalize", prepared)(pixels))
        return [self._read_inked(ink, pixels, clock) for ink in fields]

    def augmented(self, line: Sequence[Answer], clock: Clock) -> list[Answer]:
        """The answers of a line, those in doubt with test-time augmentation."""
        return [self._augmented(one, clock) for one in line]

    def decoding(self, strip: Strip) -> Decoding:
        """The codes in a strip as it is.

        Raises:
            PosteyeError: it is longer than the model reads.
        """
        return self.decode(Scanned(strip, strip.pixels, self.scanner.scores(strip.pixels)))

    def decode(self, scanned: Scanned) -> Decoding:
        """The codes in what was scanned."""
        if core := self._core:
            return core.decode(scanned.strip, scanned.scores)
        return self.decoder.decode(self.lattice(scanned))

    def x_px(self, columns: int) -> NDArray[np.float32]:
        """Where the first columns of a strip stand, float32 [columns]."""
        return self._columns.x_px(columns)

    def _read_inked(self, ink: Inked, pixels: Pixels, clock: Clock) -> Answer:
        strip = ink.placed(clock.timed("normalize", normalize)(ink.gray))
        try:
            scores = clock.timed("scan", self.scanner.scores)(strip.pixels)
            scanned = Scanned(strip, pixels, scores)
            view = View(strip, clock.timed("decode", self.decode)(scanned))
        except PosteyeError as error:
            nothing = Reading("no_code", None, str(error), 0.0, (), ())
            return Answer(View(strip, Decoding((), (), None)), nothing, None)
        return Answer(view, self.judged(view, pixels), scanned)

    def _augmented(self, one: Answer, clock: Clock) -> Answer:
        if not is_doubtful(one.view) or one.scanned is None:
            return one
        scan, decode = clock.timed("scan", self.scanner.scores), clock.timed("decode", self.decode)
        field = one.scanned.field

        def look(strip: Strip) -> Look:
            scanned = Scanned(strip, field, scan(strip.pixels))
            return Look(View(strip, decode(scanned)), self._judge(scanned, clock))

        view = augmented(Look(one.view, self._judge(one.scanned, clock)), look)
        return replace(one, view=view, reading=self.judged(view, field))

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

    def _judge(self, scanned: Scanned, clock: Clock) -> Callable[[Sequence[str]], Decoding]:
        """The function that says of given codes what `Decoder.judge` does; its time is told to a clock."""
        if core := self._core:
            return clock.timed("decode", partial(core.judge, scanned.strip, scanned.scores))
        return clock.timed("decode", lambda codes: self.decoder.judge(self.lattice(scanned), codes))

    def lattice(self, scanned: Scanned) -> Lattice:
        """The lattice of what was scanned."""
        # Here, as a reader with the compiled core needs none of it.
        from device_runtime.recognition.gaps import find_gaps
        from device_runtime.recognition.scan_lattice import scan_lattice

        return scan_lattice(self._penalties(scanned.scores), find_gaps(scanned.strip), self.decoder.costs)


def chosen(line: Sequence[Answer]) -> Answer:
    """The answer of a line: the only one, or that of its dark or its light ink."""
    if len(line) == 1:
        return line[0]
    dark, light = line
    reading = resolve(dark.reading, light.reading)
    return replace(light if reading.characters is light.reading.characters else dark, reading=reading)
