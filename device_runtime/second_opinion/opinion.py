"""Asks another recogniser about the lines of a field that would be rejected for low confidence alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from device_runtime.calibration import Calibration
from device_runtime.clock import Clock
from device_runtime.decoding.rejection import unfit
from device_runtime.image.pixels import Pixels
from device_runtime.image.polarity import Inked, inked
from device_runtime.image.prepare import prepared
from device_runtime.line_reader import Answer, LineReader
from device_runtime.second_opinion.belief import Believer
from device_runtime.second_opinion.recognizer import Recognise


class SecondOpinion:
    """Asks the other recogniser; it may accept a code, and takes back none that is accepted."""

    def __init__(self, lines: LineReader, recognise: Recognise, calibration: Calibration, max_error: float) -> None:
        """Prepare to ask.

        Args:
            lines: whose answers are doubtful.
            recognise: the other recogniser.
            calibration: of the posteriors by both.
            max_error: share of wrong codes allowed among the accepted ones.

        Raises:
            PosteyeError: the calibration cannot promise so small an error.
        """
        self._lines, self._believer, self._calibration = lines, Believer(lines, recognise), calibration
        calibration.threshold(max_error)

    def asked(self, line: Sequence[Answer], pixels: Pixels, clock: Clock) -> list[Answer]:
        """The answers of a line, one for each polarity of its ink, those in doubt with a second opinion.

        Args:
            line: what was read in the field, as `LineReader.read` gives it.
            pixels: the field, uint8 [H, W], or [H, W, 3] in RGB.
            clock: takes the time.

        Raises:
            OutOfTime: one is in doubt, and there is no time to ask.
        """
        if not any(is_in_doubt(one, self._lines.threshold) for one in line):
            return list(line)
        with clock.step("second_opinion", "to ask for a second opinion"):
            return self._asked_each(line, pixels, clock)

    def _asked_each(self, line: Sequence[Answer], pixels: Pixels, clock: Clock) -> list[Answer]:
        inks = inked(prepared(pixels))
        ask = clock.timed("second_opinion", self._asked)
        return [
            ask((one, ink)) if is_in_doubt(one, self._lines.threshold) else one
            for one, ink in zip(line, inks, strict=True)
        ]

    def _asked(self, doubtful: tuple[Answer, Inked]) -> Answer:
        one, ink = doubtful
        assert one.scanned is not None  # nothing else is in doubt
        try:
            belief = self._believer.belief(one.scanned, ink)
        except Exception as error:  # of a program that is not ours: without its opinion the field stays rejected
            said = " ".join(str(error).split()) or type(error).__name__
            reading = replace(one.reading, reason=f"{one.reading.reason}; the second opinion failed: {said[:200]}")
            return replace(one, reading=reading)
        reading = self._lines.judged(belief.view, one.scanned.field, self._calibration)
        reading = replace(reading, opinion=belief.opinion)
        if reading.reason:
            reading = replace(reading, reason=f"{reading.reason}; {belief.opinion.words}")
        return replace(one, view=belief.view, reading=reading)


def is_in_doubt(one: Answer, threshold: float) -> bool:
    """Whether a line is rejected because no code is sure enough, and for no other reason."""
    return (
        one.scanned is not None
        and one.reading.status == "rejected"
        and one.reading.confidence < threshold
        and one.view.decoding.doubt is None
        and unfit(one.view.strip, one.view.decoding.characters) is None
    )
