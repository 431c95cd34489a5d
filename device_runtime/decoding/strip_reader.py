"""One net and the decoder of its scores: what is read in strips as they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from device_runtime.decoding.core_decoder import core_decoder
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import Look, Looking, View
from device_runtime.recognition.recognizer import Recognize, ScanRecognizer
from device_runtime.recognition.scanner import Scanner, columns_of, score_reader
from device_runtime.types import Decoding, Strip

if TYPE_CHECKING:
    from device_runtime.recognition.lattice import Lattice


class StripReader:
    """Decodes the scores of one scanner, by the compiled core where there is one.

    Attributes:
        scanner: scores the columns of a strip.
        alphabet: its characters.
    """

    def __init__(self, scanner: Scanner, decoder: Decoder) -> None:
        """Take the scanner, and the decoder of the grammar."""
        self.scanner, self._decoder = scanner, decoder
        self.alphabet = scanner.manifest.alphabet
        output, widest_px = scanner.manifest.output, scanner.manifest.input.widths_px[-1]
        self._columns = columns_of(output)
        self._core = core_decoder(decoder, self._columns, output.scale, widest_px)
        self._penalties = score_reader(scanner.manifest)

    def scores(self, strip: Strip) -> NDArray[np.int8]:
        """Scores of a strip, int8 [columns, classes]; raises as `Scanner.scores` does."""
        return self.scanner.scores(strip.pixels)

    def decode(self, strip: Strip, scores: NDArray[np.int8]) -> Decoding:
        """The codes in a strip with these scores, int8 [columns, classes]."""
        if core := self._core:
            return core.decode(strip, scores)
        return self._decoder.decode(self.lattice(strip, scores))

    def judge(self, strip: Strip, scores: NDArray[np.int8], codes: Sequence[str]) -> Decoding:
        """What the scores of a strip, int8 [columns, classes], say of given codes, as `Decoder.judge`."""
        if core := self._core:
            return core.judge(strip, scores, codes)
        return self._decoder.judge(self.lattice(strip, scores), codes)

    def look(self, strip: Strip) -> Look:
        """Look at a strip; raises as `Scanner.scores` does."""
        scores = self.scores(strip)
        return Look(View(strip, self.decode(strip, scores)), partial(self.judge, strip, scores))

    def lattice(self, strip: Strip, scores: NDArray[np.int8]) -> Lattice:
        """The lattice of a strip with these scores, int8 [columns, classes]."""
        # Here, as a reader with the compiled core needs none of it.
        from device_runtime.recognition.gaps import find_gaps
        from device_runtime.recognition.scan_lattice import scan_lattice

        return scan_lattice(self._penalties(scores), find_gaps(strip), self._decoder.costs)

    def x_px(self, columns: int) -> NDArray[np.float32]:
        """Where the first columns of a strip stand, float32 [columns]."""
        return self._columns.x_px(columns)


def looking(recognize: Recognize, decoder: Decoder) -> Looking:
    """The function that looks at a strip as it is; it raises what the recogniser raises.

    What scans gets the costs of the decoder, as on the device, and is decoded by the compiled core where there is one.
    """
    if isinstance(recognize, ScanRecognizer):
        return StripReader(recognize.scanner, decoder).look
    return partial(_look, recognize, decoder)


def _look(recognize: Recognize, decoder: Decoder, strip: Strip) -> Look:
    lattice = recognize(strip)
    return Look(View(strip, decoder.decode(lattice)), partial(decoder.judge, lattice))
