"""Digits as images: scaled and bent in one resampling, with the stroke that their scanner saw."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from train.synthesis.writing.pen import Ink
from train.synthesis.writing.style import HandStyle

_FIELDS = 96  # ready-made smooth displacement fields
_FIELD_PX = 96
_BENT_SHARE = 0.6


class RasterPen:
    """Renders images of digits at the sizes of a style."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        coarse = random.normal(0, 1, (_FIELDS, 5, 5, 2)).astype(np.float32)
        fields = (cv2.resize(c, (_FIELD_PX, _FIELD_PX), interpolation=cv2.INTER_CUBIC) for c in coarse)
        self._waves = [np.ascontiguousarray(field.transpose(2, 0, 1)) for field in fields]  # [x or y, row, column]

    def glyph(self, source: Ink, tall: float, aspect: float, style: HandStyle) -> Ink:
        """The digit, `tall` digit heights high, its width scaled by `aspect` beside that, cut to its ink."""
        random = self.random
        height = max(10.0, tall * style.height_px)
        rows, cols = source.shape
        fy = height / rows
        fx = fy * aspect
        slant = random.normal(0, style.slant_jitter)
        out_h, out_w = int(height) + 6, int(cols * fx + abs(slant) * height) + 8
        v, u = np.arange(-3, out_h - 3, dtype=np.float32)[:, None], np.arange(out_w, dtype=np.float32)
        tilt = random.uniform(-0.06, 0.06)
        lead = 3 + max(slant, 0.0) * height
        y = v * np.float32(1 / fy) - (u - np.float32(out_w / 2)) * np.float32(tilt / fy)
        x = (u - np.float32(lead)) * np.float32(1 / fx) + v * np.float32(slant / fx)
        if random.random() < _BENT_SHARE:
            strength = np.float32(random.uniform(0.2, 1.2) * max(1.0, rows / 20))
            wave_x, wave_y = self._wave(out_h, out_w)
            x += strength * wave_x
            y += strength * wave_y
        ink = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        used_x, used_y = (np.flatnonzero(cv2.reduce(ink, axis, cv2.REDUCE_MAX) > 90) for axis in (0, 1))
        if not len(used_x):
            return np.asarray(ink, np.uint8)
        return np.asarray(ink[used_y[0] : used_y[-1] + 1, used_x[0] : used_x[-1] + 1], np.uint8)

    def _wave(self, rows: int, cols: int) -> NDArray[np.float32]:
        wave = self._waves[int(self.random.integers(_FIELDS))]
        if max(rows, cols) > _FIELD_PX:
            wave = np.stack([cv2.resize(part, (cols, rows)) for part in wave])
        return np.asarray(wave[:, :rows, :cols], np.float32)
