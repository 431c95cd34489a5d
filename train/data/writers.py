"""The digits that fields are written with: cut out tight, grouped by writer, from MNIST and further collections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from device_runtime.errors import PosteyeError
from device_runtime.files.regular import require_regular
from train.data.damaged import UNREADABLE
from train.data.mnist import Digits
from train.data.skeleton import Line, trace

_INK = 60
_SHARP = 150  # mean of a digit's ink; less is blur or the ghost of a frame


@dataclass(frozen=True)
class Writer:
    """One writer's digits.

    Attributes:
        glyphs: For each class the images, uint8 [h, w], ink bright, cut to the ink.
        recorded: For each class the lines of the pen, of a writer whose pen was recorded instead; empty for others.
    """

    glyphs: tuple[tuple[NDArray[np.uint8], ...], ...]
    recorded: tuple[tuple[list[Line], ...], ...] = ()

    @property
    def size(self) -> int:
        """How many digits there are."""
        return sum(len(digits) for digits in self.recorded or self.glyphs)

    @cached_property
    def strokes(self) -> tuple[tuple[list[Line], ...], ...]:
        """For each class the digits as lines of a pen, without those that left none."""
        if self.recorded:
            return self.recorded
        return tuple(tuple(lines for lines in trace(glyphs) if lines) for glyphs in self.glyphs)


def writers_of(digits: Digits) -> list[Writer]:
    """Group digits by writer; those of unknown writers go into groups of a hundred."""
    writers = digits.writers
    if (writers < 0).all():
        writers = (np.arange(len(digits.labels)) // 100).astype(np.int32)
    # Rows in the order of their writers, cut where the writer changes.
    order = np.argsort(writers, kind="stable")
    bounds = np.flatnonzero(np.diff(writers[order])) + 1
    return [_hand(list(digits.images[rows]), digits.labels[rows]) for rows in np.split(order, bounds)]


def load_extra(folder: Path) -> list[Writer]:
    """Load further digits, grouped by writer, from every .npz in a folder.

    A file holds `images` uint8 [n, h, w], dark on light, and `labels` [n]. It may hold `photo` [n], which groups the
    cells of one photographed form: they are of one writer, and their frames are taken off. Digits that are false in
    `knn_agrees` bool [n] are left out.

    Raises:
        PosteyeError: When the folder holds no such file, or another.
    """
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise PosteyeError(f"{folder} holds no .npz files of digits")
    writers = []
    for path in paths:
        require_regular(path)
        try:
            with np.load(path, allow_pickle=False) as data:
                keep = data["knn_agrees"] if "knn_agrees" in data else np.ones(len(data["labels"]), bool)
                images, labels = data["images"][keep], data["labels"][keep]
                framed = "photo" in data
                groups = data["photo"][keep] if framed else np.arange(len(labels)) // 200
        except UNREADABLE as error:
            raise PosteyeError(f"{path} is damaged, or holds no arrays `images` and `labels` of digits") from error
        bright = [_bright(image) for image in images]
        clean = [_without_frame(ink) for ink in bright] if framed else bright
        for group in np.unique(groups):
            rows = [i for i in np.flatnonzero(groups == group) if clean[i] is not None]
            writers.append(_hand([clean[i] for i in rows], labels[rows]))
    return writers


def _hand(images: Sequence[NDArray[np.uint8] | None], labels: NDArray[np.uint8]) -> Writer:
    glyphs: list[list[NDArray[np.uint8]]] = [[] for _ in range(10)]
    for image, label in zip(images, labels, strict=True):
        cut = None if image is None else _cut(image)
        if cut is not None:
            glyphs[label].append(cut)
    return Writer(tuple(tuple(g) for g in glyphs))


def _bright(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a dark digit on light paper into bright ink on 0, uint8 [h, w]."""
    # How much darker than the paper, less 12 % for its grain; the darkest 3 % become white.
    paper = float(np.median(image))
    dark = np.clip(paper - image.astype(np.float32) - 0.12 * paper, 0, None)
    peak = float(np.quantile(dark, 0.97))
    return np.minimum(255 * dark / max(peak, 1.0), 255).astype(np.uint8)


def _without_frame(ink: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Take the frame of a form's cell off its digit, uint8 [h, w].

    Returns:
        The digit alone; None when what is left may not be the whole digit.
    """
    # Connected pieces of ink: bounds, areas and middles [pieces, 2], [pieces]; the first is the paper.
    count, labels, stats, middles = cv2.connectedComponentsWithStats((ink > 110).astype(np.uint8), connectivity=8)
    size = np.array(ink.shape[::-1])
    first, last = stats[:, :2], stats[:, :2] + stats[:, 2:4]
    inside = (first > 1).all(axis=1) & (last < size - 1).all(axis=1)
    inside[0] = False
    # Kept is what touches no edge of the cell and is no speck.
    areas = stats[:, cv2.CC_STAT_AREA]
    if count <= 1 or not inside.any():
        return None
    keep = inside & (areas >= 0.15 * areas[inside].max())
    # A digit is in the middle: much ink elsewhere, or none there, is something else.
    central = (np.abs(middles / size - 0.5) < 0.3).all(axis=1)
    if areas[keep & ~central].sum() > 0.1 * areas[keep].sum() or not (keep & central).any():
        return None
    # The kept pieces with their soft edges.
    near = cv2.dilate(keep[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    top, bottom = first[keep][:, 1].min(), last[keep][:, 1].max()
    digit = np.asarray(ink * near, np.uint8)
    whole = areas[keep].max() > 0.75 * areas[keep].sum() and bottom - top >= 0.3 * size[1]
    return digit if whole and digit[digit > _INK].mean() > _SHARP else None


def _cut(image: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Cut an image to its ink and one pixel around it; None when there is next to nothing."""
    rows, cols = np.flatnonzero(image.max(axis=1) > _INK), np.flatnonzero(image.max(axis=0) > _INK)
    if len(rows) < 4 or not len(cols):
        return None
    top, left = max(0, int(rows[0]) - 1), max(0, int(cols[0]) - 1)
    return np.ascontiguousarray(image[top : int(rows[-1]) + 2, left : int(cols[-1]) + 2])
