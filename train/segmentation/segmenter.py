"""The segmentation methods by name: scanning without cuts, as the device reads, and heuristic over-segmentation."""

from __future__ import annotations

from device_runtime.errors import PosteyeError
from device_runtime.recognition.recognizer import SCAN, Recognize, ScanRecognizer
from device_runtime.recognition.scanner import Scanner
from train.segmentation.segment_lattice import SegmentRecognizer

HOS = "hos"
SEGMENTERS = (SCAN, HOS)


def recognizer(segmenter: str, scanner: Scanner) -> Recognize:
    """Make the recogniser of a segmentation method.

    Args:
        segmenter: the method's name, one of SEGMENTERS.
        scanner: scores columns, of whole strips (scan) or of single segments (hos).

    Raises:
        PosteyeError: there is no such method.
    """
    if segmenter == SCAN:
        return ScanRecognizer(scanner)
    if segmenter == HOS:
        return SegmentRecognizer(scanner)
    raise PosteyeError(f"there is no segmenter {segmenter!r}; there are {' and '.join(SEGMENTERS)}")
