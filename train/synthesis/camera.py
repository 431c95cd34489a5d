"""What a camera adds to a picture of paper: keystone, shake, uneven light, specks; a call of OpenCV or two each."""

from __future__ import annotations

from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
_KEYSTONE = 0.05  # of the height: how far a corner may be off after the picture was squared up
_LONGEST_SHAKE_PX = 4
_MOST_SPECKS = 0.12  # of the pixels


def keystone(ink: Gray, random: np.random.Generator) -> Gray:
    """See ink a little from the side: what is left of a perspective that was squared up roughly.

    Args:
        ink: uint8 [H, W].
        random: source of all draws.
    """
    rows, columns = ink.shape
    corners = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    moved = corners + random.uniform(-_KEYSTONE * rows, _KEYSTONE * rows, (4, 2)).astype(np.float32)
    return np.asarray(cv2.warpPerspective(ink, cv2.getPerspectiveTransform(corners, moved), (columns, rows)), np.uint8)


def shake(image: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Blur an image as when the camera or the mail moved on along a straight line.

    Args:
        image: float32 [H, W].
        random: source of all draws.
    """
    angle, length = random.uniform(0, pi), random.uniform(2, _LONGEST_SHAKE_PX)
    return np.asarray(cv2.filter2D(image, -1, motion_kernel(angle, length, _LONGEST_SHAKE_PX)), np.float32)


def motion_kernel(angle: float, length_px: float, longest_px: int) -> NDArray[np.float32]:
    """Return what blurs as motion along a straight line does.

    Args:
        angle: of the line, radians.
        length_px: of the line.
        longest_px: what it may be; even.

    Returns:
        Weights that sum to 1, float32 [longest_px + 1, longest_px + 1].
    """
    # A short line as the kernel, uint8, drawn at 1/16 px.
    kernel = np.zeros((longest_px + 1, longest_px + 1), np.uint8)
    middle = longest_px / 2
    reach = (length_px / 2 * cos(angle), length_px / 2 * sin(angle))
    ends = [(round(16 * (middle + sign * reach[0])), round(16 * (middle + sign * reach[1]))) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 255, 1, cv2.LINE_AA, 4)
    weights = kernel.astype(np.float32)
    return np.asarray(weights / weights.sum(), np.float32)


def light(rows: int, columns: int, random: np.random.Generator) -> NDArray[np.float32]:
    """Make light that falls off towards a side.

    Args:
        rows: of the image.
        columns: of the image.
        random: source of all draws.

    Returns:
        Grey levels to add, float32 [rows, columns].
    """
    across, down = random.uniform(-25, 25), random.uniform(-12, 12)
    x = np.linspace(-across, across, columns, dtype=np.float32)
    y = np.linspace(-down, down, rows, dtype=np.float32)
    return np.asarray(x + y[:, None], np.float32)


def specks(image: Gray, random: np.random.Generator) -> Gray:
    """Make some pixels black or white: dead sensor pixels, dust, salt and pepper.

    Args:
        image: uint8 [H, W].
        random: source of all draws.
    """
    share = random.uniform(0.01, _MOST_SPECKS)
    dice = random.random(image.shape, np.float32)
    return np.where(dice < share / 2, 0, np.where(dice < share, 255, image)).astype(np.uint8)
