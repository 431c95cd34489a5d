"""A frame as the locator sees it: laid landscape, reduced to fit, and centered on black."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device_runtime.image.resize import resize_exact

HEIGHT_PX, WIDTH_PX = 240, 320


@dataclass(frozen=True)
class View:
    """A reduced frame and where it comes from. Points are counted from the top left corner of the first pixel.

    Attributes:
        pixels: uint8 [240, 320]; 0 beside the frame.
        turned: whether the frame stood upright and was turned by a quarter counterclockwise.
        frame_width_px: of the frame as it came.
        scale: (x, y), px of the landscape frame for one of the view.
        left_px: black columns left of the frame.
        top_px: black rows above it.
    """

    pixels: NDArray[np.uint8]
    turned: bool
    frame_width_px: int
    scale: tuple[float, float]
    left_px: int
    top_px: int

    def to_frame(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points of the view lie in the frame: (x, y) px, float64 [..., 2] -> [..., 2]."""
        x = (points[..., 0] - self.left_px) * self.scale[0]
        y = (points[..., 1] - self.top_px) * self.scale[1]
        return np.stack([self.frame_width_px - y, x] if self.turned else [x, y], axis=-1)

    def from_frame(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points of the frame lie in the view: (x, y) px, float64 [..., 2] -> [..., 2]."""
        x, y = points[..., 0], points[..., 1]
        if self.turned:
            x, y = y, self.frame_width_px - x
        return np.stack([x / self.scale[0] + self.left_px, y / self.scale[1] + self.top_px], axis=-1)


def view_of(frame: NDArray[np.uint8]) -> View:
    """Reduce a frame to the locator's size; one that is smaller is not enlarged.

    Args:
        frame: uint8 [H, W], grey.
    """
    turned = frame.shape[0] > frame.shape[1]
    rows, columns = sorted(frame.shape)
    # The larger of the two ratios fits both sides; rounded down, and no side vanishes.
    if rows * WIDTH_PX > columns * HEIGHT_PX:
        height, width = min(rows, HEIGHT_PX), max(1, columns * min(rows, HEIGHT_PX) // rows)
    else:
        height, width = max(1, rows * min(columns, WIDTH_PX) // columns), min(columns, WIDTH_PX)
    size = (width, height) if turned else (height, width)  # as the frame stands
    reduced = frame if size == frame.shape else resize_exact(frame, size[1], size[0])
    top, left = (HEIGHT_PX - height) // 2, (WIDTH_PX - width) // 2
    pixels = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    pixels[top : top + height, left : left + width] = np.rot90(reduced) if turned else reduced
    return View(pixels, turned, frame.shape[1], (columns / width, rows / height), left, top)
