"""The segmentation methods by name: scanning without cuts, as the device reads, and heuristic over-segmentation."""

from __future__ import annotations

from device_runtime.errors import PosteyeError
from device_runtime.recognition.recogniser import SCAN, Recognise, scan_recogniser
from device_runtime.recognition.scanner import Scanner
from train.segmentation.segment_lattice import SegmentRecogniser

HOS = "hos"
SEGMENTERS = (SCAN, HOS)


def recogniser(segmenter: str, scanner: Scanner) -> Recognise:
    """Make the recogniser of a segmentation method.

    Args:
        segmenter: the method's name, one of SEGMENTERS.
        scanner: scores columns, of whole strips (scan) or of single segments (hos).

    Raises:
        PosteyeError: there is no such method.
    """
    if segmenter == SCAN:
        return scan_recogniser(scanner)
    if segmenter == HOS:
        return SegmentRecogniser(scanner)
    raise PosteyeError(f"there is no segmenter {segmenter!r}; there are {' and '.join(SEGMENTERS)}")
