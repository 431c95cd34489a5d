"""Real strings photographed another time: bent, slanted and scaled anew, on their own paper or on another."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from train.data.real_strings import RealStrings
from train.data.string_cut import Cut
from train.data.target import Target
from train.synthesis.camera import light, shake
from train.synthesis.elastic import bent_string
from train.synthesis.field import Field
from train.synthesis.paper import Paper

Gray = NDArray[np.uint8]
_OTHER_PAPER_SHARE = 0.5
_TALL_PX, _MOST_SCALE = (22, 44), 3.0  # of the writing, which is 10 to 30 px tall in the pictures
_FRAMED_SHARE = 0.1  # of the fields may show the frame of their cell
_STRETCH, _TURN, _SHEAR = 0.12, 0.03, 0.12  # standard deviations: of the logarithm of a factor, radians, columns a row
_PX_OF_DIGIT, _PX_OF_STRIP = 11, 6  # a strip narrower than so many px a digit and so many more is of something else


class Rephotographer:
    """Draws real strings and photographs each anew.

    Args:
        strings: what is drawn from.
        paper: other paper, with its camera.
        random: source of all draws.
    """

    def __init__(self, strings: RealStrings, paper: Paper, random: np.random.Generator) -> None:
        self._strings, self._paper, self.random = strings, paper, random
        self._shares = strings.shares.cumsum()

    def field(self) -> Field:
        """Make a field of a real string; marks at its ends, and lines of a form, may be seen or not."""
        random, strings = self.random, self._strings
        row = min(int(self._shares.searchsorted(random.random())), len(strings.digits) - 1)
        cut, digits = strings.cuts[row], strings.digits[row]
        tall = cut.box[3] - cut.box[1]
        scale = min(random.uniform(*_TALL_PX) / tall, _MOST_SCALE)
        if random.random() < _OTHER_PAPER_SHARE:
            ink = self._nib(self._placed(cut, cut.ink, scale, 0))
            self._paper.rule(ink, (0, int(0.15 * len(ink)), ink.shape[1], int(0.85 * len(ink))))
            image = self._paper.photograph(ink, printed=False)
        else:
            image = self._seen(self._placed(cut, cut.image, scale, cv2.BORDER_REPLICATE))
        least = _PX_OF_DIGIT * len(digits) + _PX_OF_STRIP
        return Field(image, digits, Target.with_marks(digits).text, least_px=least)

    def _placed(self, cut: Cut, pixels: Gray, scale: float, border: int) -> Gray:
        """The writing with some room, at a scale, turned, slanted, stretched and bent: uint8 [H', W'].

        Args:
            cut: the string.
            pixels: uint8 [H, W], its picture or its ink.
            scale: px of the result a px of the picture.
            border: what stands beyond the picture, as OpenCV names it.
        """
        random = self.random
        left, top, right, bottom = cut.box
        tall = bottom - top
        # The part that is seen, as people and locators cut fields out.
        x0, x1 = left - random.uniform(0.0, 0.5) * tall, right + random.uniform(0.0, 0.5) * tall
        y0, y1 = top - random.uniform(-0.04, 0.35) * tall, bottom + random.uniform(-0.04, 0.35) * tall
        if random.random() > _FRAMED_SHARE:
            x0, y0 = max(x0, cut.room[0] + 1), max(y0, cut.room[1] + 1)
            x1, y1 = min(x1, cut.room[2] - 1), min(y1, cut.room[3] - 1)
        wide = scale * np.exp(random.normal(0, _STRETCH))
        shear, turn = random.normal(0, _SHEAR), random.normal(0, _TURN)
        size = (int((x1 - x0) * wide + abs(shear) * (y1 - y0) * wide), int((y1 - y0) * scale))
        # Where each pixel comes from, about the middles of both pictures.
        y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
        x, y = (x - np.float32(size[0] / 2)) / np.float32(wide), (y - np.float32(size[1] / 2)) / np.float32(scale)
        push_x, push_y = bent_string(size, tall, random)
        from_x = x + np.float32(shear) * y + np.float32((x0 + x1) / 2) + push_x
        from_y = y + np.float32(turn) * x + np.float32((y0 + y1) / 2) + push_y
        return np.asarray(
            cv2.remap(pixels, from_x, from_y, cv2.INTER_CUBIC, borderMode=border, borderValue=0), np.uint8
        )

    def _nib(self, ink: Gray) -> Gray:
        """The ink with strokes a little wider or narrower, softer or harder."""
        random = self.random
        soft = cv2.GaussianBlur(ink, (0, 0), random.uniform(0.4, 1.0))
        gain, level = random.uniform(1.3, 2.6), random.uniform(0.3, 0.5)
        return np.asarray(cv2.addWeighted(soft, gain, soft, 0, 127.5 - 255 * level * gain), np.uint8)

    def _seen(self, picture: Gray) -> Gray:
        """The picture on its own paper in other light, by another camera."""
        random = self.random
        image = picture.astype(np.float32)
        if random.random() < 0.4:
            image += light(image.shape[0], image.shape[1], random)
        if random.random() < 0.5:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 1.0)), np.float32)
        if random.random() < 0.05:
            image = shake(image, random)
        if random.random() < 0.5:
            depth = float(np.median(picture) - np.quantile(picture, 0.03))
            image += random.standard_normal(image.shape, np.float32) * np.float32(random.uniform(0, 0.08) * depth)
        gray = np.asarray(255 * (image.clip(0, 255) / 255) ** random.uniform(0.7, 1.35), np.uint8)
        return self._paper.compressed(gray) if random.random() < 0.4 else gray
