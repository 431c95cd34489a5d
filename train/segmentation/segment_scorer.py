"""The recognition transformer of over-segmentation: each arc of the segmentation graph becomes one arc a class.

The recogniser is the scanner. Every segment is pasted on clean paper, far from its neighbours, and all are scanned in
as few strips as hold them. The score of a class is the forward score of "blanks, this digit, blanks" over the segment's
columns, so it says that this digit and nothing else is there. The segmenter's own penalties are added.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.exact import to_fixed_point
from device_runtime.recognition.scanner import Scanner
from device_runtime.types import Strip
from train.segmentation.cuts import Pixels
from train.segmentation.segmentation_graph import MEASURES, SegmentationGraph

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_MARGIN_PX = 8  # read on either side of a segment's ink
_PHASE_PX = 4  # the scanner's stride: a segment is seen the same wherever it is pasted
_HALO_PX = 1  # paper greyed by the ink's edge

# The segmenter's penalties are log-linear: nats for each unit of MEASURES, of an arc that is a digit, a speck (dropped)
# and rubbish. They and the weight of the recogniser's score were fitted together by discriminative forward training on
# generated fields. Multiples of 1/64, so that their sums are exact.
SCORE_WEIGHT = 1.078125
_TABLE = {
    "ink": (0.0, -0.515625, 0.875),
    "bare": (0.0, -1.640625, -0.046875),
    "cut at its begin": (-0.046875, 0.4375, -0.203125),
    "touches at its begin": (-1.109375, -0.5, -4.171875),
    "gap at its begin": (0.09375, 0.203125, 0.21875),
    "cut at its end": (0.03125, 0.296875, 0.1875),
    "touches at its end": (-0.734375, -1.96875, -2.3125),
    "gap at its end": (-0.03125, 0.125, 0.109375),
    "inner cuts": (0.46875, 0.25, 0.5625),
    "inner ink": (-0.03125, 0.0, -0.0625),
    "inner gaps": (-0.203125, 0.0, -0.21875),
    "height": (-0.078125, -0.140625, -0.09375),
    "short": (-0.09375, -0.21875, -0.21875),
    "width": (-0.046875, 0.046875, -0.0625),
    "wide": (-0.078125, 0.0625, 0.015625),
    "low": (-0.125, 0.25, 0.171875),
}
WEIGHTS = np.array([_TABLE[measure] for measure in MEASURES]).T


@dataclass(frozen=True, eq=False)
class _Sheet:
    """Segments pasted into strips.

    Attributes:
        pixels: the strips, uint8 [rows, W] each.
        strip: int [arcs], the number of the strip in which each segment stands.
        left: int [arcs], px from the strip's left edge to the segment.
    """

    pixels: list[Pixels]
    strip: IntArray
    left: IntArray


class ArcRecognizer:
    """Scores the arcs of segmentation graphs with a scanner.

    Attributes:
        alphabet: the scanner's.
    """

    def __init__(self, scanner: Scanner) -> None:
        manifest = scanner.manifest
        self.alphabet = manifest.alphabet
        self._scanner = scanner
        self._output = manifest.output
        self._widest_px = manifest.input.widths_px[-1]
        self._classes = len(manifest.alphabet)

    def __call__(self, strip: Strip, graph: SegmentationGraph) -> FloatArray:
        """Score the arcs of a strip.

        A blank stands for a speck, which is dropped. Of bare paper the scanner is asked in the whole strip, whether it
        is a gap inside of a number or a space between two; no digit stands there.

        Returns:
            float64 [arcs, classes], log, not normalised; classes as in `Penalties`.

        Raises:
            PosteyeError: the strip is wider than the model's widest.
        """
        # The segmenter's penalties of a digit count for every digit: [arcs, 3] -> [arcs, classes].
        exact = self.recognize(strip, graph)
        segmenter = graph.measures @ WEIGHTS.T
        return to_fixed_point(SCORE_WEIGHT * exact + np.repeat(segmenter, [self._classes, 1, 1], axis=1))

    def recognize(self, strip: Strip, graph: SegmentationGraph) -> FloatArray:
        """The recogniser's part of the scores, without the segmenter's: float64 [arcs, classes]. Raises as the call."""
        scores = np.empty((len(graph.source), self._classes + 2))
        bare = np.flatnonzero(graph.bare)
        whole = self._log_probabilities(strip.pixels, strip)
        for arc in bare:
            columns = slice(self._column(graph.left_px[arc]), self._column(graph.right_px[arc]) + 1)
            scores[arc] = _paper(whole[columns], self._classes)
        inked = np.flatnonzero(~graph.bare)
        if len(inked):
            scores[inked] = self._inked(strip, graph, inked)
        return scores

    def _inked(self, strip: Strip, graph: SegmentationGraph, arcs: IntArray) -> FloatArray:
        left = np.maximum(graph.left_px[arcs] - _HALO_PX, 0)
        right = np.minimum(graph.right_px[arcs] + _HALO_PX, strip.pixels.shape[1])
        sheet = self._paste(strip.pixels, graph, arcs, left, right)
        # Columns of all sheets, one behind the other; those of each segment: [arcs, most columns of a segment].
        found = [self._log_probabilities(pixels, strip) for pixels in sheet.pixels]
        offset = np.cumsum([0, *(len(columns) for columns in found[:-1])])[sheet.strip]
        first = self._column(sheet.left - _MARGIN_PX)
        count = self._column(sheet.left + right - left + _MARGIN_PX) - first
        at = np.arange(count.max())
        inside = at < count[:, None]
        columns = np.concatenate(found)[np.where(inside, (offset + first)[:, None] + at, 0)]
        # Beyond a segment's own columns nothing but blanks, which cost nothing.
        columns[~inside] = np.where(np.arange(self._classes + 2) == self._classes, 0.0, -1e3)
        return _one_character(columns, self._classes)

    def _log_probabilities(self, pixels: Pixels, strip: Strip) -> FloatArray:
        found: FloatArray = -self._scanner(Strip(pixels, strip.image_from_strip, True)).values.astype(np.float64)
        return found

    def _column(self, x_px: IntArray) -> IntArray:
        """The column whose middle is nearest to a pixel."""
        columns: IntArray = (x_px - self._output.first_column_px + 1) // self._output.column_stride_px
        return np.maximum(columns, 0)

    def _paste(
        self, pixels: Pixels, graph: SegmentationGraph, arcs: IntArray, left: IntArray, right: IntArray
    ) -> _Sheet:
        """Paste the segments so far apart that none is in the receptive field of a column read for another."""
        reach = _MARGIN_PX + self._output.receptive_field_px // 2
        reach += -reach % _PHASE_PX
        # Fill strip by strip from the left: (where, pixels) of each segment, and where the next one goes.
        segments = zip(arcs.tolist(), left.tolist(), right.tolist(), strict=True)
        strips: list[list[tuple[int, Pixels]]] = [[]]
        ends = [reach]
        for arc, begin, end in segments:
            piece = graph.piece[:, begin:end]
            mine = (piece >= graph.source[arc]) & (piece < graph.destination[arc])
            width = end - begin
            if ends[-1] + width + reach > self._widest_px and strips[-1]:
                strips.append([])
                ends.append(reach)
            strips[-1].append((ends[-1], pixels[:, begin:end] * mine))
            ends[-1] += width + reach + -(width + reach) % _PHASE_PX
        # Draw them.
        sheets = []
        for row, end in zip(strips, ends, strict=True):
            sheet = np.zeros((len(pixels), min(end, self._widest_px)), np.uint8)
            for at, segment in row:
                sheet[:, at : at + segment.shape[1]] = segment
            sheets.append(sheet)
        pasted = [(number, at) for number, row in enumerate(strips) for at, _ in row]
        strip, at_px = np.array(pasted, np.intp).T
        return _Sheet(sheets, strip, at_px)


def _one_character(columns: FloatArray, classes: int) -> FloatArray:
    """Forward scores of "blanks, one digit on one or more columns, blanks", of blanks alone, and of rubbish in blanks.

    Args:
        columns: float64 [segments, columns, classes + 2], log-probabilities.
        classes: how many digits there are.

    Returns:
        float64 [segments, classes + 2].
    """
    blank, rubbish = columns[:, :, classes], columns[:, :, classes + 1]
    nothing = blank.sum(axis=1)
    # What each digit gains over blanks from the first column to each node: [segments, columns + 1, classes].
    gained = np.zeros((len(columns), columns.shape[1] + 1, classes))
    np.cumsum(columns[:, :, :classes] - blank[:, :, None], axis=1, out=gained[:, 1:])
    # The digit begins before a column and ends after another: sum over both of what it gains over blanks between them.
    begun = np.logaddexp.accumulate(-gained[:, :-1], axis=1)
    digits = nothing[:, None] + np.logaddexp.reduce(gained[:, 1:] + begun, axis=1)
    return np.column_stack([digits, nothing, _some_rubbish(blank, rubbish)])


def _some_rubbish(blank: FloatArray, rubbish: FloatArray) -> FloatArray:
    """Forward score of blanks and rubbish mixed, with at least one column of rubbish; sums go along the last axis."""
    either = np.logaddexp(blank, rubbish).sum(axis=-1)
    none = np.minimum(blank.sum(axis=-1) - either, -1e-15)
    found: FloatArray = either + np.log(-np.expm1(none))
    return found


def _paper(columns: FloatArray, classes: int) -> FloatArray:
    """Scores of bare paper, float64 [classes + 2]: blanks or rubbish, which share all the mass, and no digit."""
    blank, rubbish = columns[:, classes], columns[:, classes + 1]
    either = np.logaddexp(blank, rubbish).sum()
    scores = np.full(classes + 2, -np.inf)
    scores[classes:] = blank.sum() - either, _some_rubbish(blank, rubbish) - either
    return scores
