"""The page that explains a reading by heuristic over-segmentation: the strip, its cuts and the segmentation graph."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from device_runtime.bundle import Bundle
from device_runtime.decoding.decoder import Decoder
from device_runtime.decoding.ensemble import View, read_augmented
from device_runtime.decoding.rejection import decide, unfit
from device_runtime.decoding.strip_reader import looking
from device_runtime.grammar.grammar import Grammar
from device_runtime.image.load import load_gray
from device_runtime.image.normalize import normalize
from device_runtime.image.polarity import inked, resolve
from device_runtime.reader import DEFAULT_MAX_ERROR
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Reading, Strip
from train.report.page import Section, page, render, tiles_of
from train.segmentation.draw import draw
from train.segmentation.segment_lattice import SegmentLattice, SegmentRecognizer
from train.segmentation.segmenter import HOS


@dataclass(frozen=True, eq=False)
class Segmented:
    """A reading with the segmentation graph that it was found in.

    Attributes:
        source: the image's path.
        reading: the answer.
        engine: name and version of the interpreter.
        strip: that was cut.
        lattice: its segmentation graph with the scores.
    """

    source: Path
    reading: Reading
    engine: str
    strip: Strip
    lattice: SegmentLattice


def explain_segments(image: Path, bundle: Bundle, scanner: Scanner, grammar: Grammar) -> Segmented:
    """Read a field by heuristic over-segmentation, in the steps in which the device's reader scans one.

    Args:
        image: of one text field.
        bundle: gives the calibration.
        scanner: of the bundle.
        grammar: the codes to find.

    Raises:
        PosteyeError: it is no image that can be read, its strip is too long, or the bundle is not calibrated for this.
    """
    calibration = bundle.calibration(HOS)
    recognize, decoder = SegmentRecognizer(scanner), Decoder(grammar, bundle.manifest.alphabet)
    look = looking(recognize, decoder)
    views = [read_augmented(ink.placed(normalize(ink.gray)), look) for ink in inked(load_gray(image))]

    def reading_of(view: View) -> Reading:
        doubt = unfit(view.strip, view.decoding.characters)
        return decide(view.decoding, calibration, DEFAULT_MAX_ERROR, view.strip.has_ink, doubt)

    # One reading, or that of dark and that of light ink.
    readings = [reading_of(view) for view in views]
    reading = resolve(*readings) if len(readings) > 1 else readings[0]
    shown = next(view for view, one in zip(views, readings, strict=True) if one.characters is reading.characters)
    engine = f"{scanner.engine.name} {scanner.engine.version}"
    return Segmented(image, reading, engine, shown.strip, recognize(shown.strip))


def segments_page(found: Segmented) -> str:
    """Make the page, HTML."""
    lattice, name = found.lattice, found.source.name
    body = render(
        "explain/segments.html",
        picture=draw(found.strip, lattice),
        cuts=lattice.cuts,
        arcs=len(lattice.graph.source),
        number=lattice.number,
    )
    sections = [Section("The strip, its cuts and the segmentation graph", body)]
    setup = (name, f"engine {found.engine}", "heuristic over-segmentation")
    return page(f"How {found.reading.code or 'nothing'} was read", setup, tiles_of(found.reading), sections)
