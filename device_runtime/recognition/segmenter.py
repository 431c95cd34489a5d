"""The two roads from a strip to its lattice: scanning without cuts, and heuristic over-segmentation."""

from __future__ import annotations

from collections.abc import Callable

from device_runtime.errors import PosteyeError
from device_runtime.recognition.gaps import find_gaps
from device_runtime.recognition.lattice import Lattice
from device_runtime.recognition.scan_lattice import scan_lattice
from device_runtime.recognition.scanner import Scanner
from device_runtime.recognition.segment_lattice import SegmentRecogniser
from device_runtime.types import Strip

SCAN, HOS = SEGMENTERS = ("scan", "hos")

Recognise = Callable[[Strip], Lattice]


def recogniser(segmenter: str, scanner: Scanner) -> Recognise:
    """The road by its name, with the scanner as its recogniser; raises PosteyeError for a name that is neither."""
    if segmenter == SCAN:
        return lambda strip: _scan(scanner, strip)
    if segmenter == HOS:
        return SegmentRecogniser(scanner)
    raise PosteyeError(f"there is no segmenter {segmenter!r}; there are {' and '.join(SEGMENTERS)}")


def _scan(scanner: Scanner, strip: Strip) -> Lattice:
    return scan_lattice(scanner(strip), find_gaps(strip))
