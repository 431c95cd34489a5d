"""The whole reader: an image goes in, a reading comes out, with what a report needs to say about it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from device_runtime import engines
from device_runtime.bundle import Bundle, load_bundle
from device_runtime.clock import Clock, OutOfTime, Pace
from device_runtime.core.structs import MOST_CANDIDATES
from device_runtime.decoding.ensemble import View
from device_runtime.decoding.rejection import cut_short
from device_runtime.errors import PosteyeError
from device_runtime.geometry import STRIP_HEIGHT_PX
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_image
from device_runtime.image.pixels import Pixels, to_pixels
from device_runtime.line_reader import LineReader, chosen
from device_runtime.piece.cut_off import if_not_cut
from device_runtime.piece.evidence.alternatives import Country
from device_runtime.piece.evidence.weights import RoleWeights, load_weights
from device_runtime.piece.in_line import doubted, if_upright, if_whole
from device_runtime.piece.locator.bundle import load_locator
from device_runtime.piece.locator.locator import Locator
from device_runtime.piece.quarters import field_before_turn
from device_runtime.piece.scene import scene_of
from device_runtime.piece.turns import AnyWayUp
from device_runtime.piece.whole import PieceReader
from device_runtime.region import Region
from device_runtime.result import Result, Sight
from device_runtime.types import Decoding, Reading, Strip, Wanted

if TYPE_CHECKING:
    from device_runtime.second_opinion.opinion import SecondOpinion

DEFAULT_PATTERN = r"\d{3,9}"
DEFAULT_MAX_ERROR = 0.01
ROLES = ("destination", "sender", "any")


class Reader:
    """Reads postal codes; the constructor prepares, `read` runs.

    Several threads may read with one Reader at a time.

    Attributes:
        pace: what the steps of a reading took, by which it is told whether the next one ends in time.
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
        second_opinion: bool = False,
    ) -> None:
        """Load the bundle and prepare the search.

        A code must be in all of country, pattern and lexicon that are given; none of the three means 3 to 9 digits.

        Args:
            country: ISO code of a country that `posteye grammar --list` shows.
            pattern: regular expression that the whole code must match.
            lexicon: file of codes, as text or compiled.
            bundle: name of a shipped bundle, or the folder of another; None = the default one.
            engine: "litert", "tflite" or "numpy"; None = the fastest installed.
            max_error: share of wrong codes allowed among the accepted ones.
            n_best: candidates to report, 1 to 20.
            second_opinion: ask a recogniser of another make about fields that would be rejected.

        Raises:
            PosteyeError: a file or a text cannot be used, the bundle cannot promise so small an error, or what a second
                opinion needs is not installed.
        """
        _check_options(bundle, max_error, n_best)
        self.bundle: Bundle = load_bundle(bundle)
        alphabet = self.bundle.manifest.alphabet
        chosen = Grammar.chosen(country, pattern, lexicon, alphabet)
        self._given = chosen is not None
        self.grammar = chosen or Grammar.from_pattern(DEFAULT_PATTERN, alphabet)
        self.max_error = max_error
        self._lines = LineReader(self.bundle, engine, self.grammar, max_error, n_best)
        self._country, self._weights = _country(country, self.grammar), load_weights()
        self._asked, self._n_best, self.pace = engine, n_best, Pace()
        self.scanner = self._lines.scanner
        found = self.scanner.engine
        self.engine = f"{found.name} {found.version}"
        self._second = _second_opinion(self._lines, self.bundle, max_error) if second_opinion else None

    def prepare(self, *, field: bool = False, role: Wanted = "destination") -> None:
        """Load what reading needs that was not loaded yet, and raise at once what it would raise for every image.

        A program that reads many pictures calls it before the first one. Reading works without it.

        Args:
            field: whether fields will be read; else whole pieces.
            role: whose code will be wanted on whole pieces: "destination", "sender" or "any".

        Raises:
            BundleError: the locator's bundle is missing or damaged.
            PosteyeError: there is no such role, a field is to have one, max_error is less than its evidence can
                promise, or a second opinion is wanted on a whole piece.
        """
        if role not in ROLES:
            raise PosteyeError(f"role is {role!r}; give destination, sender or any")
        if field:
            if role != ROLES[0]:
                raise PosteyeError(f"role is {role!r}, and a field has no roles; leave role or field out")
            return
        if self._second:
            raise PosteyeError("a second opinion is given on fields alone; say that the image is one, or leave it out")
        if role != "any":
            _check_error(role, self._weights.roles[role], self.max_error)
        _ = self._pieces

    def read(
        self,
        image: Path | str | NDArray[np.generic],
        *,
        field: bool = False,
        source: str | None = None,
        order: str = "RGB",
        role: Wanted = "destination",
        region: Region | None = None,
        every: bool = False,
        upright: bool = False,
        until_s: float | None = None,
    ) -> Result:
        """Read the code in one image.

        Args:
            image: a path, or an array of 8 or 16 bits unsigned, [height, width] or [height, width, channels].
            field: the image is one text field already, so no lines are looked for.
            source: what the result calls the image; None = its path.
            order: of an array's channels of colour, "RGB" as Pillow and picamera2 give them, or "BGR" as OpenCV does.
            role: whose code is wanted on a whole piece: "destination", "sender" or "any".
            region: the part of the image to read; None = all of it.
            every: read every line of a whole piece, also those that cannot change the answer.
            upright: the image is the right way up: a code that is another one upside down needs no other evidence.
            until_s: moment on `time.monotonic` at which the work has to end: what would not is cut, and then no code
                is accepted; None = no matter when.

        Raises:
            ImageError: it is no image that can be read, or it has nothing in the region.
            PosteyeError: an option is of no use, or as `prepare` says.
        """
        _check_region(region)
        self.prepare(field=field, role=role)
        if isinstance(image, (str, Path)):
            source, pixels = source or str(image), load_image(image)
            clock = Clock(until_s, self.pace)
        else:
            clock = Clock(until_s, self.pace)
            pixels = to_pixels(image, order)
        seen = self._sight(pixels, field, role, region, every, upright, clock)
        return replace(seen.result, source=source or "array")

    def look(
        self,
        pixels: Pixels,
        *,
        field: bool,
        role: Wanted,
        region: Region | None,
        upright: bool,
        until_s: float | None,
    ) -> Sight:
        """Read one picture of several of the same piece, for a vote; all arguments and errors are those of `read`."""
        _check_region(region)
        self.prepare(field=field, role=role)
        clock = Clock(until_s, self.pace)
        return self._sight(to_pixels(pixels, "RGB"), field, role, region, False, upright, clock)

    def _sight(
        self, pixels: Pixels, field: bool, role: Wanted, region: Region | None, every: bool, upright: bool, clock: Clock
    ) -> Sight:
        place = region.pixels(pixels.shape[1], pixels.shape[0]) if region else None
        whole = pixels
        if place:
            left, top, width, height = place
            pixels = np.ascontiguousarray(pixels[top : top + height, left : left + width])
        try:
            seen = self._field(pixels, upright, clock) if field else self._piece(pixels, role, every, upright, clock)
        except OutOfTime:
            seen = _nothing_seen(pixels, self._lines.threshold)
        found = replace(seen.result, source="array", engine=self.engine)
        found = found.moved(*place) if place else found
        if place and found.field and not field:
            found = replace(found, reading=if_not_cut(found.reading, found.field, place, whole))
        reading = cut_short(found.reading, clock.cut)
        return replace(seen, result=replace(found, reading=reading, timing_ms=clock.timing_ms()), cut=clock.cut)

    @cached_property
    def _pieces(self) -> AnyWayUp:
        """What reads whole pieces; fields need none of it."""
        bundle = load_locator()
        locate = Locator(bundle, engines.pick(self._asked, bundle.model))
        pieces = PieceReader(self._lines, self._country, self._weights, self.max_error, self._n_best)
        return AnyWayUp(pieces, lambda pixels: scene_of(pixels, locate))

    def _field(self, pixels: Pixels, upright: bool, clock: Clock) -> Sight:
        """Read a field of its own."""
        line = self._lines.augmented(self._lines.read(pixels, clock), clock)
        answer = chosen(line)
        with suppress(OutOfTime):
            # Before what speaks against accepted codes: that holds for those accepted by a second opinion, too.
            answer = chosen(self._second.asked(line, pixels, clock)) if self._second else answer
            answer = answer if upright else if_upright(answer, self._lines, pixels, clock)
        answer = answer if self._given else if_whole(answer, pixels.shape[1])
        reading = doubted(answer, self._country, self._weights)
        result = Result("", reading, None, "", {}, answer.view, size=pixels.shape[1::-1])
        believed = {candidate.code: candidate.confidence for candidate in reading.candidates}
        return Sight(result, believed, partial(self._lines.believed, answer), self._lines.threshold)

    def _piece(self, pixels: Pixels, role: Wanted, every: bool, upright: bool, clock: Clock) -> Sight:
        """Read a whole piece; one without lines is read as a field."""
        way = self._pieces.read(pixels, role, every, upright, clock)
        if way is None:
            return self._field(pixels, upright, clock)
        shown, (height, width) = way.found.verdict.line, pixels.shape[:2]
        assert shown is not None
        answer, field = way.found.answers[shown], way.scene.lines[shown].field
        assert answer is not None
        cut = answer.scanned.field.shape[1::-1] if answer.scanned else (1, 1)  # without characters nothing is placed
        found = Result("", way.found.verdict.reading, field, "", {}, answer.view, way.found.fields, cut)
        if way.turns:
            found = found.mapped(lambda one: field_before_turn(one, way.turns, width, height))
        # A rival turned halves the belief in a code after all lines were weighed.
        sure = {found.reading.code: found.reading.confidence}
        believed = {code: min(of, sure.get(code, of)) for code, of in way.found.believed.items()}
        return Sight(found, believed, way.found.judge, way.found.threshold)


