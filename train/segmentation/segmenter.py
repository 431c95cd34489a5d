"""The segmentation methods by name: scanning without cuts, as the device reads, and heuristic over-segmentation."""

from __future__ import annotations

from device_runtime import engines
from device_runtime.bundle import Bundle
from device_runtime.errors import PosteyeError
from device_runtime.recognition.recognizer import SCAN, ScanRecognizer, scan_recognizer
from device_runtime.recognition.scanner import Scanner
from train.segmentation.segment_lattice import SegmentRecognizer

HOS = "hos"
SEGMENTERS = (SCAN, HOS)


def recognizer(segmenter: str, bundle: Bundle, engine: str | None = None) -> ScanRecognizer | SegmentRecognizer:
    """Make the recogniser of a segmentation method.

    Args:
        segmenter: the method's name, one of SEGMENTERS.
        bundle: whose net scores columns, of whole strips (scan) or of single segments (hos).
        engine: name of what runs it; None = the fastest installed.

    Raises:
        PosteyeError: there is no such method, or the engine is unknown or missing.
    """
    if segmenter == SCAN:
        return scan_recognizer(bundle, engine)
    if segmenter == HOS:
        return SegmentRecognizer(Scanner(bundle, engines.pick(engine, bundle.model)))
    raise PosteyeError(f"there is no segmenter {segmenter!r}; there are {' and '.join(SEGMENTERS)}")
