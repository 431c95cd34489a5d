"""Ink on paper as a camera sees it: backgrounds, ruled lines, neighbours, light, blur, noise, compression."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.camera import keystone, light, shake, specks

Gray = NDArray[np.uint8]
_BANK = 64  # textures that are prepared
_BANK_SHAPE = (120, 800)
_FAINT = 60  # of 255: brighter ink is writing
_EARLIER = 32  # fields kept to shine through from the back of later ones


class Paper:
    """Puts ink on random paper and photographs it.

    Args:
        random: source of all draws.
    """

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self._textures = [self._texture() for _ in range(_BANK)]
        self._noise = random.normal(0, 1, _BANK_SHAPE).astype(np.float32)
        self._earlier = [np.zeros((8, 8), np.uint8)] * _EARLIER

    def _texture(self) -> NDArray[np.float32]:
        """A security background or paper grain, float32 [120, 800], -1..1: up to three layers, each as it is or cut."""
        random = self.random
        y, x = np.mgrid[: _BANK_SHAPE[0], : _BANK_SHAPE[1]].astype(np.float32)
        total = np.zeros(_BANK_SHAPE, np.float32)
        for _ in range(int(random.integers(1, 4))):
            layer = self._layer(x, y)
            # Cut at a level, only lines or dots of it are left.
            if random.random() < 0.6:
                layer = np.clip(layer - random.uniform(0.2, 0.8), 0, 1) / 0.6
            total += np.float32(random.uniform(0.3, 1)) * layer.astype(np.float32)
        return np.clip(total / max(float(np.abs(total).max()), 1e-3), -1, 1)

    def _layer(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.floating[Any]]:
        """One layer of a background, about -1..1: waves, guilloches, contours, hatching or grain.

        Args:
            x: column of each pixel, float32 [120, 800].
            y: row of each pixel, the same.
        """
        random = self.random
        rows, cols = _BANK_SHAPE
        # Coordinates across and along lines of a random direction and pitch, and a slow wave on them.
        kind, angle = random.integers(5), random.uniform(0, np.pi)
        pitch = 2 * np.pi / random.uniform(4, 22)
        across = x * np.cos(angle) + y * np.sin(angle)
        along = y * np.cos(angle) - x * np.sin(angle)
        wave = 2 * np.pi / random.uniform(15, 140)
        if kind == 0:
            return np.asarray(np.sin(pitch * (across + random.uniform(1, 10) * np.sin(wave * along))))
        if kind == 1:
            swing = random.uniform(-0.2, 0.2) * x + random.uniform(0.5, 5) * np.sin(wave * x)
            return np.asarray(np.sin(pitch * (y + swing)))
        if kind == 2:
            coarse = random.normal(0, 1, (rows // 8, cols // 8)).astype(np.float32)
            smooth = cv2.resize(cv2.GaussianBlur(coarse, (0, 0), random.uniform(1.5, 4)), (cols, rows))
            return np.asarray(np.sin(smooth / smooth.std() * random.uniform(4, 14)))
        if kind == 3:
            return np.asarray(np.sin(pitch * across) * np.sin(pitch * along))
        grain = random.normal(0, 1, _BANK_SHAPE).astype(np.float32)
        layer = cv2.GaussianBlur(grain, (0, 0), random.uniform(0.7, 2.5))
        return np.asarray(layer / (2 * layer.std()))

    def rule(self, ink: Gray, box: tuple[int, int, int, int]) -> None:
        """Draw ruled lines or a box around the writing into the ink.

        Args:
            ink: uint8 [H, W], bright; it is drawn into.
            box: left, top, right and bottom of the writing.
        """
        random, (left, top, right, bottom) = self.random, box
        tall, wide = bottom - top, ink.shape[1]
        for share, base, side in ((0.3, bottom, 1), (0.1, top, -1)):
            if random.random() < share:
                y = base + side * random.uniform(-0.08, 0.35) * tall
                self._line(ink, (0, y), (wide, y + random.normal(0, 0.012) * wide))
        if random.random() < 0.04:
            for x in (left - random.uniform(0.05, 0.5) * tall, right + random.uniform(0.05, 0.5) * tall):
                self._line(ink, (x, 0), (x, ink.shape[0]))

    def cells(self, ink: Gray, box: tuple[int, int, int, int]) -> None:
        """Draw the cells of a form into the ink: a frame, and a stroke in every gap of the writing that has room.

        Args:
            ink: uint8 [H, W], bright; it is drawn into.
            box: left, top, right and bottom of the writing.
        """
        random, (left, top, right, bottom) = self.random, box
        tall, level = bottom - top, int(random.uniform(60, 200))
        high, low = top - int(random.uniform(0.05, 0.4) * tall), bottom + int(random.uniform(0.05, 0.4) * tall)
        comb = low - int(random.uniform(0.15, 0.5) * tall) if random.random() < 0.3 else high
        # Columns with ink, bool [W'], where runs of ink begin and end, and the middles of the gaps that have room.
        inked = cv2.reduce(ink[max(top, 0) : bottom, max(left, 0) : right], 0, cv2.REDUCE_MAX)[0] > _FAINT
        turns = np.flatnonzero(np.diff(inked.astype(np.int8), prepend=0, append=0))
        first, last = max(left, 0) - round(0.2 * tall), right + round(0.2 * tall)
        gaps = zip(turns[1:-1:2].tolist(), turns[2::2].tolist(), strict=False)
        middles = [max(left, 0) + (a + b) // 2 for a, b in gaps if b - a > 0.1 * tall]
        # The strokes, in a third of the cases as a comb below the writing, and the frame.
        for x in (first, *middles, last):
            cv2.line(ink, (x, comb if x in middles else high), (x, low), level, 1)
        cv2.rectangle(ink, (first, low if comb > high else high), (last, low), level, 1)

    def _line(self, ink: Gray, start: tuple[float, float], end: tuple[float, float]) -> None:
        random = self.random
        points = [(int(p[0]), int(p[1])) for p in (start, end)]
        cv2.line(ink, points[0], points[1], int(random.uniform(80, 255)), int(random.integers(1, 3)), cv2.LINE_AA)

    def photograph(self, ink: Gray, printed: bool) -> Gray:
        """Make the picture that a camera or scanner takes of ink on some paper.

        Args:
            ink: uint8 [H, W], bright.
            printed: whether it is print, which less often stands on a patterned background.

        Returns:
            uint8 [H, W], grey, dark ink on light paper.
        """
        random = self.random
        if random.random() < 0.12:
            ink = keystone(ink, random)
        # Ink on plain paper, float32 [H, W], in grey levels.
        rows, cols = ink.shape
        paper = random.uniform(110, 250)
        contrast = paper * random.uniform(0.25, 0.9)
        image = paper - ink.astype(np.float32) * np.float32(contrast / 255) * self._unevenness(rows, cols)
        # The paper's pattern, and what shines through from the back.
        share = 0.25 if printed else 0.75
        if random.random() < share:
            depth = contrast * min(0.45, abs(random.normal(0, 0.16)))
            image -= np.float32(depth) * self._window(self._textures[int(random.integers(_BANK))], rows, cols)
        if random.random() < 0.04:
            image -= np.float32(contrast / 255) * self._show_through(rows, cols)
        if random.random() < 0.02:
            self._earlier[int(random.integers(_EARLIER))] = ink
        # Light, blur, motion and noise of the camera.
        if random.random() < 0.4:
            image += light(rows, cols, random)
        if random.random() < 0.7:
            image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.35, 1.3))
        if random.random() < 0.05:
            image = shake(image, random)
        image += np.float32(random.uniform(0, 0.05) * contrast) * self._window(self._noise, rows, cols)
        # Eight bits, with dead pixels and compression.
        gray = np.clip(image, 0, 255).astype(np.uint8)
        if random.random() < 0.04:
            gray = specks(gray, random)
        if random.random() < 0.4:
            gray = self.compressed(gray)
        return np.asarray(gray, np.uint8)

    def _show_through(self, rows: int, cols: int) -> NDArray[np.float32]:
        """Writing on the back of the sheet: mirrored, soft and faint; ink, float32 [rows, cols], 0..255."""
        random = self.random
        back = cv2.flip(self._earlier[int(random.integers(_EARLIER))], 1)
        soft = cv2.GaussianBlur(cv2.resize(back, (cols, rows)), (0, 0), random.uniform(1.0, 2.5))
        return np.asarray(soft * np.float32(random.uniform(0.1, 0.35)), np.float32)

    def compressed(self, gray: Gray) -> Gray:
        """Return a picture, grey or in RGB, as a JPEG of some quality keeps it."""
        _, data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, int(self.random.integers(30, 92))])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.uint8)

    def _unevenness(self, rows: int, cols: int) -> NDArray[np.float32] | np.float32:
        """How much ink there is in each place against even ink, float32 [rows, cols], or 1 for even ink."""
        if self.random.random() > 0.3:
            return np.float32(1)
        patch = self._window(self._noise, 6, max(8, cols // 12))
        return np.asarray(np.clip(1 + 0.3 * cv2.resize(patch, (cols, rows)), 0.2, 1.2), np.float32)

    def _window(self, bank: NDArray[np.float32], rows: int, cols: int) -> NDArray[np.float32]:
        """A random part of a prepared texture, float32 [rows, cols]."""
        if rows > bank.shape[0] or cols > bank.shape[1]:
            return np.asarray(
                cv2.resize(bank, (max(cols, bank.shape[1]), max(rows, bank.shape[0])))[:rows, :cols], np.float32
            )
        top = int(self.random.integers(bank.shape[0] - rows + 1))
        left = int(self.random.integers(bank.shape[1] - cols + 1))
        return bank[top : top + rows, left : left + cols]

    def postmark(self, ink: Gray) -> None:
        """Stamp rings and waves over a part of the field.

        Args:
            ink: uint8 [H, W], bright; it is drawn into.
        """
        random = self.random
        rows, cols = ink.shape
        level = int(random.uniform(60, 180))
        center = (int(random.uniform(0, cols)), int(random.uniform(-0.3, 1.3) * rows))
        radius = int(random.uniform(0.5, 1.2) * rows)
        for part in (1.0, 0.65):
            cv2.circle(ink, center, int(radius * part), level, 1, cv2.LINE_AA)
        if random.random() < 0.5:  # the waves that strike out the stamp, beside the ring
            x = np.arange(center[0] + radius, cols, 3)
            swing = 0.06 * rows * np.sin(x / (0.12 * rows) + random.uniform(0, 6))
            for y in np.arange(random.uniform(0, 0.2), 1.0, 0.22) * rows:
                wave = np.stack([x, y + swing], axis=1).round().astype(np.int32)
                cv2.polylines(ink, [wave], False, level, 1, cv2.LINE_AA)

    def wear(self, ink: Gray, height_px: float) -> Gray:
        """Print as it comes off worn or coarse devices: few dots, gaps, spread ink, dot matrix, thermal fade.

        Args:
            ink: uint8 [H, W], bright.
            height_px: of its digits.

        Returns:
            uint8 [H, W].
        """
        random = self.random
        rows, cols = ink.shape
        if random.random() < 0.25:  # spread or thin ink
            kernel = np.ones((2, 2), np.uint8)
            ink = np.asarray(cv2.dilate(ink, kernel) if random.random() < 0.65 else cv2.erode(ink, kernel), np.uint8)
        if random.random() < 0.12:  # dots of a matrix printer
            pitch = height_px / random.uniform(6.5, 10)
            y, x = np.mgrid[:rows, :cols].astype(np.float32)
            dots = (np.cos(2 * np.pi * x / pitch) + np.cos(2 * np.pi * y / pitch) + 2) / 4
            ink = np.clip(ink * (dots * random.uniform(1.2, 1.9) + random.uniform(0, 0.3)), 0, 255).astype(np.uint8)
        if random.random() < 0.18:  # gaps
            holes = cv2.GaussianBlur(self._window(self._noise, rows, cols), (0, 0), random.uniform(0.8, 2.0))
            ink = np.where(holes > holes.std() * random.uniform(1.2, 2.2), ink // 4, ink).astype(np.uint8)
        if random.random() < 0.2:  # a thermal head whose heat varies along the line
            knots = np.clip(random.normal(0.75, 0.4, max(2, round(cols / height_px))), 0.12, 1).astype(np.float32)
            heat = cv2.resize(knots[None], (cols, 1), interpolation=cv2.INTER_LINEAR)
            ink = np.asarray((ink * heat).astype(np.uint8), np.uint8)
        return self._coarse(ink, height_px) if random.random() < 0.5 else ink

    def _coarse(self, ink: Gray, height_px: float) -> Gray:
        """Few pixels a character, as from a cheap scan; some of them black or white only."""
        random = self.random
        rows, cols = ink.shape
        scale = min(0.9, random.uniform(8, 18) / height_px)
        size = (max(8, round(cols * scale)), max(8, round(rows * scale)))
        small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
        if random.random() < 0.35:
            small = np.where(small > random.uniform(70, 170), 255, 0).astype(np.uint8)
        way = cv2.INTER_LINEAR if random.random() < 0.6 else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(small, (cols, rows), interpolation=way), np.uint8)