def _nothing_seen(pixels: Pixels, threshold: float) -> Sight:
    """What is seen where there was no time to read anything."""
    blank = Strip(np.zeros((STRIP_HEIGHT_PX, 1), np.uint8), np.eye(2, 3), has_ink=False)
    trace, reading = View(blank, Decoding((), (), None)), Reading("no_code", None, None, 0.0, (), ())
    result = Result("", reading, None, "", {}, trace, size=pixels.shape[1::-1])
    return Sight(result, {}, lambda codes: [0.0] * len(codes), threshold)


def _second_opinion(lines: LineReader, bundle: Bundle, max_error: float) -> SecondOpinion:
    # Here, as nothing of it is needed where it is not asked for.
    from device_runtime.second_opinion.calibration import load_pair_calibration
    from device_runtime.second_opinion.opinion import SecondOpinion
    from device_runtime.second_opinion.recognizer import MODEL_SHA256, load_recognizer

    recognise = load_recognizer()
    calibration = load_pair_calibration(bundle.manifest.sha256.tflite, MODEL_SHA256)
    return SecondOpinion(lines, recognise, calibration, max_error)


def _country(name: str | None, grammar: Grammar) -> Country:
    from device_runtime.grammar.countries import countries  # here, as a pattern needs no countries

    lengths = grammar.lengths()
    order = countries()[name.strip().upper()].order if name else ""
    return Country(order, lengths[0], lengths[-1])


