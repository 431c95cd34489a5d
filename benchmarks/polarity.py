"""Light writing on dark paper, and pictures of codes that stay codes upside down: how many are read, how many wrongly.

Every field is drawn twice with the same strokes, dark on light and light on dark; every picture is read as it is and
turned by 180 degrees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.mnist_strings import PATTERN
from device_runtime import Reader
from device_runtime.types import Reading
from device_runtime.upright import turn
from train.digits import Hand, hands_of
from train.fields import FieldGenerator
from train.fonts import PRINT_FAMILIES, find_fonts
from train.mnist import load_mnist
from train.typeset import Typesetter, random_word

Grey = NDArray[np.uint8]
DIGITS, TURNABLE = "0123456789", "0689"
_LEAST_CONTRAST = 70  # grey levels between paper and ink


class Drawer:
    """Draws fields and pages; the same seed and hands give the same ones. Raises PosteyeError without fonts."""

    def __init__(self, hands: list[Hand], seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self._setter = Typesetter(find_fonts(PRINT_FAMILIES), self.random)
        self._hands = FieldGenerator(hands, seed)

    def code(self, digits: str = DIGITS) -> str:
        """Five of the digits, drawn at random."""
        return "".join(self.random.choice(list(digits), 5))

    def printed(self, code: str) -> tuple[Grey, Grey]:
        """A printed field, dark on light and light on dark."""
        ink = self._setter.set_line(code, self.random.uniform(16, 40))
        return self._photographed(self._on_paper(ink, light=False)), self._photographed(self._on_paper(ink, light=True))

    def written(self, code: str) -> tuple[Grey, Grey]:
        """A handwritten field on the paper of the training generator, and its negative at another contrast."""
        field = self._hands.handwritten(code).image
        darkest = self.random.uniform(5, 60)
        span = self.random.uniform(100, 255 - darkest)
        return field, np.rint(darkest + (255 - field) * (span / 255)).astype(np.uint8)

    def page(self, code: str, kind: str) -> Grey:
        """A whole picture of an address: `plain`, `dark` (an envelope) or `label` (a dark one on a light page)."""
        block = self._address(code)
        rows, cols = (round(side * self.random.uniform(1.6, 2.2)) for side in block.shape)
        top, left = (rows - block.shape[0]) // 2, (cols - block.shape[1]) // 2
        around = ((top, rows - top - block.shape[0]), (left, cols - left - block.shape[1]))
        if kind == "label":
            paper, dark, white = (self.random.uniform(*levels) for levels in ((190, 250), (10, 60), (180, 250)))
            return self._photographed(np.pad(_toned(block, dark, white), around, constant_values=paper))
        return self._photographed(self._on_paper(np.pad(block, around), light=kind == "dark"))

    def _address(self, code: str) -> Grey:
        """Ink of three lines, the code in the last."""
        random, height = self.random, self.random.uniform(18, 32)
        texts = (
            random_word(random),
            f"{random_word(random)} {random.integers(1, 200)}",
            f"{code} {random_word(random)}",
        )
        lines = [self._setter.set_line(text, height) for text in texts]
        widest = max(line.shape[1] for line in lines)
        return np.concatenate([np.pad(line, ((0, 0), (0, widest - line.shape[1]))) for line in lines])

    def _on_paper(self, ink: Grey, light: bool) -> NDArray[np.float64]:
        if light:
            paper = self.random.uniform(10, 150)
            return _toned(ink, paper, self.random.uniform(paper + _LEAST_CONTRAST, 250))
        paper = self.random.uniform(150, 250)
        return _toned(ink, paper, self.random.uniform(5, paper - _LEAST_CONTRAST))

    def _photographed(self, image: NDArray[np.float64]) -> Grey:
        """Slight blur, light that falls off to one side, noise."""
        random = self.random
        blurred = cv2.GaussianBlur(image, (0, 0), random.uniform(0.3, 1.0))
        light = np.linspace(1, random.uniform(0.7, 1), image.shape[1])[:: random.choice([-1, 1])]
        noisy = blurred * light + random.normal(0, random.uniform(0, 6), image.shape)
        return np.rint(noisy.clip(0, 255)).astype(np.uint8)


def _toned(ink: Grey, paper: float, writing: float) -> NDArray[np.float64]:
    levels: NDArray[np.float64] = paper + ink * ((writing - paper) / 255)
    return levels


def attack(count: int, seed: int) -> dict[str, int]:
    """Read `count` of each kind of field and picture; how many of each were read, accepted and accepted wrongly."""
    drawer, reader = Drawer(hands_of(load_mnist().validation), seed), Reader(pattern=PATTERN)
    found: Counter[str] = Counter()
    for _ in range(count):
        code = drawer.code()
        for name, pair in (("print", drawer.printed(code)), ("pen", drawer.written(code))):
            for ink, field in zip(("dark", "light"), pair, strict=True):
                _count(found, f"{name}, {ink} ink", reader.read(field, field=True).reading, code)
        for kind in ("plain", "dark", "label"):
            _count(found, f"{kind} page", reader.read(drawer.page(code, kind)).reading, code)
        turnable = drawer.code(TURNABLE)
        pictures = (("code alone", drawer.printed(turnable)[0]), ("address", drawer.page(turnable, "plain")))
        for name, picture in pictures:
            _count(found, f"0 6 8 9, {name}", reader.read(picture).reading, turnable)
            _count(found, f"0 6 8 9, {name}, upside down", reader.read(turn(picture)).reading, turnable)
    return dict(found)


def _count(found: Counter[str], kind: str, reading: Reading, code: str) -> None:
    accepted = reading.status == "accepted"
    verdicts: Sequence[tuple[str, bool]] = (
        ("read", reading.code == code),
        ("accepted", accepted),
        ("accepted wrongly", accepted and reading.code != code),
    )
    for verdict, holds in verdicts:
        found[f"{kind}: {verdict}"] += holds
