"""What a bundle reads of a station's picture: the device's own reading, and five views of the same field."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device_runtime.bundle import Bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import STRETCHES, stretch
from device_runtime.decoding.rejection import unfit
from device_runtime.decoding.spoiled import spoiled
from device_runtime.errors import PosteyeError
from device_runtime.geometry import BODY_HEIGHT_PX
from device_runtime.grammar.grammar import SEPARATORS
from device_runtime.image.normalize import normalize
from device_runtime.image.pixels import Pixels, to_gray
from device_runtime.image.polarity import inked
from device_runtime.image.prepare import prepared
from device_runtime.line_reader import LineReader
from device_runtime.reader import Reader
from device_runtime.recognition.recognizer import SCAN
from device_runtime.types import Decoding, Strip

# The error at which a reading must be accepted to be believed alone; the bundle's strictest, if that is looser.
STRICT_ERROR = 0.005
# Factors of the text's height in further views.
HEIGHTS = (0.9, 1.1)
# A grammar that holds a smaller share of all numbers is a list: to be in it by chance is rare.
SPARSE = 0.1
_N_BEST = 10
_ANY_NUMBER = r"\d{1,9}"
_NOTHING = Decoding((), (), None)


@dataclass(frozen=True)
class Codes:
    """Which codes the pictures may hold, as `posteye read` takes them; none of the three means 3 to 9 digits.

    Attributes:
        country: ISO code.
        pattern: Regular expression.
        lexicon: File of codes.
    """

    country: str | None = None
    pattern: str | None = None
    lexicon: Path | None = None


@dataclass(frozen=True)
class Sight:
    """What is read of one picture. Codes are digits alone, without separators.

    Attributes:
        name: The file's.
        accepted: The code that the device accepts at the strict error; empty where it accepts none.
        fault: Why no code of the picture may be believed, however sure it is; empty where nothing speaks against it.
        views: Codes with their posteriors, best first, in each view: the strip as it is, at two other widths, at two
            other heights.
        any_number: What the strip as it is says where every number is allowed; empty where the codes are no list.
    """

    name: str
    accepted: str
    fault: str
    views: tuple[tuple[tuple[str, float], ...], ...]
    any_number: str = ""

    def posterior(self, code: str) -> float:
        """Mean posterior of a code over the views, 0..1."""
        return sum(p for view in self.views for found, p in view if found == code) / max(1, len(self.views))

    def votes(self, code: str) -> int:
        """In how many views a code is the best."""
        return sum(bool(view) and view[0][0] == code for view in self.views)


class Viewer:
    """Looks at pictures with one bundle."""

    def __init__(self, bundle: Bundle, codes: Codes) -> None:
        """Prepare the search.

        Args:
            bundle: Calibrated.
            codes: That the pictures may hold.

        Raises:
            PosteyeError: The codes cannot be used, or the bundle can promise no error at all.
        """
        calibration = bundle.calibration(SCAN)
        calibration.threshold(1.0)  # says so where there is no table
        strict = max(STRICT_ERROR, calibration.table[0].max_error)
        self._threshold = calibration.threshold(strict)
        given = (codes.country, codes.pattern, codes.lexicon)
        self._reader = Reader(
            country=given[0], pattern=given[1], lexicon=given[2], bundle=bundle.folder, max_error=strict
        )
        grammar, alphabet = self._reader.grammar, bundle.manifest.alphabet
        self._lines = LineReader(bundle, None, grammar, strict, _N_BEST)
        sparse = Decoder(grammar, alphabet).graph.density <= SPARSE
        any_number = type(grammar).from_pattern(_ANY_NUMBER, alphabet)
        self._numbers = LineReader(bundle, None, any_number, strict, 1) if sparse else None

    def look(self, name: str, pixels: Pixels) -> Sight:
        """Read one picture.

        Args:
            name: Of its file.
            pixels: uint8 [H, W] or [H, W, 3] in RGB.
        """
        reading = self._reader.read(pixels, field=True, upright=True).reading
        accepted = _digits(reading.code or "") if reading.status == "accepted" else ""
        strips = _strips(self.ink(pixels))
        found = [self._decoding(self._lines, strip) for strip in strips]
        fault = self._fault(pixels, strips[0], found[0])
        if not accepted and not fault and reading.confidence >= self._threshold:
            fault = reading.reason or ""  # sure, and rejected for another reason than doubt
        views = tuple(tuple((_digits(c.code), c.confidence) for c in one.candidates) for one in found)
        number = self._decoding(self._numbers, strips[0]).candidates if self._numbers else ()
        return Sight(name, accepted, fault, views, number[0].code if number else "")

    def ink(self, pixels: Pixels) -> NDArray[np.uint8]:
        """The field in grey, its ink dark, uint8 [H, W]; where its polarity is unclear, that which is read better."""
        fields = [one.gray for one in inked(prepared(pixels))]
        if len(fields) == 1:
            return fields[0]

        def belief(gray: NDArray[np.uint8]) -> float:
            candidates = self._decoding(self._lines, normalize(gray)).candidates
            return candidates[0].confidence if candidates else 0.0

        return max(fields, key=belief)

    def _fault(self, pixels: Pixels, strip: Strip, found: Decoding) -> str:
        if not strip.has_ink:
            return "no ink"
        if not found.candidates:
            return "no code of this form"
        outside = f"read {found.outside.number}, which is no code" if found.outside else None
        reason = unfit(strip, found.characters) or found.doubt or outside
        return reason or spoiled(to_gray(pixels), strip, found.characters) or ""

    @staticmethod
    def _decoding(lines: LineReader, strip: Strip) -> Decoding:
        """What is found in a strip: nothing in one that is longer than the model reads, or blank."""
        try:
            return lines.decoding(strip) if strip.has_ink else _NOTHING
        except PosteyeError:
            return _NOTHING


def _strips(gray: NDArray[np.uint8]) -> list[Strip]:
    """A field at three widths and at two other heights, the strip as it is first."""
    strip = normalize(gray)
    wider = [stretch(strip, factor) for factor in STRETCHES]
    return [strip, *wider, *(normalize(gray, BODY_HEIGHT_PX * factor) for factor in HEIGHTS)]


def _digits(code: str) -> str:
    """A code without separators."""
    return code.translate(dict.fromkeys(map(ord, SEPARATORS)))