def _check_options(bundle: object, max_error: object, n_best: object) -> None:
    """Raise PosteyeError where a value is of no use, in the words of the caller."""
    if bundle is not None and not isinstance(bundle, (str, Path)):
        raise PosteyeError(f"bundle is {bundle!r}; give the path of a folder, or None for the shipped one")
    if isinstance(max_error, bool) or not isinstance(max_error, Real) or max_error != max_error:  # of what is no number
        raise PosteyeError(f"max_error is {max_error!r}; give a share of wrong codes such as {DEFAULT_MAX_ERROR}")
    if isinstance(n_best, bool) or not isinstance(n_best, Integral) or not 1 <= int(n_best) <= MOST_CANDIDATES:
        raise PosteyeError(f"n_best is {n_best!r}; give a whole number of candidates, 1 to {MOST_CANDIDATES}")


def _check_region(region: object) -> None:
    """Raise PosteyeError for what is given as a region and is none."""
    if region is not None and not isinstance(region, Region):
        kind = type(region).__name__
        raise PosteyeError(f"a {kind} is no region; give a device_runtime.region.Region, or None for the whole image")


def _check_error(role: str, weights: RoleWeights, max_error: float) -> None:
    """Raise PosteyeError where the evidence for a role cannot keep so small an error."""
    if not weights.table:
        raise PosteyeError(f"no error can be promised for role {role} on a whole piece; install posteye again")
    least = weights.table[0].max_error
    if max_error < least:
        raise PosteyeError(
            f"max error {max_error:g} cannot be promised for role {role} on a whole piece; "
            f"give --max-error {least:g} or more"
        )
