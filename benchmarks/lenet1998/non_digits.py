"""Images that are no digits, normalised like MNIST: two halves side by side, and letters of fonts.

What a segmenter passes on when it cuts wrongly, and what is written around a code. No net trains on them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.lenet1998.data import CROPPED_PX, Images
from train.synthesis.writing.fonts import HAND_FAMILIES, PRINT_FAMILIES, find_fonts
from train.synthesis.writing.typeset import Typesetter

SIDE_PX = 28
# Without those that some writer forms like a digit: O, I, l, Z, S, b, G, T, B, g, q, y and their kin.
LETTERS = "ACEFHKMNPRWXadefhkmnprwx"
_HEIGHT_PX = 40
_GAP_PX = (1, 5)


def halves(digits: Images, count: int, random: np.random.Generator) -> Images:
    """Right half of one digit and left half of another beside it: uint8 [count, 28, 28]."""
    pairs = random.integers(0, len(digits), (count, 2))
    return np.stack([_half_pair(digits[one], digits[other], random) for one, other in pairs])


def _half_pair(one: NDArray[np.uint8], other: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    (_, left, _, width), (_, other_left, _, other_width) = _box(one), _box(other)
    right_half = one[:, left + width // 2 : left + width]
    left_half = other[:, other_left : other_left + (other_width + 1) // 2]
    gap = np.zeros((len(one), int(random.integers(*_GAP_PX))), np.uint8)
    return normalised(np.hstack([right_half, gap, left_half]))


def letters(count: int, random: np.random.Generator) -> Images:
    """Single letters in handwritten and printed fonts: uint8 [count, 28, 28].

    Raises:
        PosteyeError: No font is installed.
    """
    setter = Typesetter(find_fonts(HAND_FAMILIES + PRINT_FAMILIES), random)
    return np.stack([normalised(setter.set_line(str(random.choice(list(LETTERS))), _HEIGHT_PX)) for _ in range(count)])


def normalised(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink (bright on 0) scaled into 20 x 20 px, its centre of mass in the middle of 28 x 28 px, as MNIST's digits are.

    A centre of mass far off the middle of the ink is brought as near as the frame allows.
    """
    # The ink scaled so that its longer side has 20 px.
    top, left, height, width = _box(image)
    ink = image[top : top + height, left : left + width]
    scale = CROPPED_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    # Where it goes in the frame, so that its centre of mass lies in the middle.
    moments = cv2.moments(small)
    result = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    mass = max(moments["m00"], 1)
    x, y = (
        int(np.clip(round((SIDE_PX - 1) / 2 - moments[name] / mass), 0, SIDE_PX - extent))
        for name, extent in (("m10", size[0]), ("m01", size[1]))
    )
    result[y : y + size[1], x : x + size[0]] = small
    return result


def _box(image: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    left, top, width, height = cv2.boundingRect(image)
    return top, left, max(height, 1), max(width, 1)
