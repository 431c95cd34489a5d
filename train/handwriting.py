"""Strings of digits as one hand writes them: sizes, slant, gaps, touching strokes, marks between and after."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from train.digits import Hand
from train.strokes import VARIANTS, draw

Ink = NDArray[np.uint8]
_FIELDS = 256  # ready-made smooth displacement fields for elastic distortion


@dataclass(frozen=True)
class Placed:
    """A glyph on the canvas: left and top in pixels, and its ink."""

    left: float
    top: float
    ink: Ink


@dataclass(frozen=True)
class HandStyle:
    """What stays the same within one string; lengths in units of the digit height."""

    height_px: float
    slant: float
    slant_jitter: float
    aspect: float
    level: float  # of the blurred glyph that becomes the stroke's edge: low is bold, high is thin
    gain: float
    blur_px: float
    size_jitter: float
    drift: float
    gap: float
    gap_jitter: float
    skew: float
    pen: float
    small_zeros: bool
    tall_ones: float  # how much taller a 1 is than its neighbours
    marks: float  # share of strings with dots, commas or dashes in groups of three digits
    variants: dict[int, int]
    variant_share: float


def random_style(random: np.random.Generator) -> HandStyle:
    """Draw a style; the ranges span real forms, from hairline to marker and from overlapping to wide apart."""
    uniform = random.uniform
    shares = {0: 0.12, 1: 0.45, 2: 0.35, 3: 0.15, 4: 0.35, 5: 0.3, 6: 0.1, 7: 0.4, 8: 0.12, 9: 0.45}
    chosen = {d: int(random.integers(len(VARIANTS[d]))) for d, share in shares.items() if random.random() < share}
    return HandStyle(
        height_px=uniform(24, 46),
        slant=float(np.clip(random.normal(0.1, 0.25), -0.3, 0.75)),
        slant_jitter=float(random.choice([0.03, 0.1])),
        aspect=float(np.exp(random.triangular(np.log(0.42), np.log(0.75), np.log(1.9)))),
        level=uniform(0.27, 0.62),
        gain=uniform(1.8, 5.0),
        blur_px=uniform(0.6, 1.6),
        size_jitter=float(random.choice([0.04, 0.1, 0.2])),
        drift=float(random.choice([0.02, 0.06, 0.12])),
        gap=float(random.triangular(-0.15, 0.02, 0.5)) if random.random() < 0.88 else uniform(0.45, 1.1),
        gap_jitter=float(random.choice([0.05, 0.12, 0.25])),
        skew=random.normal(0, 0.03),
        pen=uniform(0.05, 0.13),
        small_zeros=random.random() < 0.25,
        tall_ones=uniform(1.1, 1.6) if random.random() < 0.3 else 1.0,
        marks=0.45,
        variants=chosen,
        variant_share=uniform(0.6, 1.0),
    )


class Penman:
    """Writes digit strings with the glyphs of given hands."""

    def __init__(self, hands: list[Hand], random: np.random.Generator) -> None:
        self.hands = hands
        self.random = random
        sizes = np.array([sum(len(g) for g in hand.glyphs) for hand in hands], np.float64)
        self._weights = np.sqrt(sizes) / np.sqrt(sizes).sum()
        coarse = random.normal(0, 1, (_FIELDS, 5, 5, 2)).astype(np.float32)
        self._waves = [cv2.resize(c, (96, 96), interpolation=cv2.INTER_CUBIC) for c in coarse]
        everyone: list[list[Ink]] = [[g for hand in hands for g in hand.glyphs[d]] for d in range(10)]
        self._all = everyone

    def write(self, digits: str, style: HandStyle) -> tuple[Ink, tuple[int, int, int, int]]:
        """Write a string; the canvas, uint8, ink bright, and the box (left, top, right, bottom) of the digits."""
        random, height = self.random, style.height_px
        hand = self.hands[int(random.choice(len(self.hands), p=self._weights))] if random.random() < 0.8 else None
        placed: list[Placed] = []
        marks: list[tuple[float, float]] = []
        pointed = random.random() < style.marks
        x = 0.0
        for i, char in enumerate(digits):
            glyph = self._glyph(int(char), hand, style)
            tall = glyph.shape[0]
            top = random.normal(0, style.drift) * height + (height - tall) * (1.0 if random.random() < 0.8 else 0.5)
            placed.append(Placed(x, top + style.skew * x, glyph))
            x += glyph.shape[1]
            left_over = len(digits) - 1 - i
            gap = (style.gap + random.normal(0, style.gap_jitter)) * height
            if left_over and ((pointed and left_over % 3 == 0) or random.random() < style.marks / 9):
                gap = max(gap, random.uniform(-0.1, 0.25) * height)
                marks.append((x + gap, height * random.uniform(0.78, 1.12)))
                gap += random.uniform(0.05, 0.6) * height
            x += max(gap, -0.22 * height, -0.38 * glyph.shape[1])
        return self._compose(placed, marks, style)

    def _compose(
        self, placed: list[Placed], marks: list[tuple[float, float]], style: HandStyle
    ) -> tuple[Ink, tuple[int, int, int, int]]:
        height, random = style.height_px, self.random
        margin = round(1.3 * height)
        right = max(p.left + p.ink.shape[1] for p in placed)
        top = min(p.top for p in placed)
        bottom = max(p.top + p.ink.shape[0] for p in placed)
        canvas = np.zeros((int(bottom - top) + 2 * margin, int(right) + 2 * margin), np.uint8)
        for p in placed:
            y, x = int(p.top - top) + margin, int(p.left) + margin
            view = canvas[y : y + p.ink.shape[0], x : x + p.ink.shape[1]]
            np.maximum(view, p.ink[: view.shape[0], : view.shape[1]], out=view)
        pen = max(1, round(style.pen * height))
        if random.random() < 0.25:
            self._ligatures(canvas, placed, top, margin, pen)
        for mark_x, mark_y in marks:
            y_px = mark_y + style.skew * mark_x - top + margin
            self._mark(canvas, mark_x + margin, y_px, height, pen)
        return canvas, (margin, margin, margin + int(right), margin + int(bottom - top))

    def _ligatures(self, canvas: Ink, placed: list[Placed], top: float, margin: int, pen: int) -> None:
        """Join some neighbours with a stroke of the pen, as fast writers do."""
        random = self.random
        for a, b in pairwise(placed):
            if random.random() > 0.2:
                continue
            start = np.array([a.left + a.ink.shape[1] * random.uniform(0.5, 0.95), a.top + a.ink.shape[0] * 0.05])
            start[1] += a.ink.shape[0] * (
                random.uniform(0, 0.3) if random.random() < 0.7 else random.uniform(0.7, 0.95)
            )
            end = np.array([b.left + b.ink.shape[1] * random.uniform(0.1, 0.5), b.top + b.ink.shape[0] * 0.12])
            middle = (start + end) / 2 + [0, random.uniform(-0.02, 0.15) * a.ink.shape[0]]
            points = np.rint(np.stack([start, middle, end]) + [margin, margin - top]).astype(np.int32)
            cv2.polylines(canvas, [points], False, 255, max(1, pen - 1), cv2.LINE_AA)

    def _mark(self, canvas: Ink, x: float, y: float, height: float, pen: int) -> None:
        """A dot, a comma or a dash between digits."""
        random = self.random
        kind = random.integers(4)
        if kind < 2:
            cv2.circle(
                canvas, (int(x), int(y)), max(1, round(height * random.uniform(0.035, 0.075))), 255, -1, cv2.LINE_AA
            )
            return
        dx, dy = (
            (-random.uniform(0.02, 0.15), random.uniform(0.08, 0.25)) if kind == 2 else (random.uniform(0.0, 0.3), 0.0)
        )
        y = y if kind == 2 else y - 0.45 * height
        cv2.line(canvas, (int(x), int(y)), (int(x + dx * height), int(y + dy * height)), 255, pen, cv2.LINE_AA)

    def _glyph(self, digit: int, hand: Hand | None, style: HandStyle) -> Ink:
        random = self.random
        drawn = digit in style.variants and random.random() < style.variant_share
        if drawn:
            shape = VARIANTS[digit][style.variants[digit]](random.uniform)
            source = draw(shape, 40 * style.pen * random.uniform(0.9, 1.4), 0.03, random)
        else:
            pool = hand.glyphs[digit] if hand is not None and hand.glyphs[digit] else self._all[digit]
            source = pool[int(random.integers(len(pool)))]
        height = style.height_px * float(np.clip(1 + random.normal(0, style.size_jitter), 0.6, 1.5))
        aspect = style.aspect * float(np.clip(1 + random.normal(0, 0.1), 0.7, 1.4))
        if style.small_zeros and digit == 0:  # small or flat: joined zeros are often wider than high
            squeeze = random.uniform(0.5, 0.85)
            height *= squeeze
            aspect *= random.uniform(0.9, 1.2) / (squeeze if random.random() < 0.6 else 1.0)
        if digit == 1:
            height *= style.tall_ones
        return self._render(source, max(10.0, height), aspect, style, drawn)

    def _render(self, source: Ink, height: float, aspect: float, style: HandStyle, drawn: bool) -> Ink:
        """Scale, slant and bend a glyph in one resampling, then give its strokes their weight and edge."""
        random = self.random
        rows, cols = source.shape
        slant = style.slant + random.normal(0, style.slant_jitter)
        fy = height / rows
        fx = fy * aspect
        out_h, out_w = int(height) + 6, int(cols * fx + abs(slant) * height) + 8
        v, u = np.mgrid[:out_h, :out_w].astype(np.float32)
        tilt = random.uniform(-0.08, 0.08)
        lead = 3 + max(slant, 0.0) * height
        y = (v - 3 - tilt * (u - out_w / 2)) / np.float32(fy)
        x = (u - lead + np.float32(slant) * (v - 3)) / np.float32(fx)
        if random.random() < 0.65:
            strength = random.uniform(0.3, 1.3) * max(1.0, rows / 20)
            wave = self._waves[int(random.integers(_FIELDS))]
            wave = wave if max(out_h, out_w) <= 96 else cv2.resize(wave, (out_w, out_h))
            x = x + np.float32(strength) * wave[:out_h, :out_w, 0]
            y = y + np.float32(strength) * wave[:out_h, :out_w, 1]
        ink = cv2.remap(source, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
        ink = cv2.GaussianBlur(ink, (0, 0), style.blur_px)
        level = float(np.clip(style.level + random.normal(0, 0.05), 0.15, 0.62))
        if drawn:
            level = min(level, 0.4)
        peak = float(ink.max()) / 255
        level = min(level, 0.6 * peak)  # a hairline must not vanish altogether
        table = np.clip((np.arange(256) / 255 - level) * style.gain + 0.5, 0, 1)
        ink = np.rint(table * 255).astype(np.uint8)[ink]
        used_x, used_y = np.flatnonzero(ink.max(axis=0) > 100), np.flatnonzero(ink.max(axis=1) > 100)
        if not len(used_x):
            return np.asarray(ink, np.uint8)
        return np.asarray(ink[used_y[0] : used_y[-1] + 1, used_x[0] : used_x[-1] + 1], np.uint8)
